"""`metakit train RECIPE …`: train with progress bars; Ctrl-C, or a kill, loses nothing that --resume does not find."""

from pathlib import Path

import torch
import tyro
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from metakit.checkpoints import shipped
from metakit.cli.side_by_side import Order, side_by_side, train_one
from metakit.core import MetaKitError
from metakit.distributed import first, joined, processes
from metakit.recipes import recipe as find


def train(
    recipes: tyro.conf.Positional[tuple[str, ...]],
    steps: int | None = None,
    device: str = "auto",
    seed: int = 0,
    out: Path | None = None,
    resume: bool = False,
    compile: bool = False,  # noqa: A002 - the name of the option
) -> None:
    """Train a recipe and keep the weights that do best on validation tasks; several recipes run side by side.

    Args:
        recipes: their names; `metakit list` shows them.
        steps: stop after so many outer steps (default: to the end of the recipe's schedule).
        device: cpu, cuda, …; auto takes a GPU when there is one. Several recipes share it.
        seed: of the initial weights and of the tasks.
        out: where the weights go (default: the shipped checkpoint's place); for one recipe.
        resume: go on from where an earlier run was stopped or killed.
        compile: compile the meta-gradient: a minute at the start, then small networks train several times as fast.
    """
    if not recipes:
        raise MetaKitError("Name a recipe to train: `metakit list` shows them.")
    if out is not None and len(recipes) > 1:
        raise MetaKitError("--out names one file: leave it out, or train one recipe at a time.")
    if steps is not None and steps < 1:
        raise MetaKitError("Choose --steps of 1 or more, or leave it out.")
    if out is not None and out.suffix != ".safetensors":
        raise MetaKitError("--out names a file of weights: let its name end in .safetensors.")
    place, names = pick_device(device), list(dict.fromkeys(recipes))
    for name in names:
        find(name).must_be_trained()
    with joined(place) as mine:
        if processes() > 1 and len(names) > 1:
            raise MetaKitError("Several processes train one recipe together: name one.")
        orders = [Order(name, out or shipped(find(name).name), seed, mine, resume, compile, steps) for name in names]
        follow(orders)


def follow(orders: list[Order]) -> None:
    """Carry out the orders and draw a bar for each: one alone in this process, several in one each."""
    failures = []
    words, bar, count, left = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    console = Console(stderr=True, quiet=not first())
    with Progress(SpinnerColumn(), words, bar, count, left, console=console) as progress:
        bars = {o.recipe: progress.add_task(o.recipe, total=find(o.recipe).schedule.steps) for o in orders}
        try:
            for event in train_one(orders[0]) if len(orders) == 1 else side_by_side(orders):
                progress.update(bars[event.recipe], completed=event.step, description=event.words or event.recipe)
                failures += [event] if event.failed else []
                if said := event.validation or event.outcome:
                    progress.console.print(said if len(orders) == 1 else f"{event.recipe}: {said}")
        except KeyboardInterrupt:
            names = " ".join(bars)
            progress.console.print(f"Stopped: `metakit train {names} --resume` goes on from here.")
            raise SystemExit(130) from None
    if failures:
        raise MetaKitError(f"{len(failures)} of {len(orders)} runs failed: mend what is said above, then add --resume.")


def pick_device(device: str) -> str:
    """The device by name, or the best there is for "auto". Raises MetaKitError when it is not there."""
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.Generator(device)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        raise MetaKitError(f"There is no device {device!r} here: use --device cpu.") from error
    return device
