"""Drawing characters by many hands: every drawing is the ideal plus a random mix of smooth distortions.

Some distortions bend the whole plane, so that what touches still touches; others move, stretch and bend one stroke.
"""

from math import pi

import torch
from torch import Tensor

from metakit.tasks.dice import Dice
from metakit.tasks.glyph_scripts import POINTS, STROKES, Characters
from metakit.tasks.pen import ink

CHUNK = 32  # characters drawn at a time: the bitmaps stay in the processor's cache

SHIFT, STRETCH, WARP = 0.09, 0.09, 0.04  # standard deviations: place, size and slant, bending of the plane
STROKE_STRETCH, WOBBLE = 0.06, (0.02, 0.025, 0.015, 0.01, 0.007, 0.005)  # of one stroke; its place, then waves


def draw(ideal: Characters, drawers: int, jitter: float, dice: Dice, device: torch.device | str) -> Tensor:
    """uint8 [C, drawers, 28, 28], ink 255. `jitter` 1: as unlike as the drawers of Omniglot, 0: all the same."""
    shapes, spread = distortions(ideal)
    weights = jitter * spread[:, None, None] * dice.normal(len(shapes), len(spread), drawers, 2)
    parts = (ideal.points.flatten(1, 2), ideal.inked(), shapes, weights)
    images = []
    for points, drawn, shape, weight in zip(*(part.to(device).split(CHUNK) for part in parts), strict=True):
        images.append(ink(points[:, None] + torch.einsum("cfp,cfdx->cdpx", shape, weight), drawn))
    return torch.cat(images)


def distortions(ideal: Characters) -> tuple[Tensor, Tensor]:
    """Functions [C, F, STROKES * POINTS] of the points of each character, and how strong each is, [F]."""
    x, y = ideal.points.flatten(1, 2).unbind(-1)
    plane = torch.stack([torch.ones_like(x), x, y, x * x, x * y, y * y, torch.sin(pi * x), torch.sin(pi * y)], 1)
    spread = [SHIFT, STRETCH, STRETCH, *[WARP] * 5]
    around = (ideal.points - ideal.points.mean(2, keepdim=True)).unbind(-1)
    waves = torch.cos(pi * torch.arange(len(WOBBLE))[:, None] * torch.linspace(0, 1, POINTS))  # the first is 1
    local = torch.stack([*around, *waves[:, None, None].expand(-1, *around[0].shape)], 1)  # [C, L, STROKES, POINTS]
    alone = torch.eye(STROKES)[:, :, None]  # each distortion of each stroke
    single = (local[:, :, None] * alone).flatten(3).flatten(1, 2)
    strength = [STROKE_STRETCH, STROKE_STRETCH, *WOBBLE]
    return torch.cat([plane, single], 1), torch.tensor([*spread, *(s for s in strength for _ in range(STROKES))])
