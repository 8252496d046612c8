"""Layers beside steps: one prompt, and what attention layers and gradient descent make of it, one after the other."""

from collections.abc import Mapping
from typing import Any

import anywidget
import torch
from torch import Tensor
from traitlets import Dict, Float, Int, List, Unicode, observe, validate

from metakit.core import MetaLearner, Task
from metakit.learners.baselines.linear_estimators import LeastSquares
from metakit.tasks.base import generator
from metakit.tasks.functions import Functions
from metakit.widgets.front_end import STATIC

FILES = ("charts", "player", "layers_and_steps")
FEWEST, MOST, QUERIES = 2, 40, 40
FAR = 1e4  # an answer or an error that is larger, or no number any more, is drawn here
STRETCHES = 2  # the inputs are 2 ** (half of it) times as large as in training, up or down


class LayersAndSteps(anywidget.AnyWidget):
    """The same moment of several learners of linear functions: after as many layers, or as many gradient steps.

    Answers are shown in units of the inputs' size, errors as a share of what predicting zero makes on this prompt. All
    moments are computed when the prompt changes, so that the slider is answered in the browser.
    """

    _esm = "\n".join((STATIC / f"{name}.js").read_text(encoding="utf-8") for name in FILES)
    _css = (STATIC / "charts.css").read_text(encoding="utf-8")

    step = Int(1).tag(sync=True)  # layers = steps
    most = Int(1).tag(sync=True)
    seed = Int(0, min=0, max=2**31 - 1).tag(sync=True)  # the prompt
    shots = Int(10, min=FEWEST, max=MOST).tag(sync=True)  # more of them keep those there were
    stretch = Int(0, min=-STRETCHES, max=STRETCHES).tag(sync=True)
    hidden = List(Unicode()).tag(sync=True)  # learners not shown

    names = List(Unicode()).tag(sync=True)
    truth = List(Float()).tag(sync=True)  # [Q]
    best = List(Float()).tag(sync=True)  # least squares: residual and error
    found = Dict().tag(sync=True)  # name -> {answers [steps + 1, Q], residual [steps + 1], error [steps + 1]}

    def __init__(self, learners: Mapping[str, MetaLearner], dims: int = 10, step: int = 1, seed: int = 0) -> None:
        self.learners, self._tasks = dict(learners), Functions("linear", dims, MOST, QUERIES, uniform=True)
        super().__init__(names=list(learners), seed=seed)
        self._look()
        self.step = step

    def shown(self) -> dict[str, object]:
        """What the picture holds at this moment of every learner that is not hidden."""
        visible = {name: self.found[name] for name in self.names if name not in self.hidden}
        moments = {name: {what: rows[self.step] for what, rows in found.items()} for name, found in visible.items()}
        return {"truth": self.truth, "best": self.best, **moments}

    @validate("step")
    def _possible(self, proposal: dict[str, Any]) -> int:
        return max(0, min(proposal["value"], self.most))

    @observe("seed", "shots", "stretch")
    def _look(self, _change: object = None) -> None:
        """Draw the prompt, and let everybody learn it."""
        size = 2.0 ** (self.stretch / 2)
        task = Task(*(size * part for part in self._tasks.sample(1, generator(self.seed)).at(0)))
        task = task._replace(support_x=task.support_x[: self.shots], support_y=task.support_y[: self.shots])
        found = {name: moments(learner, task, size) for name, learner in self.learners.items()}
        self.most = max(len(one["error"]) for one in found.values()) - 1
        best = moments(LeastSquares(), task, size)
        with self.hold_sync():
            self.truth = plain(task.query_y[:, 0] / size)
            self.best = [best["residual"][-1], best["error"][-1]]
            self.found = {
                name: {what: lasting(rows, self.most) for what, rows in one.items()} for name, one in found.items()
            }


def moments(learner: MetaLearner, task: Task, size: float = 1.0) -> dict[str, list[Any]]:
    """What a learner answers after every step: to the queries, in units of `size`, and to its own examples."""
    both = Task(
        *task[:2], torch.cat([task.query_x, task.support_x]), torch.cat([task.query_y, task.support_y])
    )  # the examples are asked like queries: what they lack is the residual
    answers = torch.stack([frame.prediction for frame in learner.trace(both)])[..., 0]
    wrong, asked = (answers - both.query_y[:, 0]).square(), len(task.query_y)
    return {
        "answers": plain(answers[:, :asked] / size),
        "residual": plain(wrong[:, asked:].mean(1) / task.support_y.square().mean()),
        "error": plain(wrong[:, :asked].mean(1) / task.query_y.square().mean()),
    }


def lasting(rows: list[Any], most: int) -> list[Any]:
    """Who has fewer steps stays where it has come to."""
    return rows + [rows[-1]] * (most + 1 - len(rows))


def plain(values: Tensor) -> Any:
    """Numbers of four decimals for the browser."""
    return (values.detach().double().nan_to_num(FAR).clamp(-FAR, FAR) * 1e4).round().div(1e4).tolist()
