"""Layers beside steps, its front end alone in a page: a model of plain values stands in for the kernel."""

import json

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from metakit.learners.model_based.linear_attention import PreconditionedDescent
from metakit.widgets.layers_and_steps import LayersAndSteps

pytestmark = pytest.mark.browser
STAND_IN = """async ([code, values]) => {
    const heard = [], save_changes = () => {};
    const change = (name) => heard.filter(([names]) => names.includes(`change:${name}`)).forEach(([, f]) => f());
    const on = (names, f) => heard.push([names.split(" "), f]);
    const set = (name, value) => values[name] !== value && ((values[name] = value), change(name));
    const model = { get: (name) => values[name], set, save_changes, on };
    const { default: widget } = await import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
    widget.render({ model, el: document.body });
    window.another = () => change("found");
}"""


@pytest.fixture
def layers(context: BrowserContext) -> Page:
    widget = LayersAndSteps({"steps": PreconditionedDescent(12, preconditioned=False)}, dims=4)
    values = {name: getattr(widget, name) for name in widget.keys if not name.startswith("_") and name != "layout"}
    page = context.new_page()
    page.evaluate(STAND_IN, [str(widget._esm), json.loads(json.dumps(values, default=str))])
    return page


def plays(page: Page) -> None:
    page.get_by_role("button", name="Play the layers and steps").press("Enter")
    expect(page.get_by_role("slider", name="Layers = steps")).to_have_value("2")


def stands_still(page: Page) -> None:
    play = page.get_by_role("button", name="Play the layers and steps")
    expect(play).to_have_text("▶ Play", timeout=2000)  # long before its end
    before = page.get_by_role("slider", name="Layers = steps").input_value()
    page.wait_for_timeout(1600)
    assert page.get_by_role("slider", name="Layers = steps").input_value() == before


def test_play_is_stopped_by_the_same_key(layers: Page) -> None:
    plays(layers)
    layers.get_by_role("button", name="Stop the layers and steps").press("Enter")
    stands_still(layers)


def test_play_stops_when_the_slider_moves(layers: Page) -> None:
    plays(layers)
    layers.get_by_role("slider", name="Layers = steps").fill("9")
    stands_still(layers)


def test_play_stops_at_another_prompt(layers: Page) -> None:
    plays(layers)
    layers.evaluate("another()")
    stands_still(layers)
