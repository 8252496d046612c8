"""An `ImageSet` as one safetensors file: fast to load, nothing executed, its digest beside the pixels."""

import json
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from metakit.core import MetaKitError
from metakit.tasks.episodes import ImageSet
from metakit.tasks.storage import digest, explained, replacing


def save_images(path: Path, images: ImageSet) -> str:
    """Write the image set at `path`, atomically; returns the digest of its content.

    Raises MetaKitError when the disk is full or the folder cannot be written.
    """
    content = digest(images.names, images.images)
    tensors = {"images": images.images} | ({} if images.counts is None else {"counts": images.counts})
    with replacing(path) as file:
        file.write(save(tensors, {"names": json.dumps(images.names), "digest": content}))
    return content


def read_images(path: Path, expected: str | None = None) -> ImageSet:
    """Read an image set and check its digest: the one stored beside it, and `expected` where that is given.

    Raises MetaKitError when the file is missing, damaged or holds something else.
    """
    try:
        with safe_open(path, framework="pt") as file:
            about, keys = file.metadata() or {}, set(file.keys())
            images, counts = file.get_tensor("images"), file.get_tensor("counts") if "counts" in keys else None
        found = ImageSet(images, tuple(json.loads(about["names"])), counts)
    except OSError as error:
        raise explained(error, path) from error
    except (SafetensorError, KeyError, ValueError) as error:
        raise MetaKitError(f"{path} is damaged or is not an image set of MetaKit: remove it and import the images again.") from error
    if digest(found.names, found.images) != (expected or about.get("digest")):
        raise MetaKitError(f"{path} is damaged, its content has the wrong digest: remove it and import the images again.")
    return found
