"""The adaptation widget: choose points of a curve and watch several learners adapt to them, step by step."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import isfinite
from typing import Any

import torch
from torch import Tensor
from traitlets import Bool, Bunch, Dict, Float, Int, List, TraitError, Unicode, observe, validate

from metakit.core import MetaLearner
from metakit.tasks.base import generator
from metakit.tasks.sinusoids import Curves, Sinusoids
from metakit.widgets.fits import fit
from metakit.widgets.front_end import STATIC
from metakit.widgets.visited import Visited

MOST_POINTS, STEPS = 20, 10
FEW = 5  # points of a new task, where the last one had none
X, Y = 5.0, 6.0  # the picture shows x in [-X, X] and y in [-Y, Y]
GRID = torch.linspace(-X, X, 101)[:, None]
HIGHEST, LATEST = 5.0, 3.142  # amplitude and phase of the training tasks: up to 5 and pi
FILES = ("help", "charts", "points", "wave", "player", "adaptation_charts", "adaptation")


class Adaptation(Visited):
    """Learners side by side on one sinusoid.

    The reader draws a new task or shapes the curve, chooses K points or places them by hand, and moves through the
    inner steps. All steps are computed when the points or the rate change, so that the browser answers the step slider.
    `twin` names a learner of the same network without meta-learning: the page then says who is how much nearer.
    """

    _esm = "\n".join((STATIC / f"{name}.js").read_text(encoding="utf-8") for name in FILES)
    _css = "\n".join((STATIC / f"{name}.css").read_text(encoding="utf-8") for name in ("charts", "help"))
    FROM_PAGE = KEPT = ("seed", "shots", "amplitude", "phase", "on_curve", "points", "speed", "step", "hidden")

    seed = Int(0, min=0, max=2**31 - 1).tag(sync=True)  # the task
    shots = Int(10, min=0, max=MOST_POINTS).tag(sync=True)  # how many points; moving it drops the reader's own
    amplitude = Float(1.0, min=0.1, max=HIGHEST).tag(sync=True)
    phase = Float(0.0, min=0.0, max=LATEST).tag(sync=True)
    points = List(List()).tag(sync=True)  # [[x, y], …] the support set
    on_curve = Bool(default_value=True).tag(sync=True)  # the reader's points are put on the true curve
    step = Int(1, min=0, max=STEPS).tag(sync=True)
    speed = Int(0, min=-3, max=3).tag(sync=True)  # inner rate: 2 ** speed times each learner's own
    hidden = List(Unicode()).tag(sync=True)  # learners not shown

    names = List(Unicode()).tag(sync=True)
    twin = Unicode().tag(sync=True)
    truth = List(Float()).tag(sync=True)  # the true curve on the grid
    fits = Dict().tag(sync=True)  # name -> Fit

    def __init__(
        self, learners: Mapping[str, MetaLearner], seed: int = 0, shots: int = 10, step: int = 1, twin: str = ""
    ) -> None:
        self.learners, self._waits = dict(learners), True
        super().__init__(names=list(learners), seed=seed, shots=shots, step=step, twin=twin)
        self._waits = False
        self._draw_task()

    def shown(self) -> dict[str, object]:
        """What the picture holds at this step: points, and curve and loss of every learner that is not hidden."""
        visible = {name: self.fits[name] for name in self.names if name not in self.hidden}
        fits = {name: (found["curves"][self.step], found["losses"][self.step]) for name, found in visible.items()}
        return {"points": self.points, "truth": self.truth, **fits}

    def _take(self, situation: Mapping[str, Any]) -> None:
        with self._once():
            super()._take(situation)

    @contextmanager
    def _once(self) -> Iterator[None]:
        """Whatever changes in here, the learners adapt once, at the end."""
        outermost, self._waits = not self._waits, True
        try:
            yield
        finally:
            self._waits = not outermost
            self._adapt()

    @observe("seed", "shots")
    def _draw_task(self, change: Bunch | None = None) -> None:
        """K points of curve number `seed`; a larger K keeps those of a smaller one."""
        if change and change.name == "shots" and self.shots == len(self.points):
            return  # it was counted
        number = FEW if change and change.name == "seed" and not self.points else self.shots
        rng = generator(self.seed)
        drawn = Sinusoids().curves(1, rng)
        x = ((torch.rand(MOST_POINTS, generator=rng) * 2 - 1) * X).round(decimals=3)[:number]
        with self._once():
            self.amplitude, self.phase = (round(float(value), 3) for value in drawn)
            self._shape()
            self.points = torch.stack([x, self._value(x)], 1).round(decimals=3).tolist()

    @observe("amplitude", "phase")
    def _shape(self, _change: object = None) -> None:
        """The true curve; points that lie on it move with it."""
        with self._once():
            self.truth = self._value(GRID[:, 0]).round(decimals=3).tolist()
            self.points = list(self.points) if self.points and self.on_curve else self.points

    @observe("points")
    def _count(self, _change: object) -> None:
        self.shots = len(self.points)

    @observe("points", "speed")
    def _adapt(self, _change: object = None) -> None:
        if self._waits:
            return
        support = torch.tensor(self.points).reshape(-1, 2)
        pair = support[:, :1], support[:, 1:]
        truth = self._value(GRID[:, 0])[:, None]
        self.fits = {name: fit(one, pair, GRID, truth, STEPS, 2.0**self.speed) for name, one in self.learners.items()}

    @validate("amplitude", "phase")
    def _finite(self, proposal: dict[str, Any]) -> float:
        if not isfinite(proposal["value"]):
            raise TraitError("Give a number.")
        return float(proposal["value"])

    @validate("hidden")
    def _among_us(self, proposal: dict[str, Any]) -> list[str]:
        return [name for name in self.names if name in proposal["value"]]

    @validate("points")
    def _readable(self, proposal: dict[str, list[object]]) -> list[list[float]]:
        """At most 20 pairs of finite numbers, brought into the picture, and on the curve if so wished."""
        found = proposal["value"]
        if len(found) > MOST_POINTS or not all(isinstance(pair, list | tuple) and _is_pair(pair) for pair in found):
            raise TraitError(f"Give at most {MOST_POINTS} points, each a pair of numbers [x, y].")
        x, y = (torch.tensor(found, dtype=torch.float64).reshape(-1, 2)).T
        x, y = x.clamp(-X, X).round(decimals=3), y.clamp(-Y, Y)
        y = self._value(x) if self.on_curve else y
        return torch.stack([x, y], 1).round(decimals=3).tolist()

    def _value(self, x: Tensor) -> Tensor:
        """The true curve at x [n]."""
        curve = Curves(torch.tensor([self.amplitude]), torch.tensor([self.phase]))
        return curve(x[None, :, None])[0, :, 0]


def _is_pair(pair: list[object] | tuple[object, ...]) -> bool:
    return len(pair) == 2 and all(isinstance(value, int | float) and isfinite(value) for value in pair)  # noqa: PLR2004
