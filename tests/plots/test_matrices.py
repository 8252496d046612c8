"""Matrices side by side: what is drawn, not how it looks."""

import torch

from metakit.learners.model_based.linear_attention import LinearAttention
from metakit.plots.matrices import first_layers, matrices

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


def test_the_same_layer_in_another_scale_looks_the_same():
    hand, other = (LinearAttention.by_hand(2, [0.5]) for _ in range(2))
    with torch.no_grad():
        other.look *= -3
        other.change /= -3
    *drawn, _ = first_layers({"by hand": hand, "another": other}).axes
    a, b, other_a, other_b = (axes.images[0].get_array() for axes in drawn)
    assert torch.allclose(torch.tensor(a.filled(9)), torch.tensor(other_a.filled(9)))
    assert torch.allclose(torch.tensor(b.filled(9)), torch.tensor(other_b.filled(9)))
    assert b.mask.tolist() == [[True] * 3, [True] * 3, [False] * 3]
