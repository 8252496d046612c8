"""The task distributions by the names that recipes and the command line call them."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Literal, cast

from metakit.core import MetaKitError
from metakit.tasks import glyphs, mini_imagenet, omniglot
from metakit.tasks.base import Protocol, Tasks
from metakit.tasks.episodes import Episodes, ImageSet
from metakit.tasks.functions import FUNCTIONS, Shift
from metakit.tasks.omniglot import Split
from metakit.tasks.sinusoids import Sinusoids
from metakit.tasks.strings import Part as Words
from metakit.tasks.strings import Strings

Data = Literal[
    "sinusoids", "omniglot", "omniglot-background", "glyphs", "mini-imagenet", "strings",
    "linear-5", "noisy-5", "linear-20", "noisy-20", "uniform-10", "sparse-20", "network-5", "tree-5",
]  # fmt: skip
Part = Literal["train", "validation", "test"]


def tasks_for(data: Data, part: Part, protocol: Protocol, device: str = "cpu") -> Tasks:
    """The task distribution of one part of a data set under a protocol; its images lie on `device`."""
    if data == "sinusoids":
        return Sinusoids(shots=protocol.shots, queries=protocol.queries)
    if data in FUNCTIONS:
        shift = cast("Shift", protocol.split)
        return replace(FUNCTIONS[data], shots=protocol.shots, queries=protocol.queries, shift=shift)
    if data == "strings":
        whole = part == "train" and protocol.split == "test"  # a recipe may name the part that it trains on
        return Strings(protocol.shots, protocol.queries, "train" if whole else cast("Words", protocol.split))
    if protocol.ways is None:
        raise MetaKitError("Episodes need a number of ways: give --way N.")
    images = image_classes(data, part, protocol.rotations).to(device)
    return Episodes(images, protocol.ways, protocol.shots, protocol.queries)


@cache
def image_classes(data: Data, part: Part, rotations: bool) -> ImageSet:
    """The classes of one part of an image data set; with `rotations`, four times as many."""
    splits: dict[Data, Callable[[], Split]] = {
        "omniglot": omniglot.random_split,
        "omniglot-background": omniglot.background_split,
        "glyphs": glyphs.split,
        "mini-imagenet": mini_imagenet.split,
    }
    classes: ImageSet = getattr(splits[data](), part)
    return classes.rotated() if rotations else classes
