"""The function playground: type or drag the examples of a prompt, and watch a transformer learn from them.

Its weights never change. Beside it stands the best estimator there is for such functions.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import isfinite
from typing import Any

import torch
from traitlets import Bool, Dict, Float, Int, List, TraitError, Unicode, observe, validate

from metakit.learners.model_based.in_context import InContextLearner
from metakit.widgets.drawn_prompt import DrawnPrompt, Rows
from metakit.widgets.front_end import STATIC
from metakit.widgets.prompt_readings import short, typical
from metakit.widgets.prompts_about import EXAMPLES, GRID, LinearSubject, Shift, SinusoidSubject, Subject
from metakit.widgets.visited import Visited

FILES = ("help", "charts", "points", "prompt_table", "function_charts", "function_playground")


class FunctionPlayground(Visited):
    """One prompt of up to 15 examples. What the browser shows after k of them is computed for every k at once."""

    _esm = "\n".join((STATIC / f"{name}.js").read_text(encoding="utf-8") for name in FILES)
    _css = "\n".join((STATIC / f"{name}.css").read_text("utf-8") for name in ("charts", "help", "function_playground"))

    FROM_PAGE = KEPT = (
        "subject", "seed", "prompt", "scale", "skew", "noise", "orthant", "on_function", "examples", "read", "asked",
    )  # fmt: skip

    subject = Unicode().tag(sync=True)
    seed = Int(0, min=0, max=2**31 - 4).tag(sync=True)  # the function
    prompt = Int(0, min=0, max=2**20).tag(sync=True)  # which examples of it are drawn
    examples = List(List()).tag(sync=True)  # [[x1, …, y], …]
    on_function = Bool(default_value=True).tag(sync=True)  # targets follow from the inputs; else they are the reader's
    read = Int(3, min=0, max=EXAMPLES).tag(sync=True)  # examples read
    asked = Int(GRID // 2, min=0, max=GRID - 1).tag(sync=True)  # the query whose attention is shown
    scale = Int(0, min=-2, max=2).tag(sync=True)  # inputs are 2 ** scale times as large
    skew = Float(0.0, min=0.0, max=2.0).tag(sync=True)
    noise = Float(0.0, min=0.0, max=1.0).tag(sync=True)
    orthant = Bool(default_value=False).tag(sync=True)

    subjects = Dict().tag(sync=True)  # name -> columns and the picture's height
    far = Float().tag(sync=True)  # how far the picture reaches
    own = Bool(default_value=False).tag(sync=True)  # the examples are not those that were drawn
    view = Dict().tag(sync=True)  # answers and errors after every number of examples
    looks: List[list[float]] = List().tag(sync=True)  # [layers][examples read] of the asked query
    typical = Dict().tag(sync=True)  # mean errors over many prompts

    def __init__(self, sinusoids: InContextLearner, linear: InContextLearner, seed: int = 0) -> None:
        made: tuple[Subject, ...] = (SinusoidSubject(sinusoids), LinearSubject(linear))
        self._made: Mapping[str, Subject] = {one.name: one for one in made}
        told = {one.name: {"columns": list(one.columns), "height": one.reach[1]} for one in made}
        self._waits = False
        self._typed: Rows = []  # with the targets that the reader gave them
        self._known_errors: dict[tuple[str, Shift], dict[str, list[float]]] = {}
        super().__init__(subject=made[0].name, subjects=told, seed=seed)
        if not self.view:  # nothing but defaults: no change was observed
            self._draw()

    def shown(self) -> dict[str, object]:
        """What the picture holds now."""
        view = self.view
        answers = {name: view[name][self.read] for name in ("ours", "best")}
        return {"examples": self.examples, **answers, "errors": view["errors"], "looks": self.looks, **self.typical}

    def _take(self, situation: Mapping[str, Any]) -> None:
        """A situation without examples has those that are drawn, whatever stood there."""
        with self._once():
            super()._take(situation)
            if "examples" not in situation:
                self._draw()

    @contextmanager
    def _once(self) -> Iterator[None]:
        """Whatever changes in here is read once, and told once, at the end."""
        outermost, self._waits = not self._waits, True
        with self.hold_sync():
            try:
                yield
            finally:
                self._waits = not outermost
                self._read()

    @validate("subject")
    def _known(self, proposal: dict[str, Any]) -> str:
        if proposal["value"] not in self._made:
            raise TraitError(f"Choose one of {', '.join(self._made)}.")
        return str(proposal["value"])

    @validate("skew", "noise")
    def _finite(self, proposal: dict[str, Any]) -> float:
        if not isfinite(proposal["value"]):
            raise TraitError("Give a number.")
        return float(proposal["value"])

    @validate("examples")
    def _readable(self, proposal: dict[str, Any]) -> Rows:
        """At most 15 rows of finite numbers, the targets on the function if so wished."""
        table = self._drawn.table(proposal["value"])
        return self._drawn.on_function(table[:, :-1]) if self.on_function else list(short(table))

    @property
    def _shift(self) -> Shift:
        return Shift(2.0**self.scale, self.skew, self.noise, self.orthant)

    def _drawn_now(self) -> DrawnPrompt:
        return DrawnPrompt(self._made[self.subject], self.seed, self.prompt, self._shift)

    @observe("subject", "seed", "prompt")
    def _draw(self, _change: object = None) -> None:
        """A new function, or new examples of it, in place of all that stood there."""
        with self._once():
            self._drawn, self._typed = self._drawn_now(), []
            self.examples = self._drawn.rows

    @observe("scale", "skew", "noise", "orthant")
    def _change_shift(self, _change: object) -> None:
        """Drawn examples follow the shift. The reader's stay: noise alone moves their targets, if on the function."""
        with self._once():
            own, self._drawn = self.examples != self._drawn.rows, self._drawn_now()
            self.examples = list(self.examples) if own else self._drawn.rows

    @observe("on_function")
    def _change_targets(self, _change: object) -> None:
        """Onto the function; and back to where the reader had put them."""
        typed = [] if self.on_function else list(self._typed)
        self.examples = [_taken(typed, row) for row in self.examples]

    @observe("examples")
    def _remember(self, _change: object) -> None:
        if not self.on_function:
            self._typed = list(self.examples)

    def _typical(self) -> dict[str, list[float]]:
        """Computed once for every shift: it does not depend on this prompt."""
        key = self.subject, self._shift
        if key not in self._known_errors:
            self._known_errors[key] = typical(self._made[self.subject], self._shift)
        return self._known_errors[key]

    @observe("examples")
    def _read(self, _change: object = None) -> None:
        """The transformer and the best estimator read the prompt, example by example."""
        if self._waits:
            return
        self._table = self._drawn.table(self.examples)
        with self.hold_sync():
            self.typical, self.own = self._typical(), self.examples != self._drawn.rows
            self.far = self._made[self.subject].far(self._shift.scale)
            self.view = self._drawn.view(self._table)
            self._look()

    @observe("read", "asked")
    @torch.no_grad()
    def _look(self, _change: object = None) -> None:
        """Where the asked query looks; no more examples are read than there are."""
        if self._waits or not self.view:
            return
        self.read = min(self.read, len(self._table))
        learner, table = self._made[self.subject].learner, self._table[: self.read]
        state = learner.adapt(table[:, :-1], table[:, -1:])
        self.looks = short(learner.attention(state, self._drawn.line[self.asked][None])[:, 0])


def _taken(rows: Rows, row: list[float]) -> list[float]:
    """The first of the rows with the inputs of this one, taken out of them; this one where there is none."""
    place = next((i for i, other in enumerate(rows) if other[:-1] == row[:-1]), None)
    return row if place is None else rows.pop(place)
