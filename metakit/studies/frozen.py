"""Images as the features of a trained encoder that changes no more: made once, kept, and cheap to learn from.

Small transformers learn from features in minutes what would take them hours from pixels. The encoder is that of
`prototypical-omniglot`. It has seen the training classes of the random split, so only that split's validation and test
classes are new to whatever is built on it. Features are shifted and scaled to mean 0 and variance 1 over one drawing of
each class: of Omniglot the training classes, of another data set its own.
"""

from functools import cache
from hashlib import sha256
from typing import Literal

from torch import Tensor, nn

from metakit import checkpoints
from metakit.core import MetaKitError
from metakit.features import encode
from metakit.tasks.by_name import Part, image_classes
from metakit.tasks.episodes import ImageSet
from metakit.tasks.scanned import digits
from metakit.tasks.storage import cache_folder, digest

RECIPE = "prototypical-omniglot"
N_FEATURES = 64


@cache
def features(data: Literal["omniglot", "glyphs", "digits"], part: Part) -> ImageSet:
    """The classes of one part of a data set, upright: float32 [C, E, 64] in place of pixels. Digits have no parts."""
    classes = digits() if data == "digits" else image_classes(data, part, rotations=False)
    weights = sha256(checkpoints.shipped(RECIPE).read_bytes()).hexdigest()[:12]
    pixels = digest(classes.names, classes.images)[:12]
    kept = cache_folder() / "features" / f"{data}-{part}-{weights}-{pixels}-raw.safetensors"
    try:
        found = checkpoints.read(kept)[0]["features"]
    except MetaKitError:  # not there yet, or damaged
        found = encode(_encoder(), classes.images)
        checkpoints.write(kept, {"features": found}, {"encoder": RECIPE})
    shift, scale = _scale() if data == "omniglot" else spread(found)
    return ImageSet((found - shift) / scale, classes.names, classes.counts)


def spread(found: Tensor) -> tuple[Tensor, Tensor]:
    """Mean [64] and standard deviation (of all 64 together) of features [C, E, 64], over one drawing of each class."""
    shift = found[:, 0].mean(0)
    return shift, (found[:, 0] - shift).square().mean().sqrt()


@cache
def _encoder() -> nn.Module:
    encoder = checkpoints.load(RECIPE).encoder
    assert isinstance(encoder, nn.Module)  # noqa: S101 - a learner may have none; this one has
    return encoder


@cache
def _scale() -> tuple[Tensor, Tensor]:
    """Of Omniglot's training classes."""
    return spread(encode(_encoder(), image_classes("omniglot", "train", rotations=False).images[:, :1]))
