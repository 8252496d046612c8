"""`metakit study NAME`: train the runs of a study and keep their learning curves; without a name, list the studies."""

from typing import Annotated

import tyro
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from metakit.nets.memory import keep_freed_memory
from metakit.studies import STUDIES, Point, Study, StudyRun
from metakit.studies import study as find
from metakit.studies.base import Metric
from metakit.studies.curves import place, state_of
from metakit.studies.follow import Follow


def study(
    name: Annotated[str | None, tyro.conf.Positional] = None,
    run: str | None = None,
    steps: int | None = None,
    again: bool = False,
) -> None:
    """Train the runs of a study, one after the other; what was stopped or killed goes on where it was.

    Args:
        name: of the study; without one, all studies are listed.
        run: the label of one run (default: all that are not finished).
        steps: stop each run after so many outer steps; curves are kept of finished runs alone.
        again: also runs that are finished.
    """
    if name is None:
        list_studies()
        return
    chosen = find(name)
    runs = chosen.runs if run is None else (chosen.run(run),)
    follow(chosen, [each for each in runs if again or not finished(name, each)], steps)


def finished(study: str, run: StudyRun) -> bool:
    """Whether there are curves of the run, and none are being made."""
    path = place(study, run.label)
    return path.exists() and not state_of(path).exists()


def list_studies() -> None:
    """Every study, its question, and which of its runs are finished."""
    table = Table("study", "question", "runs finished", box=SIMPLE)
    for each in STUDIES.values():
        done = sum(finished(each.name, run) for run in each.runs)
        table.add_row(each.name, each.question, f"{done} of {len(each.runs)}")
    Console().print(table)
    print("`metakit study NAME` makes what is missing; --run LABEL makes one run.")


def follow(chosen: Study, runs: list[StudyRun], steps: int | None) -> None:
    """Carry out the runs and draw a bar for each."""
    keep_freed_memory()
    words, bar, count, left = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(SpinnerColumn(), words, bar, count, left, console=Console(stderr=True)) as progress:
        if not runs:
            progress.console.print(f"{chosen.name}: finished already; add --again to make it anew.")
        try:
            for each in runs:
                _follow(chosen.name, each, steps, progress)
        except KeyboardInterrupt:
            progress.console.print(f"Stopped: `metakit study {chosen.name}` goes on from here.")
            raise SystemExit(130) from None


def _follow(study: str, run: StudyRun, steps: int | None, progress: Progress) -> None:
    following = Follow(study, run, place(study, run.label))
    bar = progress.add_task(run.label, total=run.schedule.steps, completed=following.training.step)
    for record, measured in following.moments(steps):
        words = f"{run.label}  loss {record.loss:.3f}  {1 / max(record.seconds, 1e-9):.1f} steps/s"
        progress.update(bar, completed=record.step, description=words)
        if measured:
            progress.console.print(f"{run.label}, step {record.step}: {_in_words(measured, run.metric)}")
    if following.path.exists():
        progress.console.print(f"Curves: {following.path}")


def _in_words(measured: dict[str, Point], metric: Metric) -> str:
    told = {
        probe: f"{point:%}" if metric == "accuracy" else f"{point.mean:.4f} ± {point.ci95:.4f}"
        for probe, point in measured.items()
    }
    return "  ".join(f"{probe} {number}" for probe, number in told.items())
