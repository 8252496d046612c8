"""The meta-gradient microscope: its two terms by layer and inner step, and what three common mistakes make of it."""

import copy
from collections.abc import Mapping
from typing import NamedTuple

import anywidget
from traitlets import Bool, Dict, Enum, Float, Int, List, TraitError, Unicode, observe, validate

from metakit.core import Task
from metakit.learners.optimization_based.maml import MAML
from metakit.learners.optimization_based.meta_gradient import carried
from metakit.nets.norms import has_batch_norm
from metakit.tasks.base import Tasks, generator
from metakit.widgets.faults import FAULTS, broken
from metakit.widgets.front_end import STATIC
from metakit.widgets.readings import readings

MOST_STEPS = 3


class Specimen(NamedTuple):
    """What lies under the microscope: a learner at some moment of its training, and tasks to take the gradient on."""

    learner: MAML
    tasks: Tasks
    batch: int  # tasks in the mean


class Microscope(anywidget.AnyWidget):
    """The meta-gradient of one batch of tasks, exact in float64, beside what code with a fault takes for it."""

    _esm = "\n".join((STATIC / f"{name}.js").read_text(encoding="utf-8") for name in ("charts", "microscope"))
    _css = "\n".join((STATIC / f"{name}.css").read_text(encoding="utf-8") for name in ("charts", "microscope"))

    specimen = Int(0, min=0).tag(sync=True)
    seed = Int(0, min=0, max=2**31 - 1).tag(sync=True)  # the batch of tasks
    steps = Int(1, min=1, max=MOST_STEPS).tag(sync=True)
    speed = Int(0, min=-3, max=3).tag(sync=True)  # inner rate: 2 ** speed times the learner's own
    fault = Enum([*FAULTS], "nothing").tag(sync=True)
    double = Bool(default_value=False).tag(sync=True)  # the faulty code computes in float64 too
    layer = Unicode("all").tag(sync=True)  # looked at in the triangle

    names = List(Unicode()).tag(sync=True)  # of the specimens
    faults = List(Unicode()).tag(sync=True)  # those that this specimen can have
    rate = Float().tag(sync=True)  # the learner's own inner rate
    reading = Dict().tag(sync=True)  # layer -> Reading
    read_with = Unicode().tag(sync=True)  # the fault that `reading` shows

    def __init__(self, specimens: Mapping[str, Specimen], steps: int = 1, seed: int = 0) -> None:
        self.specimens = list(specimens.values())
        super().__init__(names=list(specimens), steps=steps, seed=seed)
        if not self.reading:  # nothing but defaults: no change was observed
            self._look()

    def shown(self) -> dict[str, object]:
        """What the picture holds."""
        return {"layer": self.layer, "fault": self.read_with, **self.reading}

    @observe("specimen", "seed", "steps", "speed")
    def _look(self, _change: object = None) -> None:
        """The true meta-gradient, in float64."""
        learner, tasks, batch = self.specimens[self.specimen]
        self._tasks = tasks.sample(batch, generator(self.seed))
        self._learner = copy.deepcopy(learner)
        self._learner.steps, self._learner.rate = self.steps, learner.rate * 2.0**self.speed
        self.rate = learner.rate
        self.faults = [name for name in FAULTS if name != "nn.BatchNorm2d" or has_batch_norm(learner)]
        self._truth = carried(self._learner.double(), _double(self._tasks))
        if self.fault in self.faults:
            self._compare()
        else:
            self.fault = "nothing"  # and compare

    @observe("fault", "double")
    def _compare(self, _change: object = None) -> None:
        """What code with the fault finds, in the precision that it uses."""
        learner = broken(self._learner, self._tasks, self.fault)
        tasks = _double(self._tasks) if self.double else self._tasks
        found = carried(learner.double() if self.double else learner.float(), tasks)
        with self.hold_sync():  # the words and the picture arrive together
            self.reading, self.read_with = readings(self._truth, found), self.fault

    @validate("specimen")
    def _there(self, proposal: dict[str, int]) -> int:
        if proposal["value"] >= len(self.specimens):
            raise TraitError(f"Choose a specimen from 0 to {len(self.specimens) - 1}.")
        return proposal["value"]

    @validate("layer")
    def _a_layer(self, proposal: dict[str, str]) -> str:
        if proposal["value"] not in self.reading and self.reading:
            raise TraitError(f"Choose one of {', '.join(self.reading)}.")
        return proposal["value"]


def _double(tasks: Task) -> Task:
    return Task(*(part.double() if part.is_floating_point() else part for part in tasks))
