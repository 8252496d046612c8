"""Labels of a task: every class from 0 to N - 1 has its examples, or the task is refused in a sentence."""

import pytest
import torch

from metakit.core import MetaKitError, Task, with_targets
from metakit.learners.metric_based.prototypical import PrototypicalNetwork


@pytest.mark.parametrize(
    ("support_y", "query_y"),
    [([0, 0, 2, 2], [0]), ([-1, 0, 1, 1], [0]), ([0, 1, 0, 1], [2]), ([[0, 1, 2, 0], [0, 1, 0, 1]], [[0], [0]])],
    ids=["a gap", "below zero", "a query of no class", "one task with fewer classes"],
)
def test_a_class_without_examples_is_refused(support_y, query_y):
    support_y, query_y = torch.tensor(support_y), torch.tensor(query_y)
    x = torch.rand(*support_y.shape, 3), torch.rand(*query_y.shape, 3)
    with pytest.raises(MetaKitError, match="examples of every class from 0 to N - 1"):
        with_targets(Task(x[0], support_y, x[1], query_y))


def test_adapting_to_a_gap_is_refused_and_not_nan():
    with pytest.raises(MetaKitError, match="number its classes anew"):
        PrototypicalNetwork(torch.nn.Flatten()).adapt(torch.rand(4, 3), torch.tensor([0, 0, 2, 2]))
