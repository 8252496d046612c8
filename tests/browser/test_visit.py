"""A whole visit to the demo in a real Chromium: tour, situations, own pictures, keyboard alone, phone, and axe-core."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import opened, settled
from tests.browser.hands import (
    DROP,
    INSIDE,
    both_answer,
    choose,
    drag_by_finger,
    draw_by_finger,
    label,
    numbers,
    picture,
)

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
READY = {
    "Draw characters": ".metakit-playground[data-busy=false]",
    "Fit a curve": ".mk-room[data-room=curves][data-busy=false] .mkc-verdict:not(:empty)",
    "In context": ".mk-room[data-room=in-context][data-busy=false] .mk-prompts[data-busy=false]",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_any_room(browser: Browser, server: tuple[str, int], scheme: str) -> None:
    visitor = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    page = opened(visitor, server[0])
    expect(page.locator("#tour")).to_be_visible()
    for room, ready in READY.items():
        page.get_by_role("link", name=room).click()
        page.wait_for_selector(ready)
        for one in page.locator(".mk-help:visible").all()[:2]:
            one.click()
        page.wait_for_timeout(250)  # colours fade in
        found = [one for one in Axe().run(page).response["violations"] if one["impact"] in {"serious", "critical"}]
        assert not found, [(one["id"], [node["target"] for node in one["nodes"][:3]]) for one in found]
    visitor.close()


@pytest.mark.parametrize("screen", [{"viewport": {"width": 1280, "height": 900}}, PHONE], ids=["desk", "phone"])
def test_the_tour_of_a_first_visit(browser: Browser, server: tuple[str, int], screen: dict[str, object]) -> None:
    visitor = browser.new_context(**screen)
    page = opened(visitor, server[0])
    tour = page.get_by_role("dialog", name="Machines that learn from one example")
    expect(tour).to_be_visible()
    expect(page.locator("#tour h2")).to_be_focused()
    for _ in range(7):
        page.keyboard.press("ArrowRight")
        assert page.locator("#tour").evaluate(INSIDE)
        assert page.locator("#tour-ring").evaluate(
            "ring => !ring.hidden && ring.getBoundingClientRect().top < innerHeight"
        )
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page.locator("#tour")).to_contain_text("learned to learn")
    page.keyboard.press("Escape")
    expect(page.locator("#tour")).to_have_count(0)
    page.reload()
    settled(page)
    expect(page.locator("#tour")).to_have_count(0)  # remembered
    page.get_by_role("button", name="Tour").click()
    expect(page.locator("#tour")).to_be_visible()
    visitor.close()


def test_situations_show_what_they_promise_and_a_link_keeps_them(page: Page) -> None:
    page.get_by_role("button", name="1-shot, look-alikes").click()
    expect(page.locator(".verdict .wrong")).to_have_count(2)
    page.get_by_role("button", name="5-shot, look-alikes").click()
    expect(page.locator(".verdict .right")).to_have_count(2)
    page.get_by_role("button", name="Who fails first?").click()
    expect(page.locator(".panel .says .wrong").first).to_be_visible()
    expect(page.locator(".panel .says .right").first).to_be_visible()
    page.wait_for_timeout(500)  # the address follows
    copy = opened(page.context, page.url)
    assert numbers(copy) == numbers(page)
    assert copy.locator(".panel input:checked").count() == page.locator(".panel input").count()


def test_own_pictures_are_drawings_and_no_file_is_sent(page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.method} {request.url}"))
    choose(page, "[data-act=query-picture]", picture())
    expect(page.locator(".toast")).to_contain_text("No file leaves this browser")
    page.locator("[data-cell='0']").click()
    choose(page, "dialog [data-act=picture]", picture("JPEG"), picture(ink="#fff", paper="#203040"))
    page.keyboard.press("Escape")
    both_answer(page)
    assert ["your picture" in label(page, cell) for cell in (0, 1, 50, 5)] == [True, True, True, False]
    expect(page.locator(".verdict")).to_contain_text("Both say A")
    assert [one for one in sent if not one.startswith("GET ")] == []
    page.wait_for_timeout(500)
    assert numbers(opened(page.context, page.url)) == numbers(page)


def test_what_is_no_picture_is_told_and_a_drop_does_not_leave_the_page(page: Page, tmp_path: Path) -> None:
    mine = tmp_path / "mine.png"
    for data, sentence in (
        (b"%PDF", "mine.png cannot be read as a picture"),
        (picture(ink="#eee6d8"), "mine.png shows no lines"),
        (bytes(15_000_001), "mine.png is larger than 15 MB"),
    ):
        mine.write_bytes(data)
        with page.expect_file_chooser() as chooser:
            page.locator("[data-act=query-picture]").click()
        chooser.value.set_files(mine)
        expect(page.locator(".toast")).to_contain_text(sentence)
    assert "an example" in label(page, 50)
    page.evaluate(DROP, [".panel", list(picture())])
    expect(page.locator(".toast")).to_contain_text("Drop pictures on a character")
    page.evaluate(DROP, ["[data-cell='5']", list(picture())])
    expect(page.locator(".toast")).to_contain_text("5 pictures at a time are the most")
    assert all("your picture" in label(page, cell) for cell in range(5, 10))
    expect(page.locator("output").nth(1)).to_have_text("5")


def test_the_whole_visit_by_keyboard(page: Page) -> None:
    def reach(selector: str) -> None:
        """Press Tab until it has the focus; everything must be within reach."""
        for _ in range(80):
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        pytest.fail(f"{selector} cannot be reached by keyboard.")

    reach("#tour-again")
    page.keyboard.press("Enter")
    expect(page.locator("#tour h2")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    expect(page.locator("#tour-again")).to_be_focused()
    reach("[data-preset]")
    page.keyboard.press("Enter")
    expect(page.locator(".preset-about")).to_contain_text("look alike")
    reach("[data-cell='50']")
    page.keyboard.press("e")
    reach("[name=ways]")
    page.keyboard.press("ArrowLeft")
    reach(".mk-help")
    page.keyboard.press("Space")
    expect(page.locator(".mk-help-text:visible")).to_have_count(1)
    both_answer(page)
    page.locator("#rooms a").first.focus()
    reach("[data-room=curves]")
    page.keyboard.press("Enter")
    page.wait_for_selector(READY["Fit a curve"])
    reach(".mk-room-presets button")
    page.keyboard.press("Enter")
    page.wait_for_selector(READY["Fit a curve"])
    reach(".mkc-canvas")
    page.keyboard.press("Enter")
    expect(page.locator(".mkc-point")).to_have_count(7)


@pytest.mark.parametrize("context", [PHONE], indirect=True)
def test_every_room_fits_a_phone_and_hears_a_finger(context: BrowserContext, server: tuple[str, int]) -> None:
    page = opened(context, server[0])
    draw_by_finger(page, ".ask .pad")
    assert "your drawing" in label(page, 50)
    for room, ready in READY.items():
        page.get_by_role("link", name=room).tap()
        page.wait_for_selector(ready)
        page.locator(".mk-help:visible").first.tap() if page.locator(".mk-help:visible").count() else None
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), room
    page.get_by_role("link", name="Fit a curve").tap()
    page.locator(".mkc-canvas").first.tap(position={"x": 120, "y": 60})
    expect(page.locator("[data-room=curves] .mkc-point")).to_have_count(6)
    height, before = page.evaluate("scrollY"), page.locator("[data-room=curves] .mkc-legend").inner_text()
    drag_by_finger(page, "[data-room=curves] .mkc-point", 30, 60)
    expect(page.locator("[data-room=curves] .mkc-legend")).not_to_have_text(before)
    assert page.evaluate("scrollY") == height  # the point moves and the page does not
