"""Small pictures that go with an exercise: what a right answer looks like. Data in, figure out."""

from collections.abc import Mapping, Sequence

import torch
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from torch import Tensor

from metakit.plots.style import Picture, look, stroke

SIZE = (3.6, 2.6)  # inches: two of them fit beside each other in a cell
MANY = 20  # points on a curve: from here on, markers would hide it


def points(groups: Mapping[str, Tensor], centres: Tensor) -> Picture:
    """Points of several classes in the plane, and each class's letter at its centre.

    groups: class -> [n, 2]; centres [N, 2].
    """
    with look():
        figure = Picture(*SIZE)
        axes = figure.add_subplot(xlabel="first coordinate", ylabel="second coordinate")
        for number, (name, xy) in enumerate(groups.items()):
            style = stroke(number)
            axes.plot(*xy.T, style.marker, color=style.colour, markersize=5, alpha=0.7, label=name)
            box = {"boxstyle": "circle", "facecolor": "white", "edgecolor": style.colour, "linewidth": 2}
            centre = torch.as_tensor(centres[number]).detach()
            axes.plot(*centre, ".", alpha=0)  # text alone does not widen the axes
            axes.annotate(name, tuple(centre), ha="center", va="center", fontsize=8, bbox=box)
        axes.set_aspect("equal", adjustable="datalim")  # what looks near is near
        return figure


def lines(
    x: Sequence[float] | Tensor,
    series: Mapping[str, Sequence[float] | Tensor],
    xlabel: str,
    ylabel: str,
    dots: tuple[Tensor, Tensor] | None = None,
) -> Picture:
    """A few curves over one axis. x [n]; series: name -> [n]; dots: x and y of points that lie there from the start."""
    with look():
        figure = Picture(*SIZE)
        axes = figure.add_subplot(xlabel=xlabel, ylabel=ylabel)
        for number, (name, y) in enumerate(series.items()):
            style = stroke(number)
            marker = style.marker if len(x) < MANY else ""
            line = torch.as_tensor(y).detach()
            axes.plot(x, line, color=style.colour, linestyle=style.dash, marker=marker, markersize=4, label=name)
        if dots:
            axes.plot(*dots, "o", color="black", markersize=5)
        _name(figure)
        return figure


def arrows(vectors: Mapping[str, Tensor], origin: Tensor | None = None) -> Picture:
    """Arrows in the plane that leave from one place. vectors: name -> [2]; origin [2]."""
    start = torch.zeros(2) if origin is None else origin.detach()
    with look():
        figure = Picture(*SIZE)
        axes = figure.add_subplot(xlabel="first weight", ylabel="second weight")
        for number, (name, vector) in enumerate(vectors.items()):
            style, end = stroke(number), start + vector.detach()
            axes.annotate("", tuple(end), tuple(start), arrowprops={"arrowstyle": "->", "color": style.colour, "lw": 2})
            axes.plot(*end, style.marker, color=style.colour, markersize=5, label=name)
        axes.plot(*start, "o", color="black", markersize=6)
        axes.margins(0.15)
        axes.set_aspect("equal", adjustable="datalim")  # an angle looks as large as it is
        _name(figure)
        return figure


def letters(rows: Mapping[str, Sequence[str]], xlabel: str, ylabel: str) -> Picture:
    """A grid with a letter in every place, one colour a letter. rows: name of the row -> its letters."""
    with look():
        figure = Picture(*SIZE)
        axes = figure.add_subplot(xlabel=xlabel, ylabel=ylabel)
        seen = sorted({letter for row in rows.values() for letter in row})
        for line, row in enumerate(rows.values()):
            for column, letter in enumerate(row):
                _tile(axes, line, column, letter, stroke(seen.index(letter)).colour)
        axes.set(yticks=range(len(rows)), yticklabels=[*rows], xticks=range(max(map(len, rows.values()))))
        axes.set(xlim=(-0.6, max(map(len, rows.values())) - 0.4), ylim=(len(rows) - 0.4, -0.6))
        axes.grid(visible=False)
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


def heat(matrix: Tensor, xlabel: str, ylabel: str, rows: Sequence[str] = ()) -> Picture:
    """A matrix as coloured squares with a scale beside it. matrix [rows, columns]; rows: their names, if any."""
    with look():
        figure = Picture(*SIZE)
        axes = figure.add_subplot(xlabel=xlabel, ylabel=ylabel)
        drawn = axes.imshow(matrix.detach().double().numpy(), cmap="cividis", aspect="auto")
        axes.grid(visible=False)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        if rows:
            axes.set_yticks(range(len(rows)), rows)
        figure.colorbar(drawn, ax=axes)
        return figure


def _name(figure: Picture) -> None:
    """The legend, where it hides nothing."""
    figure.legend(loc="outside upper left", ncols=2, fontsize=8)


def _tile(axes: Axes, line: int, column: int, letter: str, colour: str) -> None:
    box = {"boxstyle": "square,pad=0.3", "facecolor": "white", "edgecolor": colour, "linewidth": 2}
    axes.annotate(letter, (column, line), ha="center", va="center", fontsize=8, bbox=box)
