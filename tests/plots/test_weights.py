"""Fast weights, side by side."""

import torch

from metakit.plots.weights import fast_weights


def test_every_example_shows_its_image_and_its_weights():
    images, weights = torch.rand(3, 1, 28, 28), torch.randn(3, 4, 6)
    figure = fast_weights(images, weights, torch.tensor([2, 0, 1]))
    pictures = [axes for axes in figure.axes if axes.get_images()][:6]
    assert [axes.get_ylabel() for axes in pictures[::2]] == ["C", "A", "B"]
    for axes, rows in zip(pictures[1::2], weights, strict=True):
        assert torch.equal(torch.from_numpy(axes.get_images()[0].get_array().data), rows)
        assert [tick.get_text() for tick in axes.get_yticklabels()] == list("ABCD")
