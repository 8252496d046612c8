"""The function playground: type or drag the examples of a prompt, and watch a transformer learn from them.

Its weights never change. Beside it stands the best estimator there is for such functions.
"""

from collections.abc import Mapping
from math import isfinite
from typing import Any

import torch
from traitlets import Bool, Dict, Float, Int, List, TraitError, Unicode, observe, validate

from metakit.learners.model_based.in_context import InContextLearner
from metakit.widgets.front_end import STATIC
from metakit.widgets.prompt_readings import QUERIES, disturbed, errors, reading, short, typical
from metakit.widgets.prompts_about import EXAMPLES, GRID, LinearSubject, Shift, SinusoidSubject, Subject
from metakit.widgets.visited import Visited

FILES = ("help", "charts", "points", "prompt_table", "function_playground")
FAR = 20.0  # no example's number is larger


class FunctionPlayground(Visited):
    """One prompt of up to 15 examples. What the browser shows after k of them is computed for every k at once."""

    _esm = "\n".join((STATIC / f"{name}.js").read_text(encoding="utf-8") for name in FILES)
    _css = "\n".join((STATIC / f"{name}.css").read_text("utf-8") for name in ("charts", "help", "function_playground"))

    FROM_PAGE = KEPT = (
        "subject", "seed", "scale", "skew", "noise", "orthant", "on_function", "examples", "read", "asked",
    )  # fmt: skip

    subject = Unicode().tag(sync=True)
    seed = Int(0, min=0, max=2**31 - 4).tag(sync=True)  # the function and the prompt
    examples = List(List()).tag(sync=True)  # [[x1, …, y], …]
    on_function = Bool(default_value=True).tag(sync=True)  # targets follow from the inputs; else they are the reader's
    read = Int(3, min=0, max=EXAMPLES).tag(sync=True)  # examples read
    asked = Int(GRID // 2, min=0, max=GRID - 1).tag(sync=True)  # the query whose attention is shown
    scale = Int(0, min=-2, max=2).tag(sync=True)  # inputs are 2 ** scale times as large
    skew = Float(0.0, min=0.0, max=2.0).tag(sync=True)
    noise = Float(0.0, min=0.0, max=1.0).tag(sync=True)
    orthant = Bool(default_value=False).tag(sync=True)

    subjects = Dict().tag(sync=True)  # name -> columns and reach
    view = Dict().tag(sync=True)  # answers and errors after every number of examples
    looks: List[list[float]] = List().tag(sync=True)  # [layers][examples read] of the asked query
    typical = Dict().tag(sync=True)  # mean errors over many prompts

    def __init__(self, sinusoids: InContextLearner, linear: InContextLearner, seed: int = 0) -> None:
        made: tuple[Subject, ...] = (SinusoidSubject(sinusoids), LinearSubject(linear))
        self._made: Mapping[str, Subject] = {one.name: one for one in made}
        told = {one.name: {"columns": list(one.columns), "reach": list(one.reach)} for one in made}
        self._waits = False
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
        """All of it is read once, at the end."""
        self._waits = True
        try:
            super()._take(situation)
        finally:
            self._waits = False
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
    def _readable(self, proposal: dict[str, Any]) -> list[list[float]]:
        """At most 15 rows of finite numbers, the targets on the function if so wished."""
        rows, width = proposal["value"], len(self._subject.columns) + 1
        if len(rows) > EXAMPLES or not all(_is_row(row, width) for row in rows):
            raise TraitError(f"Give at most {EXAMPLES} examples, each of {width} numbers.")
        table = torch.tensor(rows, dtype=torch.float32).reshape(-1, width).clamp(-FAR, FAR)
        if self.on_function and len(rows):
            table[:, -1:] = disturbed(self._function(table[None, :, :-1])[0], self._subject, self.noise, self.seed)
        return list(short(table))

    @property
    def _subject(self) -> Subject:
        return self._made[self.subject]

    @property
    def _shift(self) -> Shift:
        return Shift(2.0**self.scale, self.skew, self.noise, self.orthant)

    @observe("subject", "seed", "scale", "skew", "noise", "orthant", "on_function")
    def _draw(self, _change: object = None) -> None:
        """A new prompt. Another shift keeps the function."""
        subject = self._subject
        self._function = subject.functions(1, self.seed)
        x = subject.inputs(1, EXAMPLES + QUERIES, self.seed, self._shift)[0]
        self._queries = x[EXAMPLES:] if len(subject.columns) > 1 else subject.line(0)
        y = disturbed(self._function(x[None, :EXAMPLES])[0], subject, self.noise, self.seed)
        with self.hold_sync():
            self.view = {}
            self.examples = short(torch.cat([x[:EXAMPLES], y], 1))
            self._read()

    def _typical(self) -> dict[str, list[float]]:
        """Computed once for every shift: it does not depend on this prompt."""
        key = self.subject, self._shift
        if key not in self._known_errors:
            self._known_errors[key] = typical(self._subject, self._shift)
        return self._known_errors[key]

    @observe("examples")
    def _read(self, _change: object = None) -> None:
        """The transformer and the best estimator read the prompt, example by example."""
        if self._waits:
            return
        subject = self._subject
        table = torch.tensor(self.examples, dtype=torch.float32).reshape(-1, len(subject.columns) + 1)
        line = subject.line(self.seed)
        places = torch.cat([line, self._queries])
        found = reading(subject, table[:, :-1], table[:, -1:], places, self._function(places[None])[0], self.noise)
        unit = subject.unit * (4.0**self.scale if len(subject.columns) > 1 else 1.0)
        wrong = {name: errors(found[name][:, GRID:], found["truth"][GRID:], unit) for name in ("ours", "best")}
        self._prompt = table
        with self.hold_sync():
            self.typical = self._typical()
            curves = {name: short(found[name][..., :GRID]) for name in ("ours", "best", "truth")}
            self.view = {**curves, "errors": wrong}
            self.read = min(self.read, len(table))
            self._look()

    @observe("read", "asked")
    @torch.no_grad()
    def _look(self, _change: object = None) -> None:
        """Where the asked query looks."""
        if self._waits or not self.view:
            return
        subject, table = self._subject, self._prompt[: self.read]
        state = subject.learner.adapt(table[:, :-1], table[:, -1:])
        self.looks = short(subject.learner.attention(state, subject.line(self.seed)[self.asked][None])[:, 0])


def _is_row(row: object, width: int) -> bool:
    return (
        isinstance(row, list | tuple) and len(row) == width
        and all(isinstance(value, int | float) and isfinite(value) for value in row)
    )  # fmt: skip
