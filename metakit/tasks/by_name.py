"""The task distributions by the names that recipes and the command line call them."""

from functools import cache
from typing import Literal

from metakit.core import MetaKitError
from metakit.tasks import glyphs, omniglot
from metakit.tasks.base import Protocol, Tasks
from metakit.tasks.episodes import Episodes, ImageSet
from metakit.tasks.sinusoids import Sinusoids

Data = Literal["sinusoids", "omniglot", "omniglot-background", "glyphs"]
Part = Literal["train", "validation", "test"]


def tasks_for(data: Data, part: Part, protocol: Protocol, device: str = "cpu") -> Tasks:
    """The task distribution of one part of a data set under a protocol; its images lie on `device`."""
    if data == "sinusoids":
        return Sinusoids(shots=protocol.shots, queries=protocol.queries)
    if protocol.ways is None:
        raise MetaKitError("Episodes need a number of ways: give --way N.")
    images = image_classes(data, part, protocol.rotations).to(device)
    return Episodes(images, protocol.ways, protocol.shots, protocol.queries)


@cache
def image_classes(data: Data, part: Part, rotations: bool) -> ImageSet:
    """The classes of one part of an image data set; with `rotations`, four times as many."""
    split = {
        "omniglot": omniglot.random_split,
        "omniglot-background": omniglot.background_split,
        "glyphs": glyphs.split,
    }[data]()
    classes: ImageSet = getattr(split, part)
    return classes.rotated() if rotations else classes
