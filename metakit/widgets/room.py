"""A room of the demo: its widgets are made when a visitor comes in, so until then it costs nothing.

A situation is what a visitor has set, by the names of the widgets' traits. The page keeps it in its address, so that a
link opens exactly this; a preset is a situation with a name.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import anywidget
import traitlets as t

from metakit.core import MetaKitError
from metakit.widgets.front_end import STATIC
from metakit.widgets.presets import Preset
from metakit.widgets.visited import Visited


class Room(Visited):
    """A title, a few words, and widgets under headings, made one after the other; each shows as soon as it is there."""

    _esm = "\n".join((STATIC / f"{name}.js").read_text(encoding="utf-8") for name in ("room_address", "room"))
    _css = (STATIC / "room.css").read_text(encoding="utf-8")
    FROM_PAGE: ClassVar = ("situation", "wished", "entered")

    name = t.Unicode().tag(sync=True)  # in the address
    title = t.Unicode().tag(sync=True)
    about = t.Unicode().tag(sync=True)
    presets = t.List(t.Dict()).tag(sync=True)
    entered = t.Bool(default_value=False).tag(sync=True)
    situation = t.Dict().tag(sync=True)  # what the page wishes to see
    wished = t.Int(0).tag(sync=True)  # how many situations so far
    settled = t.Int(0).tag(sync=True)  # the last of them that its widgets have taken, or refused
    damaged = t.Int(0).tag(sync=True)  # how many situations made no sense so far
    headings = t.List(t.Unicode()).tag(sync=True)
    kept = t.List(t.List(t.Unicode())).tag(sync=True)  # of each widget, the traits that make a situation
    inside = t.List(t.Unicode()).tag(sync=True)  # the widgets' models, as ipywidgets writes them; or why there is none

    def __init__(
        self,
        title: str,
        about: str,
        makers: Mapping[str, Callable[[], anywidget.AnyWidget]],
        name: str = "",
        presets: Mapping[str, tuple[Preset, ...]] | None = None,  # heading -> what is worth seeing under it
    ) -> None:
        self._makers = list(makers.values())
        self.widgets: list[anywidget.AnyWidget] = []
        told = [one._asdict() | {"heading": heading} for heading, some in (presets or {}).items() for one in some]
        super().__init__(title=title, about=about, name=name, headings=list(makers), presets=told)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """A visitor may come in, and wish for a situation: the same one again, too."""
        if "situation" in sync_data:
            super().set_state({name: value for name, value in sync_data.items() if name != "entered"})
            taken = self.situation == sync_data["situation"]
            held = [self._arranged(widget) for widget in self.widgets] if taken else [False]
            self.damaged += not (all(held) and (self._knows_its_names() or not self.entered))
            self.settled = self.wished
        if "entered" in sync_data:
            self.entered = True

    @t.observe("entered")
    def _furnish(self, _change: object) -> None:
        held = True
        for make in self._makers[len(self.inside) :]:
            made, word = made_by(make)
            if made is not None:
                self.widgets.append(made)
                held = self._arranged(made) and held
            with self.hold_sync():
                self.kept = [*self.kept, list(made.KEPT) if isinstance(made, Visited) else []]
                self.inside = [*self.inside, word]
        self.damaged += not (held and self._knows_its_names())

    def _knows_its_names(self) -> bool:
        return {name for names in self.kept for name in names} >= self.situation.keys()

    def _arranged(self, widget: anywidget.AnyWidget) -> bool:
        """Bring a widget into the situation; False when it cannot be."""
        wished = self.situation.keys() & widget.KEPT if isinstance(widget, Visited) else set()
        return not wished or widget.restore({name: self.situation[name] for name in wished})


def made_by(make: Callable[[], anywidget.AnyWidget]) -> tuple[anywidget.AnyWidget | None, str]:
    """A widget, and how ipywidgets writes it; or none, and why."""
    try:
        made = make()
    except MetaKitError as error:
        return None, str(error)
    return made, f"IPY_MODEL_{made.model_id}"
