"""Weights in safetensors files: loading one never executes code. What they are stands beside the weights."""

import subprocess
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

import metakit
from metakit.core import MetaKitError, MetaLearner
from metakit.recipes import recipe
from metakit.tasks.storage import replacing

FOLDER = Path(metakit.__file__).parents[1] / "data" / "checkpoints"


def shipped(name: str) -> Path:
    """Where the checkpoint of a recipe lies, if there is one."""
    return FOLDER / f"{name}.safetensors"


def state_beside(path: Path) -> Path:
    """Where a training run keeps its state whose best weights go to `path`."""
    return path.with_suffix(".run.safetensors")


def write(path: Path, tensors: dict[str, Tensor], about: dict[str, str]) -> None:
    """Write tensors and what they are, atomically. Raises MetaKitError when the disk says no."""
    content = save({name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}, about)
    with replacing(path) as file:
        file.write(content)


def read(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors of a file and what they are. Raises MetaKitError when it is missing or broken."""
    if not path.exists():
        raise MetaKitError(f"There is no checkpoint at {path}: train it with `metakit train {path.stem}`.")
    try:
        with safe_open(path, "pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise MetaKitError(f"The checkpoint {path} is broken: restore it, or train it again.") from error


def load(name: str, path: Path | None = None) -> MetaLearner:
    """The learner of a recipe with its shipped weights (or those at `path`), in evaluation mode.

    What is not trained at all has weights of seed 0.

    Raises MetaKitError when there is no such recipe, or its checkpoint is missing, broken or another learner's.
    """
    found, place = recipe(name), shipped(name) if path is None else path
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        learner = found.learner()
    try:
        if path is not None or not found.untrained:
            learner.load_state_dict(read(place)[0])
    except RuntimeError as error:
        raise MetaKitError(
            f"The checkpoint {place} belongs to another learner than {name}: name the right file."
        ) from error
    learner.use_norm("inductive")
    return learner.eval()


def commit() -> str:
    """The commit of the checkout that runs, with a + when files were changed since; "" outside a checkout."""
    command = ["git", "-C", str(FOLDER.parents[1]), "describe", "--always", "--exclude=*", "--dirty=+"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603
    except OSError:
        return ""
