"""How two results differ, in one sentence."""

import numpy as np
import pytest
import torch

from metakit.teach.difference import difference

NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (1, 1.0),
        ([1, 2], torch.tensor([1.0, 2.0])),
        ((1, [2.0]), (1, torch.tensor([2.0]))),
        ({"a": 1, "b": 2}, {"a": 1}),
        (torch.tensor([NAN, INF]), torch.tensor([NAN, INF])),
        (1.00001, 1.0),
        (True, True),
        (torch.empty(0), torch.empty(0)),
        (torch.ones(2, requires_grad=True), torch.ones(2)),
        (torch.tensor([1.0, 2.0], requires_grad=True), (1.0, torch.tensor(2.0))),
        (np.array([1.0, 2.0]), (1.0, 2.0)),
    ],
)
def test_what_agrees_has_no_sentence(found, wanted):
    assert difference(found, wanted) == ""


@pytest.mark.parametrize(
    ("found", "wanted", "words"),
    [
        (1.01, 1.0, "you return 1.01, the reference 1."),
        (
            torch.tensor([[1.0, 2], [3, 5]]),
            torch.tensor([[1.0, 2], [3, 4]]),
            "you return 5 at [1, 1], the reference 4.",
        ),
        (torch.ones(3), torch.ones(2, 3), "shape [3], the reference [2, 3]"),
        (torch.tensor([1.0, NAN]), torch.ones(2), "nan at [1], the reference 1. Look for a division by zero"),
        (INF, 1.0, "you return inf"),
        ((1, 2), (1, 3), "part 2: you return 2, the reference 3."),
        (1, (1, 3), "you return an int, the reference a tuple of 2."),
        (torch.tensor([1.0, 3.0]), (1, 2), "part 2: you return 3, the reference 2."),
        (torch.ones(3), (1, 1), "you return a tensor of shape [3], the reference a tuple of 2."),
        (torch.ones(2, 2), (1, 1), "you return a tensor of shape [2, 2], the reference a tuple of 2."),
        ({"a": 1}, {"a": 2}, "a: you return 1, the reference 2."),
        ({}, {"a": 2}, "a: you return nothing, the reference a"),
        (1, True, ""),
        (False, True, "you return False, the reference True."),
        ([torch.ones(2), torch.ones(3)], torch.ones(2), "you return a list of 2, the reference a tensor of shape [2]."),
    ],
)
def test_what_differs_is_told(found, wanted, words):
    assert words in difference(found, wanted)
