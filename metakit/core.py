"""The two ideas of MetaKit.

A `Task` is one small learning problem: a support set to learn from and a query set to be tested on.
A `MetaLearner` learns a new task from its support set; meta-training makes it good at that.

Axis letters, everywhere: T tasks, S support examples, Q query examples, N ways, K shots, D features.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple, final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from metakit.errors import MetaKitError as MetaKitError  # noqa: PLC0414 - part of the vocabulary

Loss = Callable[[Tensor, Tensor], Tensor]
NormMode = Literal["inductive", "transductive"]


class Task(NamedTuple):
    """One task, or T of them stacked along a leading axis. A pytree: `vmap(f)(tasks)` hands `f` one task."""

    support_x: Tensor  # [(T,) S, *x]
    support_y: Tensor  # [(T,) S] class index in [0, N), or [(T,) S, *y] target
    query_x: Tensor  # [(T,) Q, *x]
    query_y: Tensor  # [(T,) Q] class index, or [(T,) Q, *y] target

    def at(self, index: int | slice) -> "Task":
        """Task number `index`, or a slice of the task axis."""
        return Task(*(tensor[index] for tensor in self))


class Step(NamedTuple):
    """One state of the learner while it adapts, and what a picture of that moment may show."""

    state: Any  # the algorithm's own: prototypes, fast weights, a memory, a cache
    info: dict[str, Tensor] = {}  # noqa: RUF012 - never written to


class Frame(NamedTuple):
    """What one adaptation step means for the query set (see `MetaLearner.trace`)."""

    step: int
    state: Any
    prediction: Tensor  # [Q, N] logits or [Q, *y]
    loss: float  # on the query set
    accuracy: float | None  # on the query set; None in regression
    info: dict[str, Tensor]


def cross_entropy(logits: Tensor, y: Tensor) -> Tensor:
    """Mean cross-entropy of logits [.., N] against one-hot (or soft) targets [.., N]; nats."""
    return -(y * F.log_softmax(logits, dim=-1)).sum(-1).mean()


def mean_squared_error(prediction: Tensor, y: Tensor) -> Tensor:
    """Mean over all elements of the squared difference."""
    return (prediction - y).square().mean()


def as_targets(y: Tensor, ways: int | None = None, dtype: torch.dtype = torch.float32) -> Tensor:
    """Class indices [..] become one-hot rows [.., N]; real-valued targets pass unchanged.

    `ways` is counted from `y` when it is not given, so N is chosen by the task, not by the learner.
    """
    if y.is_floating_point():
        return y
    return F.one_hot(y, -1 if ways is None else ways).to(dtype)


def with_targets(task: Task) -> Task:
    """The task (or tasks) with one-hot labels, N counted in the support set. Call it outside `vmap`.

    Raises MetaKitError where a support set has a gap between its classes, or a query a class that it lacks.
    """
    if task.support_y.is_floating_point():
        return task
    check_labels(task.support_y, task.query_y)
    ways, dtype = int(task.support_y.max()) + 1, task.support_x.dtype
    support_y, query_y = as_targets(task.support_y, ways, dtype), as_targets(task.query_y, ways, dtype)
    return Task(task.support_x, support_y, task.query_x, query_y)


def check_labels(support_y: Tensor, query_y: Tensor | None = None) -> None:
    """Class indices [(T,) S] of every support set are all of 0 to N - 1, and of queries [(T,) Q] no others.

    Raises MetaKitError where they are not: a class without examples has no mean, and would be nan.
    """
    tasks = support_y.reshape(-1, support_y.shape[-1])
    ways = int(tasks.max()) + 1
    complete = int(tasks.min()) >= 0 and bool((F.one_hot(tasks, ways).sum(1) > 0).all())
    if not complete or (query_y is not None and query_y.numel() and int(query_y.max()) >= ways):
        raise MetaKitError(
            "A task needs examples of every class from 0 to N - 1, and queries of no other: number its classes anew."
        )


def hits(logits: Tensor, y: Tensor) -> Tensor:
    """1 where the largest logit [.., N] is the class of y (one-hot [.., N] or indices [..]), else 0."""
    truth = y.argmax(-1) if y.is_floating_point() else y
    return (logits.argmax(-1) == truth).float()


class MetaLearner(nn.Module, ABC):
    """Learns one task at a time; `torch.func.vmap` adds the task axis.

    A subclass is written for ONE task. Inside it labels are always a matrix `y` [S, N]: one-hot rows for
    classes, targets for regression. Nothing is kept on `self` while adapting; nothing concrete is overridden,
    but for `meta_loss` where a measured hot path needs it.
    """

    loss: Loss = staticmethod(cross_entropy)
    steps: int | None = None  # inner steps, may be set between uses; None where adapting takes none
    encodes_once: bool = False  # an image is seen as self.encoder(image) only, and no task changes the encoder
    one_by_one: bool = False  # tasks in a loop: running averages cannot be written under vmap, fixed weights need none

    @abstractmethod
    def adapt_steps(self, x: Tensor, y: Tensor) -> Iterator[Step]:
        """Learn one task from x [S, *x] and y [S, N]; yield every intermediate state, the final one last."""

    @abstractmethod
    def predict(self, state: Any, x: Tensor) -> Tensor:
        """Logits [Q, N], or targets [Q, *y], for the query x [Q, *x] of the task that `state` has learned."""

    @abstractmethod
    def task_loss(self, task: Task) -> Tensor:
        """The outer objective of one task: a scalar."""

    def use_norm(self, mode: NormMode) -> None:
        """Choose where normalisation statistics come from when predicting (part of every protocol).

        "transductive": from the whole query set; "inductive": never from another query. A learner without
        batch normalisation has nothing to choose.
        """

    def use_progress(self, share: float) -> None:
        """Training tells how much of its schedule is done, 0 to 1, before every step; few learners change by it."""

    @final
    def adapt(self, x: Tensor, y: Tensor) -> Any:
        """The state after the last step. y: class indices [S] or targets [S, *y]; raises as `with_targets` does."""
        if not y.is_floating_point():
            check_labels(y)
        *_, last = self.adapt_steps(x, as_targets(y, dtype=x.dtype))
        return last.state

    def meta_loss(self, tasks: Task) -> Tensor:
        """Mean outer objective over T tasks: what meta-training descends. A scalar."""
        tasks = with_targets(tasks)
        if len(tasks.support_x) == 1 or self.one_by_one:
            return torch.stack([self.task_loss(tasks.at(i)) for i in range(len(tasks.support_x))]).mean()
        return torch.func.vmap(self.task_loss, randomness="different")(tasks).mean()

    @final
    def query_loss(self, task: Task) -> Tensor:
        """The loss on the query set of one task, learned from its support set: a scalar."""
        state = self.adapt(task.support_x, task.support_y)
        return self.loss(self.predict(state, task.query_x), task.query_y)

    @final
    def solve(self, tasks: Task) -> Tensor:
        """Adapt to each of T tasks and answer its queries: [T, Q, N] logits or [T, Q, *y]."""

        def solve_one(task: Task) -> Tensor:
            return self.predict(self.adapt(task.support_x, task.support_y), task.query_x)

        tasks = with_targets(tasks)
        if len(tasks.support_x) == 1 or self.one_by_one:
            return torch.stack([solve_one(tasks.at(i)) for i in range(len(tasks.support_x))])
        return torch.func.vmap(solve_one, randomness="different")(tasks)

    @final
    def trace(self, task: Task) -> list[Frame]:
        """Adapt to one task and look at the query set after every step: the code that trains, slowed down."""
        return list(self.frames(task))

    @final
    @torch.no_grad()
    def frames(self, task: Task) -> Iterator[Frame]:
        """The frames of `trace` one at a time, each computed when it is asked for."""
        classes = not task.query_y.is_floating_point()
        task = with_targets(task)
        for number, (state, info) in enumerate(self.adapt_steps(task.support_x, task.support_y)):
            prediction = self.predict(state, task.query_x)
            loss = float(self.loss(prediction, task.query_y))
            accuracy = float(hits(prediction, task.query_y).mean()) if classes else None
            yield Frame(number, state, prediction, loss, accuracy, info)


class EpisodicLearner(MetaLearner):
    """A learner trained as it is tested: the outer objective is the loss on the query set."""

    @final
    def task_loss(self, task: Task) -> Tensor:
        return self.query_loss(task)
