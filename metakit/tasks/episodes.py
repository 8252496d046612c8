"""N-way K-shot episodes from a set of images (Vinyals et al. 2016, arXiv:1606.04080, section 4.1).

All images lie on the device as one uint8 tensor; an episode is one gather from it. No loop over tasks.
"""

from dataclasses import dataclass, replace
from typing import Self

import torch
from torch import Tensor

from metakit.core import MetaKitError, Task


@dataclass(frozen=True, eq=False)
class ImageSet:
    """Classes of images: ink 255, paper 0 (`to_glyph` makes them so)."""

    images: Tensor  # uint8 [C, E, H, W] or, in colour, [C, E, 3, H, W]; or features, float32 [C, E, *d]
    names: tuple[str, ...]  # C names, "Alphabet/character"
    counts: Tensor | None = None  # int64 [C]: only the first counts[c] examples are real; None: all E are

    def __len__(self) -> int:
        return len(self.names)

    @property
    def fewest(self) -> int:
        """Examples in the smallest class."""
        return self.images.shape[1] if self.counts is None else int(self.counts.min())

    @property
    def smallest(self) -> str:
        """Name of the class with the fewest examples."""
        return self.names[0 if self.counts is None else int(self.counts.argmin())]

    def select(self, classes: list[int] | Tensor) -> Self:
        """The image set with only these classes, in this order."""
        index = torch.as_tensor(classes, device=self.images.device)
        names = tuple(self.names[i] for i in index.tolist())
        counts = None if self.counts is None else self.counts[index]
        return replace(self, images=self.images[index], names=names, counts=counts)

    def rotated(self) -> Self:
        """Four times the classes: turned by 0, 90, 180 and 270 degrees (Santoro et al. 2016, section 4.1)."""
        turned = torch.cat([torch.rot90(self.images, turns, (-2, -1)) for turns in range(4)])
        names = tuple(f"{name}@{90 * turns}" for turns in range(4) for name in self.names)
        counts = None if self.counts is None else self.counts.repeat(4)
        return replace(self, images=turned, names=names, counts=counts)

    def to(self, device: torch.device | str) -> Self:
        """The image set on another device."""
        counts = None if self.counts is None else self.counts.to(device)
        return replace(self, images=self.images.to(device), counts=counts)


@dataclass(frozen=True, eq=False)
class Episodes:
    """Tasks of `ways` classes with `shots` support and `queries` query images each; both disjoint, order shuffled."""

    images: ImageSet
    ways: int = 5
    shots: int = 1
    queries: int = 15

    def __post_init__(self) -> None:
        classes, fewest, needed = len(self.images), self.images.fewest, self.shots + self.queries
        if min(self.ways, self.shots) < 1 or self.queries < 0:
            raise MetaKitError(f"{self.ways} ways with {self.shots} shots make no task: choose N and K of at least 1.")
        if self.ways > classes:
            raise MetaKitError(f"{self.ways} ways need as many classes, but there are {classes}: choose a smaller N.")
        if needed > fewest:
            raise MetaKitError(
                f"{self.shots} shots and {self.queries} queries need {needed} examples a class, but "
                f"{self.images.smallest!r} has {fewest}: choose a smaller K or fewer queries, or add examples."
            )

    def sample(self, n_tasks: int, rng: torch.Generator) -> Task:
        """Draw T tasks: x float32 [T, N*K, 1, H, W] in [0, 1], y int64 [T, N*K] in [0, N)."""
        return self.of_classes(draw_distinct(n_tasks, self.ways, len(self.images), rng), rng)

    def of_classes(self, classes: Tensor, rng: torch.Generator) -> Task:
        """Draw a task of each row of `classes` [T, N]; the class in place n has the label n."""
        n_tasks = len(classes)
        examples = self._draw_examples(classes, rng)  # [T, N, K + queries]
        rows = examples.add_(classes[..., None], alpha=self.images.images.shape[1])
        support, query = (part.flatten(1) for part in rows.split([self.shots, self.queries], -1))
        support_order = torch.rand(support.shape, generator=rng, device=rng.device).argsort(-1)
        query_order = turned_orders(n_tasks, query.shape[1], rng)
        support_x, query_x = self._pixels(support.gather(1, support_order), query.gather(1, query_order))
        return Task(support_x, support_order // self.shots, query_x, query_order // max(self.queries, 1))

    def _draw_examples(self, classes: Tensor, rng: torch.Generator) -> Tensor:
        """Distinct examples [T, N, K + queries] of classes [T, N]."""
        keys = torch.rand((*classes.shape, self.images.images.shape[1]), generator=rng, device=rng.device)
        if self.images.counts is not None:
            missing = torch.arange(keys.shape[-1], device=rng.device) >= self.images.counts[classes][..., None]
            keys.masked_fill_(missing, 2.0)
        return keys.argsort(-1)[..., : self.shots + self.queries]

    def _pixels(self, *parts: Tensor) -> tuple[Tensor, ...]:
        """Images at rows [T, n] as float32 [T, n, 1, H, W] for each of the parts: one gather, each contiguous."""
        rows = torch.cat([part.flatten() for part in parts])
        found = self.images.images.flatten(0, 1).index_select(0, rows)
        found = pixels(found) if found.dtype == torch.uint8 else found
        pieces = found.split([part.numel() for part in parts])
        return tuple(piece.unflatten(0, part.shape) for piece, part in zip(pieces, parts, strict=True))


def pixels(images: Tensor) -> Tensor:
    """uint8 [n, H, W] or [n, 3, H, W] -> float32 [n, 1 or 3, H, W] in [0, 1]."""
    scaled = images.float().mul_(1 / 255)
    return scaled[:, None] if images.dim() == 3 else scaled  # noqa: PLR2004


def draw_distinct(n_rows: int, n: int, population: int, rng: torch.Generator) -> Tensor:
    """`n` distinct integers in [0, population) for each of `n_rows` rows: [n_rows, n], uniform over ordered draws."""
    if n * n > population:  # repeats are likely: shuffle the whole population
        return torch.rand((n_rows, population), generator=rng, device=rng.device).argsort(-1)[:, :n]
    drawn = torch.randint(population, (n_rows, n), generator=rng, device=rng.device)
    while (clash := (drawn.sort(-1).values.diff(dim=-1) == 0).any(-1)).any():  # draw those rows again
        drawn[clash] = torch.randint(population, (int(clash.sum()), n), generator=rng, device=rng.device)
    return drawn


def turned_orders(n_rows: int, n: int, rng: torch.Generator) -> Tensor:
    """One random order of n places, begun anywhere in each row: [n_rows, n]. Cheaper than sorting each."""
    order, places = torch.randperm(n, generator=rng, device=rng.device), torch.arange(n, device=rng.device)
    begin = torch.randint(max(n, 1), (n_rows, 1), generator=rng, device=rng.device)
    return order[(places + begin) % max(n, 1)]
