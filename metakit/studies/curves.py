"""The learning curves of a study on disk, `data/studies/STUDY/RUN.json`: written by `follow.py`, read by everybody."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

import metakit
from metakit.core import MetaKitError
from metakit.evaluate import in_percent
from metakit.studies.base import Metric, Setting, Study
from metakit.tasks.storage import replacing

FOLDER = Path(metakit.__file__).parents[1] / "data" / "studies"


class Point(NamedTuple):
    """One measurement: accuracy (a share) or mean squared error; `ci95` is the half width of its 95 % interval."""

    step: int  # outer steps before it
    mean: float
    ci95: float

    def __format__(self, spec: str) -> str:
        return in_percent(self.mean, self.ci95, spec) if spec else str(self)


@dataclass(frozen=True)
class Curves:
    """What became of one run, and how it was made."""

    study: str
    label: str
    settings: Mapping[str, Setting]  # the dials
    curves: Mapping[str, tuple[Point, ...]]  # a curve a probe
    chance: Mapping[str, float]
    metric: Metric
    episodes: int  # tasks a measurement
    steps: int
    schedule: Mapping[str, object]
    parameters: int  # trained numbers
    protocol: str
    seed: int
    seconds: float
    machine: str
    commit: str

    def last(self, probe: str) -> Point:
        """Where the curve ends."""
        return self.curves[probe][-1]


def place(study: str, label: str) -> Path:
    """Where the curves of a run lie, once it is finished."""
    return FOLDER / study / f"{label}.json"


def state_of(path: Path) -> Path:
    """Where the state of a run lies until its curves are at `path`."""
    return path.with_suffix(".run.safetensors")


def write(curves: Curves, path: Path) -> None:
    """Write the curves, atomically. Raises MetaKitError when the disk says no."""
    with replacing(path) as file:
        file.write((json.dumps(asdict(curves), ensure_ascii=False) + "\n").encode())


def read(path: Path) -> Curves:
    """The curves in a file. Raises MetaKitError when it is missing or broken."""
    if not path.exists():
        command = f"metakit study {path.parent.name} --run {path.stem}"
        raise MetaKitError(f"There are no curves at {path}: run `{command}` to make them.")
    try:
        told = json.loads(path.read_text("utf-8"))
        points = {probe: tuple(Point(*point) for point in curve) for probe, curve in told.pop("curves").items()}
        return Curves(**told, curves=points)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise MetaKitError(f"The curves {path} are broken: restore them from git, or make them again.") from error


def finished(study: Study) -> list[Curves]:
    """The curves of all finished runs, in the order of the study. Raises MetaKitError when there are none."""
    paths = [path for run in study.runs if (path := place(study.name, run.label)).exists()]
    if not paths:
        raise MetaKitError(f"The study {study.name} has not been run: `metakit study {study.name}` does it.")
    return [read(path) for path in paths]
