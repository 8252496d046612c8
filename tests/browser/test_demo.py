"""The web demo in a real Chromium: by mouse, by finger and by keyboard, in the light, in the dark and on a phone."""

import re
from time import perf_counter
from urllib.parse import urlparse

import pytest
from playwright.sync_api import BrowserContext, Page, WebSocket, expect

from tests.browser.conftest import kernels, opened, settled

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
PAD, DIALOG_PAD = ".ask .pad", "dialog .pad"
ZIGZAG = [(0.25, 0.2), (0.75, 0.3), (0.3, 0.55), (0.7, 0.8)]
TRIANGLE = [(0.5, 0.15), (0.85, 0.8), (0.15, 0.8), (0.5, 0.15)]
Shape = list[tuple[float, float]]


def spots(page: Page, selector: str, shape: Shape) -> Shape:
    page.locator(selector).scroll_into_view_if_needed()
    box = page.locator(selector).bounding_box()
    return [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in shape]


def draw(page: Page, selector: str, shape: Shape = ZIGZAG) -> None:
    """Draw by mouse."""
    first, *rest = spots(page, selector, shape)
    page.mouse.move(*first)
    page.mouse.down()
    for spot in rest:
        page.mouse.move(*spot, steps=6)
    page.mouse.up()


def draw_by_finger(page: Page, selector: str) -> None:
    touch = page.context.new_cdp_session(page)
    kinds = ["touchStart", "touchMove", "touchMove", "touchMove"]
    for kind, spot in zip(kinds, spots(page, selector, ZIGZAG), strict=True):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": spot[0], "y": spot[1]}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def slide(page: Page, name: str, value: int) -> None:
    page.locator(f"input[name={name}]").fill(str(value))
    settled(page)


def label(page: Page, cell: int) -> str:
    return page.locator(f"[data-cell='{cell}']").get_attribute("aria-label")


def numbers(page: Page) -> list[str]:
    return page.locator(".number").all_inner_texts()


def kernel_of(page: Page) -> str:
    return page.evaluate("JSON.parse(document.getElementById('kernel').textContent).id")


def both_answer(page: Page) -> None:
    settled(page)
    expect(page.locator(".verdict")).to_contain_text(re.compile("Both say|They disagree"))
    expect(page.locator(".meter.top:visible")).to_have_count(2)


def test_the_first_frame_has_a_meaning(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("saw each of these characters once"))
    expect(page.locator(".row:visible")).to_have_count(5)
    assert all("an example" in label(page, cell) for cell in (0, 5, 10, 15, 20, 50))
    both_answer(page)


def test_it_is_interactive_in_four_seconds(context: BrowserContext, server: tuple[str, int]) -> None:
    seconds = []
    for _ in range(3):  # the best of three: other tests run beside this one
        started = perf_counter()
        opened(context, server[0]).close()
        seconds.append(perf_counter() - started)
    assert min(seconds) < 4, seconds


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


def test_inner_steps_answer_at_once(page: Page) -> None:
    slide(page, "steps", 0)
    assert numbers(page)[1::2][:5] == ["20 %"] * 5  # before any step MAML cannot know
    expect(page.locator(".verdict")).to_contain_text("cannot tell yet")
    milliseconds = page.evaluate(
        """() => { const [input, started] = [document.querySelector("input[name=steps]"), performance.now()];
        input.value = 10; input.dispatchEvent(new Event("input")); return performance.now() - started; }"""
    )
    assert milliseconds < 100
    assert numbers(page)[1::2][:5] != ["20 %"] * 5


def test_a_new_example_shows_other_characters(page: Page) -> None:
    before = page.locator("[data-cell='0'] canvas").evaluate("canvas => canvas.toDataURL()")
    page.locator("[data-act=example]").click()
    page.wait_for_function(
        "before => document.querySelector('[data-cell=\"0\"] canvas').toDataURL() !== before", arg=before
    )
    both_answer(page)


def test_a_link_restores_the_situation(page: Page) -> None:
    slide(page, "ways", 4)
    slide(page, "shots", 2)
    slide(page, "steps", 7)
    draw(page, PAD)
    draw(page, "[data-cell='6']")
    settled(page).locator("[data-act=share]").click()
    expect(page.locator(".toast")).to_contain_text("opens exactly this board")
    assert len(page.url) < 6000
    copy = opened(page.context, page.url)
    assert numbers(copy) == numbers(page)
    assert [label(copy, cell) for cell in (0, 6, 50)] == [label(page, cell) for cell in (0, 6, 50)]
    assert copy.locator("output").all_inner_texts() == ["4", "2", "7"]


@pytest.mark.parametrize("damage", ["x", "AAAA", "%00", "A" * 30_000, "<script>"])
def test_a_damaged_link_gives_a_fresh_example(context: BrowserContext, server: tuple[str, int], damage: str) -> None:
    page = opened(context, f"{server[0]}#{damage}")
    expect(page.locator(".toast")).to_contain_text("damaged")
    both_answer(page)


def test_nothing_is_asked_of_anyone_else_and_no_code_is_shown(context: BrowserContext, server: tuple[str, int]) -> None:
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = opened(context, server[0])
    draw(page, PAD)
    both_answer(page)
    own = urlparse(server[0]).netloc
    assert {urlparse(url).netloc for url in asked if urlparse(url).scheme.startswith(("http", "ws"))} == {own}
    assert not re.search(r"Traceback|import |Playground\(", page.inner_text("body"))
    assert not re.search(r"Playground\(\)|from metakit", page.content())
    assert page.said == []


@pytest.mark.parametrize(
    ("context", "dark"), [({"color_scheme": s}, s == "dark") for s in ("dark", "light")], indirect=["context"]
)
def test_light_and_dark(page: Page, dark: bool) -> None:
    def is_dark() -> bool:
        return page.evaluate("Number(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]) < 100")

    assert is_dark() == dark
    page.locator("[data-act=theme]").click()
    assert is_dark() != dark
    page.reload()
    assert is_dark() != dark  # the choice is remembered


def test_a_quiet_page_keeps_its_connection(context: BrowserContext, server: tuple[str, int]) -> None:
    sockets: list[WebSocket] = []

    def met(socket: WebSocket) -> None:
        sockets.append(socket)

    context.on("page", lambda page: page.on("websocket", met))
    page = opened(context, server[0])
    page.wait_for_timeout(33_000)  # the server asks for a sign of life every 30 s
    assert [socket.is_closed() for socket in sockets] == [False]


def test_a_dead_kernel_is_told(page: Page, server: tuple[str, int]) -> None:
    expect(page.locator("#gone")).to_be_hidden()
    kernels(server[1])[kernel_of(page)].kill()
    expect(page.locator("#gone")).to_be_visible()
    expect(page.locator("#gone")).to_contain_text("gone quiet")


def test_a_closed_page_takes_its_kernel_along(page: Page, server: tuple[str, int]) -> None:
    mine = kernels(server[1])[kernel_of(page)]
    page.goto("about:blank")
    mine.wait(20)
