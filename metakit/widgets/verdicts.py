"""What two learners make of one query, as plain numbers for a page."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor

from metakit.core import as_targets
from metakit.learners.metric_based.prototypical import PrototypicalNetwork
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
    prototypes = learner.adapt(x, y)
    logits = learner.predict(prototypes, query)
    flat, kept = plane(torch.cat([learner.embed(x), prototypes, learner.embed(query)]))
    support, centres, asked = flat.split([len(x), len(prototypes), 1])
    return Comparison(logits.softmax(-1)[0], support, centres, asked[0], kept)


def adaptation(learner: MAML, question: Question, steps: int) -> Iterator[Moment]:
    """MAML before any inner step, after one, … after `steps`: `steps` + 1 moments, each made when it is asked for."""
    x, y, query = question
    learner.steps = steps + 1  # a step knows the loss before it
    for (state, _), (_, after) in pairwise(learner.adapt_steps(x, as_targets(y))):
        with torch.no_grad():
            probabilities = learner.predict(state, query).softmax(-1)[0]
        yield Moment(probabilities, float(after["loss_before"]))


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
