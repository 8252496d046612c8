"""The embedding of an episode, standing still. Data in, figure out."""

import torch
from torch import Tensor

from metakit.plots.projection import plane
from metakit.plots.style import STROKES, Picture, look

LETTERS = "ABCDEFGHIJKLMNOPQRST"


def embedding(support: Tensor, query: Tensor, title: str = "") -> Picture:
    """Support points [N, K, D], query points [N, Q, D] and prototypes on the plane that shows the prototypes best."""
    prototypes = support.mean(1)
    chosen = plane(prototypes, torch.cat([support, query], 1).flatten(0, 1))
    with look():
        figure = Picture(6.2, 4.8)
        axes = figure.add_subplot(title=title, aspect="equal", xlabel=f"{chosen.share:.0%} of the prototypes' spread")
        for way, letter in enumerate(LETTERS[: len(prototypes)]):
            colour = STROKES[way % len(STROKES)].colour
            (home,), shots, asked = (chosen(points[way]) for points in (prototypes[:, None], support, query))
            for point in asked:
                axes.plot(*torch.stack([home, point]).T, color=colour, linewidth=0.8, alpha=0.6)
            axes.plot(*shots.T, "s", color=colour, markerfacecolor="none", markersize=8)
            axes.plot(*asked.T, "o", color=colour, markersize=5)
            axes.text(float(home[0]), float(home[1]), letter, weight="bold", ha="center", va="center", color="white",
                      bbox={"boxstyle": "circle", "facecolor": colour, "edgecolor": "white"})  # fmt: skip
        axes.set(xticks=[], yticks=[])
        return figure
