"""MAML's Omniglot network without convolutions: linear layers, each with batch normalisation and ReLU.

Chelsea Finn, Pieter Abbeel, Sergey Levine, 2017, arXiv:1703.03400, section 5.2. Deviation: the sizes are arguments.
"""

import itertools

import torch.nn.functional as F
from torch import Tensor, nn

from metakit.nets.norms import BatchNorm2d


class NormedLinear(nn.Module):
    """A linear layer, batch normalisation and ReLU. No bias: the normalisation would remove it."""

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.linear = nn.Linear(n_in, n_out, bias=False)
        self.norm = BatchNorm2d(n_out)

    def forward(self, x: Tensor) -> Tensor:
        """x: [B, D] -> [B, D']."""
        return F.relu(self.norm(self.linear(x)[..., None, None]).flatten(1))


class FullyConnected(nn.Sequential):
    """Layers of these sizes: `FullyConnected(784, 64, 64)` takes [B, 1, 28, 28] to [B, 64]."""

    def __init__(self, *sizes: int) -> None:
        super().__init__(*(NormedLinear(a, b) for a, b in itertools.pairwise(sizes)))
        self.n_features = sizes[-1]

    def forward(self, x: Tensor) -> Tensor:
        """x: [B, ...] -> [B, D]."""
        return super().forward(x.flatten(1))
