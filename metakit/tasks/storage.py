"""Where data lives, and how it gets there: a half-written file is never visible.

`METAKIT_DATA` names the data folder. Without it that is `data/` of the checkout, or a folder of the user's own where
MetaKit is installed without one. A data folder may be read-only: what MetaKit derives from it is then kept in the
user's cache folder, or in memory alone.
"""

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from torch import Tensor

import metakit
from metakit.core import MetaKitError

FULL = (errno.ENOSPC, errno.EDQUOT)
FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)


def data_folder() -> Path:
    """The folder that holds the data; it need not exist yet."""
    if named := os.environ.get("METAKIT_DATA"):
        return Path(named).expanduser()
    checkout = Path(metakit.__file__).parents[1]
    return checkout / "data" if (checkout / "pyproject.toml").exists() else cache_folder()


def cache_folder() -> Path:
    """A folder of the user's own, for what can be made again."""
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(base) if base else Path.home() / ".cache") / "metakit"


def writable(folder: Path) -> bool:
    """Whether files may be put there. What nobody may write to is left alone by the administrator too."""
    while not folder.exists():
        folder = folder.parent
    return folder.is_dir() and bool(folder.stat().st_mode & 0o222) and os.access(folder, os.W_OK)


def places(name: str) -> tuple[Path, Path]:
    """Where the file `name` ("omniglot/omniglot.safetensors") may be: in the data folder, or in the user's cache."""
    return data_folder() / name, cache_folder() / name


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write that becomes `path` when the block ends well; otherwise what was at `path` stays.

    Raises MetaKitError when the disk is full or the folder cannot be written.
    """
    scratch: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        scratch = Path(name)
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        scratch.chmod(0o644)  # mkstemp lets nobody else read
        scratch.replace(path)
    except OSError as error:
        raise explained(error, path) from error
    finally:
        if scratch is not None:
            scratch.unlink(missing_ok=True)  # gone already when all went well


def explained(error: OSError, path: Path) -> MetaKitError:
    """What went wrong with the file at `path`, and what to do next, in one sentence."""
    if error.errno in FULL:
        next_step = "free some space, or set METAKIT_DATA to a folder on another disk"
        return MetaKitError(f"The disk is full, so {path} was not written: {next_step}.")
    if error.errno in FORBIDDEN:
        next_step = "change its permissions, or set METAKIT_DATA to a folder of your own"
        return MetaKitError(f"{path} may not be opened or written: {next_step}.")
    if isinstance(error, FileNotFoundError):
        return MetaKitError(f"{path} does not exist: check the spelling of the path.")
    reason = error.strerror or error
    return MetaKitError(f"{path} could not be read or written ({reason}): check the disk and try again.")


def digest(names: Sequence[str], pixels: Tensor) -> str:
    """SHA-256 of the content in hexadecimal: names [C] and uint8 pixels [C, ...], whatever order they come in."""
    total = hashlib.sha256(repr(tuple(pixels.shape)).encode())
    for index in sorted(range(len(names)), key=names.__getitem__):
        total.update(names[index].encode() + b"\0")
        total.update(pixels[index].cpu().numpy().tobytes())
    return total.hexdigest()
