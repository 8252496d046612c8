"""The function playground in the demo's third room: what is typed stays, and what the page says of it is so."""

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from metakit.widgets.front_end import STATIC
from tests.browser.conftest import entered

pytestmark = pytest.mark.browser


@pytest.fixture
def functions(context: BrowserContext, server: tuple[str, int]) -> Page:
    page = entered(context, f"{server[0]}#room=in-context")
    expect(page.locator(".mkf-table tbody tr")).to_have_count(15)
    return page


def control(page: Page, label: str) -> Locator:
    return page.get_by_label(label, exact=True)


def cell(page: Page, name: str) -> Locator:
    return control(page, f"example {name}")


def status(page: Page) -> Locator:
    return page.locator(".mkf > p[role=status]")


def kind(page: Page, name: str) -> None:
    control(page, "Functions").select_option(name)
    expect(cell(page, "1, x5")).to_have_count(int(name == "linear functions"))


def test_a_target_is_typed_where_it_can_stay(functions: Page) -> None:
    expect(cell(functions, "2, y")).not_to_be_editable()
    expect(functions.get_by_text("To type your own, untick")).to_be_visible()
    control(functions, "targets lie on the function").uncheck()
    cell(functions, "2, y").fill("-4.5")
    cell(functions, "2, y").press("Enter")
    expect(status(functions)).to_have_text("Example changed. 15 in the prompt.")
    control(functions, "targets lie on the function").check()
    expect(cell(functions, "2, y")).not_to_have_value("-4.50")
    expect(status(functions)).to_be_empty()
    control(functions, "targets lie on the function").uncheck()
    expect(cell(functions, "2, y")).to_have_value("-4.50")


def test_a_shift_says_that_typed_examples_stay(functions: Page) -> None:
    told = functions.get_by_text("You have changed the examples")
    expect(told).to_be_hidden()
    cell(functions, "1, x").fill("1.5")
    cell(functions, "1, x").press("Enter")
    control(functions, "Inputs scaled").fill("2")
    expect(functions.get_by_text("−20", exact=True)).to_be_visible()
    expect(cell(functions, "1, x")).to_have_value("1.50")
    expect(told).to_be_visible()
    functions.get_by_role("button", name="New examples").click()
    expect(cell(functions, "1, x")).not_to_have_value("1.50")
    expect(told).to_be_hidden()


def test_an_input_beyond_the_picture_is_brought_back_and_told(functions: Page) -> None:
    cell(functions, "2, x").fill("12")
    cell(functions, "2, x").press("Tab")
    expect(cell(functions, "2, x")).to_have_value("5.00")
    expect(status(functions)).to_have_text("x goes from −5 to 5, so 12 became 5.")


def test_no_more_examples_can_be_read_than_there_are(functions: Page) -> None:
    control(functions, "Examples read").fill("15")
    for _ in range(3):
        cell_count = functions.locator(".mkf-table tbody tr").count()
        control(functions, "remove example 1").press("Enter")
        expect(functions.locator(".mkf-table tbody tr")).to_have_count(cell_count - 1)
        expect(control(functions, "remove example 1")).to_be_focused()
    expect(control(functions, "Examples read")).to_have_value("12")
    expect(control(functions, "Examples read")).to_have_attribute("max", "12")


def test_one_example_too_many_is_told_until_something_else_is_done(functions: Page) -> None:
    functions.get_by_role("button", name="Add an example").click()
    expect(status(functions)).to_have_text("15 examples are the most. Remove one first.")
    functions.get_by_role("button", name="New function").first.click()
    expect(status(functions)).to_be_empty()


def test_an_answer_does_not_disturb_who_types(functions: Page) -> None:
    """The number in the next cell is half typed when the answer to the last one comes."""
    kind(functions, "linear functions")
    before = functions.locator(".mkf-legend").inner_text()
    cell(functions, "1, x1").fill("3")
    cell(functions, "1, x1").press("Tab")
    functions.keyboard.type("2.")
    expect(functions.locator(".mkf-legend")).not_to_have_text(before, use_inner_text=True)
    functions.keyboard.type("5")
    functions.keyboard.press("Enter")
    expect(cell(functions, "1, x2")).to_have_value("2.50")
    expect(cell(functions, "1, x1")).to_have_value("3.00")


def test_a_presets_sentence_is_about_its_own_widget(functions: Page) -> None:
    functions.get_by_role("button", name="Inputs four times as large").click()
    expect(functions.locator(".mkf-legend b").first).to_have_text("0.047")
    control(functions, "The query").fill("bird")
    strayed = functions.get_by_text("You have changed something since")
    expect(functions.locator(".mk-room-preset")).to_be_visible()
    expect(strayed).to_be_hidden()
    control(functions, "Inputs scaled").fill("0")
    expect(strayed).to_be_visible()


def test_examples_that_are_not_read_look_so_beside_other_widgets(functions: Page) -> None:
    """A lesson has several widgets, and each brings the charts' style sheet again: the order must not matter."""
    functions.add_style_tag(path=STATIC / "charts.css")
    fills = [
        functions.locator(one).first.evaluate("one => getComputedStyle(one).fill")
        for one in (".mkf .mkc-point:not(.mkf-unread)", ".mkf .mkf-unread")
    ]
    assert fills[0] != fills[1]
