"""Reading zip archives that somebody else made: no path leaves its folder, no small file becomes a huge one."""

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from metakit.core import MetaKitError
from metakit.tasks.storage import explained

MOST_ENTRIES = 200_000
MOST_BYTES = 2 << 30  # decompressed, all entries together
BLOCK = 1 << 20


def read_zip(path: Path, suffix: str = "", most_entries: int = MOST_ENTRIES, most_bytes: int = MOST_BYTES) -> Iterator[tuple[PurePosixPath, bytes]]:
    """The files of an archive whose name ends in `suffix`: (name, content), never written to disk.

    Raises MetaKitError for a file that is missing, damaged or no zip, and for an archive that is not safe to open.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _refuse_unsafe(path, entries, most_entries, most_bytes)
            left = most_bytes
            for entry in entries:
                if entry.is_dir() or not entry.filename.endswith(suffix):
                    continue
                content = _read(archive, entry, left)
                left -= len(content)
                yield PurePosixPath(entry.filename), content
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise MetaKitError(f"{path} is damaged or is not a zip file ({error}): download it again.") from error
    except OSError as error:
        raise explained(error, path) from error


def _refuse_unsafe(path: Path, entries: list[zipfile.ZipInfo], most_entries: int, most_bytes: int) -> None:
    if len(entries) > most_entries or sum(entry.file_size for entry in entries) > most_bytes:
        raise MetaKitError(f"{path} unpacks to more than {most_entries:,} files or {most_bytes:,} bytes: use an archive you trust.")
    for entry in entries:
        name = PurePosixPath(entry.filename.replace("\\", "/"))
        if name.is_absolute() or ".." in name.parts or ":" in name.parts[0]:
            raise MetaKitError(f"{path} contains the path {entry.filename!r}, which leaves its folder: use an archive you trust.")


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most_bytes: int) -> bytes:
    """The content of one entry, stopping when it is larger than it claims to be."""
    with archive.open(entry) as file:
        content = file.read(min(entry.file_size, most_bytes) + 1)
    if len(content) > min(entry.file_size, most_bytes):
        raise zipfile.BadZipFile(f"{entry.filename} is larger than it says")
    return content
