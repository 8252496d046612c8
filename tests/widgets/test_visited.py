"""What strangers send: bad values on every synced trait of every widget of the demo, and the situations of links."""

import json
from collections.abc import Iterator
from functools import cache
from math import inf, nan
from time import thread_time
from typing import Any

import pytest
from anywidget import AnyWidget

from metakit.widgets.playground import Playground
from metakit.widgets.presets import IN_CONTEXT, ON_CURVES, Preset
from metakit.widgets.room import Room
from metakit.widgets.rooms import curves_room, in_context_room
from metakit.widgets.visited import Visited
from tests.pace import within

BAD: tuple[Any, ...] = (
    None, True, -1, 10**9, 10**400, 1.5, nan, inf, "", "x", "../../etc/passwd", "<script>", "\x00", "a" * 10**6,
    b"\x00", b"\x33\x02", [], [None], [[1, nan]], [[1, 2]] * 10**4, [["a", "b"]], ["maml-omniglot"] * 10**4, {},
    {"a": 1}, {"ways": nan}, {"x": {"y": [1]}},
)  # fmt: skip
AT_ONCE = 0.1  # seconds of this thread


@cache
def everyone() -> dict[str, AnyWidget]:
    """Every widget of all rooms, by the name of its class; the rooms are two."""
    rooms = {"curves": curves_room(), "in-context": in_context_room()}
    for room in rooms.values():
        room.set_state({"entered": True})
    inside = {type(one).__name__: one for room in rooms.values() for one in room.widgets}
    return {"Playground": Playground(), **rooms, **inside}


NAMES = ("Playground", "curves", "in-context", "Adaptation", "PromptPlayground", "FunctionPlayground")


def pairs() -> Iterator[tuple[str, str]]:
    for name in NAMES:
        yield from ((name, trait) for trait in sorted(everyone()[name].keys))


def test_nobody_is_forgotten() -> None:
    assert sorted(everyone()) == sorted(NAMES)
    assert all(isinstance(one, Visited) for one in everyone().values())


def test_bad_values_are_refused_or_brought_into_range_at_once() -> None:
    for name, trait in pairs():
        widget, visitors = everyone()[name], trait in everyone()[name].FROM_PAGE
        kind = type(getattr(widget, trait))
        for value in BAD:
            before, started = getattr(widget, trait), thread_time()
            widget.set_state({trait: value})
            seconds, after = thread_time() - started, getattr(widget, trait)
            assert isinstance(after, kind), (name, trait, value)
            assert visitors or after == before, f"{name}.{trait} is not the visitor's to set."
            assert after != before or within(seconds, AT_ONCE), (name, trait, str(value)[:40], seconds)
            assert "nan" not in json.dumps(after, default=str).lower(), (name, trait, value)


def test_a_refused_value_is_answered_with_what_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    widget = everyone()["Adaptation"]
    monkeypatch.setattr(widget, "send_state", lambda key: told.append(key))  # noqa: PLW0108 - called by keyword
    for name, value in (("step", 11), ("amplitude", nan), ("points", [[1]]), ("hidden", 5), ("seed", 10**400)):
        widget.set_state({name: value})
    assert told == ["step", "amplitude", "points", "hidden", "seed"]


@pytest.mark.parametrize(
    ("name", "preset"), [*(("curves", one) for one in ON_CURVES), *(("in-context", one) for one in IN_CONTEXT)]
)
def test_a_preset_holds_and_so_does_a_link_to_it(name: str, preset: Preset) -> None:
    room = everyone()[name]
    assert isinstance(room, Room)
    known = room.damaged
    room.set_state({"situation": preset.situation})
    link = {name: getattr(one, name) for one in room.widgets for name in one.KEPT}
    assert room.damaged == known
    room.set_state({"situation": json.loads(json.dumps(link))})
    assert room.damaged == known
    assert link == {name: getattr(one, name) for one in room.widgets for name in one.KEPT}
    assert link.items() >= {name: value for name, value in preset.situation.items() if name != "points"}.items()


@pytest.mark.parametrize(
    "situation",
    [{"seed": -1}, {"points": [[1]]}, {"cellar": 1}, {"step": "x"}, {"seed": 3, "amplitude": nan}, {"phase": 10**400}],
)
def test_a_damaged_situation_changes_nothing_and_is_told(situation: dict[str, Any]) -> None:
    room = everyone()["curves"]
    assert isinstance(room, Room)
    before = {name: getattr(room.widgets[0], name) for name in room.widgets[0].KEPT}
    known = room.damaged
    room.set_state({"situation": situation})
    assert room.damaged == known + 1
    assert {name: getattr(room.widgets[0], name) for name in room.widgets[0].KEPT} == before


def test_a_situation_that_came_before_the_visitor_is_there_at_once() -> None:
    room = curves_room()
    room.set_state({"situation": {"seed": 7, "step": 4}, "entered": True})
    assert (room.widgets[0].seed, room.widgets[0].step, room.damaged) == (7, 4, 0)


def test_more_steps_hurt() -> None:
    room = curves_room()
    room.set_state({"situation": ON_CURVES[0].situation, "entered": True})
    losses = room.widgets[0].fits["MAML"]["losses"]
    assert losses[10] > 5 * losses[1]
    room.set_state({"situation": ON_CURVES[1].situation})
    found = {name: one["losses"][2] for name, one in room.widgets[0].fits.items()}
    assert found["no meta-learning"] > 10 * found["MAML"]
    room.set_state({"situation": ON_CURVES[2].situation})
    fits = room.widgets[0].fits["neural process"]
    assert max(high - low for high, low in zip(fits["high"][1], fits["low"][1], strict=True)) > 5
