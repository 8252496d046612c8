"""Exercises that check themselves: the reader's function against an obvious one, on a few cases."""

import re
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

import torch

Outcome = Literal["right", "differs", "failed", "not written yet"]
MARKS: dict[Outcome, str] = {"right": "✓", "differs": "✗", "failed": "✗", "not written yet": "…"}
COLOURS: dict[Outcome, str] = {
    "right": "#009e73",
    "differs": "#d55e00",
    "failed": "#d55e00",
    "not written yet": "#56b4e9",
}


@dataclass(frozen=True)
class Verdict:
    """What `check` found, in words. True when the exercise is solved."""

    outcome: Outcome
    text: str

    def __bool__(self) -> bool:
        return self.outcome == "right"

    def __repr__(self) -> str:
        return f"{MARKS[self.outcome]} {self.outcome}: {self.text}"

    def _repr_html_(self) -> str:
        style = f"border-left:4px solid {COLOURS[self.outcome]};padding:6px 12px;margin:2px 0"
        text = re.sub("`(.+?)`", r"<code>\1</code>", escape(self.text))
        head = f"<strong>{MARKS[self.outcome]} {self.outcome.capitalize()}.</strong>"
        return f'<div role="status" style="{style}">{head} {text}</div>'


def check(
    attempt: Callable[..., Any], oracle: Callable[..., Any], *cases: tuple[Any, ...], tolerance: float = 1e-4
) -> Verdict:
    """Compare `attempt` with `oracle` on every case, a tuple of arguments, and say what differs. Raises nothing.

    A stub (a body of `...`, or `raise NotImplementedError`) is "not written yet".
    """
    for number, case in enumerate(cases, 1):
        try:
            found = attempt(*case)
        except NotImplementedError:
            return _not_written(attempt)
        except Exception as error:  # noqa: BLE001 - the reader's own code: what went wrong is the answer
            return Verdict("failed", _explain(error, attempt, number))
        if found is None or found is ...:
            return _not_written(attempt)
        difference = _difference(found, oracle(*case), tolerance)
        if difference:
            return Verdict("differs", f"Case {number} of {len(cases)}: {difference}")
    return Verdict("right", f"`{attempt.__name__}` agrees with the reference on {len(cases)} cases.")


def _not_written(attempt: Callable[..., Any]) -> Verdict:
    return Verdict("not written yet", f"Replace the `...` in `{attempt.__name__}` and run this cell again.")


def _explain(error: Exception, attempt: Callable[..., Any], case: int) -> str:
    name = attempt.__code__.co_filename if hasattr(attempt, "__code__") else ""
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == name]
    where = f", in line {lines[-1]} of your cell" if lines else ""
    return f"Case {case} stops with {type(error).__name__}{where}: {error}"


def _difference(found: Any, wanted: Any, tolerance: float) -> str:
    """One sentence on how two results differ; empty when they agree."""
    if isinstance(wanted, bool | str):
        return "" if found == wanted else f"you return {found!r}, the reference {wanted!r}."
    try:
        a, b = torch.as_tensor(found).detach().double(), torch.as_tensor(wanted).detach().double()
    except (TypeError, ValueError, RuntimeError):
        return f"you return a {type(found).__name__}, the reference a {type(wanted).__name__}."
    if a.shape != b.shape:
        return f"your result has shape {list(a.shape)}, the reference {list(b.shape)}."
    gap = (a - b).abs().nan_to_num(torch.inf)
    if not gap.numel() or gap.max() <= tolerance * (1 + b.abs().max()):
        return ""
    worst = int(gap.argmax())
    place = f" at index {worst}" if a.dim() else ""
    return f"you return {a.flatten()[worst]:.4g}{place}, the reference {b.flatten()[worst]:.4g}."
