"""What a visitor sees when something fails behind the page: within ten seconds a banner, and one click that helps."""

import os
import re
import signal
from time import perf_counter

import psutil
import pytest
from playwright.sync_api import BrowserContext, Page, WebSocketRoute, expect

from tests.browser.conftest import opened, settled
from tests.browser.hands import PAD, both_answer, draw, kernel_of, shown
from tests.malice import message
from tests.serving import demo, kernels

pytestmark = pytest.mark.browser
TEN_SECONDS = 10_500  # and a little for a busy machine
BANNER = "#gone"


def mine(page: Page, server: int) -> psutil.Process:
    return kernels(server)[kernel_of(page)]


def test_a_kernel_that_does_not_answer_is_told_and_so_is_its_return(page: Page, server: tuple[str, int]) -> None:
    process = mine(page, server[1])
    process.suspend()  # as a callback that never ends
    expect(page.locator(BANNER)).to_contain_text("No answer for some seconds", timeout=TEN_SECONDS)
    process.resume()
    expect(page.locator(BANNER)).to_be_hidden()
    draw(page, PAD)
    both_answer(page)


def test_a_new_start_keeps_what_was_drawn(page: Page, server: tuple[str, int]) -> None:
    draw(page, PAD)
    settled(page)
    expect(page).to_have_url(re.compile("#."))
    drawn, process = shown(page, 50), mine(page, server[1])
    process.kill()
    expect(page.locator(BANNER)).to_contain_text("gone quiet", timeout=TEN_SECONDS)
    page.get_by_role("button", name="Start again").click()
    page.wait_for_load_state()
    assert shown(settled(page), 50) == drawn
    assert mine(page, server[1]) != process


def test_a_failing_callback_is_told(context: BrowserContext, server: tuple[str, int]) -> None:
    def meet(line: WebSocketRoute) -> None:
        there = line.connect_to_server()
        there.on_message(line.send)
        line.on_message(there.send)
        lines.append(line)

    lines: list[WebSocketRoute] = []
    context.route_web_socket("**/channels*", meet)
    page = opened(context, server[0])
    expect(page.locator(BANNER)).to_be_hidden()
    lines[0].send(message(b"iopub", "error", {"ename": "ValueError", "evalue": "", "traceback": []}))
    expect(page.locator(BANNER)).to_contain_text("went wrong")
    expect(page.get_by_role("button", name="Start again")).to_be_visible()


def test_three_seconds_without_network_are_no_loss(context: BrowserContext, server: tuple[str, int]) -> None:
    def meet(line: WebSocketRoute) -> None:
        if closed and perf_counter() - closed[0] < 3:
            return line.close()
        there = line.connect_to_server()
        there.on_message(line.send)
        line.on_message(there.send)
        return lines.append(line)

    lines: list[WebSocketRoute] = []
    closed: list[float] = []
    context.route_web_socket("**/channels*", meet)
    page = opened(context, server[0])
    closed.append(perf_counter())
    lines[0].close()
    draw(page, PAD)
    both_answer(page)
    expect(page.locator(BANNER)).to_be_hidden()


def test_a_server_that_is_gone_is_told(context: BrowserContext) -> None:
    with demo() as (url, process):
        page = opened(context, url)
        os.kill(process, signal.SIGKILL)
        expect(page.locator(BANNER)).to_contain_text("gone quiet", timeout=TEN_SECONDS)
