"""The exercises of lesson 04: class means, attention, and squared distances as a linear classifier."""

from typing import Any

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

# ── Cosine attention (equations 1 and 2 of matching.py) ──


def _attend(query: Tensor, support: Tensor, labels: Tensor, tau: float) -> Tensor:
    weights = [torch.exp(tau * (query @ x) / (query.norm() * x.norm())) for x in support]
    total = sum(weights[1:], weights[0])
    shares = [weight / total * label for weight, label in zip(weights, labels, strict=True)]
    return sum(shares[1:], shares[0])


def _attended(seed: int) -> list[tuple[Tensor, Tensor, Tensor, float]]:
    """Examples of unequal length, and classes of unequal size."""
    rng, cases = generator(seed), []
    for dimensions, tau in ((3, 4.0), (8, 10.0)):
        support = (0.5 + 2 * torch.rand(6, 1, generator=rng)) * torch.randn(6, dimensions, generator=rng)
        labels = torch.eye(3)[torch.tensor([0, 0, 0, 1, 1, 2])]
        cases.append((support[4] + torch.randn(dimensions, generator=rng), support, labels, tau))
    return cases


def _cosines(query: Tensor, support: Tensor) -> Tensor:
    return torch.cosine_similarity(query[None], support, dim=-1)


def _draw_attention(found: Tensor, *_: Any) -> Picture:
    return small.bars(dict(zip("ABC", found.tolist(), strict=True)), "chance of the class")


attend = Exercise(
    title="Attention",
    minutes=8,
    difficulty="medium",
    oracle=_attend,
    cases=_attended,
    mistakes={
        "You compare by the dot product. Then a long example draws attention whoever asks: divide by both lengths, "
        "for the cosine.": lambda q, x, y, tau: (tau * x @ q).softmax(0) @ y,
        "You leave out τ. The cosine stays between -1 and 1, and a softmax of such numbers is nearly "
        "flat.": lambda q, x, y, _: _cosines(q, x).softmax(0) @ y,
        "You add up the cosines of each class, and take the softmax over classes. Attention is shared out among the "
        "examples; then a class gets what its examples got.": lambda q, x, y, tau: (tau * _cosines(q, x) @ y).softmax(
            0
        ),
        "τ comes before the softmax. After it, it scales the chances, and they no longer add up to "
        "one.": lambda q, x, y, tau: tau * _cosines(q, x).softmax(0) @ y,
    },
    picture=_draw_attention,
    shows="three bars, the chances of the classes, which add up to one.",
)

# ── Squared distances are a linear classifier ──


def _linear_logits(queries: Tensor, prototypes: Tensor) -> Tensor:
    rows = [[q.square().sum() - (q - c).square().sum() for c in prototypes] for q in queries]
    return torch.stack([torch.stack(row) for row in rows])


def _planes(seed: int) -> list[tuple[Tensor, Tensor]]:
    rng = generator(seed)
    return [(torch.randn(q, d, generator=rng), torch.randn(n, d, generator=rng)) for q, n, d in ((4, 3, 2), (6, 5, 16))]


def _draw_logits(found: Tensor, *_: Tensor) -> Picture:
    return small.heat(found, "class", "query")


linear_logits = Exercise(
    title="A linear classifier in disguise",
    minutes=10,
    difficulty="hard",
    oracle=_linear_logits,
    cases=_planes,
    mistakes={
        "The bias is missing. 2 q · c alone prefers long prototypes: take away their squared length.": lambda q, c: (
            2 * q @ c.T
        ),
        "The bias has the wrong sign. A long prototype is far from most places, so its class starts with a "
        "handicap.": lambda q, c: 2 * q @ c.T + c.square().sum(-1),
        "The factor 2 is missing: the middle term of (q - c)² is -2 q · c. Without it, another class may "
        "win.": lambda q, c: q @ c.T - c.square().sum(-1),
        "You return minus the squared distance, which still holds ‖q‖². It is the same for all classes, so a linear "
        "classifier does without.": lambda q, c: -torch.cdist(q, c).square(),
    },
    picture=_draw_logits,
    shows="four rows, one a query, of three squares, one a class; the brightest of a row is the nearest prototype.",
)
