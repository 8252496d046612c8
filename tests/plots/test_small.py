"""Small pictures of exercises: what is drawn, not how it looks."""

import torch

from metakit.plots import small


def test_a_letter_stands_at_the_centre_of_its_class():
    axes = small.points({"A": torch.zeros(3, 2), "B": torch.ones(2, 2)}, torch.tensor([[0.0, 0.5], [1.0, 1.0]])).axes[0]
    assert {text.get_text(): text.xy for text in axes.texts} == {"A": (0.0, 0.5), "B": (1.0, 1.0)}
    assert len({line.get_marker() for line in axes.lines if line.get_label() in {"A", "B"}}) == 2


def test_a_long_curve_has_no_markers_and_a_short_one_has():
    for length, marker in ((5, "^"), (50, "")):
        (line, dots) = (
            small.lines(range(length), {"a": torch.zeros(length)}, "x", "y", (torch.ones(1), torch.ones(1)))
            .axes[0]
            .lines
        )
        assert line.get_marker() in {marker, "None"}
        assert dots.get_xdata() == [1.0]


def test_what_autograd_follows_is_drawn_all_the_same():
    followed = torch.ones(2, 2, requires_grad=True)
    assert small.lines(range(2), {"a": followed[0]}, "x", "y").axes[0].lines[0].get_ydata().tolist() == [1, 1]
    assert small.points({"A": torch.zeros(3, 2)}, followed).axes[0].texts[0].xy == (1.0, 1.0)


def test_arrows_end_where_their_vectors_lead():
    axes = small.arrows({"v": torch.tensor([1.0, 2.0], requires_grad=True)}, torch.tensor([1.0, 1.0])).axes[0]
    (arrow,) = axes.texts
    assert arrow.xy == (2.0, 3.0)
    assert axes.lines[0].get_label() == "v"


def test_letters_stand_in_a_grid_with_the_first_row_on_top():
    axes = small.letters({"A": "SQ", "B": "QQ"}, "example", "class").axes[0]
    assert [(text.get_text(), text.xy) for text in axes.texts][:2] == [("S", (0, 0)), ("Q", (1, 0))]
    assert axes.get_ylim()[0] > axes.get_ylim()[1]


def test_bars_and_squares_hold_the_numbers():
    assert [bar.get_height() for bar in small.bars({"a": 1, "b": torch.tensor(2.0)}, "y").axes[0].patches] == [1, 2]
    image = small.heat(torch.eye(2, requires_grad=True), "x", "y").axes[0].images[0]
    assert image.get_array().tolist() == [[1, 0], [0, 1]]


def test_squares_are_counted_in_whole_numbers_or_named():
    counted, named = (small.heat(torch.eye(2), "x", "y", rows).axes[0] for rows in ((), ("first", "last")))
    assert all(float(tick).is_integer() for tick in counted.get_yticks())
    assert [label.get_text() for label in named.get_yticklabels()] == ["first", "last"]


def test_a_legend_lies_beside_the_curves():
    figure = small.lines(range(50), {"a": torch.zeros(50), "b": torch.ones(50)}, "x", "y")
    figure.draw_without_rendering()
    (legend,) = figure.legends
    assert legend.get_window_extent().y0 >= figure.axes[0].get_window_extent().y1
