"""Matrices side by side, in one colour scale. Data in, figure out."""

from collections.abc import Mapping

import matplotlib as mpl
import torch
from torch import Tensor

from metakit.learners.model_based.linear_attention import LinearAttention
from metakit.plots.style import Picture, look

READABLE = 4  # rows: such small matrices have their numbers written on them


def matrices(rows: Mapping[str, Mapping[str, Tensor]], ticks: list[str]) -> Picture:
    """A row of matrices for each series: blue is positive, red negative, and grey (nan) has no say.

    rows: series -> title -> [n, n], the same titles in every row; ticks: what the n places are called.
    """
    largest = max(float(m.nan_to_num().abs().max()) for row in rows.values() for m in row.values())
    colours = mpl.colormaps["RdBu"].with_extremes(bad="0.82")
    with look():
        across = len(next(iter(rows.values())))
        figure = Picture(0.9 + 3.1 * across, 2.5 * len(rows) + 0.3)
        grid = figure.subplots(len(rows), across, squeeze=False)
        for line, (series, row) in zip(grid, rows.items(), strict=True):
            for axes, (title, matrix) in zip(line, row.items(), strict=True):
                drawn = axes.imshow(matrix.detach().numpy(), cmap=colours, vmin=-largest, vmax=largest)
                axes.set(xticks=range(len(ticks)), yticks=range(len(ticks)), title=f"{title}, {series}")
                axes.set_xticklabels(ticks, fontsize=8)
                axes.set_yticklabels(ticks, fontsize=8)
                axes.grid(visible=False)
                if len(matrix) <= READABLE:
                    _write(axes, matrix, largest)
        figure.colorbar(drawn, ax=grid.ravel().tolist(), shrink=0.8)
        return figure


def first_layers(learners: Mapping[str, LinearAttention]) -> Picture:
    """A and B of each one's first layer, in the scale of the first learner: c A and B / c are the same layer.

    Grey is what no answer depends on: a query has no target for A's last column to see, and nobody reads what B writes
    into the inputs.
    """
    rows, corner = {}, next(iter(learners.values())).change[0, -1, -1]
    for name, learner in learners.items():
        free = learner.change[0, -1, -1] / corner
        sees, writes = (learner.look[0] * free).detach(), (learner.change[0] / free).detach()
        sees[:, -1], writes[:-1] = torch.nan, torch.nan
        rows[name] = {"A": sees, "B": writes}
    return matrices(rows, [*(f"x{i}" for i in range(1, len(sees))), "y"])


def _write(axes: mpl.axes.Axes, matrix: Tensor, largest: float) -> None:
    for (row, column), value in zip(
        torch.cartesian_prod(*map(torch.arange, matrix.shape)).tolist(), matrix.flatten(), strict=True
    ):
        if torch.isfinite(value):
            ink = "white" if abs(value) > largest / 2 else "black"
            axes.text(column, row, f"{value:.2f}", ha="center", va="center", fontsize=8, color=ink)
