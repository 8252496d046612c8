"""The exercises of lesson 04: metric-based learners."""

import torch
from torch import Tensor

from metakit.plots import small
from metakit.plots.style import Picture
from metakit.tasks.base import generator
from metakit.teach.exercises import Exercise

# ── Prototypes: the mean of each class (equation 1 of prototypical.py) ──


def _prototypes(points: Tensor, labels: Tensor, ways: int) -> Tensor:
    means = []
    for n in range(ways):
        own = [point for point, label in zip(points, labels, strict=True) if label == n]
        means.append(sum(own[1:], own[0]) / len(own))
    return torch.stack(means)


def _labelled_points(seed: int) -> list[tuple[Tensor, Tensor, int]]:
    """Three classes in the plane, with 2, 4 and 6 examples in mixed order; then four equal ones in 16 dimensions."""
    rng, cases = generator(seed), []
    for labels, dimensions in ((torch.tensor([0, 0, *[1] * 4, *[2] * 6]), 2), (torch.arange(4).repeat(3), 16)):
        centres = 3 * torch.randn(int(labels.max()) + 1, dimensions, generator=rng)
        mixed = labels[torch.randperm(12, generator=rng)]
        noise = torch.randn(12, dimensions, generator=rng)
        cases.append((centres[mixed] + noise, mixed, len(centres)))
    return cases


def _draw_prototypes(found: Tensor, points: Tensor, labels: Tensor, ways: int) -> Picture:
    return small.points({"ABC"[n]: points[labels == n] for n in range(ways)}, found)


prototypes = Exercise(
    title="Class means",
    minutes=5,
    difficulty="easy",
    oracle=_prototypes,
    cases=_labelled_points,
    mistakes={
        "You divide each class's sum by the size of the whole support set. Divide by the number of examples of that "
        "class: a prototype lies in the middle of its own points.": lambda points, labels, ways: torch.stack(
            [points[labels == n].sum(0) / len(points) for n in range(ways)]
        ),
        "You divide each class's sum by S / N, as if all classes had equally many examples. Here they have not: "
        "count the examples of each class.": lambda points, labels, ways: torch.stack(
            [points[labels == n].sum(0) * ways / len(points) for n in range(ways)]
        ),
        "You cut the support set into N pieces as it lies there, as if it were sorted by class. It is shuffled: go by "
        "the labels.": lambda points, _, ways: points.view(ways, -1, points.shape[1]).mean(1),
    },
    picture=_draw_prototypes,
    shows="the points of three classes, each with a marker of its own, and each class's letter in their middle.",
)
