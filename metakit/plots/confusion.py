"""Which character is taken for which. Data in, figure out."""

import torch
from matplotlib.axes import Axes
from matplotlib.offsetbox import AnnotationBbox, OffsetImage
from torch import Tensor

from metakit.plots.style import Picture, look

PAPER, INK_DARK = "white", "black"


def confusion_counts(truth: Tensor, answers: Tensor, classes: int) -> Tensor:
    """How often class c [row] was answered with class d [column]: int64 [C, C]. truth, answers: int64 [n]."""
    return torch.bincount(truth * classes + answers, minlength=classes**2).view(classes, classes)


def confusion(counts: Tensor, images: Tensor) -> Picture:
    """A matrix of shares, rows adding up to one, with the characters themselves at its edges.

    counts [C, C] as `confusion_counts` makes them; images [C, 1, 28, 28], one of each class.
    """
    shares, size = counts / counts.sum(1, keepdim=True).clamp_min(1), len(counts)
    with look():
        figure = Picture(1.8 + 0.52 * size, 1.4 + 0.52 * size)
        axes = figure.add_subplot()
        axes.imshow(shares.numpy(), cmap="Blues", vmin=0, vmax=1)
        axes.grid(visible=False)
        for spine in axes.spines.values():
            spine.set_visible(False)
        axes.set(xticks=[], yticks=[])
        axes.set_xlabel("the answer, in % of each row", labelpad=40)
        axes.set_ylabel("the truth", labelpad=40)
        for row in range(size):
            _characters(axes, images[row, 0], row)
            _numbers(axes, shares[row], row)
        right, total = 100 * float(counts.diagonal().sum() / counts.sum()), int(counts.sum())
        axes.set_title(f"{right:.1f} % of {total:,} answers are right")
        return figure


def _characters(axes: Axes, image: Tensor, place: int) -> None:
    """One character left of its row and below its column."""
    for position in ((-0.045, place), (place, -0.045)):
        horizontal = position[0] == place
        box = OffsetImage((1 - image).expand(3, *image.shape).permute(1, 2, 0).numpy(), zoom=0.85)
        where = ("data", "axes fraction") if horizontal else ("axes fraction", "data")
        axes.add_artist(AnnotationBbox(box, position, xycoords=where, frameon=False, annotation_clip=False))


def _numbers(axes: Axes, shares: Tensor, row: int) -> None:
    """The share in percent, where it is not nothing."""
    for column, share in enumerate(shares.tolist()):
        if share >= 0.005:  # noqa: PLR2004 - rounds to 1 %
            colour = PAPER if share > 0.5 else INK_DARK  # noqa: PLR2004
            axes.text(column, row, f"{100 * share:.0f}", ha="center", va="center", color=colour, fontsize=9)
