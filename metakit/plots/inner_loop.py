"""What inner steps cost, and what a convex inner problem finds instead of taking them. Data in, figure out."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from torch import Tensor

from metakit.plots.style import Picture, look, stroke


def cost_by_steps(steps: Sequence[int], costs: Mapping[str, Mapping[str, Sequence[float]]]) -> Picture:
    """One panel a quantity, one line a learner. costs: quantity -> learner -> what it comes to at each of `steps`."""
    with look():
        figure = Picture(7.6, 3.4)
        row = figure.subplots(1, len(costs), squeeze=False)[0]
        for axes, (quantity, lines) in zip(row, costs.items(), strict=True):
            for number, (name, values) in enumerate(lines.items()):
                style = stroke(number + 1)
                axes.plot(steps, values, color=style.colour, linestyle=style.dash, marker=style.marker, label=name)
            axes.set(xlabel="inner steps", ylabel=quantity)
            axes.set_ylim(bottom=0)
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        figure.legend(*row[0].get_legend_handles_labels(), loc="outside lower center", ncols=len(lines))
        return figure


class Border(NamedTuple):
    """A linear border between two classes, seen from its side: where each support example stands."""

    distance: Tensor  # [S] from the border, in feature space; positive on the side of class A
    aside: Tensor  # [S] any coordinate along the border
    is_a: Tensor  # [S] bool
    holds: Tensor  # [S] bool: examples without which the border would be another

    @classmethod
    def seen(cls, classifier: Tensor, features: Tensor, y: Tensor, holds: Tensor) -> "Border":
        """The border of W [2, D] among features [S, D] of classes y [S]; `aside` is where they spread most along it."""
        across = torch.nn.functional.normalize(classifier[0] - classifier[1], dim=0)
        along = features - (features @ across)[:, None] * across
        first = torch.linalg.svd(along - along.mean(0), full_matrices=False).Vh[0]
        return cls(features @ across, along @ first, y == 0, holds)

    @property
    def margin(self) -> float:
        """The distance of the nearest example; negative when it stands on the wrong side."""
        return float((self.distance * (2.0 * self.is_a - 1)).min())


def margins(borders: Mapping[str, Border]) -> Picture:
    """The same examples before several borders: those that hold it are ringed, the free strip is grey."""
    with look():
        figure = Picture(3.2 * len(borders), 3.2)
        row = figure.subplots(1, len(borders), sharey=True, squeeze=False)[0]
        for axes, (name, border) in zip(row, borders.items(), strict=True):
            _border(axes, border)
            axes.set(title=f"{name}: margin {border.margin:.2f}", xlabel="distance from the border")
        row[0].set_ylabel("along the border")
        figure.legend(*row[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
        return figure


def _border(axes: Axes, border: Border) -> None:
    axes.axvline(0, color="black", linewidth=1.5)
    if border.margin > 0:
        axes.axvspan(-border.margin, border.margin, color="0.5", alpha=0.2, linewidth=0)
    for number, (label, rows) in enumerate((("class A", border.is_a), ("class B", ~border.is_a))):
        style = stroke(number + 1)
        axes.plot(
            border.distance[rows], border.aside[rows], style.marker, color=style.colour, markersize=6, label=label
        )
    held = border.holds
    axes.plot(border.distance[held], border.aside[held], "o", mfc="none", mec="black", markersize=12, label="holds it")
