"""Anti-aliased downscaling by area: every output cell is the mean of the input it covers, fractions included."""

import torch
from torch import Tensor


def coverage(source: int, target: int) -> Tensor:
    """Length [target, source] of each source pixel that lies in each of `target` equal cells, in source pixels."""
    edges = torch.arange(target + 1, dtype=torch.float64) * source / target
    pixels = torch.arange(source, dtype=torch.float64)
    overlap = torch.minimum(edges[1:, None], pixels + 1) - torch.maximum(edges[:-1, None], pixels)
    return overlap.clamp(min=0).float()


def area_scale(ink: Tensor, size: int = 28) -> Tensor:
    """Images [..., H, W] as [..., size, size], float32.

    For 105 x 105 bits the sums are multiples of 1/16 and exact, so the result is the same on every processor.
    """
    height, width = ink.shape[-2:]
    sums = coverage(height, size) @ ink.float() @ coverage(width, size).T
    return sums / (height * width / size**2)
