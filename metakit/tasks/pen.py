"""Omniglot's pen: five pixels wide on a bitmap of 105 x 105, which is then scaled down to 28 x 28 by area."""

import torch
from torch import Tensor

from metakit.tasks.scaling import area_scale

SIDE, WIDTH, MARGIN = 105, 5, 3  # pixels: the bitmap, the pen, and paper around the bitmap where no ink arrives
SPACING = 1.5  # pixels between the points that leave ink


def sparse(points: Tensor) -> Tensor:
    """Which points [..., P] of even strokes [..., P, 2] in [-1, 1] leave ink: one every SPACING pixels."""
    n = points.shape[-2]
    steps = (lengths(points) / SPACING).ceil().clamp(1, n - 1)
    ticks = (torch.arange(n) * steps[..., None] / (n - 1) + 1e-4).floor()
    return ticks.diff(dim=-1, prepend=torch.full_like(ticks[..., :1], -1)) > 0


def lengths(points: Tensor) -> Tensor:
    """Length [...] of each stroke [..., P, 2], in pixels of the bitmap."""
    return points.diff(dim=-2).norm(dim=-1).sum(-1) * (SIDE / 2)


def ink(points: Tensor, drawn: Tensor) -> Tensor:
    """Drawings uint8 [C, D, 28, 28] from points [C, D, P, 2] in [-1, 1], of which `drawn` [C, P] leave ink."""
    characters, drawers = points.shape[:2]
    wide = SIDE + 2 * MARGIN
    pixels = ((points + 1) * (SIDE / 2)).clamp(2, SIDE - 3).int() + MARGIN
    image = torch.arange(characters * drawers, dtype=torch.int32, device=points.device).view(characters, drawers, 1)
    flat = (image * (wide * wide) + pixels[..., 1] * wide + pixels[..., 0])[drawn[:, None].expand(-1, drawers, -1)]
    canvas = torch.zeros(characters * drawers * wide * wide, dtype=torch.uint8, device=points.device)
    canvas[flat] = 1
    bitmap = _by_pen(canvas, wide).view(characters * drawers, wide, wide)[:, MARGIN:-MARGIN, MARGIN:-MARGIN]
    return (area_scale(bitmap) * 255).round().to(torch.uint8).view(characters, drawers, 28, 28)


def _by_pen(canvas: Tensor, wide: int) -> Tensor:
    """Every pixel of the flat canvas becomes five by five without the corners: a 3 x 3 square, then a cross."""
    square = canvas.clone()
    for shift in (1, wide):
        before = square.clone()
        square[shift:] |= before[:-shift]
        square[:-shift] |= before[shift:]
    cross = square.clone()
    for shift in (1, wide):
        cross[shift:] |= square[:-shift]
        cross[:-shift] |= square[shift:]
    return cross
