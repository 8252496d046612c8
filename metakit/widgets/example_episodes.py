"""Characters to begin with: an example episode is ten classes of eight drawings, the same for the same number."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from metakit.tasks.base import generator
from metakit.tasks.episodes import ImageSet, draw_distinct
from metakit.tasks.glyphs import glyphs
from metakit.tasks.omniglot import background_split
from metakit.tasks.storage import places
from metakit.widgets.drawings import ROWS, pack_examples

DRAWERS = 8  # five for the support set, three to ask about
SEEN = 4  # drawers whose drawings say what a class looks like


@dataclass(frozen=True)
class ExampleEpisodes:
    """Example episodes cut from the images that `load` gives; they are loaded at the first draw.

    `alike`: the ten classes are one and the nine that look most like it, nearest first.
    """

    load: Callable[[], ImageSet]
    alike: bool = False

    def draw(self, seed: int) -> tuple[bytes, list[str]]:
        """Ten classes of eight drawings, as pictures of kind 2 (drawings.py), and the names of the classes."""
        images, rng = self.load(), generator(seed)
        classes = draw_distinct(1, ROWS, len(images), rng)[0]
        if self.alike:
            classes = look_alikes(images.images, int(classes[0]))
        drawers = torch.rand((ROWS, images.images.shape[1]), generator=rng).argsort(-1)[:, :DRAWERS]
        pictures = images.images[classes[:, None], drawers]
        return pack_examples(pictures), [images.names[i] for i in classes.tolist()]


def look_alikes(images: Tensor, to: int) -> Tensor:
    """Ten classes [10]: this one, and those whose blurred mean drawing points in the direction nearest to its own."""
    means = images[:, :SEEN].float().mean(1)  # [classes, 28, 28]
    means = torch.nn.functional.avg_pool2d(means[:, None], 3, 1, 1).flatten(1)
    means = means / means.norm(dim=1, keepdim=True).clamp_min(1e-9)
    return (means @ means[to]).topk(ROWS).indices


def available() -> dict[str, ExampleEpisodes]:
    """The sources that can answer at once: glyphs always; Omniglot where it was imported, its 20 unseen alphabets."""
    loads: dict[str, Callable[[], ImageSet]] = {"glyphs": glyphs}
    if any(place.exists() for place in places("omniglot/omniglot.safetensors")):
        loads["omniglot"] = lambda: background_split().test
    found = {name: ExampleEpisodes(load) for name, load in loads.items()}
    return found | {f"{name}-alike": ExampleEpisodes(load, alike=True) for name, load in loads.items()}
