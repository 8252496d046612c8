"""Matrices side by side: what is drawn, not how it looks."""

import torch

from metakit.plots.matrices import matrices

HAND = torch.tensor([[1.0, 0.0], [torch.nan, -0.5]])


def test_all_share_one_scale_around_zero_and_small_ones_have_their_numbers():
    figure = matrices({"by hand": {"A": HAND, "B": 2 * HAND}, "trained": {"A": HAND, "B": HAND}}, ["x", "y"])
    drawn = [axes for axes in figure.axes if axes.images]
    assert [axes.get_title(loc="left") for axes in drawn] == ["A, by hand", "B, by hand", "A, trained", "B, trained"]
    assert {axes.images[0].get_clim() for axes in drawn} == {(-2.0, 2.0)}
    assert [text.get_text() for text in drawn[0].texts] == ["1.00", "0.00", "-0.50"]


def test_what_has_no_say_is_grey():
    image = matrices({"by hand": {"A": HAND}}, ["x", "y"]).axes[0].images[0]
    assert image.get_array().mask.tolist() == [[False, False], [True, False]]


def test_larger_ones_are_colours_alone():
    assert not matrices({"by hand": {"A": torch.eye(11)}}, list("abcdefghijk")).axes[0].texts
