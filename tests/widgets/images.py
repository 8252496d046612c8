"""What the tests of the image widgets play with: random drawings in two alphabets, and untrained learners."""

import torch
from torch import nn

from metakit.learners.metric_based.prototypical import PrototypicalNetwork
from metakit.learners.optimization_based.maml import MAML
from metakit.nets.encoders import Conv4
from metakit.tasks.base import generator
from metakit.tasks.episodes import ImageSet

ALPHABETS = {"Left": 12, "Right": 10}


def drawings(examples: int = 20) -> ImageSet:
    """22 classes of noise, each around an image of its own."""
    names = tuple(f"{name}/{number}" for name, count in ALPHABETS.items() for number in range(count))
    rng = generator(0)
    kinds = torch.randint(0, 200, (len(names), 1, 28, 28), generator=rng)
    noise = torch.randint(0, 56, (len(names), examples, 28, 28), generator=rng)
    return ImageSet((kinds + noise).to(torch.uint8), names)


def prototypical(width: int = 8) -> PrototypicalNetwork:
    torch.manual_seed(0)
    return PrototypicalNetwork(Conv4(width, statistics="running", pool=True)).eval()


def maml(width: int = 8, steps: int = 5) -> MAML:
    torch.manual_seed(0)
    return MAML(Conv4(width), nn.Linear(width, 1), steps=steps, rate=1.0, head_rows="shared").eval()
