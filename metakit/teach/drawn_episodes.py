"""What can be told of an episode that somebody has drawn, when there is more than one right way to draw it.

The pixels of a drawing hold its number, so that an episode says of itself what it was cut from.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor

from metakit.tasks.base import generator

Episode = tuple[Tensor, Tensor, Tensor, Tensor]
PARTS = ("support_x", "support_y", "query_x", "query_y")
DRAWERS = 6  # drawings of a class
DRAWS = 10  # one draw proves little: right code may draw the first classes


def image_sets(seed: int) -> list[tuple[Tensor, int, int, int, torch.Generator]]:
    """Cases: images of which each holds its number, DRAWERS × class + drawing, then N, K, Q and a generator."""
    images = torch.arange(14.0 * DRAWERS).view(14, DRAWERS, 1, 1, 1).expand(-1, -1, 1, 28, 28).contiguous()
    return [(images[:8], 6, 2, 3, generator(seed)), (images, 12, 1, 5, generator(seed))]


def drawn_often(
    function: Callable[..., Any], images: Tensor, ways: int, shots: int, queries: int, rng: torch.Generator
) -> list[Any]:
    """Episodes of several seeds, and in the end one of the first seed again."""
    seeds = [rng.initial_seed() + n for n in (*range(DRAWS), 0)]
    return [function(images.clone(), ways, shots, queries, generator(seed)) for seed in seeds]


def numbers(x: Tensor) -> list[int]:
    """Of the drawings x [B, 1, 28, 28]."""
    return [int(n) for n in x.flatten(1)[:, 0]]


class Drawn(NamedTuple):
    """An episode in numbers."""

    support: list[int]
    query: list[int]
    named: set[tuple[int, int]]  # class in the whole set, label


def read(episode: Episode) -> Drawn:
    """An episode as its drawings tell it."""
    support, query = numbers(episode[0]), numbers(episode[2])
    labels = [int(label) for part in episode[1::2] for label in part]
    return Drawn(support, query, {(n // DRAWERS, label) for n, label in zip([*support, *query], labels, strict=True)})


def _shapes(episode: Any) -> dict[str, Any]:
    """The parts of an episode with zeros for numbers, so that they differ in shape or not at all."""
    parts = episode if isinstance(episode, tuple | list) else [episode]
    told: dict[str, Any] = {"the number of things that you return": len(parts)}
    return told | {name: _zeros(part) for name, part in zip(PARTS, parts, strict=False)}


def _zeros(part: Any) -> Any:
    try:
        return torch.zeros(torch.as_tensor(part).shape)
    except (TypeError, ValueError, RuntimeError):
        return part  # no tensor: told as what it is


def properties(found: list[Any], images: Tensor, ways: int, shots: int, queries: int, _: Any) -> dict[str, Any]:
    """What must hold, whatever is drawn. Where a shape is wrong, nothing else is told."""
    told, image = _shapes(found[0]), images.shape[2:]
    sizes = [(ways * shots, *image), (ways * shots,), (ways * queries, *image), (ways * queries,)]
    if [getattr(told.get(name), "shape", ()) for name in PARTS] != sizes or len(found[0]) > len(PARTS):
        return told
    drawn = [read(episode) for episode in found]
    return (
        told
        | _of_each(drawn, ways, shots, queries)
        | {
            "always the same drawings of a class": len({n % DRAWERS for one in drawn for n in one.support}) == shots,
            "always the same classes": len({n // DRAWERS for one in drawn for n in one.support}) == ways,
            "the same `rng` draws the same episode": drawn[0] == drawn[-1],
        }
    )


def _of_each(drawn: list[Drawn], ways: int, shots: int, queries: int) -> dict[str, bool]:
    """What must hold for each of the episodes."""
    return {
        "a drawing is in both sets": any({*one.support} & {*one.query} for one in drawn),
        "a drawing is there twice": any(len({*part}) < len(part) for one in drawn for part in one[:2]),
        "a class was drawn twice": any(len(_classes(one.support)) < ways for one in drawn),
        "every class has K drawings in the support set": all(_shares(one.support) == {shots} for one in drawn),
        "every class has `queries` drawings in the query set": all(_shares(one.query) == {queries} for one in drawn),
        "the labels are 0 to N - 1": all({label for _, label in one.named} == {*range(ways)} for one in drawn),
        "every label stands for one class, in both sets": all(
            len(one.named) == len(_classes(one.support)) for one in drawn
        ),
    }


def _classes(numbers: list[int]) -> Counter[int]:
    return Counter(n // DRAWERS for n in numbers)


def _shares(numbers: list[int]) -> set[int]:
    """How many drawings a class has, over the classes."""
    return {*_classes(numbers).values()}
