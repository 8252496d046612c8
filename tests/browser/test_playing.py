"""Playing with the demo in a real Chromium: by mouse, by finger and by keyboard."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import (
    DIALOG_PAD,
    PAD,
    TRIANGLE,
    ZIGZAG,
    both_answer,
    draw,
    draw_by_finger,
    label,
    numbers,
    shown,
    slide,
)

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def test_draw_a_query_by_mouse_and_take_it_back(page: Page) -> None:
    draw(page, PAD)
    assert "your drawing" in label(page, 50)
    both_answer(page)
    page.locator("[data-act=undo]").click()
    assert "an example" in label(page, 50)
    both_answer(page)


def test_draw_a_whole_task_by_mouse(page: Page) -> None:
    page.locator("[data-act=clear]").click()
    expect(page.locator(".verdict")).to_contain_text("at least two")
    for cell, shape in ((0, ZIGZAG), (5, TRIANGLE)):
        draw(page, f"[data-cell='{cell}']", shape)
        assert "your drawing" in label(page, cell)
    expect(page.locator(".verdict")).to_contain_text("this is your query")
    draw(page, PAD)
    both_answer(page)
    expect(page.locator(".verdict")).to_contain_text("Both say A")
    assert numbers(page)[4:6] == ["–", "–"]  # class C has no drawing: it is no candidate


def test_a_click_on_a_cell_opens_the_large_pad(page: Page) -> None:
    page.locator("[data-cell='10']").click()
    draw(page, DIALOG_PAD)
    page.locator("[data-act=done]").click()
    assert "your drawing" in label(page, 10)
    both_answer(page)


@pytest.mark.parametrize("context", [PHONE], indirect=True)
def test_draw_by_finger_on_a_phone(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    draw_by_finger(page, PAD)
    assert "your drawing" in label(page, 50)
    page.locator("[data-cell='5']").tap()
    draw_by_finger(page, DIALOG_PAD)
    page.locator("[data-act=done]").tap()
    assert "your drawing" in label(page, 5)
    both_answer(page)
    for name, value in (("ways", 10), ("shots", 5)):
        slide(page, name, value)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_everything_by_keyboard(page: Page) -> None:
    page.locator(PAD).focus()
    page.keyboard.press("Delete")
    assert "empty" in label(page, 50)
    page.keyboard.press("e")
    assert "an example" in label(page, 50)
    page.locator("[data-cell='0']").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Backspace")
    assert "empty" in label(page, 10)
    page.keyboard.press("Control+z")
    assert "an example" in label(page, 10)
    page.keyboard.press("Space")
    expect(page.locator("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_be_hidden()
    page.locator("input[name=steps]").focus()
    page.keyboard.press("End")
    expect(page.locator("output").nth(2)).to_have_text("10")
    both_answer(page)


def test_more_characters_and_more_examples(page: Page) -> None:
    slide(page, "ways", 10)
    expect(page.locator(".row:visible")).to_have_count(10)
    slide(page, "shots", 5)
    expect(page.locator(".cell:visible")).to_have_count(50)
    both_answer(page)
    slide(page, "ways", 2)
    assert len([text for text in numbers(page)[:4] if "%" in text]) == 4


def test_a_step_that_is_not_here_yet_comes_soon(page: Page) -> None:
    page.locator("[data-act=example]").click()  # its verdict comes first
    both_answer(page)
    page.locator("input[name=steps]").fill("0")
    expect(page.locator(".number").nth(1)).to_have_text("20 %")


def test_inner_steps_answer_at_once(page: Page) -> None:
    expect(page.locator(".chart.waits")).to_have_count(0)  # the curve of every step is here
    slide(page, "steps", 0)
    assert numbers(page)[1::2][:5] == ["20 %"] * 5  # before any step MAML cannot know
    expect(page.locator(".verdict")).to_contain_text("cannot tell yet")
    milliseconds = page.evaluate(
        """() => { const [input, started] = [document.querySelector("input[name=steps]"), performance.now()];
        input.value = 10; input.dispatchEvent(new Event("input")); return performance.now() - started; }"""
    )
    assert milliseconds < 100
    assert numbers(page)[1::2][:5] != ["20 %"] * 5


def test_ask_every_learner(page: Page) -> None:
    panel = page.locator(".panel")
    page.locator("[data-act=ask-all]").click()
    expect(panel.locator(".sentence")).to_contain_text(re.compile(r"(All \d+|\d+ of \d+) say"))
    expect(panel.locator(".says b")).to_have_count(panel.locator("input:checked").count())
    slide(page, "ways", 4)
    expect(panel).to_contain_text("fixed at 5 ways")
    page.locator("[data-act=ask-none]").click()
    expect(panel.locator(".sentence")).to_contain_text("Choose learners")
    expect(panel.locator("input:checked")).to_have_count(0)


def test_a_new_example_shows_other_characters(page: Page) -> None:
    before = shown(page, 0)
    page.locator("[data-act=example]").click()
    for _ in range(300):
        if shown(page, 0) != before:
            break
        page.wait_for_timeout(100)
    assert shown(page, 0) != before
    both_answer(page)
