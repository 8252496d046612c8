"""The demo's other rooms in a real Chromium: links open them, they answer, and the first room stays as it was."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import entered, opened, settled
from tests.browser.hands import both_answer, numbers

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
PROMPTS = ".mk-prompts"


@pytest.fixture
def room(context: BrowserContext, server: tuple[str, int]) -> Page:
    """The third room, entered by its link."""
    return answered(entered(context, f"{server[0]}#room=in-context"))


@pytest.fixture
def curves(context: BrowserContext, server: tuple[str, int]) -> Page:
    """The second room, entered by its link."""
    page = entered(context, f"{server[0]}#room=curves")
    expect(page.locator(".mkc-verdict")).to_contain_text("times smaller")
    return page


def errors(page: Page) -> list[str]:
    """Of every learner, as the legend shows it."""
    return page.locator(".mkc-legend b").all_inner_texts()


def test_the_step_slider_is_answered_in_the_browser(curves: Page) -> None:
    assert curves.said == []
    before = errors(curves)
    milliseconds = curves.evaluate(
        """() => { const [input, started] = [document.querySelector(".mkc-steps input"), performance.now()];
        input.value = 10; input.dispatchEvent(new Event("input")); return performance.now() - started; }"""
    )
    assert milliseconds < 100
    assert errors(curves) != before


def test_a_preset_shows_what_it_promises_and_its_link_shows_it_again(curves: Page) -> None:
    curves.get_by_role("button", name="More steps hurt").click()
    expect(curves.locator(".mkc-verdict")).to_contain_text(
        "More steps hurt MAML: after 1 its error was 7.7 times smaller"
    )
    expect(curves).to_have_url(re.compile("step=10"))
    copy = entered(curves.context, curves.url)
    expect(copy.locator(".mkc-verdict")).to_have_text(curves.locator(".mkc-verdict").inner_text())
    assert errors(copy) == errors(curves)


def test_what_stands_there_waits_until_the_situation_has_come(curves: Page) -> None:
    """Else a point that is added at once would be added to what was there before, and end the situation."""
    waits = "button => (button.click(), document.querySelector('.mkc-canvas').closest('[inert]') !== null)"
    assert curves.get_by_role("button", name="More steps hurt").evaluate(waits)
    curves.wait_for_selector(".mk-room[data-room=curves][data-busy=false]")
    expect(curves.locator(".mkc-point")).to_have_count(6)
    curves.locator(".mkc-canvas").first.focus()
    curves.keyboard.press("Enter")
    expect(curves.locator(".mkc-point")).to_have_count(7)


def test_points_by_mouse_by_keyboard_and_the_wave_itself(curves: Page) -> None:
    chart = curves.locator(".mkc-canvas")
    chart.click(position={"x": 200, "y": 200})
    expect(curves.locator(".mkc-point")).to_have_count(6)
    chart.focus()
    curves.keyboard.press("ArrowLeft")
    curves.keyboard.press("Enter")
    expect(curves.locator(".mkc-point")).to_have_count(7)
    curves.keyboard.press("Delete")
    expect(curves.locator(".mkc-point")).to_have_count(6)
    before, box = errors(curves), curves.locator(".mkc-handle").bounding_box()
    curves.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    curves.mouse.down()
    curves.mouse.move(box["x"] + 40, box["y"] + 90, steps=5)
    curves.mouse.up()
    expect(curves.get_by_label("Amplitude", exact=True)).not_to_have_value("4.4")
    expect(curves.locator(".mkc-legend b").first).not_to_have_text(before[0])


@pytest.mark.parametrize("damage", ["seed=x", "points=[[1]]"])
def test_a_damaged_link_to_a_room_gives_a_fresh_example(
    context: BrowserContext, server: tuple[str, int], damage: str
) -> None:
    page = entered(context, f"{server[0]}#room=curves&{damage}")
    expect(page.locator(".mk-room-said")).to_contain_text("damaged")
    expect(page.locator(".mkc-verdict")).to_contain_text("times smaller")


def answered(page: Page) -> Page:
    page.wait_for_selector(f"{PROMPTS}[data-busy=false]")
    return page


def word(page: Page, label: str, text: str) -> None:
    page.get_by_label(label, exact=True).fill(text)


def test_a_link_opens_the_room_and_draws_nothing_else(room: Page) -> None:
    expect(room.locator("#rooms [aria-current]")).to_have_text("In context")
    expect(room.get_by_role("heading", level=1)).to_contain_text("Nothing is trained here")
    expect(room.locator(".metakit-playground")).to_have_count(0)
    expect(room.locator(f"{PROMPTS} .mk-strip li")).to_have_count(3)  # after 0, 1 and 2 examples
    expect(room.locator(".mk-room .mkc")).to_be_visible()
    assert room.said == []


def test_typing_a_pair_gives_an_answer(room: Page) -> None:
    room.get_by_role("button", name="+ pair").click()
    word(room, "Input of pair 3", "bird")
    word(room, "Output of pair 3", "drib")
    word(room, "The query", "maze")
    expect(room.locator(f"{PROMPTS} .mk-strip li")).to_have_count(4)
    expect(room.locator(f"{PROMPTS} .mk-why")).to_contain_text("One transformation makes all these pairs: reverse.")
    expect(room.locator(f"{PROMPTS} .mk-text")).to_contain_text("bird>drib;maze>")
    assert room.locator(f"{PROMPTS} .mk-tile").count() >= 1


def test_what_cannot_be_read_is_told_where_one_types(room: Page) -> None:
    word(room, "The query", "größe")
    expect(room.locator(".mk-problem")).to_contain_text("The query needs 3 to 5 small letters")
    word(room, "The query", "bird")
    expect(room.locator(".mk-problem")).to_have_count(0)


def test_a_function_situation_has_its_link(room: Page) -> None:
    room.get_by_role("button", name="Inputs four times as large").click()
    expect(room.locator(".mkf-legend b").first).to_have_text("0.047")
    expect(room).to_have_url(re.compile("subject=.*linear.*scale=2"))
    copy = answered(entered(room.context, room.url))
    expect(copy.locator(".mkf-legend b").first).to_have_text("0.047")


def test_a_preset_that_was_never_trained_says_so(room: Page) -> None:
    room.locator("[data-preset]", has_text="never trained").first.click()
    expect(room.locator(f"{PROMPTS} .mk-why")).to_contain_text("held out of training")


def test_by_keyboard(page: Page) -> None:
    page.locator("#rooms a").first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    answered(page)
    page.get_by_label("The query", exact=True).focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("lamp")
    expect(page.locator(f"{PROMPTS} .mk-text")).to_contain_text("lamp>")
    page.locator(".mk-tile").first.focus()
    expect(page.locator(".mk-tile").first).to_have_attribute("aria-pressed", "true")


def test_there_and_back_the_board_is_the_same(page: Page) -> None:
    page.locator("[data-act=share]").click()
    expect(page).to_have_url(re.compile("#.+"))
    board, before = page.url, numbers(page)
    page.get_by_role("link", name="In context").click()
    expect(page).to_have_url(re.compile("#room=in-context$"))
    expect(page.locator(".metakit-playground")).to_be_hidden()
    answered(page)
    page.get_by_role("link", name="Draw characters").click()
    expect(page.locator(PROMPTS)).to_be_hidden()
    assert (page.url, numbers(settled(page))) == (board, before)
    page.go_back()
    expect(page.locator(PROMPTS)).to_be_visible()
    page.go_back()
    expect(page.locator(".metakit-playground")).to_be_visible()
    expect(page.locator(".toast.shown", has_text="damaged")).to_have_count(0)
    both_answer(page)


def test_the_theme_is_chosen_for_both_rooms(room: Page) -> None:
    def is_dark(selector: str) -> bool:
        script = "(s) => Number(getComputedStyle(document.querySelector(s)).backgroundColor.match(/\\d+/)[0]) < 100"
        return bool(room.evaluate(script, selector))

    before = is_dark(PROMPTS)
    room.get_by_role("button", name="Light or dark theme").click()
    assert is_dark(PROMPTS) != before
    room.get_by_role("link", name="Draw characters").click()
    settled(room)
    assert is_dark(".metakit-playground .ask") == is_dark("body") != before


@pytest.mark.parametrize("context", [PHONE], indirect=True)
def test_on_a_phone(room: Page) -> None:
    assert room.evaluate("document.documentElement.scrollWidth <= innerWidth")
    room.locator("[data-preset]").nth(1).tap()
    expect(room.locator(f"{PROMPTS} .mk-text")).to_contain_text("abc>bcd;")
    word(room, "The query", "lamp")
    expect(room.locator(f"{PROMPTS} .mk-text")).to_contain_text("lamp>")
    assert room.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_an_unknown_room_is_the_first(context: BrowserContext, server: tuple[str, int]) -> None:
    page = opened(context, f"{server[0]}#room=cellar")
    expect(page.locator("#rooms [aria-current]")).to_have_text("Draw characters")
    both_answer(page)
