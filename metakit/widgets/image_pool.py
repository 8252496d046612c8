"""One pool of images for a widget; every episode it shows is cut from the pool.

A slider then changes one thing only: more ways add classes to those already there, more shots add images.
"""

from typing import Any

import torch
from torch import Tensor

from metakit.core import Task
from metakit.tasks.episodes import Episodes, ImageSet

MAX_WAYS, MAX_SHOTS, MAX_QUERIES = 20, 5, 5


def draw_pool(images: ImageSet, rng: torch.Generator, queries: int = MAX_QUERIES) -> Tensor:
    """Up to 20 classes with up to 5 + `queries` examples each: float32 [N, E, 1, 28, 28]."""
    ways, examples = min(MAX_WAYS, len(images)), min(MAX_SHOTS + queries, images.fewest)
    task = Episodes(images, ways, examples, 0).sample(1, rng).at(0)
    return in_class_order(task).unflatten(0, (ways, examples))


def in_class_order(task: Task) -> Tensor:
    """The support images [S, *x] sorted by class."""
    return task.support_x[task.support_y.argsort(stable=True)]


def cut(pool: Tensor, ways: int, shots: int, queries: int) -> Task:
    """The first N classes; support from the front of each, queries from its back. In class order."""
    classes = torch.arange(ways)
    return Task(
        pool[:ways, :shots].flatten(0, 1),
        classes.repeat_interleave(shots),
        pool[:ways, -queries:].flatten(0, 1),
        classes.repeat_interleave(queries),
    )


def limits(pool: Tensor, shots: int, queries: int) -> dict[str, list[int]]:
    """What the sliders may say: N up to the classes there are, K + queries up to the examples there are."""
    ways, examples = pool.shape[:2]
    return {
        "ways": [2, ways],
        "shots": [1, min(MAX_SHOTS, examples - queries)],
        "queries": [1, min(MAX_QUERIES, examples - shots)],
    }


def bounded(proposal: dict[str, Any], pool: Tensor, shots: int, queries: int) -> int:
    """A slider's new value, brought to what is possible: the body of a traitlets validator."""
    low, high = limits(pool, shots, queries)[proposal["trait"].name]
    return max(low, min(proposal["value"], high))


def to_bytes(x: Tensor) -> bytes:
    """Images float32 [n, 1, 28, 28] in [0, 1] as n * 784 bytes of ink, for the browser."""
    return (x.detach().cpu().clamp(0, 1) * 255).round().to(torch.uint8).numpy().tobytes()


def by_alphabet(images: ImageSet) -> dict[str, list[int]]:
    """Alphabet -> its classes ("Alphabet/character" names); a set without alphabets has one, called ""."""
    groups: dict[str, list[int]] = {}
    for index, name in enumerate(images.names):
        groups.setdefault(name.rpartition("/")[0], []).append(index)
    return groups
