"""The curves of a study: turn its dials to choose a run, follow every probe along training, keep a run to compare with.

Only runs that were made can be chosen. A dial that is turned takes the run that has this value and is otherwise most
like the one before; where there is none with all the rest alike, other dials turn along, and the page says so.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import anywidget
import traitlets as t

from metakit.core import MetaKitError
from metakit.studies.base import Setting
from metakit.studies.curves import Curves
from metakit.widgets.front_end import STATIC

Dials = Mapping[str, Setting]
LENGTH = "training steps"


class StudyCurves(anywidget.AnyWidget):
    """Dials that choose one of the `runs`; `names`: what a dial is called, by setting, in the order of the page."""

    _esm = "\n".join((STATIC / f"{n}.js").read_text(encoding="utf-8") for n in ("charts", "study_curves"))
    _css = "\n".join((STATIC / f"{n}.css").read_text(encoding="utf-8") for n in ("charts", "study_curves"))

    chosen = t.Unicode().tag(sync=True)
    kept = t.Unicode().tag(sync=True)  # drawn behind the chosen one; "": none
    place = t.Int(-1, min=-1, max=10_000).tag(sync=True)  # which measurement the numbers are of; -1: the last

    runs = t.Dict().tag(sync=True)  # label -> dials, curves and chance
    dials: t.List[Any] = t.List().tag(sync=True)  # [name, [value, …]]

    def __init__(self, runs: Sequence[Curves], names: Mapping[str, str], chosen: str | None = None) -> None:
        if not runs:
            raise MetaKitError("There are no curves to show: `metakit study` lists the studies and makes their runs.")
        told = {run.label: _told(run, names) for run in runs}
        first = chosen if chosen in told else next(iter(told))
        super().__init__(runs=told, chosen=first, dials=_dials([run["dials"] for run in told.values()]))

    def turn(self, dial: str, value: Setting) -> None:
        """Choose the run that has this value and is otherwise most like the one that is shown."""
        now = self.runs[self.chosen]["dials"]
        able = {label: run["dials"] for label, run in self.runs.items() if run["dials"].get(dial) == value}
        if able:
            self.chosen = max(able, key=lambda label: sum(able[label][name] == now[name] for name in now))

    def shown(self) -> dict[str, object]:
        """What the picture holds: the numbers at the chosen moment, and the run that is kept."""
        run = self.runs[self.chosen]
        numbers = {name: curve[min(self.place, len(curve) - 1)] for name, curve in run["curves"].items()}
        return {"dials": run["dials"], "numbers": numbers, "kept": self.kept}

    @t.validate("chosen", "kept")
    def _there(self, proposal: Any) -> str:
        if proposal.value in self.runs or (proposal.trait.name == "kept" and proposal.value == ""):
            return str(proposal.value)
        raise t.TraitError(f"Choose one of {', '.join(self.runs)}.")


def _told(run: Curves, names: Mapping[str, str]) -> dict[str, Any]:
    dials = {name: run.settings[setting] for setting, name in names.items()} | {LENGTH: run.steps}
    curves = {name: [list(point) for point in curve] for name, curve in run.curves.items()}
    return {"dials": dials, "curves": curves, "chance": dict(run.chance), "metric": run.metric}


def _dials(runs: Sequence[Dials]) -> list[tuple[str, list[Setting]]]:
    """The dials that have more than one value, and their values in order."""
    values = {name: sorted({run[name] for run in runs}, key=_order) for name in runs[0]}
    return [(name, found) for name, found in values.items() if len(found) > 1]


def _order(value: Setting) -> tuple[float, str]:
    """Numbers by size, then words."""
    return (float("inf"), value) if isinstance(value, str) else (float(value), "")
