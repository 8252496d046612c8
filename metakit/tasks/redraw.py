"""Stronger augmentation for meta-training: each image as another hand with another pen would draw it.

`Redraw` bends the strokes: a coarse grid of random displacements, interpolated smoothly, on top of an affine distortion
(Simard, Steinkraus, Platt 2003 distort digits so), and thickens or thins them. `Mirrored` makes more classes instead of
more drawings: a character seen in a mirror is another character.
"""

from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor

from metakit.core import Task
from metakit.tasks.augment import Affine
from metakit.tasks.base import Tasks


@dataclass(frozen=True)
class Redraw:
    """Affine distortion, bent strokes, another pen; each image draws its own."""

    affine: Affine = field(default_factory=Affine)
    bend: float = 0.03  # standard deviation of the displacement of a knot, share of the image
    knots: int = 5  # on a side
    pen: float = 0.5  # largest share of the way to lines two pixels thicker, or thinner

    def __call__(self, images: Tensor, rng: torch.Generator) -> Tensor:
        """images: [n, 1, H, W] -> the same, redrawn; paper (0) comes in at the borders."""
        if not len(images):
            return images
        grid = F.affine_grid(self.affine.matrices(len(images), rng), list(images.shape), align_corners=False)
        bent = grid + self._displacements(images, rng)
        return self._with_pen(F.grid_sample(images, bent, align_corners=False), rng)

    def _displacements(self, images: Tensor, rng: torch.Generator) -> Tensor:
        """[n, H, W, 2], in units of half the image."""
        moved = torch.randn((len(images), 2, self.knots, self.knots), generator=rng, device=rng.device)
        smooth = F.interpolate(2 * self.bend * moved, images.shape[-2:], mode="bicubic", align_corners=True)
        return smooth.movedim(1, -1)

    def _with_pen(self, images: Tensor, rng: torch.Generator) -> Tensor:
        strength = 2 * torch.rand((len(images), 1, 1, 1), generator=rng, device=rng.device) - 1
        thick, thin = F.max_pool2d(images, 3, 1, 1), -F.max_pool2d(-images, 3, 1, 1)
        return images.lerp(torch.where(strength > 0, thick, thin), self.pen * strength.abs())


@dataclass(frozen=True)
class Mirrored:
    """Tasks in which each class, all its images together, is mirrored with probability one half."""

    tasks: Tasks

    def sample(self, n_tasks: int, rng: torch.Generator) -> Task:
        """Draw T tasks."""
        drawn = self.tasks.sample(n_tasks, rng)
        ways = int(drawn.support_y.max()) + 1
        mirror = torch.rand((n_tasks, ways), generator=rng, device=rng.device) < 0.5  # noqa: PLR2004

        def turned(x: Tensor, y: Tensor) -> Tensor:
            return torch.where(mirror.gather(1, y)[..., None, None, None], x.flip(-1), x)

        support_x, query_x = turned(drawn.support_x, drawn.support_y), turned(drawn.query_x, drawn.query_y)
        return drawn._replace(support_x=support_x, query_x=query_x)
