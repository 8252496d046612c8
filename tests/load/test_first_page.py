"""How long a visitor waits for the page, and how much of it travels, in a real Chromium."""

from time import perf_counter

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.browser.conftest import browser, opened  # noqa: F401 - a fixture
from tests.serving import demo

pytestmark = pytest.mark.load
SCREEN = {"width": 1280, "height": 900}


def waited(browser: Browser, url: str) -> tuple[float, BrowserContext]:  # noqa: F811 - no fixture here
    """Seconds until a new visitor, with nothing in the cache, sees the first answer."""
    visitor = browser.new_context(viewport=SCREEN)
    started = perf_counter()
    opened(visitor, url)
    return perf_counter() - started, visitor


def test_the_first_visitor_of_all(browser: Browser, tell) -> None:  # noqa: F811
    with demo(public=True, host="localhost") as (url, _):
        seconds, visitor = waited(browser, url)
        visitor.close()
    tell(f"the first visitor of a new server waits {seconds:.2f} s")
    assert seconds < 4


def test_the_next_ones(browser: Browser, public, tell) -> None:  # noqa: F811
    seconds = []
    for _ in range(7):
        found, visitor = waited(browser, public[0])
        seconds.append(found)
        visitor.close()
    tell(f"seven visitors one after the other wait {sorted(seconds)[3]:.2f} s (median), {max(seconds):.2f} s at most")
    assert sorted(seconds)[3] < 2.5


def test_what_travels(browser: Browser, public, tell) -> None:  # noqa: F811
    visitor = browser.new_context(viewport=SCREEN)
    page, sizes, asked = visitor.new_page(), [], []
    wire = visitor.new_cdp_session(page)
    wire.send("Network.enable")
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    wire.on("Network.webSocketFrameReceived", lambda event: sizes.append(len(event["response"]["payloadData"]) * 3 / 4))
    wire.on("Network.requestWillBeSent", lambda event: asked.append(event["request"]["url"]))
    page.goto(public[0])
    page.wait_for_selector(".metakit-playground[data-busy=false]")
    page.wait_for_timeout(1500)
    visitor.close()
    tell(f"the page weighs {sum(sizes) / 1e6:.2f} MB in {len(sizes)} parts")
    assert len(sizes) > 5
    assert sum(sizes) < 12e6
    assert all(url.startswith((public[0], "data:", "blob:")) for url in asked)
