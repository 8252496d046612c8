"""What two learners make of one query, as plain numbers for a page."""

from collections.abc import Iterator
from itertools import count, pairwise
from typing import NamedTuple

import torch
from torch import Tensor

from metakit.core import as_targets
from metakit.learners.metric_based.prototypical import PrototypicalNetwork, class_means, squared_distances
from metakit.learners.optimization_based.inner_loop import Adapted
from metakit.learners.optimization_based.maml import MAML


class Question(NamedTuple):
    """Support images of N classes, and one query."""

    support_x: Tensor  # [S, 1, 28, 28]
    support_y: Tensor  # [S] class index in [0, N)
    query_x: Tensor  # [1, 1, 28, 28]


class Comparison(NamedTuple):
    """A prototypical network's answer, and its map: all points in the plane in which they differ most."""

    probabilities: Tensor  # [N]
    support: Tensor  # [S, 2]
    prototypes: Tensor  # [N, 2]
    query: Tensor  # [2]
    kept: float  # share of the squared spread that the plane shows


class Moment(NamedTuple):
    """MAML after some inner steps."""

    probabilities: Tensor  # [N]
    support_loss: float


@torch.no_grad()
def compare(learner: PrototypicalNetwork, question: Question) -> Comparison:
    """Distances to prototypes, and the picture of them."""
    x, y, query = question
    points, asked = learner.embed(x), learner.embed(query)
    prototypes = class_means(points, as_targets(y))
    logits = -squared_distances(asked, prototypes)
    flat, kept = plane(torch.cat([points, prototypes, asked]))
    support, centres, place = flat.split([len(x), len(prototypes), 1])
    return Comparison(logits.softmax(-1)[0], support, centres, place[0], kept)


class Trajectory:
    """MAML on its way through the inner loop of one support set: steps are made when they are asked for, and kept.

    So another query costs no inner step.
    """

    def __init__(self, learner: MAML, support_x: Tensor, support_y: Tensor, steps: int) -> None:
        self.learner, self.support = learner, (support_x, support_y)
        learner.steps = steps + 1  # a step knows the loss before it
        self._coming = pairwise(learner.adapt_steps(support_x, as_targets(support_y)))
        self._known: list[tuple[Adapted, float]] = []

    def is_of(self, question: Question) -> bool:
        """Whether the question has this support set."""
        return all(torch.equal(mine, its) for mine, its in zip(self.support, question, strict=False))

    def moments(self, query: Tensor) -> Iterator[Moment]:
        """Before any inner step, after one, … after `steps`: `steps` + 1 moments, each made when it is asked for."""
        for number in count():
            with torch.no_grad():
                if number == len(self._known) and not self._went_on():
                    return
                state, loss = self._known[number]
                moment = Moment(self.learner.predict(state, query).softmax(-1)[0], loss)
            yield moment

    def _went_on(self) -> bool:
        """Take one inner step, if one is left."""
        for (state, _), (_, after) in self._coming:
            self._known.append((state, float(after["loss_before"])))
            return True
        return False


def plane(points: Tensor) -> tuple[Tensor, float]:
    """Points [n, D] on their first two principal axes: [n, 2], and the share of the squared spread that is kept."""
    centred = points - points.mean(0)
    _, sizes, axes = torch.linalg.svd(centred, full_matrices=False)
    kept = sizes[:2].square().sum() / sizes.square().sum().clamp_min(1e-12)
    flat = centred @ axes[:2].T
    return torch.nn.functional.pad(flat, (0, 2 - flat.shape[1])), float(kept)


def turned(flat: Tensor, now: Tensor, before: Tensor) -> Tensor:
    """Points [n, 2], turned or mirrored so that those at `now` [k, 2] lie as near as can be to `before` [k, 2].

    A map that is drawn anew should not jump (orthogonal Procrustes problem, Schoenemann 1966).
    """
    u, _, vh = torch.linalg.svd((now - now.mean(0)).T @ (before - before.mean(0)))
    return flat @ (u @ vh)
