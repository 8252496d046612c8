"""Started by torchrun: the meta-gradient of one outer step in float64, written by the first process to argv[1]."""

import sys

import torch
from torch import nn

from metakit.core import Task, mean_squared_error
from metakit.distributed import first, joined
from metakit.learners.optimization_based.maml import MAML
from metakit.nets.encoders import mlp
from metakit.tasks.sinusoids import Sinusoids
from metakit.train import Schedule, Training


class InDoublePrecision:
    """Sinusoids in float64."""

    def sample(self, n_tasks: int, rng: torch.Generator) -> Task:
        return Task(*(part.double() for part in Sinusoids(shots=5, queries=7).sample(n_tasks, rng)))


with joined("cpu"):
    torch.manual_seed(0)
    learner = MAML(mlp(1, 16), nn.Linear(16, 1), steps=2, rate=0.05, loss=mean_squared_error).double()
    training = Training(learner, InDoublePrecision(), Schedule(1, meta_batch=7, rate=0.0))
    record = training.advance()
    if first():
        gradient = {name: weight.grad for name, weight in learner.named_parameters()}
        torch.save(gradient | {"loss": record.loss}, sys.argv[1])
