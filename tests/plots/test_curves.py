"""Pictures of regression: what is drawn, not how it looks."""

import pytest
import torch

from metakit.plots.curves import family, fits, histogram, loss_by_step

X = torch.linspace(-5, 5, 11)


def test_the_band_is_the_95_percent_interval_over_tasks():
    errors = torch.tensor([[1.0, 0.5], [3.0, 1.5]])
    axes = loss_by_step({"MAML": errors}, {"level": 3.0}).axes[0]
    assert axes.lines[0].get_ydata().tolist() == [2.0, 1.0]
    low = axes.collections[0].get_paths()[0].vertices[:, 1].min()
    assert low == pytest.approx(1.0 - 1.96 * 0.5**0.5 / 2**0.5)
    assert {axes.get_xlabel(), axes.get_ylabel()} >= {"inner steps taken"}


def test_every_series_differs_in_more_than_colour():
    curves = {name: torch.rand(4, 3) + 1 for name in "abcde"}
    lines = loss_by_step(curves).axes[0].lines
    assert len({(line.get_linestyle(), line.get_marker()) for line in lines}) == 5


def test_fits_share_their_axes():
    figure = fits(X, X.sin(), {"a": X.cos(), "b": X}, (X[:3], X[:3].sin()))
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["a", "b"]


@pytest.mark.parametrize("figure", [family(X, torch.rand(3, 11), X), histogram({"a": [1.0, 2.0], "b": X}, "error")])
def test_a_picture_shows_itself_at_its_size(figure):
    png, size = figure._repr_png_()
    assert png.startswith(b"\x89PNG")
    assert size == {"width": int(7.6 * 96), "height": int(figure.get_figheight() * 96)}
