"""`metakit data`: fetch or import a data set, verify it, keep it, and say what it is."""

import json as jsonlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro
from rich.console import Console
from rich.progress import Progress, TaskID

from metakit.core import MetaKitError
from metakit.tasks import images, mini_imagenet, omniglot
from metakit.tasks.episodes import ImageSet
from metakit.tasks.image_files import find
from metakit.tasks.storage import digest

Report = Callable[[str, int, int | None], None]


@dataclass(frozen=True)
class Found:
    """What is printed about a data set."""

    data: str
    classes: int  # N may be as large as this
    images: int
    fewest: int  # in the smallest class: K + queries may be as large as this
    digest: str
    path: str | None  # None: kept in memory alone

    def sentence(self) -> str:
        """For a reader."""
        where = self.path or "nowhere: it is read again when it is needed"
        shots = self.fewest - 1
        return (
            f"{self.data}: {self.classes:,} classes, {self.images:,} images, at least {self.fewest} in each class.\n"
            f"Fits episodes of N = 2 to {self.classes:,} ways with K shots and queries that add up to {self.fewest} "
            f"at most: K = 1 to {shots}, and 1 to {shots} queries a class.\n"
            f"Kept at {where}\nContent sha256 {self.digest}"
        )


def data(
    name: tyro.conf.Positional[Literal["omniglot", "glyphs", "mini-imagenet", "images"]],
    source: Annotated[Path | None, tyro.conf.arg(name="from")] = None,
    json: bool = False,
) -> None:
    """Fetch or import a data set, verify it and keep it where MetaKit finds it.

    Args:
        name: omniglot (1,623 handwritten characters), glyphs (invented ones, nothing to download), mini-imagenet
            (bring its files) or images (yours).
        source: the folder or zip to import from: Omniglot's, or one with a sub-folder per class of your images.
        json: print one JSON object and nothing else.
    """
    with _progress(quiet=json) as report:
        ways = {"omniglot": _omniglot, "glyphs": _glyphs, "mini-imagenet": _mini_imagenet, "images": _images}
        found = ways[name](source, report)
    print(jsonlib.dumps(asdict(found)) if json else found.sentence())


def _omniglot(source: Path | None, report: Report) -> Found:
    report("Omniglot", 0, None)
    return _found("omniglot", omniglot.fetch(source, report), find(omniglot.FILE))


def _glyphs(source: Path | None, report: Report) -> Found:
    from metakit.tasks.glyphs import glyphs, share  # noqa: PLC0415 - made when first asked for

    if source is not None:
        raise MetaKitError("Glyphs are made from a seed and have no source: leave --from out.")
    report("Glyphs", 0, None)
    return _found("glyphs", glyphs(), share())


def _mini_imagenet(source: Path | None, report: Report) -> Found:
    parts = mini_imagenet.split() if source is None else mini_imagenet.fetch(source, report)
    return _found("mini-imagenet", parts.train, find(mini_imagenet.FILES["train"]))


def _images(source: Path | None, report: Report) -> Found:
    if source is None:
        raise MetaKitError(
            "Say where your images are: metakit data images --from FOLDER, with one sub-folder per class."
        )
    loaded, name = images.load_folder(source, progress=report), images.name_for(source)
    return _found(name, loaded, images.keep_images(name, loaded))


def _found(name: str, found: ImageSet, path: Path | None) -> Found:
    total = len(found) * found.images.shape[1] if found.counts is None else int(found.counts.sum())
    content = digest(found.names, found.images)
    return Found(name, len(found), total, found.fewest, content, None if path is None else str(path))


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Report]:
    """Bars on the error stream, one for each thing that is read: the result alone goes to the output."""
    bars: dict[str, TaskID] = {}
    with Progress(console=Console(stderr=True), transient=True, disable=quiet or not sys.stderr.isatty()) as progress:

        def report(name: str, done: int, total: int | None) -> None:
            if name not in bars:
                bars[name] = progress.add_task(name, total=total)
            progress.update(bars[name], completed=done, total=total)

        yield report
