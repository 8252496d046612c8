"""The guide says how much the student edition weighs: rounded up, and not by much."""

import re
import zlib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

from metakit.publish.student import LEFT_OUT, NEEDED

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "teaching"


def going_in() -> Iterator[Path]:
    for name in (*NEEDED, "notebooks"):
        found = [ROOT / name, *(ROOT / name).rglob("*")]
        yield from (path for path in found if path.is_file() and not left_out(path.relative_to(ROOT)))


def left_out(path: Path) -> bool:
    return any(fnmatch(part, pattern) for part in path.parts for pattern in LEFT_OUT)


@pytest.mark.parametrize(
    ("page", "words", "packed"),
    [
        ("editions.md", r"The folder weighs about (\d+) MB", False),
        ("editions.md", r"the zip about (\d+) MB", True),
        ("monday.md", r"metakit-student\.zip`, (\d+) MB", True),
    ],
)
def test_the_student_edition_weighs_what_the_guide_says(page, words, packed):
    (told,) = re.findall(words, (GUIDE / page).read_text("utf-8"))
    files = [path.read_bytes() for path in going_in()]
    weight = sum(len(zlib.compress(file, 1) if packed else file) for file in files) / 1e6
    assert weight <= int(told) <= 1.2 * weight
