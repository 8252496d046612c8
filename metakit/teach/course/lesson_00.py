"""The exercises of lesson 00: the parts of a task, the nearest prototype, a confidence interval."""

from typing import Any

import torch
from torch import Tensor

from metakit.plots import small
from metakit.plots.style import Picture
from metakit.tasks.base import generator
from metakit.teach.exercises import Exercise

# ── Split a task: the first K examples of each class are the support set, all others the query set ──

Places = tuple[list[int], list[int]]


def _split(labels: Tensor, shots: int) -> Places:
    support: list[int] = []
    query: list[int] = []
    for place, label in enumerate(labels):
        seen = sum(int(earlier == label) for earlier in labels[:place])
        (support if seen < shots else query).append(place)
    return support, query


def _label_lists(seed: int) -> list[tuple[Tensor, int]]:
    """Three classes of five, mixed, two shots; then four classes of six, mixed, three shots."""
    rng = generator(seed)
    return [
        (torch.arange(ways).repeat_interleave(each)[torch.randperm(ways * each, generator=rng)], shots)
        for ways, each, shots in ((3, 5, 2), (4, 6, 3))
    ]


def _places(found: Any, *_: Any) -> dict[str, list[int]]:
    """The order within a set is the learner's own."""
    support, query = found
    return {"support set": sorted(int(i) for i in support), "query set": sorted(int(i) for i in query)}


def _draw_split(found: Places, labels: Tensor, _: int) -> Picture:
    """One row a class; S and Q say where an example went, B that it is in both sets, – that it is in none."""
    support, query = ({int(i) for i in part} for part in found)
    mark = {(True, False): "S", (False, True): "Q", (True, True): "B", (False, False): "–"}
    rows = {"ABC"[n]: (labels == n).nonzero().flatten().tolist() for n in range(3)}
    marks = {name: [mark[i in support, i in query] for i in places] for name, places in rows.items()}
    return small.letters(marks, "its examples, in their order", "class")


split = Exercise(
    title="Support and query",
    minutes=5,
    difficulty="easy",
    oracle=_split,
    cases=_label_lists,
    facts=_places,
    mistakes={
        "All examples are in your query set, those of the support set too. Who is tested on what it was told passes "
        "by memory: no drawing may be in both sets.": lambda y, k: (_split(y, k)[0], [*range(len(y))]),
        "You take the first N · K examples, whatever their class. Then some classes have more than K examples in the "
        "support set, and others fewer: count for each class.": lambda y, k: (
            [*range(k * len(y.unique()))],
            [*range(k * len(y.unique()), len(y))],
        ),
        "You take the first K examples, whatever their class. K is the number for each class: the support set has "
        "N · K.": lambda y, k: ([*range(k)], [*range(k, len(y))]),
        "Your support set has K + 1 examples of each class. When K of a class have been seen, the next one goes to the "
        "query set.": lambda y, k: _split(y, k + 1),
        "You name the examples by their labels. The labels say which class; what is asked for is the place, "
        "from 0 to S + Q - 1.": lambda y, k: tuple(y[part].tolist() for part in _split(y, k)),
        "You put K examples of each class into the query set and the rest into the support set. It is the other way "
        "round: K is the number of examples to learn from.": lambda y, k: _split(y, k)[::-1],
    },
    picture=_draw_split,
    shows="three classes in rows; the first two examples of each are marked S (support), the other three Q (query).",
)

# ── The nearest prototype (equations 1 and 2 of prototypical.py) ──


def _means(support: Tensor, labels: Tensor) -> list[Tensor]:
    return [support[labels == n].mean(0) for n in range(int(labels.max()) + 1)]


def _answers(support: Tensor, labels: Tensor, queries: Tensor) -> Tensor:
    nearest = []
    for query in queries:
        distances = [float((query - mean).square().sum()) for mean in _means(support, labels)]
        nearest.append(distances.index(min(distances)))
    return torch.tensor(nearest)


def _points(seed: int) -> list[tuple[Tensor, Tensor, Tensor]]:
    """Three classes that overlap, four examples each, mixed, and sixty queries; in the plane, then in 8 dimensions."""
    rng, cases = generator(seed), []
    for dimensions in (2, 8):
        labels = torch.arange(3).repeat(4)[torch.randperm(12, generator=rng)]
        centres = 1.2 * torch.randn(3, dimensions, generator=rng)
        asked = centres[torch.randint(3, (60,), generator=rng)] + torch.randn(60, dimensions, generator=rng)
        cases.append((centres[labels] + torch.randn(12, dimensions, generator=rng), labels, asked))
    return cases


def _draw_answers(found: Tensor, support: Tensor, labels: Tensor, queries: Tensor) -> Picture:
    groups = {"ABC"[n]: queries[torch.as_tensor(found) == n] for n in range(3)}
    return small.points(groups, torch.stack(_means(support, labels)))


answers = Exercise(
    title="Nearest prototype",
    minutes=10,
    difficulty="medium",
    oracle=_answers,
    cases=_points,
    mistakes={
        "You answer with the prototype that is farthest away. The chance of a class falls with the distance, so the "
        "smallest distance wins.": lambda s, y, q: torch.cdist(q, torch.stack(_means(s, y))).argmax(1),
        "You answer with the class of the nearest single example. A prototype is the mean of its class: make the means "
        "first, then compare with them alone.": lambda s, y, q: y[torch.cdist(q, s).argmin(1)],
        "You compare by the dot product. It is large for a long vector, near or far: measure the "
        "distance.": lambda s, y, q: (q @ torch.stack(_means(s, y)).T).argmax(1),
    },
    picture=_draw_answers,
    shows="sixty queries; each has the marker of the class whose letter, the prototype, lies nearest to it.",
)

# ── A confidence interval: half its width is 1.96 standard errors of the mean ──


def _half_width(values: Tensor) -> float:
    T = len(values)
    mean = sum(values) / T
    variance = sum((value - mean) ** 2 for value in values) / (T - 1)
    return float(1.96 * (variance / T) ** 0.5)


half_width = Exercise(
    title="A confidence interval",
    minutes=5,
    difficulty="easy",
    oracle=_half_width,
    cases=lambda seed: [(torch.rand(n, generator=generator(seed + n)),) for n in (5, 60)],
    mistakes={
        "You leave out the square root of T. That is how far single tasks lie from each other; a mean of T tasks is "
        "surer than one of them, by √T.": lambda v: 1.96 * v.std(),
        "You divide by T instead of √T. The standard error falls with the square root: four times as many tasks halve "
        "it.": lambda v: 1.96 * v.std() / len(v),
        "You return the whole width. The interval is mean ± half of it.": lambda v: 2 * 1.96 * v.std() / len(v) ** 0.5,
        "You divide the sum of squares by T. The mean was computed from the same numbers, so they lie closer to it "
        "than to the true one: T - 1 makes up for that.": lambda v: 1.96 * v.std(correction=0) / len(v) ** 0.5,
        "You return one standard error. It holds the true mean in 68 of 100 measurements; 1.96 of them hold it in "
        "95.": lambda v: v.std() / len(v) ** 0.5,
    },
)
