import json
from base64 import b64decode
from zlib import decompress

import anywidget
import pytest
from traitlets import Bool, Bytes, Dict, Enum, Float, Int, List, TraitError, Unicode, observe, validate

from metakit.widgets import recorded as module
from metakit.widgets.recorded import needs_python, packed, record_all, recorded


class Doubling(anywidget.AnyWidget):
    """Answers with twice the number, and its picture as bytes."""

    _esm = "export default {}"
    number = Int(2, min=0, max=4).tag(sync=True)
    part = Float(0.5, min=0.0, max=1.0).tag(sync=True)
    seed = Int(7, min=0, max=2**31 - 1).tag(sync=True)
    mode = Enum(["a", "b"], "a").tag(sync=True)
    name = Unicode("x").tag(sync=True)
    names = List(Unicode(), ["x", "y"]).tag(sync=True)
    flag = Bool(default_value=False).tag(sync=True)
    stop = Bool(default_value=False).tag(sync=True)
    step = Int(0).tag(sync=True)  # the browser's own
    twice = Int().tag(sync=True)
    view = Dict().tag(sync=True)
    answers = 0

    @observe("number", "part", "seed", "mode", "name", "flag", "stop")
    def _answer(self, _change=None):
        self.answers += 1
        self.twice = 2 * self.number
        self.view = {"picture": bytes([self.number]), "mode": self.mode}

    @validate("number")
    def _not_three(self, proposal):
        if proposal["value"] == 3:
            raise TraitError("Anything but three.")
        return proposal["value"]


@pytest.fixture
def widget():
    made = Doubling()
    made._answer()
    yield made
    made.close()


def test_only_what_python_observes_needs_python(widget):
    assert needs_python(widget) == ["flag", "mode", "name", "number", "part", "seed", "stop"]


def test_each_control_moves_alone_and_comes_back(widget):
    before = {name: value for name, value in widget.get_state().items() if name != "comm"}
    found = recorded(widget)
    assert {name: [value for value, _ in kept] for name, kept in found.items()} == {
        "flag": [True],
        "mode": ["b"],
        "name": ["y"],
        "number": [0, 1, 4],
        "part": [0.0, 0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9, 1.0],
        "seed": [8, 9, 10, 11],
    }
    assert {name: value for name, value in widget.get_state().items() if name != "comm"} == before


def test_an_answer_holds_what_differs_with_bytes_beside_it(widget):
    answers = dict(recorded(widget)["number"])
    assert answers[4] == {"number": [4, []], "twice": [8, []], "view": [{"mode": "a"}, [[["view", "picture"], "BA=="]]]}


def test_what_does_not_find_back_is_forgotten(widget):
    widget.observe(lambda _: setattr(widget, "view", {**widget.view, "moves": widget.answers}), "mode")
    assert "mode" not in recorded(widget)


def test_what_gave_way_is_put_back_too(widget):
    widget.observe(lambda change: setattr(widget, "step", min(widget.step, change.new)), "number")
    widget.step = 2
    assert dict(recorded(widget)["number"])[0]["step"] == [0, []]
    assert widget.step == 2


def test_it_loses_patience(widget, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 0.0)
    assert sum(map(len, recorded(widget).values())) <= 1


def test_answers_are_packed_and_the_largest_left_out(monkeypatch):
    answers = {"small": [(1, {"a": [1, []]})], "large": [(i, {"a": [i**9, []]}) for i in range(200)]}
    assert json.loads(decompress(b64decode(packed(answers)))) == json.loads(json.dumps(answers))
    monkeypatch.setattr(module, "MOST_BYTES", 200)
    assert [*json.loads(decompress(b64decode(packed(answers))))] == ["small"]
    assert packed({}) == ""


def test_every_widget_of_the_kernel_is_recorded(widget):
    told = record_all()[widget.model_id]
    assert told["needs_python"] == needs_python(widget)
    assert told["answers"] == packed(recorded(widget))


def test_no_page_hears_of_it(widget, monkeypatch):
    sent = []
    monkeypatch.setattr(widget, "_send", lambda message, **_: sent.append(message))
    recorded(widget)
    assert [message for message in sent if message.get("state", {}).get("twice", 4) != 4] == []


def test_bytes_alone_are_recorded_too():
    class Picture(anywidget.AnyWidget):
        _esm = "export default {}"
        bright = Bool(default_value=False).tag(sync=True)
        ink = Bytes(b"\0").tag(sync=True)

        @observe("bright")
        def _draw(self, _change):
            self.ink = b"\1" if self.bright else b"\0"

    assert recorded(Picture())["bright"] == [(True, {"bright": [True, []], "ink": [None, [[["ink"], "AQ=="]]]})]
