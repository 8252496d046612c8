"""One Voila server and one Chromium for all browser tests; a picture of the page is kept when a test fails."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect, sync_playwright

from tests.serving import ROOT, demo

ARTEFACTS = ROOT / "tests" / "artefacts"
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
INSTALL = "no Chromium: install it with `sudo apt install chromium`, or `.venv/bin/playwright install chromium`"


expect.set_options(timeout=30_000)  # a busy machine is no mistake of the page


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, int]]:
    """(address, process id) of the demo."""
    with demo() as served:
        yield served


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    with sync_playwright() as playwright:
        try:
            chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        except Error:
            pytest.skip(INSTALL)
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """A fresh visitor; `@pytest.mark.parametrize("context", [{...}], indirect=True)` sets the screen."""
    visitor = browser.new_context(**({"viewport": {"width": 1280, "height": 900}} | getattr(request, "param", {})))
    visitor.set_default_timeout(60_000)  # a busy machine is no mistake of the page
    visitor.add_init_script("localStorage.setItem('metakit-tour', 'seen')")  # it has been here before
    yield visitor
    failed = getattr(request.node, "failed", False)
    for number, page in enumerate(visitor.pages):
        if failed:
            ARTEFACTS.mkdir(exist_ok=True)
            page.screenshot(path=ARTEFACTS / f"{request.node.name}-{number}.png", full_page=True)
    visitor.close()


@pytest.fixture
def page(context: BrowserContext, server: tuple[str, int]) -> Page:
    """The demo, open, with its first answer."""
    return opened(context, server[0])


def entered(context: BrowserContext, url: str) -> Page:
    """A new tab; what the console says is kept in `page.said`."""
    page = context.new_page()
    page.said = []
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.goto(url)
    return page


def opened(context: BrowserContext, url: str) -> Page:
    """A new tab on the demo, once both learners have answered."""
    return settled(entered(context, url))


def settled(page: Page) -> Page:
    """The page, once its last question is answered."""
    page.wait_for_selector(".metakit-playground[data-busy=false]")
    return page


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    item.failed = getattr(item, "failed", False) or report.failed
    return report
