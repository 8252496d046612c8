"""A limited number of few-shot tasks, each with a random projection of the images and a random choice of labels.

A network that is trained on few tasks can remember each: look which one it is, and answer from memory. When there are
too many to remember, what is left is to learn from the examples. As every task turns the images another way, it then
learns from examples of any kind: a learning algorithm, found by training.

    (1)  task i:   N classes in random order, their labels 0 … N - 1,   and A_i [d, D] with normal entries
    (2)  x' = A_i x / sqrt(D)

Louis Kirsch, James Harrison, Jascha Sohl-Dickstein, Luke Metz: General-Purpose In-Context Learning by Meta-Learning
Transformers, 2022, arXiv:2212.04458, section 2 (GPICL). Deviations: classes are drawn from all of an image set where
the paper permutes the ten of MNIST; x may be features, and d < D.
"""

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from metakit.core import MetaKitError, Task
from metakit.tasks.base import generator
from metakit.tasks.episodes import Episodes, draw_distinct


@dataclass(frozen=True, eq=False)
class Projected:
    """Tasks number 0 … `tasks` - 1 of `seed`, or with tasks=None a new one every time. Images become `numbers` long."""

    episodes: Episodes
    tasks: int | None = None
    numbers: int = 32
    seed: int = 0

    def __post_init__(self) -> None:
        if self.tasks is not None and self.tasks < 1:
            raise MetaKitError(f"There must be a task to learn: choose 1 or more tasks, not {self.tasks}.")

    def sample(self, n_tasks: int, rng: torch.Generator) -> Task:
        """Draw T times from the tasks: x float32 [T, N * K, d], y int64 [T, N * K]."""
        if self.tasks is None:
            classes, maps = self._drawn(n_tasks, rng)
        else:
            chosen = torch.randint(self.tasks, (n_tasks,), generator=rng, device=rng.device)
            classes, maps = (part[chosen] for part in self._kept)
        drawn = self.episodes.of_classes(classes, rng)
        support_x, query_x = (x.flatten(2) @ maps for x in (drawn.support_x, drawn.query_x))  # eq. 2
        return drawn._replace(support_x=support_x, query_x=query_x)

    @cached_property
    def _kept(self) -> tuple[Tensor, Tensor]:
        """Classes [tasks, N] and projections [tasks, D, d] of the tasks there are."""
        return self._drawn(self.tasks or 0, generator(self.seed, self.episodes.images.images.device))

    def _drawn(self, n: int, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        """eq. 1."""
        images = self.episodes.images
        width = images.images.shape[2:].numel()
        classes = draw_distinct(n, self.episodes.ways, len(images), rng)
        return classes, torch.randn(n, width, self.numbers, generator=rng, device=rng.device) / width**0.5
