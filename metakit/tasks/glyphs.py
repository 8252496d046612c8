"""Glyphs, the embedded default: invented alphabets in the layout of Omniglot, made from a seed. Nothing is downloaded.

`glyph_strokes` and `glyph_scripts` invent the characters, `glyph_hands` has twenty drawers draw each of them with
Omniglot's pen (`pen`).
"""

from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import torch

from metakit.core import MetaKitError
from metakit.tasks.base import generator
from metakit.tasks.dice import Dice
from metakit.tasks.episodes import ImageSet
from metakit.tasks.glyph_hands import draw
from metakit.tasks.glyph_scripts import STROKES, invent
from metakit.tasks.glyph_strokes import styles
from metakit.tasks.image_files import keep, read_images, save_images
from metakit.tasks.omniglot import Split
from metakit.tasks.storage import places, writable

VERSION = 3  # of the generator: raise it with every change of a pixel, and no old file passes for a new one
WILDEST = 3.0  # jitter
TRAIN, VALIDATION = 30, 5  # alphabets; the other 15 are the test set
ONSETS = ("b", "ch", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "sh", "t", "th", "v", "y", "z")
VOWELS, CODAS = ("a", "e", "i", "o", "u"), ("", "l", "m", "n", "r", "sh")


@lru_cache(maxsize=2)
def glyphs(
    alphabets: int = 50,
    characters: int = 33,
    drawers: int = 20,
    strokes: float = 2.2,
    jitter: float = 1.0,
    seed: int = 0,
    device: str = "cpu",
    cache: bool = True,
) -> ImageSet:
    """Invented characters: uint8 [alphabets * characters, drawers, 28, 28], named "Alphabet/character01".

    `strokes` is how many strokes a character has on average (1 to 4), `jitter` how much the drawers differ (1: as in
    Omniglot, 0: not at all). The same seed gives the same pixels on every device, up to rounding. With `cache` they
    are kept in the user's cache folder, one file for each choice of settings, and taken from the data folder where they
    are shared. Raises MetaKitError when nothing can be drawn with these settings.
    """
    _check(alphabets, characters, drawers, strokes, jitter)
    shared, path = places(file_name(alphabets, characters, drawers, float(strokes), float(jitter), seed))
    for kept in (shared, path):
        if cache and kept.is_file():
            with suppress(MetaKitError):  # damaged: drawn again
                return read_images(kept).to(device)
    dice = Dice(generator(seed))
    images = draw(invent(styles(alphabets, strokes, dice), characters, dice), drawers, jitter, dice, device)
    words = names(alphabets, Dice(generator(seed)))
    found = ImageSet(images, tuple(f"{word}/character{n + 1:02}" for word in words for n in range(characters)))
    if cache and writable(path.parent):
        with suppress(MetaKitError):  # a full disk costs the next call some seconds, nothing more
            save_images(path, found)
    return found


def split() -> Split:
    """990 / 165 / 495 characters of the default glyphs: 30, 5 and 15 alphabets, none in two parts."""
    images = glyphs()
    alphabets = list(dict.fromkeys(name.split("/")[0] for name in images.names))
    ends = (0, TRAIN, TRAIN + VALIDATION, len(alphabets))
    parts = ({*alphabets[start:end]} for start, end in pairwise(ends))
    return Split(*(images.select([i for i, n in enumerate(images.names) if n.split("/")[0] in part]) for part in parts))


def names(n: int, dice: Dice) -> tuple[str, ...]:
    """`n` different names that can be pronounced: two or three syllables each."""
    found: dict[str, None] = {}
    while len(found) < n:
        syllables = 2 + int(dice.chance(0.4, 1))
        draws = [[dice.choice(torch.ones(len(part)), 1).item() for part in (ONSETS, VOWELS)] for _ in range(syllables)]
        word = "".join(ONSETS[int(a)] + VOWELS[int(b)] for a, b in draws)
        found[(word + CODAS[int(dice.choice(torch.ones(len(CODAS)), 1))]).capitalize()] = None
    return tuple(found)


def share() -> Path | None:
    """Keep the default glyphs in the data folder, for all who use it; in the user's cache where that is read-only."""
    return keep(file_name(50, 33, 20, 2.2, 1.0, 0), glyphs())


def file_name(*settings: float) -> str:
    """Where the glyphs of these settings are kept, under the data folder or the user's cache folder."""
    return f"glyphs/{sha256(repr((VERSION, settings)).encode()).hexdigest()[:16]}.safetensors"


def _check(alphabets: int, characters: int, drawers: int, strokes: float, jitter: float) -> None:
    if min(alphabets, characters, drawers) < 1:
        raise MetaKitError("Glyphs need at least one alphabet, one character and one drawer: choose larger numbers.")
    if not 1 <= strokes <= STROKES:
        raise MetaKitError(f"A glyph has 1 to {STROKES} strokes on average, not {strokes}: choose a number in between.")
    if not 0 <= jitter <= WILDEST:
        raise MetaKitError(
            f"The jitter of glyphs goes from 0 to {WILDEST}, not to {jitter}: choose a number in between."
        )
