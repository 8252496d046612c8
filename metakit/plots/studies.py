"""Pictures of studies: where runs end along a dial, and what a sequence of images looks like. Data in, figure out."""

from collections.abc import Sequence

from matplotlib.ticker import StrMethodFormatter
from torch import Tensor

from metakit.plots.style import Picture, look, percent, stroke
from metakit.studies.curves import Curves


def along(runs: Sequence[Curves], setting: str, xlabel: str) -> Picture:
    """Every probe at the end of training, with its 95 % interval, against a setting that is a number; logarithmic."""
    values = [float(run.settings[setting]) for run in runs]
    with look():
        figure = Picture(7.6, 3.8)
        axes = figure.add_subplot(xlabel=xlabel, ylabel="accuracy after training", xscale="log")
        for number, probe in enumerate(runs[0].curves):
            style, ends = stroke(number + 1), [run.last(probe) for run in runs]
            axes.errorbar(values, [e.mean for e in ends], [e.ci95 for e in ends], color=style.colour,
                          linestyle=style.dash, marker=style.marker, capsize=4, label=probe)  # fmt: skip
        for level in sorted(set(runs[0].chance.values())):
            axes.axhline(level, color="0.5", linewidth=1, linestyle=":", label="guessing")
        axes.set_xticks(values)
        axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        axes.tick_params(axis="x", which="minor", length=0)
        axes.set_ylim(0, 1.02)
        axes.yaxis.set_major_formatter(percent())
        figure.legend(loc="outside right center")
        return figure


def sequence_sheet(images: Tensor, labels: Tensor, titles: Sequence[str]) -> Picture:
    """Sequences [R, n, 1, H, W] with their labels [R, n], one a row; the last image of each is the query."""
    rows, places = labels.shape
    with look():
        figure = Picture(9.0, 1.25 * rows)
        grid = figure.subplots(rows, places, squeeze=False)
        for row, title in enumerate(titles):
            for place, axes in enumerate(grid[row]):
                query = place == places - 1
                axes.imshow(images[row, place, 0].numpy(), cmap="gray_r", vmin=0, vmax=1)
                axes.set(xticks=[], yticks=[])
                axes.set_xlabel(f"? ({int(labels[row, place])})" if query else f"{int(labels[row, place])}")
                shown = bool((labels[row, :-1] == labels[row, place]).sum() > 1)
                for spine in axes.spines.values():
                    spine.set(visible=query or shown, linewidth=2.5 if query else 1, color="black")
            grid[row, 0].set_title(" ", fontsize=10)  # room for the title, which is wider than its image
            grid[row, 0].text(0, 1.05, title, fontsize=10, transform=grid[row, 0].transAxes, in_layout=False)
        return figure
