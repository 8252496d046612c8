"""Omniglot: 1,623 handwritten characters of 50 alphabets, each drawn once by 20 people (MIT licence).

Lake, Salakhutdinov, Tenenbaum: Human-level concept learning through probabilistic program induction. Science 350 (2015).
Two splits are in use: **random** mixes the characters of all alphabets (the protocol of Matching Networks, MAML and
Prototypical Networks); **background** tests on alphabets of which nothing was seen in training.
"""

from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path, PurePath
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image, UnidentifiedImageError

from metakit.core import MetaKitError
from metakit.tasks.archives import read_zip
from metakit.tasks.episodes import ImageSet
from metakit.tasks.image_files import read_images, save_images
from metakit.tasks.scaling import area_scale
from metakit.tasks.storage import cache_folder, data_folder, digest, writable

CHARACTERS, DRAWERS = 1623, 20
DIGEST = "814b929d36b7444024da6687fd0f2bb1456d3ee089f5c99724ac8927ab5e5dba"  # of the names and the 28 x 28 pixels
EVALUATION = frozenset(
    "Angelic Atemayar_Qelisayer Atlantean Aurek-Besh Avesta Ge_ez Glagolitic Gurmukhi Kannada Keble Malayalam Manipuri "
    "Mongolian Old_Church_Slavonic_(Cyrillic) Oriya Sylheti Syriac_(Serto) Tengwar Tibetan ULOG".split()
)  # the authors' 20 evaluation alphabets, 659 characters; the other 30 are the background set, 964 characters
VALIDATION = frozenset("Balinese Early_Aramaic Greek Korean Latin".split())  # 136 of the background characters, our choice


class Split(NamedTuple):
    """Characters to train on, to choose checkpoints by, and to report on. No character is in two of them."""

    train: ImageSet
    validation: ImageSet
    test: ImageSet


def random_split(rotations: bool = False) -> Split:
    """1,100 / 100 / 423 characters of all alphabets, always the same ones; `rotations` makes each four classes."""
    shuffled = sorted(range(CHARACTERS), key=lambda index: sha256(omniglot().names[index].encode()).digest())
    return _split(shuffled[:1100], shuffled[1100:1200], shuffled[1200:], rotations)


def background_split(rotations: bool = False) -> Split:
    """The authors' sets: 828 background characters to train, the 136 of five background alphabets to validate, 659 to test."""
    parts: tuple[list[int], list[int], list[int]] = ([], [], [])
    for index, name in enumerate(omniglot().names):
        alphabet = name.split("/")[0]
        parts[2 if alphabet in EVALUATION else alphabet in VALIDATION].append(index)
    return _split(*parts, rotations)


def _split(train: list[int], validation: list[int], test: list[int], rotations: bool) -> Split:
    parts = (omniglot().select(sorted(part)) for part in (train, validation, test))
    return Split(*(part.rotated() if rotations else part for part in parts))


@cache
def omniglot() -> ImageSet:
    """All of it: uint8 [1623, 20, 28, 28], classes by name ("Greek/character01"), examples by drawer.

    Raises MetaKitError when it is not there yet, or damaged.
    """
    home = data_folder() / "omniglot"
    for folder in (home, cache_folder() / "omniglot"):
        if (folder / "omniglot.safetensors").exists():
            return read_images(folder / "omniglot.safetensors", DIGEST)
    images = decode(home)
    keep = home if writable(home) else cache_folder() / "omniglot"
    if writable(keep):
        save_images(keep / "omniglot.safetensors", images)
    return images


def decode(source: Path) -> ImageSet:
    """Omniglot from the authors' two zips, or their unpacked folders, anywhere under `source`; verified.

    Raises MetaKitError when characters are missing or differ from the authors'.
    """
    drawings: dict[str, dict[str, bytes]] = {}
    for name, content in _pictures(source):
        if len(name.parts) >= 3:
            drawings.setdefault("/".join(name.parts[-3:-1]), {})[name.name] = content
    if len(drawings) != CHARACTERS or any(len(drawn) != DRAWERS for drawn in drawings.values()):
        raise MetaKitError(
            f"{source} holds {len(drawings)} Omniglot characters, not {CHARACTERS} with {DRAWERS} drawings each: "
            "run `metakit data omniglot` to download it, or name its folder with --from (or choose glyphs instead)."
        )
    names = tuple(sorted(drawings))
    images = ImageSet(torch.stack([_decode_class(drawings[name]) for name in names]), names)
    if digest(images.names, images.images) != DIGEST:
        raise MetaKitError(f"The Omniglot in {source} differs from the authors': run `metakit data omniglot` to download it again.")
    return images


def _pictures(source: Path) -> Iterator[tuple[PurePath, bytes]]:
    """Every picture in folders and zips under `source`."""
    zips = [source] if source.is_file() else sorted(source.rglob("images_*.zip"))
    for path in zips:
        yield from read_zip(path, ".png")
    if not zips:
        yield from ((path, path.read_bytes()) for path in source.rglob("*.png"))


def _decode_class(drawings: dict[str, bytes]) -> torch.Tensor:
    """uint8 [20, 28, 28] from PNG files of 105 x 105 bits, ink 0, in the order of their names: the drawers'."""
    bits = np.stack([~np.asarray(Image.open(BytesIO(drawings[name])), dtype=bool) for name in sorted(drawings)])
    return (area_scale(torch.from_numpy(bits)) * 255).round().to(torch.uint8)
