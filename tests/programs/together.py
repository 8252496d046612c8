"""Started by torchrun: a meta-gradient in float64, and a run that loses a worker; what comes of it lies in argv[1]."""

import os
import signal
import sys
from pathlib import Path

import torch
from torch import nn

from metakit.core import Task, mean_squared_error
from metakit.distributed import first, joined, processes
from metakit.learners.optimization_based.maml import MAML
from metakit.nets.encoders import mlp
from metakit.recipes import recipe
from metakit.runs import Run
from metakit.tasks.sinusoids import Sinusoids
from metakit.train import Schedule, Training

STEPS, FATAL = 30, 12  # outer steps of the run; the one after which worker 1 is killed at the first start


class InDoublePrecision:
    """Sinusoids in float64."""

    def sample(self, n_tasks: int, rng: torch.Generator) -> Task:
        return Task(*(part.double() for part in Sinusoids(shots=5, queries=7).sample(n_tasks, rng)))


def meta_gradient() -> dict[str, torch.Tensor]:
    """Of seven tasks, by name, and the meta-loss."""
    torch.manual_seed(0)
    learner = MAML(mlp(1, 16), nn.Linear(16, 1), steps=2, rate=0.05, loss=mean_squared_error).double()
    record = Training(learner, InDoublePrecision(), Schedule(1, meta_batch=7, rate=0.0)).advance()
    return {name: weight.grad for name, weight in learner.named_parameters()} | {"loss": torch.tensor(record.loss)}


def run_that_loses_a_worker(folder: Path, device: str) -> None:
    run = Run(recipe("fomaml-sinusoid"), folder / "run.safetensors", device=device, resume=True)
    sys.stdout.write(f"begins at {run.training.step}\n")
    sys.stdout.flush()
    for moment in run.moments(STEPS - run.training.step, save_seconds=0.0):
        if (
            os.environ["RANK"] == "1"
            and os.environ["TORCHELASTIC_RESTART_COUNT"] == "0"
            and moment.record.step == FATAL
        ):
            os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    place = Path(sys.argv[1])
    with joined("cpu") as mine:
        found = meta_gradient()
        if first():
            torch.save(found, place / f"{processes()}.pt")
        if processes() == 2:
            run_that_loses_a_worker(place, mine)
