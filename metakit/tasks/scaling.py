"""Anti-aliased scaling by area: every output cell is the mean of the input it covers, fractions included."""

import torch
from torch import Tensor


def area_scale(ink: Tensor, height: int = 28, width: int = 28) -> Tensor:
    """Images [..., H, W] as float32 [..., height, width].

    For 105 x 105 bits the sums are multiples of 1/16 and exact, so the result is the same on every processor.
    """
    rows, columns = ink.shape[-2:]
    down, across = (_overlap(*sides).to(ink.device) for sides in ((rows, height), (columns, width)))
    sums = down @ ink.float() @ across.T
    return sums / (rows * columns / (height * width))


def _overlap(source: int, target: int) -> Tensor:
    """Length [target, source] of each source pixel inside each of `target` equal cells, in source pixels."""
    edges = torch.arange(target + 1, dtype=torch.float64) * source / target
    pixels = torch.arange(source, dtype=torch.float64)
    overlap = torch.minimum(edges[1:, None], pixels + 1) - torch.maximum(edges[:-1, None], pixels)
    return overlap.clamp(min=0).float()
