"""Stills of the live pictures, for readers without JavaScript and until a picture lives; where there is a Chromium."""

import shutil
from html import escape
from importlib.util import find_spec
from pathlib import Path

PLACES = ".metakit-live:not(.metakit-question), .metakit-chart"  # a question says it all in words
STILL = '<div class="metakit-still"><p>'
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
PATIENCE = 20_000  # milliseconds for one picture


def add_stills(site: Path) -> int:
    """Put a still of each live picture before the words that stand in its place; how many. 0 without a browser."""
    if find_spec("playwright") is None:
        return 0
    from playwright.sync_api import Error, sync_playwright  # noqa: PLC0415 - belongs to the extra `dev`

    found = 0
    with sync_playwright() as playwright:
        path = next(filter(None, map(shutil.which, CHROMIUMS)), None)
        try:
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        except Error:
            return 0
        page = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme="light")
        for lesson in sorted((site / "notebooks").glob("*.html")):
            page.goto(lesson.resolve().as_uri())
            pictures = []
            for number, place in enumerate(page.locator(PLACES).all()):
                place.scroll_into_view_if_needed()
                place.locator(".metakit-still").wait_for(state="detached", timeout=PATIENCE)
                picture = lesson.with_name(f"{lesson.stem}-{number}.png")
                place.screenshot(path=picture)
                pictures.append(picture.name)
            lesson.write_text(with_stills(lesson.read_text("utf-8"), pictures), "utf-8")
            found += len(pictures)
        browser.close()
    return found


def with_stills(page: str, pictures: list[str]) -> str:
    """The page with the pictures, in order, at the places of what lives on it."""
    before, *places = page.split(STILL)
    whole = before
    rest = iter(pictures)
    for place in places:
        image = "" if place.startswith("<strong>") else next(rest, "")
        name = escape(place.partition(":")[0])
        still = f'<img class="metakit-plot" alt="{name}, as the lesson leaves it" src="{image}"><p>' if image else "<p>"
        whole += STILL.removesuffix("<p>") + still + place
    return whole
