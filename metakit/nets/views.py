"""An encoder that looks at each image several times before it says where the image lies.

A character that is turned, stretched or moved a little is the same character, but its features move. Their mean over a
few such views moves less, so an image lies nearer to others of its class. In training one view is enough: augmentation
shows the others, one at a time.

    f(x) = mean over v of g(v(x)),   v: the image as it is, then four times turned, stretched and moved

Alex Krizhevsky, Ilya Sutskever, Geoffrey Hinton: ImageNet Classification with Deep Convolutional Neural Networks, 2012,
section 4.1: predictions averaged over crops and mirror images. Deviations: features are averaged, not predictions; and
no mirror, since a character in a mirror is another one.
"""

from math import cos, radians, sin

import torch
import torch.nn.functional as F
from torch import Tensor, nn

VIEWS = (  # degrees; width and height of what is seen, 1 is the image; its middle, right and down, 1 is half the image
    (8, 0.9, 1.05, 0.04, 0.04),
    (-8, 1.05, 0.9, -0.04, 0.04),
    (8, 1.05, 0.9, 0.04, -0.04),
    (-8, 0.9, 1.05, -0.04, -0.04),
)


class SeveralViews(nn.Module):
    """The features of `encoder`, in evaluation the mean over five views of each image: [B, 1, H, W] -> [B, D]."""

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, x: Tensor) -> Tensor:
        """x: [B, 1, H, W] -> [B, D]."""
        features = self.encoder(x)
        if self.training:
            return features
        others = [self.encoder(seen(x, *view)) for view in VIEWS]
        return torch.stack([features, *others]).mean(0)


def seen(x: Tensor, degrees: float, width: float, height: float, right: float, down: float) -> Tensor:
    """The part of the images x [B, 1, H, W] that a view shows, as large as they are; beyond them lies paper."""
    turn = radians(degrees)
    rows = [[width * cos(turn), -height * sin(turn), right], [width * sin(turn), height * cos(turn), down]]
    grid = F.affine_grid(x.new_tensor(rows).expand(len(x), 2, 3), list(x.shape), align_corners=False)
    return F.grid_sample(x, grid, align_corners=False)
