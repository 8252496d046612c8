"""Small pictures that go with an exercise: what a right answer looks like. Data in, figure out."""

from collections.abc import Mapping, Sequence

from torch import Tensor

from metakit.plots.style import Picture, look, stroke

SIZE = (3.6, 2.6)  # inches: two of them fit beside each other in a cell


def points(groups: Mapping[str, Tensor], centres: Tensor) -> Picture:
    """Points of several classes in the plane, and each class's letter at its centre.

    groups: class -> [n, 2]; centres [N, 2].
    """
    with look():
        figure = Picture(*SIZE)
        axes = figure.add_subplot(xlabel="first coordinate", ylabel="second coordinate")
        for number, (name, xy) in enumerate(groups.items()):
            style = stroke(number)
            axes.plot(*xy.T, style.marker, color=style.colour, markersize=6, alpha=0.7, label=name)
            box = {"boxstyle": "circle", "facecolor": "white", "edgecolor": style.colour, "linewidth": 2}
            axes.plot(*centres[number], ".", alpha=0)  # text alone does not widen the axes
            axes.annotate(name, tuple(centres[number]), ha="center", va="center", fontsize=9, bbox=box)
        return figure


def lines(
    x: Sequence[float] | Tensor, series: Mapping[str, Sequence[float] | Tensor], xlabel: str, ylabel: str
) -> Picture:
    """A few curves over one axis. x [n]; series: name -> [n]."""
    with look():
        figure = Picture(*SIZE)
        axes = figure.add_subplot(xlabel=xlabel, ylabel=ylabel)
        for number, (name, y) in enumerate(series.items()):
            style = stroke(number)
            axes.plot(x, y, color=style.colour, linestyle=style.dash, marker=style.marker, markersize=4, label=name)
        axes.legend(fontsize=8)
        return figure


def bars(values: Mapping[str, float], ylabel: str) -> Picture:
    """One bar a name, with its number on top."""
    with look():
        figure = Picture(*SIZE)
        axes = figure.add_subplot(ylabel=ylabel)
        drawn = axes.bar([*values], [float(value) for value in values.values()], color=stroke(2).colour)
        axes.bar_label(drawn, fmt="%.3g", fontsize=8)
        axes.margins(y=0.15)
        return figure


def heat(matrix: Tensor, xlabel: str, ylabel: str) -> Picture:
    """A matrix as coloured squares with a scale beside it. matrix [rows, columns]."""
    with look():
        figure = Picture(*SIZE)
        axes = figure.add_subplot(xlabel=xlabel, ylabel=ylabel)
        drawn = axes.imshow(matrix.detach().double().numpy(), cmap="cividis", aspect="auto")
        axes.grid(visible=False)
        figure.colorbar(drawn, ax=axes)
        return figure
