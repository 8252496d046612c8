"""What a widget answers when one of its controls moves, written down for pages that have no Python behind them.

Only one control moves at a time, from where the widget stands; two at once would be too many answers to keep.
"""

import json
from base64 import b64encode
from collections.abc import Sequence
from math import isfinite
from time import monotonic
from typing import Any
from zlib import compress

import anywidget
from ipywidgets.widgets.widget import _instances, _remove_buffers
from traitlets import Bool, Enum, Float, Int, ObserveHandler, TraitError

MOST_VALUES = 11  # of one control
NEW_DRAWS = 4  # of something that is drawn by chance
MANY = 1000  # a control with so many values is a seed
PATIENCE = 30.0  # seconds for one widget
MOST_BYTES = 600_000  # of one widget's answers, compressed
IRREVOCABLE = {"stop", "running", "clear"}  # these begin or end something


def record_all() -> dict[str, dict[str, Any]]:
    """For every widget of this kernel, by its model: what needs Python, and the answers that were recorded."""
    shown = {name: widget for name, widget in _instances.items() if isinstance(widget, anywidget.AnyWidget)}
    return {name: {"needs_python": needs_python(one), "answers": packed(recorded(one))} for name, one in shown.items()}


def needs_python(widget: anywidget.AnyWidget) -> list[str]:
    """The traits whose change Python answers: those that the class observes."""
    handlers = [one for one in type(widget).trait_events().values() if isinstance(one, ObserveHandler)]
    return sorted({str(trait) for one in handlers for trait in one.trait_names} & {*widget.keys})


def recorded(widget: anywidget.AnyWidget) -> dict[str, list[tuple[Any, dict[str, Any]]]]:
    """control -> [(value, what then differs from now), …]. The widget is afterwards as it was."""
    deadline, before = monotonic() + PATIENCE, told(widget)
    found: dict[str, list[tuple[Any, dict[str, Any]]]] = {}
    with widget.hold_sync():  # no page hears of it
        for name in needs_python(widget):
            for value in values(widget, name) if monotonic() < deadline else ():
                after = _moved(widget, name, value)
                if after[name] != before[name]:
                    changed = {trait: value for trait, value in after.items() if value != before[trait]}
                    found.setdefault(name, []).append((after[name][0], changed))
                if told(widget) != before or monotonic() > deadline:
                    break
            if told(widget) != before:  # it does not find back: what was seen of this control proves nothing
                found.pop(name, None)
                break
    return found


def values(widget: anywidget.AnyWidget, name: str) -> Sequence[Any]:
    """Where the control can go from where it is; nothing when that cannot be told, or not be taken back."""
    trait, now = widget.traits()[name], getattr(widget, name)
    if name in IRREVOCABLE:
        return ()
    if isinstance(trait, Bool):
        return [not now]
    choices = list((trait.values if isinstance(trait, Enum) else getattr(widget, f"{name}s", None)) or ())
    if not choices and isinstance(trait, Int | Float):
        choices = _numbers(trait, now, getattr(widget, "limits", {}).get(name))
    return [choice for choice in choices if choice != now and isinstance(choice, type(now))]


def told(widget: anywidget.AnyWidget) -> dict[str, Any]:
    """trait -> [its value, its bytes as [[path, base64], …]], for all that a page knows of the widget but its code."""
    state = {name: value for name, value in widget.get_state().items() if not name.startswith("_")}
    plain, paths, buffers = _remove_buffers(state)
    kept: dict[str, list[Any]] = {name: [plain.get(name), []] for name in state}
    for path, data in zip(paths, buffers, strict=True):
        kept[path[0]][1].append([path, b64encode(data).decode()])
    return kept


def packed(answers: dict[str, list[tuple[Any, dict[str, Any]]]]) -> str:
    """base64 of the compressed JSON; the largest controls are left out until it is small enough. "" for nothing."""
    sizes = {name: json.dumps(kept, separators=(",", ":")) for name, kept in answers.items()}
    while sizes:
        text = "{" + ",".join(f"{json.dumps(name)}:{kept}" for name, kept in sizes.items()) + "}"
        if len(small := compress(text.encode(), 9)) <= MOST_BYTES:
            return b64encode(small).decode()
        del sizes[max(sizes, key=lambda name: len(sizes[name]))]
    return ""


def _moved(widget: anywidget.AnyWidget, name: str, value: Any) -> dict[str, Any]:
    """What is known after the move; the control is then put back, and others that had to give way."""
    plain = {trait: getattr(widget, trait) for trait in widget.keys if not trait.startswith("_")}
    plain = {trait: value for trait, value in plain.items() if isinstance(value, bool | int | float | str)}
    try:
        setattr(widget, name, value)
    except TraitError:
        return told(widget)
    after = told(widget)
    for trait in (name, *plain):
        if getattr(widget, trait) != plain[trait]:
            setattr(widget, trait, plain[trait])
    return after


def _numbers(trait: Any, now: float, limits: Sequence[int] | None) -> list[float]:
    """The numbers of a slider, thinned out; the next ones of a seed."""
    low, high = limits or (trait.min, trait.max)
    if low is None or high is None or not isfinite(high - low) or high - low > MANY:
        return [now + 1 + i for i in range(NEW_DRAWS)] if isinstance(trait, Int) else []
    if isinstance(trait, Int) and high - low < MOST_VALUES:
        return list(range(low, high + 1))
    spread = [low + (high - low) * i / (MOST_VALUES - 1) for i in range(MOST_VALUES)]
    return sorted({round(x) for x in spread}) if isinstance(trait, Int) else [round(x, 3) for x in spread]
