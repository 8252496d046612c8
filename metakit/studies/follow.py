"""Train one run of a study and measure its probes on the way; it may be killed at any moment and goes on where it was.

Two files, each written atomically: the state (`*.run.safetensors`: weights, optimizer, generators, step, the curves so
far), which goes when the run is finished, and then the curves.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from time import monotonic, perf_counter
from typing import NamedTuple

import torch
from torch import Tensor

from metakit import checkpoints
from metakit.core import Task, hits
from metakit.evaluate import Score, batches, pieces, score
from metakit.ledger import machine
from metakit.studies.base import Metric, StudyRun
from metakit.studies.curves import Curves, Point, state_of, write
from metakit.train import Record, Training

PROBE_SEED = 1_000_003  # no training run starts here
AT_ONCE = 100  # tasks


class Moment(NamedTuple):
    """What the run tells after an outer step."""

    record: Record
    measured: dict[str, Point]  # by probe, where they were due


class Follow:
    """Trains `run` of the study called `study`; writes `path` when it is finished, and a state beside it until then."""

    def __init__(self, study: str, run: StudyRun, path: Path) -> None:
        torch.manual_seed(run.seed)
        self.study, self.run, self.path = study, run, path
        self.state_path, self.weights_path = state_of(path), path.with_suffix(".safetensors")
        self.training = Training(run.learner(), run.tasks(), run.schedule, run.seed)
        self.probes = {name: tasks() for name, tasks in run.probes.items()}
        self.curves: dict[str, list[Point]] = {name: [] for name in run.probes}
        self.seconds = 0.0
        if self.state_path.exists():
            tensors, about = checkpoints.read(self.state_path)
            self.training.restore(tensors)
            self.seconds = float(about["seconds"])
            self.curves = {name: [Point(*p) for p in points] for name, points in json.loads(about["curves"]).items()}

    def moments(self, steps: int | None = None, save_seconds: float = 30.0) -> Iterator[Moment]:
        """Train to the end of the schedule, or for `steps` more, and measure on the way."""
        training, last = self.training, self.run.schedule.steps
        saved, stop = monotonic(), last if steps is None else min(last, self.training.step + steps)
        try:
            if self._owed():
                self._measure()
            while training.step < stop:
                record = training.advance()
                self.seconds += record.seconds
                yield Moment(record, self._measure() if self._owed() else {})
                if monotonic() - saved > save_seconds:
                    self.save()
                    saved = monotonic()
        finally:
            self.save()
        if training.step == last:
            self._finish()

    def save(self) -> None:
        """Write the state of the run. In the midst of a step the last one stays."""
        if not self.training.whole:
            return
        about = {"curves": json.dumps(self.curves), "seconds": repr(self.seconds)}
        checkpoints.write(self.state_path, self.training.state(), about)

    def _measure(self) -> dict[str, Point]:
        """All probes or, interrupted, none: a run that goes on measures what it owes."""
        started, found = perf_counter(), {}
        for name, tasks in self.probes.items():
            result = self._score(batches(tasks, self.run.episodes, PROBE_SEED, AT_ONCE))
            found[name] = Point(self.training.step, result.mean, result.ci95)
        for name, point in found.items():
            self.curves[name].append(point)
        self.seconds += perf_counter() - started
        return found

    def _owed(self) -> bool:
        """Whether this step is to be measured and has not been."""
        step, last = self.training.step, self.run.schedule.steps
        due = step % self.run.probe_every == 0 or step == last
        return due and any(not points or points[-1].step < step for points in self.curves.values())

    @torch.no_grad()
    def _score(self, drawn: Iterator[Task]) -> Score:
        learner = self.training.learner.eval()
        parts = (part for tasks in drawn for part in pieces(tasks))
        return score(torch.cat([per_task(learner.solve(part), part, self.run.metric) for part in parts]))

    def _finish(self) -> None:
        """The state becomes the result."""
        run, learner = self.run, self.training.learner
        parameters = sum(weight.numel() for weight in learner.parameters() if weight.requires_grad)
        curves = {name: tuple(points) for name, points in self.curves.items()}
        result = Curves(
            self.study, run.label, dict(run.settings), curves, dict(run.chance), run.metric, run.episodes,
            run.schedule.steps, asdict(run.schedule), parameters, run.protocol, run.seed, round(self.seconds, 1),
            machine(), checkpoints.commit(),
        )  # fmt: skip
        if run.keeps_weights:
            checkpoints.write(self.weights_path, learner.state_dict(), {"study": self.study, "run": run.label})
        write(result, self.path)
        self.state_path.unlink()


def per_task(prediction: Tensor, tasks: Task, metric: Metric) -> Tensor:
    """Accuracy or mean squared error of each task [T]. Classes may be indices or one-hot."""
    if metric == "accuracy":
        return hits(prediction, tasks.query_y).mean(-1)
    return (prediction - tasks.query_y).square().flatten(1).mean(1)
