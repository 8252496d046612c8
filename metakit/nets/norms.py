"""Batch normalisation that is safe to differentiate twice under `vmap` (Ioffe & Szegedy 2015, arXiv:1502.03167).

`nn.BatchNorm2d` with affine weights gives wrong second-order gradients under `vmap` (ARCHITECTURE.md, traps), and
plain tensor operations read the images many times. So the formulas stand here, each evaluated by few fused passes.
Per channel, over its n pixels (batch and image), with r = 1 / sqrt(var + eps), h = (x - mean) r and s = weight r:

    (1)  y  = weight h + bias
    (2)  dx = s P(g),   P(g) = g - mean(g) - h mean(g h);    dweight = sum(g h);    dbias = sum(g)

P is symmetric. For the second order take L = <u, dx> + v dweight + w dbias, with k = <P(u), g>:

    (3)  dL/dg = s P(u) + v h + w
    (4)  dL/dweight = r k
    (5)  dL/dx = r P(e) - (r s k / n) h,   e = v g - s (u mean(g h) + g mean(u h))

The second term of (5) is the way through r. All of this needs five sums a channel: of g, g h, u, u h and u g.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd import Function

from metakit.nets.fold import fold_images, fold_rows, under_transform, unfold_images, unfold_rows


class BatchNorm2d(nn.Module):
    """Normalise each channel over the batch and the image.

    `statistics` says where mean and variance come from: "batch", always the images at hand (MAML and its family);
    "running", the images at hand while training and the running average afterwards.
    """

    running_mean: Tensor
    running_var: Tensor

    def __init__(self, channels: int, statistics: str = "batch", momentum: float = 0.1, eps: float = 1e-5) -> None:
        super().__init__()
        self.statistics, self.momentum, self.eps = statistics, momentum, eps
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))

    def forward(self, x: Tensor) -> Tensor:
        """x: [B, C, H, W] -> [B, C, H, W]."""
        if self.statistics == "running" and not self.training:
            scale = self.weight * (self.running_var + self.eps).rsqrt()
            return x * scale[:, None, None] + (self.bias - self.running_mean * scale)[:, None, None]
        remember = (self.running_mean, self.running_var) if self.statistics == "running" else (None, None)
        if not under_transform():
            return torch.batch_norm(x, self.weight, self.bias, *remember, True, self.momentum, self.eps, True)
        y, mean, r = BatchNorm.apply(x, self.weight, self.bias, self.eps)
        if self.statistics == "running":
            self._remember(mean, r.square().reciprocal() - self.eps)
        return y

    @torch.no_grad()
    def _remember(self, mean: Tensor, var: Tensor) -> None:
        self.running_mean.lerp_(mean.detach().to(self.running_mean), self.momentum)
        self.running_var.lerp_(var.detach().to(self.running_var), self.momentum)


class BatchNorm(Function):
    """eq. 1: x [B, C, H, W], weight [C], bias [C] -> y, and mean [C] and r [C], constants to autograd."""

    @staticmethod
    def forward(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> tuple[Tensor, Tensor, Tensor]:
        return torch.native_batch_norm(x, weight, bias, None, None, True, 0.0, eps)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor, Tensor, float], output: tuple[Tensor, ...]) -> None:
        x, weight, _, ctx.eps = inputs
        _, mean, r = output
        ctx.mark_non_differentiable(mean, r)
        ctx.save_for_backward(x, weight, mean, r)

    @staticmethod
    def backward(ctx: Any, g: Tensor, *_: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        return *BatchNormBackward.apply(g, *ctx.saved_tensors, ctx.eps), None

    @staticmethod
    def vmap(info: Any, dims: tuple[int | None, ...], x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Any:
        n = info.batch_size
        weight, bias = (fold_rows(v, dim, n) for v, dim in zip((weight, bias), dims[1:3], strict=True))
        y, mean, r = BatchNorm.apply(fold_images(x, dims[0], n), weight, bias, eps)
        return tuple(zip(unfold_images(y, n), unfold_rows(mean, n), unfold_rows(r, n), strict=True))


class BatchNormBackward(Function):
    """eq. 2: g and x [B, C, H, W], weight, mean and r [C] -> dx [B, C, H, W], dweight [C], dbias [C].

    Differentiable in g, weight and x, with mean and r taken for the functions of x that they are.
    """

    @staticmethod
    def forward(g: Tensor, x: Tensor, weight: Tensor, mean: Tensor, r: Tensor, eps: float) -> tuple[Tensor, ...]:
        fused = torch.ops.aten.native_batch_norm_backward
        return fused(g, x, weight, None, None, mean, r, True, eps, [True, True, True])

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, Tensor, Tensor]) -> None:
        *tensors, ctx.eps = inputs
        ctx.save_for_backward(*tensors, *output[1:])

    @staticmethod
    def backward(ctx: Any, u: Tensor, v: Tensor, w: Tensor) -> tuple[Tensor | None, ...]:
        g, x, weight, mean, r, sum_gh, sum_g = ctx.saved_tensors
        if torch.is_grad_enabled():  # third order: mean and r must be seen to depend on x
            mean, r = _statistics(x, ctx.eps)
        n, s = x.numel() / x.shape[1], weight * r
        s_pu, sum_uh, sum_u = BatchNormBackward.apply(u, x, weight, mean, r, ctx.eps)
        k = (u * g).sum((0, 2, 3)) - (sum_u * sum_g + sum_uh * sum_gh) / n
        mean_e = (v * sum_g - s * (sum_u * sum_gh + sum_g * sum_uh) / n) / n
        mean_eh = (v - 2 * s * sum_uh / n) * sum_gh / n
        slope = -r * r * (mean_eh + s * k / n)  # of x in eq. 5
        dx = _combine(-r * mean_e - slope * mean, (x, slope), (u, -r * s * sum_gh / n), (g, r * (v - s * sum_uh / n)))
        return s_pu + _combine(w - v * r * mean, (x, v * r)), dx, r * k, None, None, None

    @staticmethod
    def vmap(info: Any, dims: tuple[int | None, ...], *args: Any) -> Any:
        n = info.batch_size
        images = (fold_images(v, dim, n) for v, dim in zip(args[:2], dims[:2], strict=True))
        rows = (fold_rows(v, dim, n) for v, dim in zip(args[2:5], dims[2:5], strict=True))
        dx, dweight, dbias = BatchNormBackward.apply(*images, *rows, args[5])
        return tuple(zip(unfold_images(dx, n), unfold_rows(dweight, n), unfold_rows(dbias, n), strict=True))


def _statistics(x: Tensor, eps: float) -> tuple[Tensor, Tensor]:
    """Mean [C] and 1 / standard deviation [C] of x [B, C, H, W], in operations that autograd sees through."""
    mean = x.mean((0, 2, 3))
    return mean, ((x - mean[:, None, None]).square().mean((0, 2, 3)) + eps).rsqrt()


def _combine(constant: Tensor, *terms: tuple[Tensor, Tensor]) -> Tensor:
    """constant [C] + the sum of images [B, C, H, W] times factors [C]."""
    total = constant[:, None, None]
    for images, factor in terms:
        total = torch.addcmul(total, images, factor[:, None, None])
    return total


def use_statistics(module: nn.Module, statistics: str) -> None:
    """Set where every batch normalisation inside `module` takes its statistics from: "batch" or "running"."""
    for part in module.modules():
        if isinstance(part, BatchNorm2d):
            part.statistics = statistics


def has_batch_norm(module: nn.Module) -> bool:
    """Whether predictions of `module` depend on the other images of the batch."""
    return any(isinstance(part, BatchNorm2d) and part.statistics == "batch" for part in module.modules())
