"""One file from the internet, whole or not at all."""

from collections.abc import Callable, Iterator
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

from metakit.core import MetaKitError
from metakit.tasks.storage import replacing

Progress = Callable[[str, int, int | None], None]  # what is read, how much so far, how much in all if known
BLOCK = 1 << 16
BY_HAND = "try again later, or download it in a browser and say where it is with --from"


def silent(name: str, done: int, total: int | None) -> None:
    """Report nothing."""


def download(url: str, path: Path, progress: Progress = silent, timeout: float = 20.0) -> None:
    """Put the file at `url` at `path`. `timeout`: seconds of silence before giving up.

    Raises MetaKitError without a network, when the server refuses or stops half-way, and when the disk is full;
    what was at `path` then stays.
    """
    done, total = 0, None
    with replacing(path) as file:
        for block, total in _blocks(url, timeout):
            file.write(block)
            done += len(block)
            progress(path.name, done, total)
        if total is not None and done != total:
            raise MetaKitError(f"The download of {url} stopped after {done:,} of {total:,} bytes: {BY_HAND}.")


def _blocks(url: str, timeout: float) -> Iterator[tuple[bytes, int | None]]:
    """(content, bytes in all) piece by piece. Errors in here are the network's, not the disk's."""
    try:
        with urlopen(url, timeout=timeout) as response:  # noqa: S310 - only ever our own https addresses
            total = response.length
            while block := response.read(BLOCK):
                yield block, total
    except HTTPError as error:
        raise MetaKitError(f"The server answers {error.code} ({error.reason}) to {url}: {BY_HAND}.") from error
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        raise MetaKitError(f"{url} cannot be reached ({reason}): connect to the internet, {BY_HAND}.") from error
