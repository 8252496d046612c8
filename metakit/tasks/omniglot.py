"""Omniglot: 1,623 handwritten characters of 50 alphabets, each drawn once by 20 people (MIT licence).

Lake, Salakhutdinov, Tenenbaum: Human-level concept learning through probabilistic program induction. Science, 2015.
Two splits are in use. **Random** mixes the characters of all alphabets: the protocol of Matching Networks, MAML and
Prototypical Networks. **Background** tests on alphabets of which nothing was seen in training.
"""

from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from metakit.core import MetaKitError
from metakit.tasks.download import Progress, download, silent
from metakit.tasks.episodes import ImageSet
from metakit.tasks.image_files import find, keep, read_images
from metakit.tasks.omniglot_files import DIGEST, ZIPS, decode, drawings
from metakit.tasks.storage import data_folder

SOURCE = "https://github.com/brendenlake/omniglot/raw/master/python/"
FILE = "omniglot/omniglot.safetensors"
# fmt: off
EVALUATION = frozenset([  # the authors' 20 evaluation alphabets; the other 30 are their background set
    "Angelic", "Atemayar_Qelisayer", "Atlantean", "Aurek-Besh", "Avesta", "Ge_ez", "Glagolitic", "Gurmukhi", "Kannada",
    "Keble", "Malayalam", "Manipuri", "Mongolian", "Old_Church_Slavonic_(Cyrillic)", "Oriya", "Sylheti",
    "Syriac_(Serto)", "Tengwar", "Tibetan", "ULOG",
])
VALIDATION = frozenset(["Balinese", "Early_Aramaic", "Greek", "Korean", "Latin"])  # of the background set; our choice
# fmt: on


class Split(NamedTuple):
    """Characters to train on, to choose checkpoints by, and to report on. No character is in two of them."""

    train: ImageSet
    validation: ImageSet
    test: ImageSet


def random_split() -> Split:
    """1,100 / 100 / 423 characters of all alphabets: shuffled by the hash of their names, the same ones everywhere."""
    names = omniglot().names
    shuffled = sorted(range(len(names)), key=lambda index: sha256(names[index].encode()).digest())
    return _split(shuffled[:1100], shuffled[1100:1200], shuffled[1200:])


def background_split() -> Split:
    """828 / 136 / 659 characters: 25 background alphabets, five others (`VALIDATION`), the 20 evaluation alphabets."""
    alphabets = [name.split("/")[0] for name in omniglot().names]
    test = [index for index, alphabet in enumerate(alphabets) if alphabet in EVALUATION]
    validation = [index for index, alphabet in enumerate(alphabets) if alphabet in VALIDATION]
    train = sorted({*range(len(alphabets))} - {*test} - {*validation})
    return _split(train, validation, test)


def _split(*parts: list[int]) -> Split:
    return Split(*(omniglot().select(sorted(part)) for part in parts))


@cache
def omniglot() -> ImageSet:
    """All of it: uint8 [1623, 20, 28, 28], classes by name ("Greek/character01"), examples by drawer.

    The first call reads the authors' zips or folders and keeps what it decoded in one file; later ones load that.
    Raises MetaKitError when Omniglot is not there yet, or damaged.
    """
    if path := find(FILE):
        return read_images(path, DIGEST)
    home = data_folder() / "omniglot"
    if not home.is_dir() or not any(drawings(home)):
        raise MetaKitError(
            f"Omniglot is not in {home}: run `metakit data omniglot` to download it (or add --from FOLDER where you "
            "have it), or choose glyphs, which need no download."
        )
    images = decode(home)
    with suppress(MetaKitError):  # a full disk costs the next call ten seconds, nothing more
        keep(FILE, images)
    return images


def fetch(source: Path | None = None, progress: Progress = silent) -> ImageSet:
    """Get Omniglot from `source` (its folder or zip), or from the data folder, or else from its authors, and keep it.

    Raises MetaKitError when that fails; what was there before is then untouched.
    """
    omniglot.cache_clear()
    if source is not None:
        images = decode(source)
    else:
        try:
            return omniglot()
        except MetaKitError:  # not there, or damaged: get it anew
            images = _downloaded(progress)
    if keep(FILE, images) is None:
        raise MetaKitError(f"{data_folder()} is read-only: set METAKIT_DATA to a folder of your own.")
    return images


def _downloaded(progress: Progress) -> ImageSet:
    with TemporaryDirectory(prefix="metakit-") as folder:
        for name in ZIPS:
            download(SOURCE + name, Path(folder) / name, progress)
        return decode(Path(folder))
