"""A small course, published once for all tests and workers; and a browser."""

import json
from pathlib import Path

import pytest
from filelock import FileLock

from metakit.publish.site import site
from metakit.publish.slides import slides
from tests.browser.conftest import browser, context  # noqa: F401 - fixtures
from tests.publish.tiny import LESSON, course


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small course's folder, with build/site and build/slides in it; its lesson has been run."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if base.name.startswith("popen-") else base) / "small course"
    with FileLock(f"{folder}.lock"):
        if not (folder / "done").exists():
            site(course(folder), stills=False)
            slides(folder)
            (folder / "done").touch()
    return folder


@pytest.fixture(scope="session")
def lesson(published: Path) -> str:
    """The lesson's page."""
    return (published / "build/site/notebooks" / LESSON).with_suffix(".html").read_text("utf-8")


def states(page: str) -> dict:
    """The widgets' state that stands in a page."""
    begin = page.index("application/vnd.jupyter.widget-state+json")
    return json.JSONDecoder().raw_decode(page, page.index("{", begin))[0]["state"]
