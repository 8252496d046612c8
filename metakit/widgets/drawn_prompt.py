"""One function, examples of it as they are drawn, and the places where answers are asked for."""

from math import isfinite
from typing import Any

import torch
from torch import Tensor
from traitlets import TraitError

from metakit.widgets.prompt_readings import FAR, QUERIES, disturbed, errors, reading, short
from metakit.widgets.prompts_about import EXAMPLES, GRID, Shift, Subject

Rows = list[list[float]]  # [[x1, …, y], …]


class DrawnPrompt:
    """Function `seed` of a subject, and its examples `number` under a shift."""

    def __init__(self, subject: Subject, seed: int, number: int, shift: Shift) -> None:
        self.subject, self.noise, self.seed = subject, shift.noise, seed + number
        self.function, self.line = subject.functions(1, seed), subject.line(seed, shift.scale)  # line [GRID, d]
        self.unit = subject.unit * (shift.scale**2 if len(subject.columns) > 1 else 1.0)
        x = subject.inputs(1, EXAMPLES + QUERIES, self.seed, shift)[0]
        self.queries = x[EXAMPLES:] if len(subject.columns) > 1 else self.line[::2]  # [n, d]
        self.rows = self.on_function(torch.tensor(short(x[:EXAMPLES])))

    def on_function(self, x: Tensor) -> Rows:
        """Examples with inputs x [S, d], their targets on the function but for the noise."""
        y = disturbed(self.function(x[None])[0], self.subject, self.noise, self.seed)
        return list(short(torch.cat([x, y], 1)))

    def table(self, rows: Any) -> Tensor:
        """Rows that somebody sent, as [S, d + 1]."""
        width = len(self.subject.columns) + 1
        if len(rows) > EXAMPLES or not all(_is_row(row, width) for row in rows):
            raise TraitError(f"Give at most {EXAMPLES} examples, each of {width} numbers.")
        return torch.tensor(rows, dtype=torch.float32).reshape(-1, width).clamp(-FAR, FAR)

    def view(self, table: Tensor) -> dict[str, Any]:
        """Answers along the line, and errors on the queries, after 0 … S of the examples [S, d + 1]."""
        places = torch.cat([self.line, self.queries])
        truth = self.function(places[None])[0]
        found = reading(self.subject, table[:, :-1], table[:, -1:], places, truth, self.noise)
        wrong = {name: errors(found[name][:, GRID:], found["truth"][GRID:], self.unit) for name in ("ours", "best")}
        return {**{name: short(found[name][..., :GRID]) for name in ("ours", "best", "truth")}, "errors": wrong}


def _is_row(row: object, width: int) -> bool:
    return (
        isinstance(row, list | tuple) and len(row) == width
        and all(isinstance(value, int | float) and isfinite(value) for value in row)
    )  # fmt: skip
