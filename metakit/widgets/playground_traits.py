"""What the page of the demo's first room and Python tell each other.

The page owns the drawings and sends them as one board (`drawings.py`). Every visitor may set any trait, so whatever
arrives is checked here: numbers are clamped, everything else is refused and the page gets back what holds.
"""

from typing import ClassVar

import traitlets as t
from traitlets.utils.bunch import Bunch

from metakit.widgets.drawings import ROWS, SHOTS, Ink
from metakit.widgets.visited import Visited

MAX_STEPS = 10
LIMITS = {
    "ways": (2, ROWS),
    "shots": (1, SHOTS),
    "steps": (0, MAX_STEPS),
    "episode": (0, 2**31 - 1),
    "asked": (0, 2**31 - 1),
}


class PlaygroundTraits(Visited):
    """From the page: its board, and what it asks. To the page: examples, answers, and what there is to choose."""

    FROM_PAGE: ClassVar = ("ways", "shots", "steps", "source", "episode", "drawings", "panel", "asked")

    ways = t.Int(5).tag(sync=True)
    shots = t.Int(1).tag(sync=True)
    steps = t.Int(5).tag(sync=True)
    episode = t.Int(0).tag(sync=True)  # which example episode lies ready
    source = t.Unicode("glyphs").tag(sync=True)
    drawings = Ink().tag(sync=True, echo_update=False)
    panel = t.List(t.Unicode()).tag(sync=True)  # recipes of the learners that are asked as well
    asked = t.Int(0).tag(sync=True)  # number of the page's question; comes back with the answers

    presets = t.List(t.Dict()).tag(sync=True)
    laid = t.Dict().tag(sync=True)  # source and episode of the examples
    examples = t.Bytes().tag(sync=True)  # [10, 8, 392]: example drawings of ten classes (drawings.py, kind 2)
    names = t.List(t.Unicode()).tag(sync=True)
    sources = t.List(t.Unicode()).tag(sync=True)
    comparison = t.Dict().tag(sync=True)
    adaptation = t.Dict().tag(sync=True)
    opinions = t.Dict().tag(sync=True)  # of the panel, one after the other
    roster = t.List(t.Dict()).tag(sync=True)  # whom the page may put on the panel
    notes = t.List(t.Unicode()).tag(sync=True)

    @t.validate(*LIMITS)
    def _clamped(self, proposal: Bunch) -> int:
        low, high = LIMITS[proposal.trait.name]
        return min(max(int(proposal.value), low), high)

    @t.validate("source")
    def _known(self, proposal: Bunch) -> str:
        if proposal.value not in self.sources:
            raise t.TraitError(
                f"There is no source of examples called {proposal.value!r}: choose one of {self.sources}."
            )
        return str(proposal.value)

    @t.validate("panel")
    def _on_the_roster(self, proposal: Bunch) -> list[str]:
        known = [entry["name"] for entry in self.roster]
        return [name for name in known if name in proposal.value]
