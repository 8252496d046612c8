"""From D dimensions to a sheet of paper: the plane in which the prototypes are spread most."""

from typing import NamedTuple

import torch
from torch import Tensor


class Plane(NamedTuple):
    """A plane in the embedding: a point is shown at `(point - origin) @ axes`."""

    origin: Tensor  # [D]
    axes: Tensor  # [D, 2], orthonormal columns
    share: float  # of the prototypes' spread that the plane shows, 0 to 1

    def __call__(self, points: Tensor) -> Tensor:
        """Points [n, D] on the plane: [n, 2]. Distances on paper are never longer than the true ones."""
        return (points - self.origin) @ self.axes


def plane(prototypes: Tensor, points: Tensor, before: Tensor | None = None) -> Plane:
    """The plane through the mean of N prototypes [N, D] that shows most of their spread (principal components).

    Up to three prototypes lie in it, so that the nearest on paper is the nearest in truth. Two prototypes span a line
    only: the second axis is where `points` [n, D] are spread most beside it. The plane is turned within itself to look
    like `before` [D, 2], the axes of an earlier picture.
    """
    origin = prototypes.mean(0)
    spread = prototypes - origin
    _, sizes, directions = torch.linalg.svd(spread, full_matrices=False)
    axes = directions[:2].T
    if len(prototypes) == 2:  # noqa: PLR2004
        axes = torch.stack([axes[:, 0], _main_direction(points - points.mean(0), beside=axes[:, 0])], 1)
    share = float(sizes[:2].square().sum() / sizes.square().sum().clamp_min(1e-12))
    return Plane(origin, _turned(axes, before), share)


def _main_direction(spread: Tensor, beside: Tensor) -> Tensor:
    """The direction of greatest spread [D] that is orthogonal to `beside` [D]."""
    rest = spread - (spread @ beside)[:, None] * beside
    return torch.linalg.svd(rest, full_matrices=False)[2][0]


def _turned(axes: Tensor, before: Tensor | None) -> Tensor:
    """The same plane, turned or mirrored within itself to be most like `before` (orthogonal Procrustes)."""
    if before is None:
        return axes
    u, _, v = torch.linalg.svd(axes.T @ before)
    return axes @ u @ v
