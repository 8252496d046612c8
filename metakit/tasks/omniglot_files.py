"""Reading the drawings of Omniglot from its authors' zips or folders, and making sure that they are the authors'."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path, PurePath

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from metakit.core import MetaKitError
from metakit.tasks.archives import read_zip
from metakit.tasks.episodes import ImageSet
from metakit.tasks.scaling import area_scale
from metakit.tasks.storage import digest, explained

ZIPS = ("images_background.zip", "images_evaluation.zip")
DIGEST = "814b929d36b7444024da6687fd0f2bb1456d3ee089f5c99724ac8927ab5e5dba"  # of the names and the 28 x 28 pixels
CHARACTERS, DRAWERS, SIDE = 1623, 20, 105
DRAWING = re.compile(
    r"[^/]+/character\d\d/[^./][^/]*\.png"
)  # Greek/character01/0394_01.png: alphabet, character, drawer
NEXT_STEP = "run `metakit data omniglot` to download it"


def decode(source: Path) -> ImageSet:
    """Omniglot from its zips or its unpacked folders, anywhere under `source` (or from one zip that holds all).

    Raises MetaKitError when drawings are missing or differ from the authors'.
    """
    characters: dict[str, dict[str, bytes]] = {}
    for name, content in drawings(source):
        characters.setdefault("/".join(name.parts[-3:-1]), {})[name.name] = content
    if len(characters) != CHARACTERS or {len(drawn) for drawn in characters.values()} != {DRAWERS}:
        raise MetaKitError(
            f"{source} holds {len(characters):,} whole or partial characters, Omniglot {CHARACTERS:,} of {DRAWERS} "
            f"drawings each: put {ZIPS[0]} and {ZIPS[1]} there, or {NEXT_STEP}."
        )
    names = tuple(sorted(characters))
    images = ImageSet(torch.stack([_character(characters[name]) for name in names]), names)
    if digest(names, images.images) != DIGEST:
        raise MetaKitError(f"The drawings in {source} are not those of Omniglot: {NEXT_STEP}.")
    return images


def drawings(source: Path) -> Iterator[tuple[PurePath, bytes]]:
    """(path, PNG) of every Alphabet/characterNN/*.png in the folders and zips under `source`."""
    try:
        source.stat()
        for path in [source] if source.is_file() else sorted(source.rglob("images_*.zip")):
            yield from ((name, content) for name, content in read_zip(path, ".png") if _is_drawing(name))
        for path in filter(_is_drawing, sorted(source.rglob("character*/*.png"))):
            yield path, path.read_bytes()
    except OSError as error:
        raise explained(error, source) from error


def _is_drawing(name: PurePath) -> bool:
    return DRAWING.fullmatch("/".join(name.parts[-3:])) is not None


def _character(drawn: dict[str, bytes]) -> Tensor:
    """uint8 [20, 28, 28], in the order of the files' names, which is the drawers'."""
    bits = np.stack([_bits(name, drawn[name]) for name in sorted(drawn)])
    return (area_scale(torch.from_numpy(bits)) * 255).round().to(torch.uint8)


def _bits(name: str, content: bytes) -> NDArray[np.bool_]:
    """[105, 105], True where there is ink."""
    try:
        with Image.open(BytesIO(content)) as image:
            if image.size == (SIDE, SIDE):
                return ~np.asarray(image.convert("1"), dtype=bool)
    except (OSError, SyntaxError, ValueError) as error:
        raise MetaKitError(f"The drawing {name} of Omniglot is damaged: {NEXT_STEP}.") from error
    raise MetaKitError(f"The drawing {name} is not {SIDE} x {SIDE} pixels as those of Omniglot are: {NEXT_STEP}.")
