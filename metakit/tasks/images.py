"""Your own images: a folder with one sub-folder per class becomes few-shot tasks."""

import os
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

import torch
from PIL import Image, UnidentifiedImageError
from torch import Tensor

from metakit.core import MetaKitError
from metakit.tasks.download import Progress, silent
from metakit.tasks.episodes import ImageSet
from metakit.tasks.hand import centred as by_omniglots_hand
from metakit.tasks.image_files import find, keep, read_images
from metakit.tasks.ink import SIDE, ink_of, squared
from metakit.tasks.scaling import area_scale

MOST_EXAMPLES = 2000  # pictures a class
LITTER = {"thumbs.db", "desktop.ini"}  # and everything that starts with a dot
UNREADABLE = (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, NotImplementedError, MemoryError)
HALF = 0.5  # lines thinner than an output pixel come out pale: they are inked until the darkest is at least this


def to_glyph(image: Image.Image, *, centred: bool = False) -> Tensor:
    """Any picture as float32 [1, 28, 28], ink 1, paper 0: the one way in, for files, Omniglot and the drawing pad.

    The whole picture is kept; what is not square gets paper on both sides. `centred` instead moves and scales the
    drawing to where Omniglot's drawings are, with strokes as wide as theirs: right for pads and scanned sheets, wrong
    for photographs.
    """
    ink = squared(ink_of(image))
    glyph = area_scale(by_omniglots_hand(ink) if centred else ink)[None]
    strongest = float(glyph.amax())
    return glyph * (HALF / strongest) if 0 < strongest < HALF else glyph


def load_folder(path: Path, min_examples: int = 2, progress: Progress = silent) -> ImageSet:
    """The pictures of a folder: every folder below it that holds pictures is a class, named by its path.

    Pictures may have any size, shape and colours, and classes different numbers of them. Raises MetaKitError naming
    the class that has too few or too many pictures, or the file that cannot be read.
    """
    classes = class_folders(path)
    if len(classes) < 2:  # noqa: PLR2004 - there is nothing to tell apart
        raise MetaKitError(
            f"{path} holds {len(classes)} sub-folders with pictures: make one sub-folder per class, two at least."
        )
    for name, files in classes.items():
        if not min_examples <= len(files) <= MOST_EXAMPLES:
            wanted = f"at least {min_examples}" if len(files) < min_examples else f"at most {MOST_EXAMPLES}"
            raise MetaKitError(f"The class {name!r} in {path} has {len(files)} pictures: give it {wanted}.")
    counts = torch.tensor([len(files) for files in classes.values()])
    images = torch.zeros(len(classes), int(counts.max()), 28, 28, dtype=torch.uint8)
    done, total = 0, int(counts.sum())
    for row, files in zip(images, classes.values(), strict=True):
        for place, file in zip(row, files, strict=False):
            place.copy_((to_glyph(open_picture(file))[0] * 255).round())
            done += 1
            progress(path.name, done, total)
    return ImageSet(images, tuple(classes), None if (counts == counts[0]).all() else counts)


def class_folders(path: Path) -> dict[str, list[Path]]:
    """Name -> files of every folder at the end of a path below `path`, in order."""
    return dict(_classes(path))


def _classes(path: Path) -> Iterator[tuple[str, list[Path]]]:
    """(name, files) of every folder at the end of a path below `path`."""
    if not path.is_dir():
        raise MetaKitError(f"{path} is no folder: name the folder that holds one sub-folder per class.")
    seen: set[Path] = set()
    for folder, subfolders, names in os.walk(path, onerror=_cannot_enter, followlinks=True):
        if Path(folder).resolve() in seen:
            raise MetaKitError(f"{folder} leads back to a folder that holds it or was read before: remove the link.")
        seen.add(Path(folder).resolve())
        subfolders[:] = sorted(name for name in subfolders if not _hidden(name))
        files = [Path(folder) / name for name in sorted(names) if not _hidden(name)]
        if Path(folder) != path and (files or not subfolders):
            yield _name(Path(folder).relative_to(path).as_posix()), files


def _name(folder: str) -> str:
    if folder.encode("utf-8", "ignore").decode() != folder:
        raise MetaKitError(f"The name of the folder {folder!r} cannot be written as text: rename it.")
    return folder


def _cannot_enter(error: OSError) -> None:
    raise MetaKitError(f"{error.filename} cannot be opened: change its permissions, or move it away.") from error


def _hidden(name: str) -> bool:
    return name.startswith((".", "__MACOSX")) or name.lower() in LITTER


def open_picture(path: Path) -> Image.Image:
    """The picture in a file, decoded. Raises MetaKitError when it is damaged, huge or no picture."""
    if path.exists() and not path.is_file():  # a pipe would keep us waiting
        raise MetaKitError(f"{path} is no ordinary file: remove it.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(path)
        image.draft(None, (SIDE, SIDE))  # JPEG only: decode large photographs at a fraction of their size
        image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise MetaKitError(f"{path} has too many pixels to be opened safely: make it smaller.") from error
    except UNREADABLE as error:
        raise MetaKitError(
            f"{path} cannot be read as a picture: remove it, or save it again as PNG or JPEG."
        ) from error
    return image


def name_for(folder: Path) -> str:
    """The folder's own name, as a name for its image set."""
    return re.sub(r"[^\w .-]", "_", folder.resolve().name).lstrip(" .-") or "images"


def load_images(name: str) -> ImageSet:
    """An image set that `metakit data images --from FOLDER` has imported; its name is the folder's."""
    path = find(file_of(name))
    if path is None:
        raise MetaKitError(
            f"There are no images called {name!r}: import them with `metakit data images --from FOLDER`."
        )
    return read_images(path)


def keep_images(name: str, images: ImageSet) -> Path:
    """Save an image set where `load_images(name)` finds it."""
    path = keep(file_of(name), images)
    if path is None:
        raise MetaKitError("The data folder is read-only: set METAKIT_DATA to a folder of your own.")
    return path


def file_of(name: str) -> str:
    """Where an image set is kept, relative to the data folder. A name is a word, never a path."""
    if not re.fullmatch(r"\w[\w .-]*", name):
        raise MetaKitError(
            f"{name!r} cannot be the name of an image set: use letters, digits, spaces, '-', '_' and '.'."
        )
    return f"images/{name}.safetensors"
