"""What a visitor does on the demo's page, and what can be read there."""

import io
import re

from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from tests.browser.conftest import settled

PAD, DIALOG_PAD = ".ask .pad", "dialog .pad"
ZIGZAG = [(0.25, 0.2), (0.75, 0.3), (0.3, 0.55), (0.7, 0.8)]
TRIANGLE = [(0.5, 0.15), (0.85, 0.8), (0.15, 0.8), (0.5, 0.15)]
INSIDE = """one => { const {top, left, bottom, right} = one.getBoundingClientRect();
    return top >= 0 && left >= 0 && bottom <= innerHeight && right <= innerWidth; }"""
DROP = """([selector, bytes]) => { const data = new DataTransfer(), content = Uint8Array.from(bytes);
    for (let k = 0; k < 6; k++) data.items.add(new File([content], `${k}.png`, { type: "image/png" }));
    const event = new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
    document.querySelector(selector).dispatchEvent(event); }"""
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


def box_of(page: Page, selector: str) -> dict[str, float]:
    """Where the first one lies: asked again where it is drawn anew at this very moment."""
    for _ in range(50):
        if (box := page.locator(selector).first.bounding_box()) is not None:
            return box
        page.wait_for_timeout(20)
    raise AssertionError(f"{selector} is nowhere to be seen.")


def drag_by_finger(page: Page, selector: str, right: float, down: float) -> None:
    """Drag what the selector finds first by so many pixels."""
    touch, box = page.context.new_cdp_session(page), box_of(page, selector)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for k in range(6):
        place = {"x": x + right * k / 5, "y": y + down * k / 5}
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove" if k else "touchStart", "touchPoints": [place]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def slide(page: Page, name: str, value: int) -> None:
    page.locator(f"input[name={name}]").fill(str(value))
    settled(page)


def label(page: Page, cell: int) -> str:
    return page.locator(f"[data-cell='{cell}']").get_attribute("aria-label")


def shown(page: Page, cell: int) -> str:
    """What a cell shows, as the URL of its pixels."""
    return page.locator(f"[data-cell='{cell}'] canvas").evaluate("canvas => canvas.toDataURL()")


def numbers(page: Page) -> list[str]:
    return page.locator(".number").all_inner_texts()


def kernel_of(page: Page) -> str:
    return page.evaluate("JSON.parse(document.getElementById('kernel').textContent).id")


def both_answer(page: Page) -> None:
    settled(page)
    expect(page.locator(".verdict")).to_contain_text(re.compile("Both say|They disagree"))
    expect(page.locator(".meter.top:visible")).to_have_count(2)


def picture(kind: str = "PNG", ink: str = "#223", paper: str = "#eee6d8") -> bytes:
    """A ring, as a photographed drawing may look."""
    image, data = Image.new("RGB", (600, 400), paper), io.BytesIO()
    ImageDraw.Draw(image).ellipse((220, 110, 380, 290), outline=ink, width=12)
    image.save(data, kind)
    return data.getvalue()


def choose(page: Page, button: str, *files: bytes) -> None:
    with page.expect_file_chooser() as chooser:
        page.locator(button).click()
    made = [{"name": f"{i}.png", "mimeType": "image/png", "buffer": data} for i, data in enumerate(files)]
    chooser.value.set_files(made if chooser.value.is_multiple() else made[0])
