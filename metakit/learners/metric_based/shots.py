"""What the metric-based family shares: the support set read one shot after the other, and kept as it is."""

from collections.abc import Iterator
from typing import NamedTuple

from torch import Tensor


class Support(NamedTuple):
    """Embedded support examples and their labels; an example that was not read yet has an empty row in y."""

    points: Tensor  # [S, D]
    y: Tensor  # [S, N], one-hot


def labels_by_shot(y: Tensor) -> Iterator[Tensor]:
    """One-hot y [S, N] with only the first example of each class, then the first two, … and last y itself."""
    shot = (y.cumsum(0) * y).sum(-1)  # [S]: 1 for the first example of its class, 2 for the second, …
    for shots in range(1, len(y) // y.shape[1]):
        yield y * (shot <= shots)[:, None]
    yield y
