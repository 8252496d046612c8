"""A residual encoder for 28 x 28 images: deeper than the four-block one, at about twice its cost.

Each stage is one block that doubles the channels, then one that adds to what it was given (He et al. 2015,
arXiv:1512.03385). Few channels where the maps are large, many where they are small: each stage costs the same.
"""

import torch.nn.functional as F
from torch import Tensor, nn

from metakit.nets.encoders import ConvBlock


class Residual(ConvBlock):
    """x + its normalised 3x3 convolution, then ReLU; the size stays."""

    def __init__(self, channels: int, statistics: str) -> None:
        super().__init__(channels, channels, statistics, pool=False, halve=False)

    def forward(self, x: Tensor) -> Tensor:
        """x: [B, C, H, W] -> [B, C, H, W]."""
        return F.relu(x + self._normalised(x, stride=1))


class ResidualEncoder(nn.Sequential):
    """[B, 1, 28, 28] -> features [B, 8 * width]: maps of 14 x 14, 7 x 7, 3 x 3 and again 3 x 3, and their mean."""

    def __init__(self, width: int = 32, statistics: str = "running") -> None:
        blocks: list[nn.Module] = []
        for n_in, n_out in ((1, width), (width, 2 * width), (2 * width, 4 * width)):
            blocks += [ConvBlock(n_in, n_out, statistics, pool=True), Residual(n_out, statistics)]
        last = ConvBlock(4 * width, 8 * width, statistics, pool=True, halve=False)
        super().__init__(*blocks, last, Residual(8 * width, statistics))
        self.n_features = 8 * width

    def forward(self, x: Tensor) -> Tensor:
        """x: [B, 1, 28, 28] -> [B, D]."""
        return super().forward(x).mean((2, 3))
