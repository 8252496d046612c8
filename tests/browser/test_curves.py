"""The demo's second room, played with: what its controls and its sentences say is what the picture shows."""

import re

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import entered

pytestmark = pytest.mark.browser
SPOTS = [{"x": 80 + 25 * k, "y": 60 + 40 * (k % 5)} for k in range(16)]


@pytest.fixture
def curves(context: BrowserContext, server: tuple[str, int]) -> Page:
    page = entered(context, f"{server[0]}#room=curves")
    expect(page.locator(".mkc-verdict")).to_contain_text("times smaller")
    return page


def control(page: Page, label: str) -> Locator:
    return page.get_by_label(label, exact=True)


def steps(page: Page) -> Locator:
    return control(page, "Inner steps")


def status(page: Page) -> Locator:
    return page.locator(".mkc > p[role=status]").last


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def play(page: Page) -> Locator:
    """Pressed, and a step or more further."""
    button(page, "Play the inner steps").focus()
    page.keyboard.press("Enter")
    expect(button(page, "Stop the inner steps")).to_have_text("■ Stop")
    expect(steps(page)).to_have_value(re.compile("[2-9]"))
    return button(page, "Stop the inner steps")


def stands_still(page: Page) -> None:
    expect(button(page, "Play the inner steps")).to_have_text("▶ Play", timeout=2000)  # long before its end
    before = steps(page).input_value()
    page.wait_for_timeout(1200)
    assert steps(page).input_value() == before


def test_play_is_stopped_by_the_same_key(curves: Page) -> None:
    expect(play(curves)).to_be_focused()
    curves.keyboard.press("Enter")
    stands_still(curves)


def test_play_stops_when_the_slider_moves(curves: Page) -> None:
    play(curves)
    steps(curves).fill("7")
    stands_still(curves)
    expect(steps(curves)).to_have_value("7")


@pytest.mark.parametrize("what", ["wave", "point"])
def test_play_stops_at_another_task(curves: Page, what: str) -> None:
    control(curves, "my points lie on the curve").uncheck()
    play(curves)
    if what == "wave":  # the points stay where they are
        control(curves, "Amplitude").fill("2")
    else:
        curves.locator(".mkc-canvas").click(position={"x": 200, "y": 200})
    stands_still(curves)


def test_play_ends_at_the_last_step(curves: Page) -> None:
    steps(curves).fill("9")
    play(curves)
    expect(steps(curves)).to_have_value("10")
    stands_still(curves)


def test_k_is_the_number_of_points(curves: Page) -> None:
    curves.locator(".mkc-canvas").click(position={"x": 200, "y": 200})
    expect(control(curves, "Points K")).to_have_value("6")
    expect(status(curves)).to_have_text("Point added. 6 on the picture.")
    button(curves, "Clear points").click()
    expect(control(curves, "Points K")).to_have_value("0")
    expect(status(curves)).to_have_text("Points cleared. 0 on the picture.")
    control(curves, "Points K").fill("3")
    expect(curves.locator(".mkc-point")).to_have_count(3)
    expect(status(curves)).to_be_empty()


def test_one_point_too_many_is_told(curves: Page) -> None:
    for spot in SPOTS:
        curves.locator(".mkc-canvas").click(position=spot)
    expect(status(curves)).to_have_text("20 points are the most. Remove one first.")
    expect(curves.locator(".mkc-point")).to_have_count(20)


def test_an_error_beyond_the_chart_is_marked(curves: Page) -> None:
    expect(curves.locator(".mkc-beyond")).to_have_count(0)
    expect(curves.get_by_text("A hollow mark lies beyond")).to_have_count(0)
    control(curves, "Inner rate").fill("3")
    expect(curves.get_by_text("A hollow mark lies beyond")).to_be_visible()
    assert curves.locator(".mkc-beyond").count() > 0


def test_a_presets_sentence_says_when_it_may_be_true_no_longer(curves: Page) -> None:
    strayed = curves.get_by_text("You have changed something since")
    button(curves, "More steps hurt").click()
    expect(curves).to_have_url(re.compile("step=10"))
    expect(strayed).to_be_hidden()
    steps(curves).fill("4")
    expect(strayed).to_be_visible()
    steps(curves).fill("10")
    expect(strayed).to_be_hidden()
    curves.locator(".mkc-canvas").click(position={"x": 200, "y": 200})
    expect(strayed).to_be_visible()
    button(curves, "One point").click()
    expect(curves.locator(".mk-room-preset")).to_contain_text("Many waves")
    expect(strayed).to_be_hidden()
