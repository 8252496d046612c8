"""An `ImageSet` as one safetensors file: fast to load, nothing executed, its digest beside the pixels."""

import json
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from metakit.core import MetaKitError
from metakit.tasks.episodes import ImageSet
from metakit.tasks.storage import digest, explained, places, replacing, writable

SHAPES = {(28, 28), (3, 84, 84)}  # glyphs; colour pictures of mini-ImageNet's size


def save_images(path: Path, images: ImageSet) -> None:
    """Write the image set at `path`, whole or not at all.

    Raises MetaKitError when the disk is full or the folder cannot be written.
    """
    tensors = {"images": images.images.contiguous().cpu()}
    if images.counts is not None:
        tensors["counts"] = images.counts.cpu()
    about = {"names": json.dumps(images.names), "digest": digest(images.names, images.images)}
    with replacing(path) as file:
        file.write(save(tensors, about))


def read_images(path: Path, expected: str | None = None) -> ImageSet:
    """Read an image set and check its digest: `expected`, or else the one that stands in the file.

    Raises MetaKitError when the file is missing, damaged or holds something else.
    """
    damaged = f"{path} is damaged or is no image set of MetaKit: remove it and run `metakit data` again."
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 - not a dict
            about = file.metadata() or {}
        found = ImageSet(tensors["images"], tuple(json.loads(about["names"])), tensors.get("counts"))
        whole = _consistent(found) and digest(found.names, found.images) == (expected or about["digest"])
    except OSError as error:
        raise explained(error, path) from error
    except (SafetensorError, KeyError, ValueError, TypeError) as error:
        raise MetaKitError(damaged) from error
    if not whole:
        raise MetaKitError(damaged)
    return found


def _consistent(found: ImageSet) -> bool:
    """Whether names, images and counts speak of the same classes."""
    images, counts = found.images, found.counts
    if images.dtype != torch.uint8 or images.shape[2:] not in SHAPES or len(found.names) != len(images):
        return False
    return counts is None or (
        counts.shape == images.shape[:1] and bool(((counts > 0) & (counts <= images.shape[1])).all())
    )


def find(name: str) -> Path | None:
    """The file `name` in the data folder, or else in the user's cache; None where it is in neither."""
    return next((path for path in places(name) if path.is_file()), None)


def keep(name: str, images: ImageSet) -> Path | None:
    """Save under `name` in the data folder, or in the user's cache where that is read-only; None where both are."""
    path = next((path for path in places(name) if writable(path.parent)), None)
    if path is not None:
        save_images(path, images)
    return path
