"""First and second derivatives of batch normalisation, each in few fused passes over the images.

Per channel, over its n pixels (batch and image), with r = 1 / sqrt(var + eps), h = (y - mean) r and s = weight r:

    (1)  z  = weight h + bias
    (2)  dy = s P(g),   P(g) = g - mean(g) - h mean(g h),   dweight = sum(g h),   dbias = sum(g)

g is the gradient that arrives at z. P is symmetric: <u, P(g)> = <P(u), g>. For the second order let u, a and b arrive
at the three results of (2), that is, take L = <u, dy> + a dweight + b dbias. With k = <P(u), g>:

    (3)  dL/dg = s P(u) + a h + b,   dL/dweight = r k
    (4)  dL/dy = r P(e) - (r s k / n) h,   e = a g - s (u mean(g h) + g mean(u h))

The last term of (4) is the way through r. All of it needs six sums a channel: g, g h, u, u h and P(u) g.
"""

import torch
from torch import Tensor

from metakit.nets.norms import moments

_backward = torch.ops.aten.native_batch_norm_backward


def normalise(y: Tensor, weight: Tensor, bias: Tensor, eps: float) -> tuple[Tensor, Tensor, Tensor]:
    """eq. 1: y [B, C, H, W] -> z, mean [C], r [C]."""
    return torch.ops.aten.native_batch_norm(y, weight, bias, None, None, True, 0.0, eps)


def first_order(g: Tensor, y: Tensor, weight: Tensor, mean: Tensor, r: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """eq. 2: dy [B, C, H, W], dweight [C], dbias [C]."""
    return _backward(g, y, weight, None, None, mean, r, True, 0.0, [True, True, True])


def first_order_plain(g: Tensor, y: Tensor, weight: Tensor, eps: float) -> tuple[Tensor, Tensor, Tensor]:
    """eq. 2 in operations that can be differentiated again, as often as you like."""
    mean, var = moments(y)
    r = (var + eps).rsqrt()
    h = (y - mean[:, None, None]) * r[:, None, None]
    centred = g - g.mean((0, 2, 3))[:, None, None] - h * (g * h).mean((0, 2, 3))[:, None, None]
    return (weight * r)[:, None, None] * centred, (g * h).sum((0, 2, 3)), g.sum((0, 2, 3))


def second_order(
    u: Tensor, a: Tensor, b: Tensor, g: Tensor, y: Tensor, weight: Tensor, mean: Tensor, r: Tensor,
    sum_gh: Tensor, sum_g: Tensor,
) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    """eq. 3 and 4: dL/dg [B, C, H, W], dL/dweight [C], dL/dy [B, C, H, W]."""
    n = y.shape[0] * y.shape[2] * y.shape[3]
    pu, sum_uh, sum_u = first_order(u, y, r.reciprocal(), mean, r)
    s, rk = weight * r, r * _dot(pu, g)
    p = s / n
    of_g = r * torch.addcmul(a, p, sum_uh, value=-1)  # r e = of_g g - of_u u
    of_u = r * p * sum_gh
    sum_re = (of_g * sum_g).addcmul_(of_u, sum_u, value=-1)
    sum_reh = (of_g * sum_gh).addcmul_(of_u, sum_uh, value=-1)
    of_y = sum_reh.addcmul_(s, rk).mul_(r).div_(-n)
    dy = _sum(sum_re.div_(-n).addcmul_(of_y, mean, value=-1), (of_y, y), (of_g, g), (-of_u, u))
    of_y = a * r
    return _sum(torch.addcmul(b, of_y, mean, value=-1), (of_y, y), (s, pu)), rk, dy


def _dot(p: Tensor, g: Tensor) -> Tensor:
    """sum(p g) [C] in one pass that writes nothing: eq. 2's dweight, with mean 0 and r 1."""
    channels = torch.zeros(p.shape[1], dtype=p.dtype, device=p.device)
    return _backward(p, g, None, None, None, channels, channels + 1, True, 0.0, [False, True, False])[1]


def _sum(constant: Tensor, *terms: tuple[Tensor, Tensor]) -> Tensor:
    """constant [C] + the sum of factors [C] times images [B, C, H, W]."""
    total = constant.view(-1, 1, 1)
    for factor, images in terms:
        add = total.addcmul_ if total.dim() == images.dim() else total.addcmul
        total = add(factor.view(-1, 1, 1), images)
    return total
