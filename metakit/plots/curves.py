"""Curves of regression: loss against adaptation step, and fitted functions side by side. Data in, figure out."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter
from torch import Tensor

from metakit.plots.style import Picture, look, stroke

NORMAL_95 = 1.96  # standard errors on either side of a mean


def loss_by_step(losses: Mapping[str, Tensor], references: Mapping[str, float] | None = None) -> Picture:
    """Mean loss over tasks against the adaptation step, with its 95 % band.

    losses: learner -> [T, steps + 1], the loss of every task after 0, 1, … steps. references: label -> a level.
    """
    with look():
        figure = Picture(7.6, 4.2)
        axes = figure.add_subplot(xlabel="inner steps taken", ylabel="mean squared error on new points", yscale="log")
        for number, (name, values) in enumerate(losses.items()):
            _band(axes, name, values, number)
        for number, (label, level) in enumerate((references or {}).items()):
            axes.axhline(
                level, color="0.35", linewidth=1.2, linestyle=(":", "-.")[number % 2], label=f"{label} {level:.3g}"
            )
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
        axes.yaxis.set_minor_formatter(NullFormatter())
        axes.set_title("Loss by step: mean over tasks and its 95 % interval")
        figure.legend(loc="outside right center")
        return figure


def fits(x: Tensor, truth: Tensor, predictions: Mapping[str, Tensor], support: tuple[Tensor, Tensor]) -> Picture:
    """The curves that several learners fit to the same points, side by side.

    x, truth: [n]; predictions: learner -> [n]; support: x [K] and y [K].
    """
    with look():
        figure = Picture(2.7 * len(predictions), 2.9)
        row = figure.subplots(1, len(predictions), sharex=True, sharey=True, squeeze=False)[0]
        for number, (axes, (name, curve)) in enumerate(zip(row, predictions.items(), strict=True)):
            style = stroke(number)
            axes.plot(x, truth, color="0.6", linewidth=5, alpha=0.5, label="true curve")
            axes.plot(x, curve, color=style.colour, linestyle=style.dash, label=name)
            axes.plot(*support, "o", color="black", markersize=4, label="support points")
            axes.set(title=name, xlabel="x", ylabel="" if number else "y")
        return figure


def histogram(values: Mapping[str, Sequence[float] | Tensor], xlabel: str, bins: int = 30) -> Picture:
    """How one number is spread over tasks, for each series."""
    with look():
        figure = Picture(7.6, 3.2)
        axes = figure.add_subplot(xlabel=xlabel, ylabel="tasks")
        for number, (name, series) in enumerate(values.items()):
            style = stroke(number)
            axes.hist(
                series, bins=bins, histtype="step", color=style.colour, linestyle=style.dash, linewidth=2, label=name
            )
        figure.legend(loc="outside right center")
        return figure


def family(x: Tensor, curves: Tensor, average: Tensor | None = None) -> Picture:
    """Many curves of one task distribution, thin, and their average, thick. x [n], curves [T, n], average [n]."""
    with look():
        figure = Picture(7.6, 3.6)
        axes = figure.add_subplot(xlabel="x", ylabel="y")
        for number, curve in enumerate(curves):
            axes.plot(x, curve, color=stroke(number).colour, linewidth=1, alpha=0.55)
        if average is not None:
            axes.plot(x, average, color="black", linewidth=3.5, label="their average")
            figure.legend(loc="outside upper right")
        return figure


def _band(axes: Axes, name: str, values: Tensor, number: int) -> None:
    """One series: a line with markers, and mean ± 1.96 standard errors over tasks."""
    style, steps = stroke(number), range(values.shape[1])
    mean = values.double().mean(0)
    half = NORMAL_95 * values.double().std(0) / len(values) ** 0.5
    axes.fill_between(steps, mean - half, mean + half, color=style.colour, alpha=0.2, linewidth=0)
    axes.plot(steps, mean, color=style.colour, linestyle=style.dash, marker=style.marker, markersize=5, label=name)
