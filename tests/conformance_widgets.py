"""What every widget owes its reader. One line a widget:

check_widget(lambda: AdaptationWidget(learners), AdaptationWidget.shown, shots=(1, 5, 20), step=(0, 5, 10))
"""

import json
from collections.abc import Callable, Sequence
from time import thread_time
from typing import TypeVar

import torch
from traitlets import HasTraits, TraitError

from tests.pace import within

W = TypeVar("W", bound=HasTraits)
ANSWER = 0.1  # seconds of this thread from a moved control to its new picture: what an idle machine takes
NONSENSE = (None, "x", -(10**9), 10**9, float("nan"), float("inf"), [1, "x"], {"x": 1})


def check_widget(make: Callable[[], W], picture: Callable[[W], object], **controls: Sequence[object]) -> None:
    """Build the widget headless and move every control through its values: low, middle, high.

    `picture` gives what the widget draws as plain data; a control is a trait. After every move a picture is there
    within 100 ms, some move of every control changes it, and nonsense sent by a visitor does no harm.
    """
    widget = make()
    assert _data(picture(widget)) not in ("{}", "[]", "null"), "The first frame is empty."
    for control, values in controls.items():
        assert control in widget.traits(sync=True), f"{control} is not a synced trait: the browser cannot move it."
        at_first = getattr(widget, control)
        _sweep(widget, picture, control, values)
        _withstands_nonsense(widget, picture, control)
        setattr(widget, control, at_first)
    json.dumps(_state(make()), default=_is_binary)  # what travels to the browser is JSON and bytes


def _sweep(widget: W, picture: Callable[[W], object], control: str, values: Sequence[object]) -> None:
    seen, fastest = set(), {value: float("inf") for value in map(str, values)}

    def move(value: object) -> None:
        started = thread_time()
        setattr(widget, control, value)
        drawn = picture(widget)
        fastest[str(value)] = min(fastest[str(value)], thread_time() - started)
        seen.add(_data(drawn))

    for turn in range(9):  # the first pays for imports; later ones are for a processor that is shared with other tests
        if turn < 3 or max(fastest.values()) > ANSWER:
            for value in values:
                move(value)
    assert len(seen) > 1, f"Moving {control} through {values} changes nothing in the picture."
    slow = {value: round(seconds, 3) for value, seconds in fastest.items() if not within(seconds, ANSWER)}
    assert not slow, f"{control} answers too slowly, in seconds: {slow}."


def _withstands_nonsense(widget: W, picture: Callable[[W], object], control: str) -> None:
    """A visitor may set every synced trait: nonsense is refused with TraitError, or brought into range."""
    for value in NONSENSE:
        try:
            setattr(widget, control, value)
        except TraitError:
            continue
        finally:
            assert "nan" not in _data(picture(widget)).lower(), f"{control} = {value!r} draws a nan."


def _data(drawn: object) -> str:
    return json.dumps(drawn, default=lambda value: value.tolist() if isinstance(value, torch.Tensor) else str(value))


def _state(widget: HasTraits) -> dict[str, object]:
    skipped = {"_esm", "_css", "layout", "style", "children"}
    return {name: getattr(widget, name) for name in widget.traits(sync=True) if name not in skipped}


def _is_binary(value: object) -> str:
    assert isinstance(value, bytes | bytearray | memoryview), f"{type(value).__name__} cannot travel to the browser."
    return "bytes"
