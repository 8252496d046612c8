"""Where a syllabus leaves sections of a lesson out, the others run without them."""

import re
import subprocess
import sys

import pytest

from tests.test_teaching import GUIDE, PAGES, cells, sections

WHICH = r"[Ll]esson (\d\d), sections (1) (and|to) (\d)"  # who begins later is told to run all above
PATHS = sorted(set(re.findall(WHICH, (GUIDE / "syllabi.md").read_text("utf-8"))))


def program(lesson, chosen):
    """The code of a lesson's set-up and of these sections, as one program."""
    (page,) = (page for page in PAGES if page.stem.endswith(lesson))
    of = sections(page)
    return "\n".join(source for name, kind, source in cells(page) if kind == "code" and of[name] in ("", *chosen))


def unknown(code):
    """The names that nothing has defined."""
    ruff = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F821", "--output-format", "concise"]
    done = subprocess.run(
        [*ruff, "--stdin-filename", "lesson.ipynb.py", "-"], input=code, capture_output=True, text=True, check=False
    )
    return [name for name in re.findall(r"Undefined name `(.+?)`", done.stdout) if name != "display"]  # IPython's own


@pytest.mark.parametrize(("lesson", "first", "word", "last"), PATHS)
def test_a_partial_path_knows_all_its_names(lesson, first, word, last):
    chosen = map(str, range(int(first), int(last) + 1)) if word == "to" else (first, last)
    assert unknown(program(lesson, [*chosen])) == []


def test_a_missing_section_is_found():
    assert len(PATHS) >= 4
    assert "schedule" in unknown(program("08", ["2"]) + "\nprint(schedule)")
    assert unknown(program("08", ["1", "2"])) == []
