"""The compiled meta-gradient is the eager one."""

import shutil

import pytest
import torch
from torch import nn

from metakit.compiled import compiled_descent, eager_descent
from metakit.core import MetaKitError, mean_squared_error
from metakit.learners.metric_based.prototypical import PrototypicalNetwork
from metakit.learners.optimization_based.maml import MAML
from metakit.nets.encoders import Conv4, mlp
from metakit.tasks.base import generator
from metakit.tasks.sinusoids import Sinusoids


def test_graph_equals_eager_for_every_shape(monkeypatch):
    monkeypatch.setattr(torch, "compile", lambda graph: graph)  # the graph alone: compiling takes a minute
    *body, head = mlp(1, 8, 1)
    learner = MAML(nn.Sequential(*body), head, loss=mean_squared_error).double()
    step = compiled_descent(learner)
    for shots in (3, 5, 3):
        tasks = Sinusoids(shots, 4).sample(2, generator(shots))
        tasks = type(tasks)(*(part.double() for part in tasks))
        found = []
        for way in (eager_descent(learner), step):
            learner.zero_grad()
            found.append((way(tasks), [weight.grad for weight in learner.parameters()]))
        torch.testing.assert_close(found[1], found[0])


def test_running_averages_are_refused():
    with pytest.raises(MetaKitError, match="without --compile"):
        compiled_descent(PrototypicalNetwork(Conv4(4, statistics="running")))


def test_no_compiler_is_one_sentence(monkeypatch):
    def broken(_graph):
        def program(*_inputs):
            raise RuntimeError("no g++")

        return program

    monkeypatch.setattr(torch, "compile", broken)
    *body, head = mlp(1, 4, 1)
    learner = MAML(nn.Sequential(*body), head, loss=mean_squared_error)
    for place, mend in (("torch.py", "C\\+\\+ compiler"), ("my kit/torch.py", "path without a space")):
        monkeypatch.setattr(torch, "__file__", place)
        with pytest.raises(MetaKitError, match=mend):
            compiled_descent(learner)(Sinusoids().sample(2, generator(0)))


@pytest.mark.skipif(shutil.which("g++") is None, reason="no C++ compiler here: runs where g++ is on the PATH")
@pytest.mark.skipif(" " in torch.__file__, reason="torch compiles nothing here: runs in a path without a space")
def test_a_compiled_step_equals_an_eager_one():
    learner = MAML(nn.Sequential(nn.Linear(1, 4)), nn.Linear(4, 1), loss=mean_squared_error)
    tasks = Sinusoids(2, 2).sample(2, generator(0))
    found = []
    for way in (eager_descent(learner), compiled_descent(learner)):
        learner.zero_grad()
        found.append((way(tasks), [weight.grad for weight in learner.parameters()]))
    torch.testing.assert_close(found[1], found[0])
