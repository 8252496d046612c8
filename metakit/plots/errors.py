"""Errors with their intervals: along a dial, and while learners adapt, each in its own steps. Data in, figure out."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from matplotlib.axes import Axes
from matplotlib.ticker import (
    FixedLocator,
    FuncFormatter,
    LogLocator,
    MaxNLocator,
    NullFormatter,
    NullLocator,
    StrMethodFormatter,
)
from torch import Tensor

from metakit.plots.curves import NORMAL_95
from metakit.plots.style import Picture, look, stroke

MANY = 1e5  # an axis from one value to so many times as much


class Measured(Protocol):
    """A number with the half width of its 95 % interval: a `Score`, or a `Point` of a study."""

    @property
    def mean(self) -> float: ...

    @property
    def ci95(self) -> float: ...


def along(
    dial: Sequence[int],
    errors: Mapping[str, Sequence[Measured]],
    xlabel: str,
    ylabel: str,
    powers: bool = False,
    floor: float = 0.0,
) -> Picture:
    """A line a series over the values of a dial, with 95 % intervals. `powers`: the dial is on a logarithmic axis.

    What is below `floor` is drawn on it: zero has no place on a logarithmic axis.
    """
    with look():
        figure = Picture(7.8, 3.8)
        axes = figure.add_subplot(xlabel=xlabel, ylabel=ylabel, yscale="log", xscale="log" if powers else "linear")
        for number, (name, found) in enumerate(errors.items()):
            style, means = stroke(number), [max(one.mean, floor) for one in found]
            low = [min(one.ci95, 0.99 * mean) for one, mean in zip(found, means, strict=True)]
            whiskers = [low, [one.ci95 for one in found]]
            axes.errorbar(dial, means, whiskers, color=style.colour, linestyle=style.dash, marker=style.marker,
                          capsize=3, label=name)  # fmt: skip
        axes.xaxis.set_major_locator(FixedLocator(list(dial)))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        _plain_logarithm(axes)
        figure.legend(loc="outside right center")
        return figure


def while_adapting(panels: Mapping[str, Mapping[str, Tensor]], one: int, levels: Mapping[str, float]) -> Picture:
    """A panel a kind of step: the mean over tasks with its 95 % band, thick, and task number `one` alone, thin.

    panels: what a step is -> learner -> [T, steps + 1], the error of every task after 0, 1, … steps.
    """
    with look():
        figure = Picture(9.2, 3.9)
        row = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
        number = 0
        for axes, (xlabel, learners) in zip(row, panels.items(), strict=True):
            axes.set(xlabel=xlabel, yscale="log")
            for name, values in learners.items():
                _mean_and_one(axes, name, values, one, number)
                number += 1
            for label, level in levels.items():
                axes.axhline(level, color="0.35", linewidth=1.2, linestyle=":")
                axes.annotate(
                    label, (1, level), xycoords=("axes fraction", "data"), ha="right", va="bottom", fontsize=8
                )
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            _plain_logarithm(axes)
        row[0].set_ylabel("mean squared error on new points")
        figure.legend(loc="outside right center")
        return figure


def _mean_and_one(axes: Axes, name: str, values: Tensor, one: int, number: int) -> None:
    style, steps = stroke(number), range(values.shape[1])
    mean, half = values.double().mean(0), NORMAL_95 * values.double().std(0) / len(values) ** 0.5
    axes.fill_between(steps, mean - half, mean + half, color=style.colour, alpha=0.2, linewidth=0)
    axes.plot(steps, mean, color=style.colour, linestyle=style.dash, marker=style.marker, markersize=5, label=name)
    axes.plot(steps, values[one], color=style.colour, linewidth=1, marker=style.marker, markersize=2.5, alpha=0.8)


def _plain_logarithm(axes: Axes) -> None:
    """Ticks at 1, 2, 5, 10, …; over many powers of ten at these alone, written as numbers."""
    low, high = axes.get_ylim()
    few = high < MANY * low
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if few else (1,), numticks=20))
    axes.yaxis.set_major_formatter(
        StrMethodFormatter("{x:g}") if few else FuncFormatter(lambda x, _: f"{x:f}".rstrip("0").rstrip("."))
    )
    axes.yaxis.set_minor_formatter(NullFormatter())
