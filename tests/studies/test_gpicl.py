"""The study of how many tasks it takes."""

import torch

from metakit.studies import gpicl
from metakit.studies.gpicl import GPICL
from metakit.tasks.base import generator
from metakit.tasks.episodes import ImageSet


def test_every_probe_is_of_one_kind_and_seen_tasks_are_those_of_training(monkeypatch):
    drawn = torch.randn(9, 6, 64, generator=generator(0))
    monkeypatch.setattr(gpicl, "features", lambda *_: ImageSet(drawn, tuple("abcdefghi")))
    run = GPICL.run("tasks-4")
    trained, seen, new = (tasks().sample(3, generator(0)) for tasks in (run.tasks, *list(run.probes.values())[:2]))
    assert torch.equal(trained.support_x, seen.support_x)
    assert not torch.equal(trained.support_x, new.support_x)
    assert run.learner().solve(new).shape == (3, 5, 5)
