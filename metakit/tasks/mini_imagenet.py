"""mini-ImageNet: 64 / 16 / 20 classes of 600 colour pictures, 84 x 84 (Ravi & Larochelle 2017's split).

It cannot be downloaded freely: bring the usual three files `mini-imagenet-cache-{train,val,test}.pkl`, or a folder with
`train`, `val` and `test` that each hold one folder of pictures per class. A pickle may name any function to be called;
here it may name those that rebuild arrays, and nothing else.
"""

import pickle
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from PIL import Image

from metakit.core import MetaKitError
from metakit.tasks.download import Progress, silent
from metakit.tasks.episodes import ImageSet
from metakit.tasks.image_files import find, keep, read_images
from metakit.tasks.images import class_folders, open_picture
from metakit.tasks.omniglot import Split

SIDE = 84
CLASSES = {"train": 64, "val": 16, "test": 20}
FILES = {part: f"mini-imagenet/{part}.safetensors" for part in CLASSES}


@cache
def split() -> Split:
    """The three parts. Raises MetaKitError when they have not been imported yet."""
    paths = [find(file) for file in FILES.values()]
    parts = [read_images(path) for path in paths if path is not None]
    if len(parts) < len(FILES):
        raise MetaKitError(
            "mini-ImageNet is not here yet: `metakit data mini-imagenet --from FOLDER` imports the folder that holds "
            "mini-imagenet-cache-train.pkl, -val.pkl and -test.pkl, or train, val and test with a folder per class."
        )
    return Split(*parts)


def fetch(source: Path, progress: Progress = silent) -> Split:
    """Import from `source`, check the numbers of classes, and keep all three parts, or none.

    Raises MetaKitError when a part is missing, damaged or of another size.
    """
    parts = {part: _read(source, part, progress) for part in CLASSES}
    for part, images in parts.items():
        if len(images) != CLASSES[part]:
            raise MetaKitError(
                f"The part {part!r} in {source} has {len(images)} classes instead of {CLASSES[part]}: bring "
                "mini-ImageNet in the split of Ravi and Larochelle, or use `metakit data images` for other pictures."
            )
    split.cache_clear()
    for part, images in parts.items():
        if keep(FILES[part], images) is None:
            raise MetaKitError("The data folder is read-only: set METAKIT_DATA to a folder of your own.")
    return split()


def _read(source: Path, part: str, progress: Progress) -> ImageSet:
    file, folder = source / f"mini-imagenet-cache-{part}.pkl", source / part
    if file.is_file():
        return from_pickle(file)
    if folder.is_dir():
        return from_folder(folder, progress)
    raise MetaKitError(f"{source} has neither {file.name} nor the folder {part}: name the folder that holds them.")


def from_pickle(path: Path) -> ImageSet:
    """The usual file: {"image_data": uint8 [n, 84, 84, 3], "class_dict": {name: rows}}."""
    try:
        with path.open("rb") as file:
            content = ArraysOnly(file).load()
        pictures, rows = content["image_data"], content["class_dict"]
        chosen = torch.from_numpy(np.stack([pictures[list(rows[name])] for name in sorted(rows)]))
    except (pickle.UnpicklingError, EOFError, OSError, KeyError, IndexError, TypeError, ValueError) as error:
        raise MetaKitError(f"{path} is no mini-ImageNet file, or damaged: get it again.") from error
    if chosen.dtype != torch.uint8 or chosen.shape[2:] != (SIDE, SIDE, 3):
        raise MetaKitError(f"{path} holds pictures of shape {tuple(chosen.shape[2:])}: get the 84 x 84 colour version.")
    return ImageSet(chosen.permute(0, 1, 4, 2, 3).contiguous(), tuple(sorted(rows)))


def from_folder(path: Path, progress: Progress = silent) -> ImageSet:
    """One folder of pictures per class, brought to 84 x 84; as many from each class as the smallest has."""
    classes = class_folders(path)
    n, fewest, done = len(classes), min(map(len, classes.values()), default=0), 0
    images = torch.zeros(n, fewest, 3, SIDE, SIDE, dtype=torch.uint8)
    for row, files in zip(images, classes.values(), strict=True):
        for place, file in zip(row, files, strict=False):
            small = open_picture(file).convert("RGB").resize((SIDE, SIDE), Image.Resampling.BILINEAR)
            place.copy_(torch.from_numpy(np.array(small)).permute(2, 0, 1))
            done += 1
            progress(f"{path.name}", done, n * fewest)
    return ImageSet(images, tuple(classes))


class ArraysOnly(pickle.Unpickler):
    """Rebuilds dictionaries, lists, text and numpy arrays; refuses to call anything else that a file may name."""

    ALLOWED: ClassVar = {
        ("numpy", "ndarray"), ("numpy", "dtype"), ("_codecs", "encode"),
        *((f"numpy.{core}.multiarray", name) for core in ("core", "_core") for name in ("_reconstruct", "scalar")),
    }  # fmt: skip

    def find_class(self, module: str, name: str) -> Callable[..., Any]:
        if (module, name) not in self.ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name} is not an array.")
        found: Callable[..., Any] = super().find_class(module, name)
        return found
