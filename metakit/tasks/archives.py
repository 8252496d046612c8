"""Reading zip archives that somebody else made: no path leaves its folder, no small file becomes a huge one."""

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from metakit.core import MetaKitError
from metakit.tasks.storage import explained

BOUNDED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # zipfile unpacks these piece by piece, the others in one go


class Limits(NamedTuple):
    """More than this is not opened."""

    entries: int = 200_000
    size: int = 1 << 30  # bytes when unpacked, all entries together


def read_zip(path: Path, suffix: str = "", limits: Limits = Limits()) -> Iterator[tuple[PurePosixPath, bytes]]:  # noqa: B008
    """The files of an archive whose name ends in `suffix`: (name, content), never written to disk.

    Raises MetaKitError for a file that is missing, damaged or no zip, and for an archive that is not safe to open.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _refuse_unsafe(path, archive.infolist(), limits)
            for entry in archive.infolist():
                if entry.filename.endswith(suffix) and not entry.is_dir():
                    yield PurePosixPath(entry.filename), _read(archive, entry)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise MetaKitError(f"{path} is damaged or is no zip file ({error}): download it again.") from error
    except OSError as error:
        raise explained(error, path) from error


def _refuse_unsafe(path: Path, entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    size = sum(entry.file_size for entry in entries)
    if len(entries) > limits.entries or size > limits.size:
        found = f"{len(entries):,} files and {size:,} bytes"
        raise MetaKitError(f"{path} would unpack to {found}, too much to be safe: use an archive you trust.")
    for entry in entries:
        name = PurePosixPath(entry.filename.replace("\\", "/"))
        if name.is_absolute() or ".." in name.parts or ":" in "".join(name.parts[:1]):
            raise MetaKitError(f"{path} holds {entry.filename!r}, which leaves its folder: use an archive you trust.")
        if entry.compress_type not in BOUNDED:
            raise MetaKitError(f"{path} is packed in a way that MetaKit does not read: unpack it and name the folder.")


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """The content of one entry; no more is unpacked than it declares (and the declared total has been checked)."""
    with archive.open(entry) as file:
        content = file.read(entry.file_size + 1)
    if len(content) != entry.file_size:
        raise zipfile.BadZipFile(f"{entry.filename} is not as long as it says")
    return content
