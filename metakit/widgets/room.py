"""A room of the demo: its widgets are made when a visitor comes in, so until then it costs nothing."""

from collections.abc import Callable
from typing import Any, ClassVar

import anywidget
import traitlets as t

from metakit.checkpoints import load, shipped
from metakit.core import MetaKitError
from metakit.widgets.front_end import STATIC


class Room(anywidget.AnyWidget):
    """A title, a few words, and widgets under headings, made one after the other; each shows as soon as it is there."""

    _esm = (STATIC / "room.js").read_text(encoding="utf-8")
    _css = (STATIC / "room.css").read_text(encoding="utf-8")
    FROM_PAGE: ClassVar = frozenset(["entered"])

    title = t.Unicode().tag(sync=True)
    about = t.Unicode().tag(sync=True)
    entered = t.Bool(default_value=False).tag(sync=True)
    headings = t.List(t.Unicode()).tag(sync=True)
    inside = t.List(t.Unicode()).tag(sync=True)  # the widgets' models, as ipywidgets writes them; or why there is none

    def __init__(self, title: str, about: str, makers: dict[str, Callable[[], anywidget.AnyWidget]]) -> None:
        self._makers = makers
        self.widgets: list[anywidget.AnyWidget] = []
        super().__init__(title=title, about=about, headings=list(makers))

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """A visitor may come in, and set nothing else."""
        super().set_state(dict.fromkeys(self.FROM_PAGE & sync_data.keys(), True))

    @t.observe("entered")
    def _furnish(self, _change: object) -> None:
        for make in list(self._makers.values())[len(self.inside) :]:
            try:
                self.widgets.append(make())
            except MetaKitError as error:
                self.inside = [*self.inside, str(error)]
            else:
                self.inside = [*self.inside, f"IPY_MODEL_{self.widgets[-1].model_id}"]


WORDS = "Words: what comes next?", ("prompts-strings",)
FUNCTIONS = "Functions: which curve is it?", ("in-context-sinusoid", "in-context-linear-5")


def in_context_room() -> Room:
    """The demo's second room: transformers that learn from what stands before them; those whose weights are here."""
    makers = {WORDS: _prompts, FUNCTIONS: _functions}
    return Room(
        "Nothing is trained here, and yet it learns.",
        "A transformer reads a few examples and goes on. Its weights stay as they are: all it knows of your task is "
        "what you show it. This is in-context learning. Change an example and watch the answer change.",
        {heading: make for (heading, names), make in makers.items() if all(shipped(name).exists() for name in names)},
    )


def _prompts() -> anywidget.AnyWidget:
    from metakit.widgets.prompt_playground import PromptPlayground  # noqa: PLC0415 - a closed room costs nothing

    return PromptPlayground()


def _functions() -> anywidget.AnyWidget:
    from metakit.learners.model_based.in_context import InContextLearner  # noqa: PLC0415 - the same
    from metakit.widgets.function_playground import FunctionPlayground  # noqa: PLC0415

    sinusoids, linear = (load(name) for name in FUNCTIONS[1])
    assert isinstance(sinusoids, InContextLearner)  # noqa: S101 - for the type checker
    assert isinstance(linear, InContextLearner)  # noqa: S101
    return FunctionPlayground(sinusoids, linear)
