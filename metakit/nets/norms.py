"""Batch normalisation that is safe to differentiate twice under `vmap` (Ioffe & Szegedy 2015, arXiv:1502.03167).

`nn.BatchNorm2d` with affine weights gives wrong second-order gradients under `vmap` (ARCHITECTURE.md, traps). This
one is written in plain tensor operations, which are exact; after a convolution, conv_norm.py does both in one go.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from metakit.nets.fold import under_transform


class BatchNorm2d(nn.Module):
    """Normalise each channel over the batch and the image.

    `statistics` says where mean and variance come from: "batch", always the images at hand (MAML and its family);
    "running", the images at hand while training and the running average afterwards; "stored", always the averages
    that are there already, so that no image depends on another.
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

    @property
    def uses_batch(self) -> bool:
        """Whether the statistics are those of the images at hand."""
        return self.statistics == "batch" or (self.statistics == "running" and self.training)

    def forward(self, x: Tensor) -> Tensor:
        """x: [B, C, H, W] -> [B, C, H, W]."""
        if not under_transform():
            mean, var = (None, None) if self.statistics == "batch" else (self.running_mean, self.running_var)
            return F.batch_norm(x, mean, var, self.weight, self.bias, self.uses_batch, self.momentum, self.eps)
        if not self.uses_batch:
            return scale_and_shift(x, self.running_mean, (self.running_var + self.eps).rsqrt(), self.weight, self.bias)
        mean, var = moments(x)
        r = (var + self.eps).rsqrt()
        self.remember(x[:, 0].numel(), mean, r)
        return scale_and_shift(x, mean, r, self.weight, self.bias)

    @torch.no_grad()
    def remember(self, n: int, mean: Tensor, r: Tensor) -> None:
        """Move the running averages, where they are kept, towards mean [C] and 1 / standard deviation r [C] of n."""
        if self.statistics == "running" and self.training:
            var = (r.detach().square().reciprocal() - self.eps) * n / max(n - 1, 1)  # unbiased, as torch has it
            self.running_mean.lerp_(mean.detach(), self.momentum)
            self.running_var.lerp_(var, self.momentum)


def moments(x: Tensor) -> tuple[Tensor, Tensor]:
    """Mean [C] and (biased) variance [C] of x [B, C, H, W]."""
    mean = x.mean((0, 2, 3))
    return mean, (x - mean[:, None, None]).square().mean((0, 2, 3))


def scale_and_shift(x: Tensor, mean: Tensor, r: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """weight (x - mean) r + bias, per channel."""
    scale = weight * r
    return x * scale[:, None, None] + (bias - mean * scale)[:, None, None]


def use_statistics(module: nn.Module, statistics: str) -> None:
    """Set where every batch normalisation inside `module` takes its statistics from: "batch" or "running"."""
    for part in module.modules():
        if isinstance(part, BatchNorm2d):
            part.statistics = statistics


def has_batch_norm(module: nn.Module) -> bool:
    """Whether predictions of `module` depend on the other images of the batch."""
    return any(isinstance(part, BatchNorm2d) and part.statistics == "batch" for part in module.modules())
