"""Accuracy with its 95 % interval: over more and more episodes, and over N or K. Data in, figure out."""

from collections.abc import Mapping, Sequence

from torch import Tensor, arange

from metakit.evaluate import Score
from metakit.plots.style import Picture, look, percent, stroke

NORMAL_95 = 1.96  # standard errors on either side of a mean


def interval_by_episodes(per_task: Tensor, marks: Sequence[int] = (10, 100, 600)) -> Picture:
    """How the mean and its interval settle while episodes are added. per_task [T]: the accuracy of each."""
    values, count = per_task.double(), arange(1, len(per_task) + 1)
    mean = values.cumsum(0) / count
    spread = (values.square().cumsum(0) / count - mean.square()).clamp_min(0) * count / (count - 1).clamp_min(1)
    half = NORMAL_95 * (spread / count).sqrt()
    with look():
        figure = Picture(7.6, 3.4)
        axes = figure.add_subplot(xlabel="episodes", ylabel="accuracy", xscale="log")
        style, shown = stroke(2), slice(4, None)  # four episodes tell nothing about their spread
        axes.fill_between(count[shown], (mean - half)[shown], (mean + half)[shown], color=style.colour, alpha=0.2)
        axes.plot(count[shown], mean[shown], color=style.colour, label="mean so far, and its 95 % interval")
        for mark in marks:
            bar = 100 * float(half[mark - 1])
            axes.errorbar(mark, float(mean[mark - 1]), float(half[mark - 1]), fmt="o", color="black", capsize=4)
            axes.annotate(f"{mark} episodes: ± {bar:.1f} %", (mark, float((mean + half)[mark - 1])), (0, 6),
                          textcoords="offset points", ha="center")  # fmt: skip
        axes.margins(y=0.22)
        axes.set_yticks([share for share in axes.get_yticks() if share <= 1])
        axes.yaxis.set_major_formatter(percent())
        axes.set_xticks(marks, [f"{mark:,}" for mark in marks])
        figure.legend(loc="outside upper right")
        return figure


def accuracy_by(
    values: Sequence[int], scores: Mapping[str, Sequence[Score]], xlabel: str, ways: Sequence[int]
) -> Picture:
    """Accuracy of several learners against N or K, with 95 % intervals, and what guessing gets.

    values: N or K, one per score; ways: N at each of them.
    """
    with look():
        figure = Picture(7.6, 3.6)
        axes = figure.add_subplot(xlabel=xlabel, ylabel="accuracy", xticks=list(values))
        for number, (name, found) in enumerate(scores.items()):
            style, means, halves = stroke(number + 1), [s.mean for s in found], [s.ci95 for s in found]
            axes.errorbar(values, means, halves, color=style.colour, linestyle=style.dash, marker=style.marker,
                          capsize=4, label=name)  # fmt: skip
        axes.plot(values, [1 / n for n in ways], color="0.5", linewidth=1, linestyle=":", label="guessing")
        axes.set_ylim(0, 1.02)
        axes.yaxis.set_major_formatter(percent())
        figure.legend(loc="outside right center")
        return figure
