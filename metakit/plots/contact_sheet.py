"""Characters of an image set side by side: one row a character, one column a drawer. Data in, figure out."""

import re

import torch
from torch import Tensor

from metakit.plots.style import Picture, look
from metakit.tasks.episodes import ImageSet


def contact_sheet(images: ImageSet, characters: int = 8, drawers: int = 16, seed: int = 0) -> Picture:
    """Some characters of different alphabets, each by several drawers; the alphabet stands beside its row."""
    rows = _of_different_alphabets(images.names, characters, seed)
    with look():
        figure = Picture(9.0, 9.0 * len(rows) / (drawers + 2))
        axes = figure.add_subplot(xticks=[], anchor="E")  # names have the room on the left
        shown = images.images[rows, :drawers]
        axes.imshow(_tiled(shown).numpy(), cmap="gray_r", vmin=0, vmax=255, interpolation="antialiased")
        labels = [_short(images.names[row]) for row in rows]
        height = images.images.shape[2]
        axes.set_yticks([height * (row + 0.5) for row in range(len(rows))], labels)
        axes.tick_params(length=0)
        axes.grid(visible=False)
        for spine in axes.spines.values():
            spine.set_visible(False)
        return figure


def _tiled(images: Tensor) -> Tensor:
    """[R, C, H, W] -> [R * H, C * W]."""
    return torch.cat([torch.cat([*row], 1) for row in images])


def _of_different_alphabets(names: tuple[str, ...], count: int, seed: int) -> list[int]:
    """Up to `count` classes, no two of one alphabet while there are others."""
    order = torch.randperm(len(names), generator=torch.Generator().manual_seed(seed)).tolist()
    first: dict[str, int] = {}
    for index in order:
        first.setdefault(names[index].split("/")[0], index)
    chosen = [*first.values()]
    return (chosen + [index for index in order if index not in {*chosen}])[:count]


def _short(name: str, most: int = 12) -> str:
    """The alphabet of a class "Old_Church_Slavonic_(Cyrillic)/character01@90", as it fits beside the row."""
    alphabet = re.split("[/@]", name)[0].replace("_", " ")
    return alphabet if len(alphabet) <= most else f"{alphabet[: most - 1].rstrip()}…"
