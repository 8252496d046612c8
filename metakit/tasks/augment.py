"""Small random distortions of every image of a task: another hand drawing the same character."""

from collections.abc import Callable
from dataclasses import dataclass
from math import radians

import torch
import torch.nn.functional as F
from torch import Tensor

from metakit.core import Task
from metakit.tasks.base import Tasks

Distortion = Callable[[Tensor, torch.Generator], Tensor]  # of images [n, 1, H, W], each its own


@dataclass(frozen=True)
class Affine:
    """Largest distortions; each image draws its own, uniformly in both directions."""

    degrees: float = 12.0
    scale: float = 0.18  # share of the size
    shear: float = 0.18
    shift: float = 0.1  # share of the image

    def matrices(self, n: int, rng: torch.Generator) -> Tensor:
        """[n, 2, 3], for `affine_grid`: rotation * shear * scale, then a shift."""
        u = 2 * torch.rand((7, n), generator=rng, device=rng.device) - 1
        angle = radians(self.degrees) * u[0]
        turn = torch.stack([angle.cos(), -angle.sin(), angle.sin(), angle.cos()], -1).view(n, 2, 2)
        stretch = torch.diag_embed(1 + self.scale * u[1:3].T)
        stretch[:, 0, 1], stretch[:, 1, 0] = self.shear * u[3], self.shear * u[4]
        return torch.cat([turn @ stretch, 2 * self.shift * u[5:7].T[..., None]], -1)

    def __call__(self, images: Tensor, rng: torch.Generator) -> Tensor:
        """images: [n, 1, H, W] -> the same, distorted; paper (0) comes in at the borders."""
        if not len(images):
            return images
        grid = F.affine_grid(self.matrices(len(images), rng), list(images.shape), align_corners=False)
        return F.grid_sample(images, grid, align_corners=False)


@dataclass(frozen=True)
class Augmented:
    """A distribution of image tasks with every image distorted, for meta-training only."""

    tasks: Tasks
    distort: Distortion = Affine()

    def sample(self, n_tasks: int, rng: torch.Generator) -> Task:
        """Draw T tasks."""
        drawn = self.tasks.sample(n_tasks, rng)
        support_x, query_x = (self.distort(x.flatten(0, 1), rng).view_as(x) for x in (drawn.support_x, drawn.query_x))
        return drawn._replace(support_x=support_x, query_x=query_x)
