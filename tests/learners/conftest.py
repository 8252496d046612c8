"""Image tasks that need no data set."""

import pytest
import torch

from metakit.tasks.base import generator
from metakit.tasks.episodes import Episodes, ImageSet


@pytest.fixture(scope="module")
def episodes() -> Episodes:
    """Each class is a random pattern; its examples are noisy copies."""
    rng = generator(0)
    patterns = torch.rand((12, 1, 28, 28), generator=rng)
    noisy = patterns + 0.2 * torch.randn((12, 6, 28, 28), generator=rng)
    pixels = (noisy.clamp(0, 1) * 255).to(torch.uint8)
    return Episodes(ImageSet(pixels, tuple(map(str, range(12)))), ways=3, shots=2, queries=2)
