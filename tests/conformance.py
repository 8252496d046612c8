"""`check_learner(learner, tasks)`: what every meta-learner must satisfy, in float64."""

import copy

import torch
from torch import Tensor

from metakit.core import MetaLearner, Task, with_targets
from metakit.tasks.base import Tasks, generator
from metakit.train import Schedule, Training, meta_train

EXACT = 1e-9  # relative, in float64: above it a difference is a bug, not noise


def check_learner(
    learner: MetaLearner,
    tasks: Tasks,
    *,
    ordered: bool = False,
    relabels: bool = True,
    rate: float = 3e-3,
    steps: int = 60,
) -> None:
    """Prove the contract of `MetaLearner` on tasks of this distribution.

    `ordered`: the learner reads the support set as a sequence. `relabels=False`: its outputs are not interchangeable
    (regression, or a head with a row of its own for every way).
    """
    double = copy.deepcopy(learner).double().eval()
    drawn = as_double(tasks.sample(3, generator(1)))
    check_vmap_equals_loop(double, drawn)
    check_trace_ends_where_adaptation_ends(double, drawn)
    check_tasks_do_not_leak(double, drawn)
    check_query_labels_reach_no_prediction(double, drawn)
    if relabels:
        check_relabelling_permutes_logits(double, drawn)
    if not ordered:
        check_support_order_is_irrelevant(double, drawn)
    check_training_lowers_the_loss(copy.deepcopy(learner), tasks, rate, steps)


def as_double(task: Task) -> Task:
    return Task(*(part.double() if part.is_floating_point() else part for part in task))


def close(a: Tensor, b: Tensor, what: str) -> None:
    scale = max(float(a.detach().abs().max()), float(b.detach().abs().max()), 1e-12)
    error = float((a - b).detach().abs().max()) / scale
    assert error < EXACT, f"{what}: relative difference {error:.1e} in float64"


def gradients(learner: MetaLearner, loss: Tensor) -> dict[str, Tensor]:
    names, parameters = zip(*learner.named_parameters(), strict=True)
    found = torch.autograd.grad(loss, parameters, allow_unused=True)
    return {n: torch.zeros_like(p) if g is None else g for n, p, g in zip(names, parameters, found, strict=True)}


def check_vmap_equals_loop(learner: MetaLearner, tasks: Task) -> None:
    labelled = with_targets(tasks)
    together = learner.meta_loss(tasks)
    one_by_one = torch.stack([learner.task_loss(labelled.at(i)) for i in range(len(tasks.support_x))]).mean()
    close(together, one_by_one, "meta-loss, vmap against a loop")
    looped = gradients(learner, one_by_one)
    scale = max(float(g.abs().max()) for g in looped.values())
    for name, gradient in gradients(learner, together).items():
        error = float((gradient - looped[name]).abs().max()) / scale
        assert error < EXACT, (
            f"meta-gradient of {name}, vmap against a loop: relative difference {error:.1e} in float64"
        )


def check_trace_ends_where_adaptation_ends(learner: MetaLearner, tasks: Task) -> None:
    close(learner.trace(tasks.at(0))[-1].prediction, learner.solve(tasks).detach()[0], "last frame against solve")


def check_tasks_do_not_leak(learner: MetaLearner, tasks: Task) -> None:
    changed = Task(*(part.clone() for part in tasks))
    changed.support_x[1:] += 1.0
    changed.query_x[1:] -= 1.0
    close(learner.solve(changed).detach()[0], learner.solve(tasks).detach()[0], "task 0 when the other tasks change")


def check_query_labels_reach_no_prediction(learner: MetaLearner, tasks: Task) -> None:
    changed = tasks._replace(query_y=tasks.query_y.flip(1))
    assert torch.equal(learner.solve(changed), learner.solve(tasks)), "query labels reach the predictions"


def check_relabelling_permutes_logits(learner: MetaLearner, tasks: Task) -> None:
    ways = int(tasks.support_y.max()) + 1
    relabel = torch.arange(ways).roll(1)
    renamed = tasks._replace(support_y=relabel[tasks.support_y], query_y=relabel[tasks.query_y])
    close(
        learner.solve(renamed)[..., relabel].detach(), learner.solve(tasks).detach(), "logits after renaming the ways"
    )


def check_support_order_is_irrelevant(learner: MetaLearner, tasks: Task) -> None:
    shuffled = tasks._replace(support_x=tasks.support_x.flip(1), support_y=tasks.support_y.flip(1))
    close(
        learner.solve(shuffled).detach(), learner.solve(tasks).detach(), "predictions after shuffling the support set"
    )


def check_training_lowers_the_loss(learner: MetaLearner, tasks: Tasks, rate: float, steps: int) -> None:
    """Loss on the queries of 32 tasks that stay the same, before and after some training."""
    probe = with_targets(tasks.sample(32, generator(2)))

    def probe_loss() -> float:
        with torch.no_grad():
            return float(learner.eval().loss(learner.solve(probe), probe.query_y))

    before = probe_loss()
    for _ in meta_train(Training(learner, tasks, Schedule(steps, 4, rate, decay="constant", clip=10.0), seed=1)):
        pass
    after = probe_loss()
    assert after < before, f"{steps} steps did not lower the loss: {before:.4f} to {after:.4f}"
