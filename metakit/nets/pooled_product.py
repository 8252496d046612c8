"""A matrix product over all places of all images, then 2x2 max-pooling, a few images at a time.

What is pooled is four times as large as what remains of it, and in the first layer it is the largest tensor of the
network, forwards and backwards. A few images of it fit into the processor's cache, and never reach the memory.

    z = max over each 2x2 places of  matrix' p        d matrix = p dz',   d p = matrix dz,   dz zero but at the largest
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

IMAGES = 8  # at a time
Size = tuple[int, int]


def product(p: Tensor, matrix: Tensor, size: Size) -> Tensor:
    """p [K, B * H * W], matrix [K, O] -> [B, O, H, W], channels-last."""
    return (p.T @ matrix).unflatten(0, (-1, *size)).permute(0, 3, 1, 2)


class PooledProduct(torch.autograd.Function):
    """(p [K, B * H * W], matrix [K, O], (H, W)) -> [B, O, H // 2, W // 2], channels-last."""

    @staticmethod
    def forward(ctx: Any, p: Tensor, matrix: Tensor, size: Size) -> Tensor:
        pooled, places = [], []
        for part in p.split(IMAGES * size[0] * size[1], 1):
            largest, place = F.max_pool2d(product(part, matrix, size), 2, return_indices=True)
            pooled.append(largest)
            places.append(place)
        ctx.save_for_backward(p, matrix, *places)
        ctx.size = size
        return torch.cat(pooled)

    @staticmethod
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor | None, ...]:
        p, matrix, *places = ctx.saved_tensors
        if torch.is_grad_enabled():  # someone will ask for the gradient of this gradient
            z = F.max_pool2d(product(p, matrix, ctx.size), 2)
            asked = [tensor for tensor in (p, matrix) if tensor.requires_grad]
            found = iter(torch.autograd.grad(z, asked, slope, create_graph=True))
            return *(next(found) if needed else None for needed in ctx.needs_input_grad[:2]), None
        of_p, of_matrix = [], torch.zeros_like(matrix)
        parts = p.split(IMAGES * ctx.size[0] * ctx.size[1], 1)
        for part, place, piece in zip(parts, places, slope.split(IMAGES), strict=True):
            dz = _unpooled(piece, place, ctx.size)
            of_matrix.addmm_(part, dz)
            if ctx.needs_input_grad[0]:
                of_p.append(matrix @ dz.T)
        return torch.cat(of_p, 1) if of_p else None, of_matrix, None


def _unpooled(slope: Tensor, place: Tensor, size: Size) -> Tensor:
    """Zero but where each slope [B, O, H // 2, W // 2] came from: [B * H * W, O]."""
    whole = slope.new_empty(len(slope), *size, slope.shape[1]).permute(0, 3, 1, 2)  # its shape counts, no number of it
    twos = [2, 2]
    dz = torch.ops.aten.max_pool2d_with_indices_backward(slope, whole, twos, twos, [0, 0], [1, 1], False, place)
    return dz.permute(0, 2, 3, 1).flatten(0, 2)
