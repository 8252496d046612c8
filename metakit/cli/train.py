"""`metakit train RECIPE`: train with a progress bar; Ctrl-C, or a kill, loses nothing that --resume does not find."""

from pathlib import Path

import torch
import tyro
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from metakit.checkpoints import shipped
from metakit.core import MetaKitError
from metakit.nets.memory import keep_freed_memory
from metakit.recipes import recipe as find
from metakit.runs import Moment, Run


def train(
    recipe: tyro.conf.Positional[str],
    steps: int | None = None,
    device: str = "auto",
    seed: int = 0,
    out: Path | None = None,
    resume: bool = False,
    compile: bool = False,  # noqa: A002 - the name of the option
) -> None:
    """Train a recipe and keep the weights that do best on validation tasks.

    Args:
        recipe: its name; `metakit list` shows them.
        steps: stop after so many outer steps (default: to the end of the recipe's schedule).
        device: cpu, cuda, …; auto takes a GPU when there is one.
        seed: of the initial weights and of the tasks.
        out: where the weights go (default: the shipped checkpoint's place).
        resume: go on from where an earlier run was stopped or killed.
        compile: compile the meta-gradient: a minute at the start, then small networks train several times as fast.
    """
    keep_freed_memory()
    found, console = find(recipe), Console(stderr=True)
    run = Run(found, out or shipped(recipe), seed, pick_device(device), resume=resume, compiled=compile)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task(recipe, total=found.schedule.steps, completed=run.training.step)
        try:
            for moment in run.moments(steps):
                progress.update(bar, completed=moment.record.step, description=_describe(moment, run.best))
                if moment.validation is not None:
                    progress.console.print(
                        f"step {moment.record.step}: validation {moment.validation:.4f}{' *' * moment.best}"
                    )
        except KeyboardInterrupt:
            progress.console.print(
                f"Stopped at step {run.training.step}: `metakit train {recipe} --resume` goes on from here."
            )
            raise SystemExit(130) from None
    console.print(
        f"Best weights by validation: {run.path}" if run.path.exists() else f"State of the run: {run.state_path}"
    )


def pick_device(device: str) -> str:
    """The device by name, or the best there is for "auto". Raises MetaKitError when it is not there."""
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        raise MetaKitError(f"There is no device {device!r} here: use --device cpu.") from error
    return device


def _describe(moment: Moment, best: float | None) -> str:
    rate = 1 / max(moment.record.seconds, 1e-9)
    return f"loss {moment.record.loss:.3f}  {rate:.1f} steps/s  best {'–' if best is None else f'{best:.4f}'}"
