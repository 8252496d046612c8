"""`metakit train RECIPE …`: train with progress bars; Ctrl-C, or a kill, loses nothing that --resume does not find."""

import signal
from pathlib import Path

import torch
import tyro
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from metakit.checkpoints import shipped, state_beside
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
    replace: bool = False,
    compile: bool = False,  # noqa: A002 - the name of the option
) -> None:
    """Train a recipe and keep the weights that do best on validation tasks; several recipes run side by side.

    Args:
        recipes: their names; `metakit list` shows them.
        steps: stop after so many outer steps (default: to the end of the recipe's schedule).
        device: cpu, cuda, …; auto takes a GPU when there is one. Several recipes share it.
        seed: of the initial weights and of the tasks.
        out: where the weights go, a file that ends in .safetensors, or for several recipes a folder (default: where
            MetaKit looks for them; those it came with stay unless you say --replace).
        resume: go on from where an earlier run was stopped or killed.
        replace: put the new weights in the place of those that are there.
        compile: compile the meta-gradient: a minute at the start, then small networks train several times as fast.
    """
    if not recipes:
        raise MetaKitError("Name a recipe to train: `metakit list` shows them.")
    if steps is not None and steps < 1:
        raise MetaKitError("Choose --steps of 1 or more, or leave it out.")
    check_seed(seed)
    place, names = pick_device(device), list(dict.fromkeys(recipes))
    for name in names:
        find(name).must_be_trained()
    paths = places(names, out)
    for path in paths:
        if path.exists() and not (replace or (resume and state_beside(path).exists())):
            raise MetaKitError(
                f"There are trained weights at {path}: choose another place with --out, or --replace them."
            )
    with joined(place) as mine:
        if processes() > 1 and len(names) > 1:
            raise MetaKitError("Several processes train one recipe together: name one.")
        if processes() == 1:
            end_like_ctrl_c()
        follow([Order(name, path, seed, mine, resume, compile, steps) for name, path in zip(names, paths, strict=True)])


def check_seed(seed: int) -> None:
    """Raises MetaKitError where torch would not take it."""
    if not -(2**63) <= seed < 2**63:
        raise MetaKitError("Choose a --seed of 18 digits or fewer.")


def places(names: list[str], out: Path | None) -> list[Path]:
    """Where the weights of these recipes go. Raises MetaKitError where `out` names no such place."""
    if out is None:
        return [shipped(name) for name in names]
    if (out.suffix == ".safetensors") != (len(names) == 1):
        raise MetaKitError("--out names a file that ends in .safetensors; for several recipes, a folder.")
    return [out] if len(names) == 1 else [out / f"{name}.safetensors" for name in names]


def end_like_ctrl_c() -> None:
    """A polite kill, or a terminal that is closed, saves the runs too; who ignores the latter (nohup) goes on."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    hangup = getattr(signal, "SIGHUP", None)  # Windows has none
    if hangup is not None and signal.getsignal(hangup) != signal.SIG_IGN:
        signal.signal(hangup, signal.default_int_handler)


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
            progress.console.print("Stopped: the same command with --resume goes on from here.")
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
