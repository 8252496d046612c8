"""Convolution and batch normalisation where few channels go in: one matrix product over all 3x3 patches.

A convolution is y = W p for every patch p of 9 C numbers, so mean and variance of y follow from those of p, and the
normalisation goes into the matrix: nothing is done pixel by pixel to y, which is largest in the first layer. Over all
patches of all images, with m = mean(p) and M = mean(p p'):

    (1)  mean(y) = W m        (2)  var(y) = diag(W (M - m m') W')        (3)  z = s (W p - W m) + bias,   s = weight r

where r = 1 / sqrt(var + eps). None of the three changes when the same number is taken from all pixels, so the
images' mean is: the difference in eq. 2 then loses no digits.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from metakit.nets.pooled_product import PooledProduct, product


def conv_norm_of_patches(
    x: Tensor, w: Tensor, weight: Tensor, bias: Tensor, stride: int, eps: float, pooled: bool = False
) -> tuple[Tensor, Tensor, Tensor]:
    """x [B, C, H, W], w [O, C, 3, 3], weight [O], bias [O] -> z [B, O, H', W'], mean(y) [O], r [O].

    `pooled`: z is the largest of each 2x2 places, and so half as large.
    """
    centre = x.mean()
    p = patches(x, centre, stride)
    with torch.autocast(x.device.type, enabled=False):
        moments = p @ p.T / p.shape[1]
        m, taps = moments[-1, :-1], w.flatten(1)
        r = ((taps @ (moments[:-1, :-1] - m[:, None] * m) * taps).sum(1) + eps).rsqrt()
        scaled = taps * (weight * r)[:, None]
        matrix = torch.cat([scaled.T.contiguous(), (bias - scaled @ m)[None]])
        mean = taps @ (m + centre)
    size = (out_size(x.shape[2], stride), out_size(x.shape[3], stride))
    if pooled and x.device.type == "cpu" and not torch.is_autocast_enabled("cpu"):
        return PooledProduct.apply(p, matrix, size), mean, r
    z = product(p, matrix, size)
    return F.max_pool2d(z, 2) if pooled else z, mean, r


def patches(x: Tensor, centre: Tensor, stride: int) -> Tensor:
    """Every 3x3 patch of x [B, C, H, W], less `centre`, and a 1 for the bias: [9 C + 1, B * H' * W']."""
    windows = (F.pad(x, (1, 1, 1, 1)) - centre).unfold(2, 3, stride).unfold(3, 3, stride)
    columns = windows.permute(1, 4, 5, 0, 2, 3).flatten(0, 2).flatten(1)
    return torch.cat([columns, columns.new_ones(1, columns.shape[1])])


def out_size(size: int, stride: int) -> int:
    """Height or width after the convolution."""
    return (size - 1) // stride + 1
