"""What a study is: a grid of small meta-training runs along a dial or two, whose learning curves are the result.

A recipe asks how good a learner gets; a study asks when it gets there, and what decides it. So every run measures its
learner on the same probes again and again while it is trained, and all those numbers are kept.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from metakit.core import MetaKitError, MetaLearner
from metakit.tasks.base import Tasks
from metakit.train import Schedule

Setting = float | int | str
Metric = Literal["accuracy", "mse"]


@dataclass(frozen=True)
class StudyRun:
    """One point of the grid. `settings` are the values of the dials; `probes` are what the curves measure."""

    label: str  # names the file: letters, digits, dots and hyphens
    settings: Mapping[str, Setting]
    learner: Callable[[], MetaLearner]
    tasks: Callable[[], Tasks]  # to train on
    schedule: Schedule
    probes: Mapping[str, Callable[[], Tasks]]  # every measurement draws the same tasks of each
    probe_every: int  # steps; also before the first and after the last
    protocol: str  # how it was trained and measured, in words
    episodes: int = 500  # tasks a measurement
    metric: Metric = "accuracy"
    chance: Mapping[str, float] = field(default_factory=dict)  # what guessing scores on a probe
    seed: int = 0
    keeps_weights: bool = False  # the final ones, as safetensors beside the curves


@dataclass(frozen=True)
class Study:
    """A question, and the runs that answer it."""

    name: str
    question: str
    runs: tuple[StudyRun, ...]

    def run(self, label: str) -> StudyRun:
        """The run of this label. Raises MetaKitError with the labels there are."""
        for run in self.runs:
            if run.label == label:
                return run
        labels = ", ".join(run.label for run in self.runs)
        raise MetaKitError(f"The study {self.name} has no run {label!r}: choose one of {labels}.")
