"""N-way K-shot episodes from a set of images (Vinyals et al. 2016, arXiv:1606.04080, section 4.1).

All images lie on the device as one uint8 tensor; an episode is one gather from it. No loop over tasks.
"""

from dataclasses import dataclass, replace
from typing import Self

import torch
from torch import Tensor

from metakit.core import MetaKitError, Task
from metakit.tasks.base import Tasks


@dataclass(frozen=True, eq=False)
class ImageSet:
    """Classes of images: ink 255, paper 0 (`to_glyph` makes them so)."""

    images: Tensor  # uint8 [C, E, H, W]
    names: tuple[str, ...]  # C names, "Alphabet/character"
    counts: Tensor | None = None  # int64 [C]: only the first counts[c] examples are real; None: all E are

    def __len__(self) -> int:
        return len(self.names)

    @property
    def fewest(self) -> int:
        """Examples in the smallest class."""
        return self.images.shape[1] if self.counts is None else int(self.counts.min())

    def select(self, classes: list[int] | Tensor) -> Self:
        """The image set with only these classes, in this order."""
        index = torch.as_tensor(classes, device=self.images.device)
        names = tuple(self.names[i] for i in index.tolist())
        return replace(self, images=self.images[index], names=names, counts=None if self.counts is None else self.counts[index])

    def rotated(self) -> Self:
        """Four times the classes: turned by 0, 90, 180 and 270 degrees (Santoro et al. 2016, section 4.1)."""
        turned = torch.cat([torch.rot90(self.images, turns, (2, 3)) for turns in range(4)])
        names = tuple(f"{name}@{90 * turns}" for turns in range(4) for name in self.names)
        return replace(self, images=turned, names=names, counts=None if self.counts is None else self.counts.repeat(4))

    def to(self, device: torch.device | str) -> Self:
        """The image set on another device."""
        return replace(self, images=self.images.to(device), counts=None if self.counts is None else self.counts.to(device))


@dataclass(frozen=True, eq=False)
class Episodes:
    """Tasks of `ways` classes with `shots` support and `queries` query images each; both disjoint, order shuffled."""

    images: ImageSet
    ways: int = 5
    shots: int = 1
    queries: int = 15

    def __post_init__(self) -> None:
        if self.ways > len(self.images):
            raise MetaKitError(f"{self.ways} ways need {self.ways} classes, but there are {len(self.images)}: choose a smaller N.")
        if self.shots + self.queries > self.images.fewest:
            raise MetaKitError(
                f"{self.shots} shots and {self.queries} queries need {self.shots + self.queries} examples a class, "
                f"but the smallest class has {self.images.fewest}: choose a smaller K or fewer queries."
            )

    def sample(self, n_tasks: int, rng: torch.Generator) -> Task:
        """Draw T tasks: x float32 [T, N*K, 1, H, W] in [0, 1], y int64 [T, N*K] in [0, N)."""
        classes = draw_distinct(n_tasks, self.ways, len(self.images), rng)  # [T, N]
        examples = self._draw_examples(classes, rng)  # [T, N, K + queries]
        rows = classes[..., None] * self.images.images.shape[1] + examples
        support_x, support_y = self._gather(rows[..., : self.shots], rng)
        query_x, query_y = self._gather(rows[..., self.shots :], rng)
        return Task(support_x, support_y, query_x, query_y)

    def _draw_examples(self, classes: Tensor, rng: torch.Generator) -> Tensor:
        keys = torch.rand((*classes.shape, self.images.images.shape[1]), generator=rng, device=rng.device)
        if self.images.counts is not None:
            missing = torch.arange(keys.shape[-1], device=rng.device) >= self.images.counts[classes][..., None]
            keys = keys.masked_fill(missing, 2.0)
        return keys.argsort(-1)[..., : self.shots + self.queries]

    def _gather(self, rows: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        """Images at rows [T, N, n], in an order that tells nothing about the class."""
        (tasks, ways, per_class), (height, width) = rows.shape, self.images.images.shape[2:]
        order = torch.rand((tasks, ways * per_class), generator=rng, device=rng.device).argsort(-1)
        flat = rows.flatten(1).gather(1, order).flatten()
        pixels = self.images.images.flatten(0, 1).index_select(0, flat)
        return (pixels / 255).view(tasks, ways * per_class, 1, height, width), order // per_class


@dataclass(frozen=True, eq=False)
class AnyWays:
    """Episodes whose N differs from batch to batch: each draw picks one of `choices`, all alike likely."""

    choices: tuple[Tasks, ...]

    def sample(self, n_tasks: int, rng: torch.Generator) -> Task:
        """Draw T tasks of one and the same N."""
        pick = torch.randint(len(self.choices), (), generator=rng, device=rng.device)
        return self.choices[int(pick)].sample(n_tasks, rng)


def draw_distinct(n_rows: int, n: int, population: int, rng: torch.Generator) -> Tensor:
    """`n` distinct integers in [0, population) for each of `n_rows` rows: [n_rows, n], uniform over ordered draws."""
    margin = n + 8
    if margin * margin > population:  # repeats are likely: shuffle the whole population
        return torch.rand((n_rows, population), generator=rng, device=rng.device).argsort(-1)[:, :n]
    draws = torch.randint(population, (n_rows, margin), generator=rng, device=rng.device)
    earlier = torch.ones(margin, margin, dtype=torch.bool, device=rng.device).tril(-1)
    repeated = ((draws[:, :, None] == draws[:, None, :]) & earlier).any(-1)  # seen before in its row
    first = repeated.to(torch.uint8).argsort(dim=-1, stable=True)[:, :n]
    drawn = draws.gather(1, first)
    short = (~repeated).sum(-1) < n
    if short.any():  # fewer than n distinct among n + 8 draws: once in a very long while
        drawn[short] = torch.rand((int(short.sum()), population), generator=rng, device=rng.device).argsort(-1)[:, :n]
    return drawn
