"""Batch normalisation that is safe to differentiate twice under `vmap` (Ioffe & Szegedy 2015, arXiv:1502.03167).

`nn.BatchNorm2d` with affine weights gives wrong second-order gradients under `vmap` (ARCHITECTURE.md, traps).
This one is written in plain tensor operations, which are exact.
"""

import torch
from torch import Tensor, nn


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
            mean, var = self.running_mean, self.running_var
        else:
            mean = x.mean((0, 2, 3))
            var = (x - mean[:, None, None]).square().mean((0, 2, 3))
            if self.statistics == "running":
                self._remember(mean, var)
        scale = self.weight * (var + self.eps).rsqrt()
        return x * scale[:, None, None] + (self.bias - mean * scale)[:, None, None]

    @torch.no_grad()
    def _remember(self, mean: Tensor, var: Tensor) -> None:
        self.running_mean.lerp_(mean.detach().to(self.running_mean), self.momentum)
        self.running_var.lerp_(var.detach().to(self.running_var), self.momentum)


def use_statistics(module: nn.Module, statistics: str) -> None:
    """Set where every batch normalisation inside `module` takes its statistics from: "batch" or "running"."""
    for part in module.modules():
        if isinstance(part, BatchNorm2d):
            part.statistics = statistics


def has_batch_norm(module: nn.Module) -> bool:
    """Whether predictions of `module` depend on the other images of the batch."""
    return any(isinstance(part, BatchNorm2d) and part.statistics == "batch" for part in module.modules())
