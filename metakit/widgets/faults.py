"""Three ways to get a meta-gradient wrong. Each is one line of code, raises no error, and trains anyway."""

import copy
from collections.abc import Callable

from torch import nn

from metakit.core import Task
from metakit.learners.optimization_based.maml import MAML
from metakit.nets.norms import BatchNorm2d


def nothing(learner: MAML, _tasks: Task) -> MAML:
    """As it should be."""
    return learner


def without_create_graph(learner: MAML, _tasks: Task) -> MAML:
    """The inner gradient becomes a constant: first-order MAML, by accident."""
    learner.order = 1
    return learner


def summed_loss(learner: MAML, tasks: Task) -> MAML:
    """The support loss is summed where it should be averaged: over ways, or over points in regression.

    So every inner gradient is N (or K) times too large, which is to say the inner rate.
    """
    classes = not tasks.support_y.is_floating_point()
    factor = int(tasks.support_y.max()) + 1 if classes else tasks.support_y.shape[1]
    learner.rate *= factor
    learner.head_rate = None if learner.head_rate is None else learner.head_rate * factor
    return learner


def torchs_batch_norm(learner: MAML, _tasks: Task) -> MAML:
    """`nn.BatchNorm2d` with affine weights, whose second derivatives are wrong under `vmap`."""
    for part in list(learner.modules()):
        for name, norm in part.named_children():
            if isinstance(norm, BatchNorm2d):
                theirs = nn.BatchNorm2d(len(norm.weight), norm.eps, track_running_stats=False)
                theirs.weight, theirs.bias = norm.weight, norm.bias
                setattr(part, name, theirs)
    return learner


FAULTS: dict[str, Callable[[MAML, Task], MAML]] = {
    "nothing": nothing,
    "no create_graph": without_create_graph,
    "summed loss": summed_loss,
    "nn.BatchNorm2d": torchs_batch_norm,
}


def broken(learner: MAML, tasks: Task, fault: str) -> MAML:
    """A copy of `learner` with this fault in it."""
    return FAULTS[fault](copy.deepcopy(learner), tasks)
