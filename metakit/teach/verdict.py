"""What a check says to the learner: a word, a sentence, and the picture that was expected."""

import re
import warnings
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from typing import Literal, NamedTuple

from metakit.plots.style import Picture

Outcome = Literal["right", "differs", "common mistake", "failed", "not written yet"]
MARKS: dict[Outcome, str] = {
    "right": "✓",
    "differs": "✗",
    "common mistake": "✗",
    "failed": "✗",
    "not written yet": "…",
}
COLOURS: dict[Outcome, str] = {
    "right": "#009e73",
    "differs": "#d55e00",
    "common mistake": "#d55e00",
    "failed": "#d55e00",
    "not written yet": "#56b4e9",
}
CARD = "background:#fff;border-radius:4px;max-width:100%;height:auto"  # black ink needs paper, in a dark theme too


class Drawing(NamedTuple):
    """A picture that is drawn when the verdict is shown, and not before."""

    caption: str
    alt: str  # what is on it, for who cannot see it
    draw: Callable[[], Picture]

    def html(self) -> str:
        """The picture as an inline image; empty where the learner's values cannot be drawn."""
        with suppress(Exception), warnings.catch_warnings(action="ignore"):
            png, size = self.draw()._repr_png_()
            source = f"data:image/png;base64,{b64encode(png).decode()}"
            image = f'<img alt="{escape(self.alt)}" width="{size["width"]}" style="{CARD}" src="{source}">'
            caption = f"<figcaption>{escape(self.caption)}</figcaption>"
            return f'<figure style="display:inline-block;margin:8px 12px 0 0">{image}{caption}</figure>'
        return ""


@dataclass(frozen=True)
class Verdict:
    """What a check found, in words. True when the exercise is solved."""

    outcome: Outcome
    text: str
    drawings: tuple[Drawing, ...] = ()

    def __bool__(self) -> bool:
        return self.outcome == "right"

    def __repr__(self) -> str:
        return f"{MARKS[self.outcome]} {self.outcome}: {self.text}"

    def _repr_html_(self) -> str:
        style = f"border-left:4px solid {COLOURS[self.outcome]};padding:6px 12px;margin:2px 0"
        text = re.sub("`(.+?)`", r"<code>\1</code>", escape(self.text))
        head = f"<strong>{MARKS[self.outcome]} {self.outcome.capitalize()}.</strong>"
        pictures = "".join(drawing.html() for drawing in self.drawings)
        return f'<div role="status" style="{style}">{head} {text}<div>{pictures}</div></div>'
