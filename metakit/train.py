"""Meta-training as a generator of records: the caller owns the loop, and may stop it, save it and resume it.

A `Training` holds everything that the next step depends on: weights, optimizer, step number, random generator. Saved
and restored, it goes on to bit-identical weights (on the same machine with the same number of threads).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import cos, pi
from time import perf_counter
from typing import Literal, NamedTuple

import torch
from torch import Tensor

from metakit.compiled import compiled_descent, eager_descent
from metakit.core import MetaKitError, MetaLearner
from metakit.distributed import processes, rank, shared_descent
from metakit.interrupts import interrupts_wait
from metakit.soap import SOAP
from metakit.tasks.base import Tasks, generator
from metakit.tasks.functions import Curriculum


@dataclass(frozen=True)
class Schedule:
    """The outer loop: how many steps, over how many tasks, at which rate."""

    steps: int
    meta_batch: int = 1  # tasks per step
    rate: float = 1e-3
    optimizer: Literal["adam", "sgd", "soap"] = "adam"
    warmup: int = 0  # steps of linear rise
    decay: Literal["constant", "cosine", "linear"] = "cosine"  # to zero at the last step
    restart: int | None = None  # behind so many steps the rate falls to zero and begins anew (Loshchilov & Hutter 2017)
    clip: float | None = None  # largest norm of the outer gradient
    bf16: bool = False  # autocast of the forward pass; a compiled one stays in float32

    def rate_at(self, step: int) -> float:
        """The outer rate of step 0, 1, … steps - 1."""
        rise = min(1.0, (step + 1) / self.warmup) if self.warmup else 1.0
        begin, end = self._cycle(step)
        done = (step - begin) / (end - begin)
        fall = {"constant": 1.0, "cosine": 0.5 * (1 + cos(pi * done)), "linear": 1 - done}[self.decay]
        return self.rate * rise * fall

    def progress(self, step: int) -> float:
        """The share of the training that is done; what grows with it has grown up before a restart."""
        return min(1.0, step / (self.restart or self.steps))

    def _cycle(self, step: int) -> tuple[int, int]:
        if self.restart is None:
            return 0, self.steps
        return (0, self.restart) if step < self.restart else (self.restart, self.steps)


class Record(NamedTuple):
    """What one outer step tells."""

    step: int  # 1 after the first
    loss: float  # the outer objective before the step
    rate: float
    seconds: float  # of this step


class Training:
    """The state of one meta-training run."""

    def __init__(
        self,
        learner: MetaLearner,
        tasks: Tasks,
        schedule: Schedule,
        seed: int = 0,
        device: str = "cpu",
        *,
        compiled: bool = False,
    ) -> None:
        self.learner, self.tasks, self.schedule = learner.to(device), tasks, schedule
        self.device, self.rng, self.seed, self.step = device, generator(seed, device), seed, 0
        self.whole = True  # no step of the optimizer failed half way
        kind = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD, "soap": SOAP}[schedule.optimizer]
        self.optimizer = kind(learner.parameters(), lr=schedule.rate)
        self.descend = compiled_descent(self.learner) if compiled else eager_descent(self.learner, schedule.bf16)
        if processes() > 1:
            self.descend = shared_descent(self.learner, self.descend, schedule.meta_batch)

    def advance(self) -> Record:
        """One outer step: draw tasks, descend the meta-loss."""
        started, rate = perf_counter(), self.schedule.rate_at(self.step)
        self.learner.train()
        self.learner.use_progress(self.schedule.progress(self.step))
        self._seed_what_learners_draw()
        self.optimizer.param_groups[0]["lr"] = rate
        with self._undone_if_interrupted():
            loss = self._meta_gradient()
            with interrupts_wait():
                self._step()
        return Record(self.step, float(loss), rate, perf_counter() - started)

    def _step(self) -> None:
        self.whole = False
        self.optimizer.step()
        self.step += 1
        self.whole = True

    def _meta_gradient(self) -> Tensor:
        """The meta-loss; its gradient lies in `.grad`."""
        self.optimizer.zero_grad()
        loss = self.descend(self._tasks_now().sample(self.schedule.meta_batch, self.rng))
        if self.schedule.clip is not None:
            torch.nn.utils.clip_grad_norm_(self.learner.parameters(), self.schedule.clip)
        return loss

    @contextmanager
    def _undone_if_interrupted(self) -> Iterator[None]:
        """Before the optimizer's step begins an interrupt leaves everything as it was."""
        drawn, buffers = self.rng.get_state(), {k: v.clone() for k, v in self.learner.named_buffers()}
        step = self.step
        try:
            yield
        except BaseException:
            if self.whole and self.step == step:
                self.rng.set_state(drawn)
                for name, buffer in self.learner.named_buffers():
                    buffer.copy_(buffers[name])
            raise

    def _tasks_now(self) -> Tasks:
        """Tasks of a curriculum grow with the training."""
        return self.tasks.at(self.schedule.progress(self.step)) if isinstance(self.tasks, Curriculum) else self.tasks

    def _seed_what_learners_draw(self) -> None:
        """A learner's own randomness (masks, …) comes from torch's generator: the same in a run that was resumed."""
        torch.manual_seed((self.seed * 2**32 + rank() * 2**24 + self.step) % 2**63)  # on every device

    def state(self) -> dict[str, Tensor]:
        """Everything the next step depends on, as named tensors."""
        weights = {f"learner.{k}": v for k, v in self.learner.state_dict().items()}
        moments = {
            f"optimizer.{i}.{k}": torch.as_tensor(v)
            for i, slots in self.optimizer.state_dict()["state"].items()
            for k, v in slots.items()
            if v is not None
        }
        return weights | moments | {"rng": self.rng.get_state(), "step": torch.tensor(self.step)}

    def restore(self, state: dict[str, Tensor]) -> None:
        """Go back to a saved `state()`. Raises MetaKitError when it belongs to another learner."""
        try:
            self.learner.load_state_dict(_under("learner.", state))
        except RuntimeError as error:
            raise MetaKitError(
                "This training state belongs to another learner: remove it, or train without --resume."
            ) from error
        slots: dict[int, dict[str, Tensor]] = {}
        for name, value in _under("optimizer.", state).items():
            number, key = name.split(".", 1)
            slots.setdefault(int(number), {})[key] = value
        self.optimizer.load_state_dict({"state": slots, "param_groups": self.optimizer.state_dict()["param_groups"]})
        self.rng.set_state(state["rng"].cpu())
        self.step = int(state["step"])


def meta_train(training: Training) -> Iterator[Record]:
    """Train to the end of the schedule, one record an outer step."""
    while training.step < training.schedule.steps:
        yield training.advance()


def _under(prefix: str, state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}
