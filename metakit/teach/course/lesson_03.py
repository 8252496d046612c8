"""The exercises of lesson 03: cut an episode out of images, chances of classes, an accuracy with its interval."""

from typing import Any

import torch
from torch import Tensor

from metakit.plots import small
from metakit.plots.style import Picture
from metakit.tasks.base import generator
from metakit.teach.drawn_episodes import DRAWERS, Episode, drawn_often, image_sets, numbers, properties, read
from metakit.teach.exercises import Exercise

# ── An episode: N classes, K support and Q query drawings of each, none of them in both ──


def _cut(images: Tensor, classes: Tensor, drawings: list[Tensor], shots: int) -> Episode:
    """The episode of these classes: of the drawings of each the first K are its support set, the others its queries."""
    parts = []
    for part in (slice(shots), slice(shots, None)):
        cut = [images[c, chosen[part]] for c, chosen in zip(classes, drawings, strict=True)]
        parts += [torch.cat(cut), torch.arange(len(cut)).repeat_interleave(len(cut[0]))]
    return parts[0], parts[1], parts[2], parts[3]


def _sample_episode(images: Tensor, ways: int, shots: int, queries: int, rng: torch.Generator) -> Episode:
    classes = torch.randperm(len(images), generator=rng)[:ways]
    drawings = [torch.randperm(images.shape[1], generator=rng)[: shots + queries] for _ in classes]
    return _cut(images, classes, drawings, shots)


def _leaking(images: Tensor, ways: int, shots: int, queries: int, rng: torch.Generator) -> Episode:
    classes, drawers = torch.randperm(len(images), generator=rng)[:ways], images.shape[1]
    drawings = [torch.cat([torch.randperm(drawers, generator=rng)[:n] for n in (shots, queries)]) for _ in classes]
    return _cut(images, classes, drawings, shots)


def _drawn_twice(images: Tensor, ways: int, shots: int, queries: int, rng: torch.Generator) -> Episode:
    classes = torch.randint(len(images), (ways,), generator=rng)
    drawings = [torch.randperm(images.shape[1], generator=rng)[: shots + queries] for _ in classes]
    return _cut(images, classes, drawings, shots)


def _named_by_the_set(images: Tensor, ways: int, shots: int, queries: int, rng: torch.Generator) -> Episode:
    support_x, _, query_x, _ = _sample_episode(images, ways, shots, queries, rng)
    return support_x, torch.tensor(numbers(support_x)) // DRAWERS, query_x, torch.tensor(numbers(query_x)) // DRAWERS


def _same_drawings(images: Tensor, ways: int, shots: int, queries: int, rng: torch.Generator) -> Episode:
    classes = torch.randperm(len(images), generator=rng)[:ways]
    return _cut(images, classes, [torch.arange(shots + queries)] * ways, shots)


def _without_rng(images: Tensor, ways: int, shots: int, queries: int, _: torch.Generator) -> Episode:
    return _sample_episode(images, ways, shots, queries, torch.default_generator)


def _draw_episode(found: list[Episode], _: Tensor, ways: int, *__: Any) -> Picture:
    """One row a label; S and Q say where a drawing went, B that it is in both sets, – that it is in none."""
    labels, (support, query, _named) = torch.as_tensor(found[0][1]).tolist(), read(found[0])
    rows = {}
    for label in range(ways):
        first = DRAWERS * (support[labels.index(label)] // DRAWERS)
        row = [(n in support, n in query) for n in range(first, first + DRAWERS)]
        rows[f"{label}"] = ["–QSB"[2 * s + q] for s, q in row]
    return small.letters(rows, "drawings of its class", "label")


sample_episode = Exercise(
    title="An episode without a leak",
    minutes=12,
    difficulty="hard",
    oracle=_sample_episode,
    cases=image_sets,
    trial=drawn_often,
    facts=properties,
    mistakes={
        "Some drawings are in the support set and in the query set: you drew the two apart. Draw once for each class, "
        "and cut what you drew: a learner must not be asked what it was told.": _leaking,
        "You draw classes with replacement, so one character can get two labels. Take the first N of a random order "
        "of all classes (`torch.randperm`).": _drawn_twice,
        "Your labels are the numbers that the classes have in the whole set. Deal 0 to N - 1 anew in every task, or "
        "the learner may know the answer by heart.": _named_by_the_set,
        "You always take the first drawings of a class. Then the same few people draw every support set: shuffle the "
        "drawings.": _same_drawings,
        "Not all that you draw comes from `rng`, so the same `rng` gives another episode, and nobody can repeat what "
        "you measure. Hand `generator=rng` to every draw.": _without_rng,
    },
    picture=_draw_episode,
    shows="one row for each of six labels; of its class's six drawings two are marked S, three Q, and one is left.",
)

# ── From distances to chances (equation 2 of prototypical.py) ──


def _chances(queries: Tensor, prototypes: Tensor) -> Tensor:
    scores = [[torch.exp(-(q - c).square().sum()) for c in prototypes] for q in queries]
    return torch.stack([torch.stack(row) / sum(row[1:], row[0]) for row in scores])


def _few_points(seed: int) -> list[tuple[Tensor, Tensor]]:
    rng = generator(seed)
    return [(torch.rand(q, d, generator=rng), torch.rand(n, d, generator=rng)) for q, n, d in ((5, 3, 4), (3, 3, 2))]


chances = Exercise(
    title="Chances",
    minutes=5,
    difficulty="easy",
    oracle=_chances,
    cases=_few_points,
    mistakes={
        "You use the distance, where (2) has the squared distance. Near the prototype the square is kinder, far from "
        "it harder.": lambda q, c: (-torch.cdist(q, c)).softmax(-1),
        "The minus is missing: your largest chance goes to the farthest prototype.": lambda q, c: (
            torch.cdist(q, c).square().softmax(-1)
        ),
        "Your columns add up to one, so the queries share out a class. It is each query that shares out its belief "
        "among the classes: the rows add up to one.": lambda q, c: (-torch.cdist(q, c).square()).softmax(0),
    },
    picture=lambda found, *_: small.heat(found, "class", "query"),
    shows="five rows, one a query, of three squares each, one a class; the numbers of a row add up to one.",
)

# ── An accuracy with its interval: what is drawn at random is the task ──


def _accuracy_with_interval(logits: Tensor, labels: Tensor) -> tuple[float, float]:
    shares = []
    for task, truth in zip(logits, labels, strict=True):
        right = [int(scores.argmax() == label) for scores, label in zip(task, truth, strict=True)]
        shares.append(sum(right) / len(right))
    T, mean = len(shares), sum(shares) / len(shares)
    variance = sum((share - mean) ** 2 for share in shares) / (T - 1)
    return mean, 1.96 * (variance / T) ** 0.5


def _answered(seed: int) -> list[tuple[Tensor, Tensor]]:
    """Tasks of unequal difficulty, as they are: in some nearly all is right, in others little."""
    rng, cases = generator(seed), []
    for tasks, queries, ways in ((12, 15, 5), (40, 6, 3)):
        labels = torch.randint(ways, (tasks, queries), generator=rng)
        ease = 4 * torch.rand(tasks, 1, 1, generator=rng)
        noise = torch.randn(tasks, queries, ways, generator=rng)
        cases.append((ease * torch.nn.functional.one_hot(labels, ways) + noise, labels))
    return cases


def _hits(logits: Tensor, labels: Tensor) -> Tensor:
    return (logits.argmax(-1) == labels).double()


def _interval(values: Tensor, root: float) -> tuple[Tensor, Tensor]:
    return values.mean(), 1.96 * values.std() / root


accuracy_with_interval = Exercise(
    title="An accuracy with its interval",
    minutes=8,
    difficulty="medium",
    oracle=_accuracy_with_interval,
    cases=_answered,
    mistakes={
        "You count every query as a measurement of its own. Queries of one task share its characters and its support "
        "set, so they rise and fall together: take the accuracy of each task, then its spread over "
        "tasks.": lambda logits, y: _interval(_hits(logits, y).flatten(), y.numel() ** 0.5),
        "You leave out the square root of T: that is the spread of single tasks, and not of their "
        "mean.": lambda logits, y: _interval(_hits(logits, y).mean(1), 1.0),
        "You divide by T instead of √T: the error of a mean falls with the square root of the number of "
        "tasks.": lambda logits, y: _interval(_hits(logits, y).mean(1), len(y)),
    },
)
