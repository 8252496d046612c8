"""Ordinary supervised batches, as tasks without a support set: every class of an image set at once."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F

from metakit.core import Task
from metakit.tasks.episodes import ImageSet


@dataclass(frozen=True, eq=False)
class Supervised:
    """Batches of `batch` images of all classes; labels are one-hot over all of them, the same in every batch."""

    images: ImageSet
    batch: int = 256

    def sample(self, n_tasks: int, rng: torch.Generator) -> Task:
        """Draw T batches: no support set, query_x float32 [T, B, 1, H, W] in [0, 1], query_y float32 [T, B, C]."""
        shape = (n_tasks, self.batch)
        classes = torch.randint(len(self.images), shape, generator=rng, device=rng.device)
        examples = self.images.fewest if self.images.counts is None else self.images.counts[classes]
        chosen = (torch.rand(shape, generator=rng, device=rng.device) * examples).long()
        x = self.images.images[classes, chosen].float().div_(255)[:, :, None]
        y = F.one_hot(classes, len(self.images)).float()
        return Task(x[:, :0], y[:, :0], x, y)
