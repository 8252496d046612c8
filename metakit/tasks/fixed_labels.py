"""Tasks that a learner can solve without learning: the label of a class is the same in all of them.

Class number c is always called c mod N. Whoever remembers the training classes needs no support set, and so a learner
may learn to remember instead of learning to learn. `Episodes` deals the labels anew in every task, which prevents it.

Mingzhang Yin and others: Meta-Learning without Memorization, 2020, arXiv:1912.03820, call such tasks not mutually
exclusive: one function solves them all.
"""

from dataclasses import dataclass

import torch

from metakit.core import MetaKitError, Task
from metakit.tasks.episodes import Episodes


@dataclass(frozen=True, eq=False)
class FixedLabels:
    """The tasks of `episodes` with labels that belong to the classes: one class of each label."""

    episodes: Episodes

    def __post_init__(self) -> None:
        if len(self.episodes.images) < 2 * self.episodes.ways:
            raise MetaKitError("Every label needs two classes at least: choose a smaller N, or more images.")

    def sample(self, n_tasks: int, rng: torch.Generator) -> Task:
        """Draw T tasks."""
        ways = self.episodes.ways
        drawn = torch.randint(len(self.episodes.images) // ways, (n_tasks, ways), generator=rng, device=rng.device)
        return self.episodes.of_classes(drawn * ways + torch.arange(ways, device=rng.device), rng)
