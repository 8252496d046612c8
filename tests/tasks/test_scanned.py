"""The digits of scikit-learn as an image set."""

import sys

import pytest
import torch

from metakit.core import MetaKitError
from metakit.tasks.scanned import digits


def test_digits_are_images_of_ten_classes_with_paper_around_them():
    found = digits()
    assert found.images.shape == (10, 174, 28, 28)
    assert found.images.dtype == torch.uint8
    assert found.names == tuple("0123456789")
    assert int(found.images[..., :4, :].max()) == int(found.images[..., -4:].max()) == 0
    zero, one = (found.images[k].float().mean(0) for k in (0, 1))
    assert zero[14, 14] < 0.4 * one[14, 14], "a zero has a hole, a one has none"


def test_without_scikit_learn_the_command_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(MetaKitError, match="pip install scikit-learn"):
        digits()
