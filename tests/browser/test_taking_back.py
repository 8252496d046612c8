"""Nothing that a visitor made is lost: undo brings back all that was changed, and a link keeps it."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import opened, settled
from tests.browser.hands import PAD, both_answer, draw, label, numbers, shown, slide

pytestmark = pytest.mark.browser
UNDO, SOURCE, WORDS = "[data-act=undo]", "select[name=source]", ".preset-about"


def preset(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()
    expect(page.locator(WORDS)).to_be_visible()
    both_answer(page)


def test_undo_leaves_a_situation_as_a_whole(page: Page) -> None:
    before, character = numbers(page), shown(page, 0)
    preset(page, "Who fails first?")
    expect(page.locator(SOURCE)).to_have_value("glyphs-alike")
    page.locator(UNDO).click()
    expect(page.locator(SOURCE)).to_have_value("glyphs")
    expect(page.locator(WORDS)).to_be_hidden()
    expect(page.locator(".panel input:checked")).to_have_count(0)
    both_answer(page)
    assert (numbers(page), shown(page, 0)) == (before, character)
    slide(page, "ways", 6)  # the sixth character is of the same examples as the five
    assert shown(page, 25) not in {character, shown(page, 20)}
    assert "an example" in label(page, 25)


def test_undo_takes_back_one_change_at_a_time(page: Page) -> None:
    character, outputs = shown(page, 0), page.locator("output")
    page.locator("[data-act=example]").click()
    page.wait_for_function(
        "before => document.querySelector(`[data-cell='0'] canvas`).toDataURL() !== before", arg=character
    )
    both_answer(page)
    slide(page, "shots", 3)
    for ways in (6, 7, 8):  # one drag of the slider
        page.locator("input[name=ways]").evaluate(
            "(one, n) => { one.value = n; one.dispatchEvent(new Event('input')); }", ways
        )
    page.locator("input[name=ways]").dispatch_event("change")
    for told in (["5", "3", "5"], ["5", "1", "5"]):
        page.locator(UNDO).click()
        expect(outputs).to_have_text(told)
    page.locator(UNDO).click()
    both_answer(page)
    assert shown(page, 0) == character
    page.locator(UNDO).click()
    expect(page.locator(".toast")).to_contain_text("nothing to undo")


def test_a_situation_says_when_it_was_left(page: Page) -> None:
    preset(page, "1-shot, look-alikes")
    strayed = page.get_by_text("You have changed something since")
    expect(strayed).to_be_hidden()
    slide(page, "shots", 5)
    expect(strayed).to_be_visible()
    page.locator("[data-act=clear]").click()
    expect(page.locator(WORDS)).to_be_hidden()


def test_a_link_keeps_the_examples_that_are_not_on_the_board_yet(page: Page) -> None:
    preset(page, "1-shot, look-alikes")
    page.locator("[data-act=share]").click()
    expect(page.locator(".toast")).to_contain_text("opens exactly this board")
    copy = opened(page.context, page.url)
    expect(copy.locator(SOURCE)).to_have_value("glyphs-alike")
    for one in (page, copy):
        slide(one, "shots", 2)
        slide(one, "ways", 7)
    assert [shown(copy, cell) for cell in (0, 1, 30)] == [shown(page, cell) for cell in (0, 1, 30)]
    assert numbers(copy) == numbers(page)


def test_a_drawing_is_kept_however_fast_its_room_is_left(page: Page) -> None:
    page.locator("[data-act=share]").click()
    expect(page.locator(".toast")).to_contain_text("opens exactly this board")
    draw(page, PAD)
    page.evaluate("document.querySelector('#rooms [data-room=curves]').click()")
    page.wait_for_selector(".mk-room[data-room=curves]")
    page.go_back()
    expect(page.locator(".metakit-playground")).to_be_visible()
    assert "your drawing" in label(settled(page), 50)
    assert "your drawing" in label(opened(page.context, page.url), 50)
