"""Several learners side by side: a row each, and lines over N, K or the size of a training set. Data in, figure out."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullFormatter, NullLocator, StrMethodFormatter

from metakit.evaluate import Score
from metakit.plots.style import BLUE, Picture, look, percent, stroke

Values = Mapping[str, Score] | Mapping[str, float]


def by_learner(panels: Mapping[str, Values], logarithmic: Sequence[str] = (), difference: str | None = None) -> Picture:
    """One row a learner, one panel a quantity: a number, or a score with its 95 % interval.

    panels: label -> (learner -> value), all with the learners of the first one, which gives the order. In the panel
    `difference` an interval that holds zero is drawn hollow.
    """
    names = list(next(iter(panels.values())))
    with look():
        figure = Picture(9.2, 1.1 + 0.32 * len(names))
        row = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
        for axes, (label, values) in zip(row, panels.items(), strict=True):
            axes.set_xlabel(label)
            if label in logarithmic:
                axes.set_xscale("log")
                axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
            if label == difference:
                axes.axvline(0, color="0.35", linewidth=1.2)
            _rows(axes, [values.get(name) for name in names], hollow=label == difference)
        row[0].set_yticks(range(len(names)), names)
        row[0].invert_yaxis()
        figure.set_layout_engine("constrained", w_pad=0.12)  # the last tick of one panel, the first one of the next
        return figure


def _rows(axes: Axes, values: Sequence[Score | float | None], hollow: bool) -> None:
    """A dot for each value, with whiskers where it has an interval; accuracy in percent."""
    for place, value in enumerate(values):
        if isinstance(value, Score):
            sure = not hollow or abs(value.mean) > value.ci95
            axes.errorbar(value.mean, place, xerr=value.ci95, fmt="o", color=BLUE, capsize=3, linewidth=1.6,
                          markerfacecolor=BLUE if sure else "white")  # fmt: skip
            axes.xaxis.set_major_formatter(percent())
        elif value is not None:
            axes.plot(value, place, "D", color=BLUE)


def lines(values: Sequence[int], scores: Mapping[str, Sequence[Score]], xlabel: str, errors: bool = False) -> Picture:
    """Accuracy (or, with `errors`, the share of wrong answers on a logarithmic axis) with 95 % intervals.

    values: N, K or the size of a training set, one for every score.
    """
    with look():
        figure = Picture(7.8, 3.6)
        axes = figure.add_subplot(xlabel=xlabel, ylabel="wrong answers" if errors else "accuracy", xscale="log")
        for number, (name, found) in enumerate(scores.items()):
            style, halves = stroke(number), [score.ci95 for score in found]
            means = [1 - score.mean if errors else score.mean for score in found]
            axes.errorbar(values, means, halves, color=style.colour, linestyle=style.dash, marker=style.marker,
                          capsize=3, label=name)  # fmt: skip
        if errors:
            axes.set_yscale("log")
            axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axes.yaxis.set_minor_formatter(NullFormatter())
        axes.yaxis.set_major_formatter(percent())
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xticks(list(values), [f"{value:,}" for value in values])
        figure.legend(loc="outside right center")
        return figure
