"""Links that open a lesson elsewhere: each leads to a notebook that exists."""

import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from metakit.core import MetaKitError
from metakit.publish.badges import lessons, main, published, table

ROOT = Path(__file__).parents[2]
ADDRESS = "https://github.com/ada/metakit"
HUB = "https://hub.example.org"


def test_every_lesson_has_its_links():
    assert lessons() == sorted(path.name for path in (ROOT / "notebooks").glob("[01]*.ipynb"))
    rows = table(published(ADDRESS), HUB).splitlines()
    assert len(rows) == 2 + len(lessons())
    assert all(row.count("https://") == 3 for row in rows[2:])
    assert not any("![" in row or ".svg" in row for row in rows), "No picture is loaded from elsewhere."


@pytest.mark.parametrize("lesson", lessons())
def test_links_lead_to_notebooks_that_exist(lesson: str):
    there = published(f"{ADDRESS}.git", branch="autumn/2026")
    binder = urlsplit(there.binder(lesson))
    assert binder.path == "/v2/gh/ada/metakit/autumn%2F2026"
    assert (ROOT / unquote(parse_qs(binder.query)["urlpath"][0]).removeprefix("lab/tree/")).is_file()
    assert (ROOT / urlsplit(there.colab(lesson)).path.removeprefix("/github/ada/metakit/blob/autumn/2026/")).is_file()
    asked = parse_qs(urlsplit(there.hub(HUB + "/", lesson)).query)
    assert (asked["repo"], asked["branch"]) == ([ADDRESS], ["autumn/2026"])
    assert (ROOT.parent / asked["urlpath"][0].replace("lab/tree/metakit", ROOT.name)).is_file()


@pytest.mark.parametrize(
    "address", ["metakit", "http://github.com/ada/metakit", "https://gitlab.com/ada/metakit", "https://github.com/ada"]
)
def test_other_addresses_are_told(address: str):
    with pytest.raises(MetaKitError, match=r"give its address as https://github\.com/you/metakit"):
        published(address)


def test_what_is_printed(capsys: pytest.CaptureFixture[str]):
    main(ADDRESS)
    printed = capsys.readouterr().out
    assert "hub/user-redirect" not in printed
    assert printed.endswith("%cd metakit\n%pip install --quiet anywidget safetensors\n")


def test_a_mistake_on_the_command_line_is_one_sentence():
    done = subprocess.run(
        [sys.executable, "-m", "metakit.publish.badges", "here"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
