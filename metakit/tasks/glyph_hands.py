"""Drawing characters by many hands: every drawing is the ideal plus a random mix of smooth distortions.

Some distortions bend the whole plane, so that what touches still touches; others move, stretch and bend one stroke.
"""

from math import pi

import torch
import torch.nn.functional as F
from torch import Tensor

from metakit.tasks.dice import Dice
from metakit.tasks.glyph_scripts import STROKES, Characters
from metakit.tasks.glyph_strokes import POINTS
from metakit.tasks.pen import ink

CHUNK = 8  # characters drawn at a time: the bitmaps stay in the processor's cache

# Standard deviations, in half-widths of the paper. Of the whole drawing:
SHIFT, SIZE, STRETCH, SLANT, TILT, WARP = 0.08, 0.09, 0.05, 0.07, 0.03, 0.05
# Of one stroke: its shape, its small features, its place and waves along it.
STROKE_STRETCH, DETAIL, WAVES = 0.09, 0.3, (0.035, 0.04, 0.028, 0.018, 0.012, 0.008)
COARSE = 29  # points over which a stroke is averaged until its small features are gone


def draw(ideal: Characters, drawers: int, jitter: float, dice: Dice, device: torch.device | str) -> Tensor:
    """uint8 [C, drawers, 28, 28], ink 255. `jitter` 1: as unlike as the drawers of Omniglot, 0: all the same."""
    strong = strengths()
    weights = jitter * strong[:, None] * dice.normal(len(ideal.points), len(strong), drawers, 2)
    sizes = (jitter * SIZE * dice.normal(len(weights), drawers, 1, 1)).exp()
    images = []
    parts = (part.split(CHUNK) for part in (ideal.points, ideal.inked(), weights, sizes))
    for points, inked, weight, size in zip(*parts, strict=True):
        moved = torch.einsum("cfp,cfdx->cdpx", distortions(points).to(device), weight.to(device))
        images.append(ink((moved + points.flatten(1, 2)[:, None].to(device)) * size.to(device), inked.to(device)))
    return torch.cat(images)


def distortions(points: Tensor) -> Tensor:
    """Functions [C, F, STROKES * POINTS] of the points [C, STROKES, POINTS, 2] of each character."""
    alone = torch.eye(STROKES)[:, :, None]  # each distortion of each stroke by itself
    single = (of_strokes(points)[:, :, None] * alone).flatten(3).flatten(1, 2)
    return torch.cat([of_plane(points.flatten(1, 2)), single], 1)


def strengths() -> Tensor:
    """How strong each distortion is in x and in y: [F, 2]."""
    single = torch.tensor([STROKE_STRETCH, STROKE_STRETCH, DETAIL, DETAIL, *WAVES]).repeat_interleave(STROKES)
    plane = torch.tensor([(SHIFT, SHIFT), (STRETCH, TILT), (SLANT, STRETCH), *[(WARP, WARP)] * 5])
    return torch.cat([plane, single[:, None].expand(-1, 2)])


def of_plane(points: Tensor) -> Tensor:
    """Smooth functions of the place: [C, 8, n] of points [C, n, 2]. What touches still touches."""
    x, y = points.unbind(-1)
    return torch.stack([torch.ones_like(x), x, y, x * x, x * y, y * y, torch.sin(pi * x), torch.sin(pi * y)], 1)


def of_strokes(points: Tensor) -> Tensor:
    """Functions along each stroke: [C, 4 + waves, STROKES, POINTS] of points [C, STROKES, POINTS, 2]."""
    around = points - points.mean(2, keepdim=True)
    padded = F.pad(around.movedim(-1, 1).flatten(1, 2), [COARSE // 2] * 2, mode="replicate")
    coarse = F.avg_pool1d(padded, COARSE, 1).view(-1, 2, *points.shape[1:3])
    waves = torch.cos(pi * torch.arange(len(WAVES))[:, None] * torch.linspace(0, 1, POINTS))  # the first is 1
    around = around.movedim(-1, 1)
    return torch.cat([around, around - coarse, waves[:, None].expand(len(points), -1, STROKES, -1)], 1)
