"""One number for every weight of a network: how it is spread by layer, and how it goes with the weight's gradient."""

from collections.abc import Mapping

import torch
from torch import Tensor

from metakit.plots.style import Picture, look, stroke
from metakit.tasks.base import generator

DENSE = 500  # dots; more of them are drawn paler
TINY = 1e-3  # gradients below it are drawn on a linear scale, zero included


def spread_by_layer(values: Mapping[str, Tensor], ylabel: str, reference: tuple[str, float] | None = None) -> Picture:
    """A dot for every weight and a bar at the median. values: layer -> [P]; reference: its name and level."""
    with look():
        figure = Picture(7.6, 3.6)
        axes = figure.add_subplot(ylabel=ylabel)
        for number, series in enumerate(values.values()):
            style, pale = stroke(number), len(series) > DENSE
            aside = number + 0.6 * (torch.rand(len(series), generator=generator(0)) - 0.5)
            axes.plot(aside, series, style.marker, color=style.colour, markersize=4, alpha=0.2 if pale else 0.55, mew=0)
            axes.hlines(float(series.median()), number - 0.38, number + 0.38, color="black", linewidth=2.5, zorder=3)
        if reference is not None:
            axes.axhline(reference[1], color="0.35", linewidth=1.2, linestyle=":", label=reference[0])
            figure.legend(loc="outside upper right")
        axes.set_xticks(range(len(values)), [f"{name}\n{len(series):,} weights" for name, series in values.items()])
        axes.grid(visible=False, axis="x")
        axes.set_title("Every dot is a weight; bars are medians")
        return figure


def gate_against_gradient(gradients: Mapping[str, Tensor], gates: Mapping[str, Tensor], ylabel: str) -> Picture:
    """A dot for every weight: its gradient, and the gate that an LSTM opens for it. Both: layer -> [P]."""
    with look():
        figure = Picture(7.6, 3.8)
        axes = figure.add_subplot(xlabel="gradient of the support loss", ylabel=ylabel)
        axes.set_xscale("symlog", linthresh=TINY)
        for number, (layer, gradient) in enumerate(gradients.items()):
            style = stroke(number)
            axes.plot(
                gradient, gates[layer], style.marker, color=style.colour, markersize=5, alpha=0.5, mew=0, label=layer
            )
        figure.legend(loc="outside right center", markerscale=1.6)
        axes.set_title("Every dot is a weight")
        return figure
