"""One look for every still picture: Okabe and Ito's colour-blind-safe palette, and never colour alone.

Masataka Okabe, Kei Ito: Color Universal Design, 2008, https://jfly.uni-koeln.de/color/.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any, NamedTuple

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILLION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"


class Stroke(NamedTuple):
    """How one series is drawn: colour, dash pattern and marker each tell it apart alone."""

    colour: str
    dash: str | tuple[int, tuple[int, ...]]
    marker: str


STROKES = (
    Stroke(PURPLE, (0, (1, 2)), "^"),
    Stroke(ORANGE, (0, (4, 2)), "s"),
    Stroke(BLUE, "-", "o"),
    Stroke(GREEN, (0, (8, 3)), "D"),
    Stroke(VERMILLION, (0, (8, 2, 2, 2)), "P"),
    Stroke(SKY, (0, (3, 1, 1, 1)), "v"),
    Stroke(BLACK, (0, (2, 1)), "X"),
)
"""The order is that of the live widgets, so a learner keeps its stroke from picture to picture of a lesson."""

LOOK: dict[Any, Any] = {
    "axes.grid": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "figure.constrained_layout.use": True,
    "font.size": 10,
    "grid.alpha": 0.25,
    "legend.frameon": False,
    "lines.linewidth": 2.0,
}


@contextmanager
def look() -> Iterator[None]:
    """Draw in MetaKit's look inside this block; what was set before is left alone."""
    with mpl.rc_context(LOOK):
        yield


def stroke(number: int) -> Stroke:
    """The stroke of series `number`; they repeat after seven."""
    return STROKES[number % len(STROKES)]


def percent() -> FuncFormatter:
    """Ticks of an axis of shares: 0.985 is "98.5 %", as in the texts."""
    return FuncFormatter(lambda share, _: f"{100 * share:.3g} %".replace("-", "−"))


class Picture(Figure):
    """A figure that a notebook shows by itself, sharp on fine screens: no pyplot, no list of figures that grows."""

    def __init__(self, width: float, height: float) -> None:  # inches
        super().__init__(figsize=(width, height), dpi=96)

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        """Twice the pixels, shown at the size they were drawn for."""
        file = BytesIO()
        self.savefig(file, format="png", dpi=2 * self.dpi)
        width, height = self.get_size_inches() * self.dpi
        return file.getvalue(), {"width": int(width), "height": int(height)}
