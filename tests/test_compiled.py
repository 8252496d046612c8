"""The compiled meta-gradient is the eager one."""

import shutil
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.utils import cpp_extension

from metakit.compiled import compiled_descent, eager_descent, link_around_spaces
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
    with pytest.raises(MetaKitError, match="install a C\\+\\+ compiler"):
        compiled_descent(learner)(Sinusoids().sample(2, generator(0)))


def test_the_linker_finds_torch_in_a_path_with_a_space(monkeypatch, tmp_path):
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path / "cache"))
    for place in (tmp_path / "my kit" / "torch", tmp_path / "another kit" / "torch"):
        (place / "lib").mkdir(parents=True)
        for name, path in (("_TORCH_PATH", place), ("TORCH_LIB_PATH", place / "lib")):
            monkeypatch.setattr(cpp_extension, name, str(path))
        link_around_spaces()
        found = Path(cpp_extension.TORCH_LIB_PATH)
        assert " " not in str(found.relative_to(tmp_path))
        assert found.resolve() == (place / "lib").resolve()
    before = cpp_extension.TORCH_LIB_PATH
    link_around_spaces()
    assert before == cpp_extension.TORCH_LIB_PATH


@pytest.mark.skipif(shutil.which("g++") is None, reason="no C++ compiler here: runs where g++ is on the PATH")
def test_a_compiled_step_equals_an_eager_one():
    learner = MAML(nn.Sequential(nn.Linear(1, 4)), nn.Linear(4, 1), loss=mean_squared_error)
    tasks = Sinusoids(2, 2).sample(2, generator(0))
    found = []
    for way in (eager_descent(learner), compiled_descent(learner)):
        learner.zero_grad()
        found.append((way(tasks), [weight.grad for weight in learner.parameters()]))
    torch.testing.assert_close(found[1], found[0])
