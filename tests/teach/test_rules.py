"""Rules that read the points of one encoder."""

import pytest
import torch

from metakit.core import Task
from metakit.learners.metric_based.prototypical import class_means, squared_distances
from metakit.teach.rules import compare_rules


def mean(query, support, y):
    return -squared_distances(query, class_means(support, y))


def farthest(query, support, y):
    return -mean(query, support, y)


def test_every_rule_is_scored_on_the_same_tasks():
    x, y = torch.tensor([[0.0], [1.0]]).expand(3, 2, 1), torch.tensor([0, 1]).expand(3, 2)
    near, far = compare_rules(lambda x: x, (mean, farthest), Task(x, y, x + 0.1, y))
    assert (near.mean, far.mean) == (1, 0)
    assert near.per_task.shape == (3,)


def test_the_encoder_comes_first():
    x, y = torch.tensor([[0.0], [1.0]]).expand(2, 2, 1), torch.tensor([0, 1]).expand(2, 2)
    (blind,) = compare_rules(torch.zeros_like, (mean,), Task(x, y, x, y))
    assert blind.mean == pytest.approx(0.5)
