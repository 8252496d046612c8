"""Characters to begin with: an example episode is ten classes of eight drawings, the same for the same number."""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from metakit.tasks.base import generator
from metakit.tasks.episodes import ImageSet, draw_distinct
from metakit.tasks.glyphs import glyphs
from metakit.tasks.omniglot import background_split
from metakit.tasks.storage import places
from metakit.widgets.drawings import ROWS, pack_examples

DRAWERS = 8  # five for the support set, three to ask about


@dataclass(frozen=True)
class ExampleEpisodes:
    """Example episodes cut from the images that `load` gives; they are loaded at the first draw."""

    load: Callable[[], ImageSet]

    def draw(self, seed: int) -> tuple[bytes, list[str]]:
        """Ten classes of eight drawings, as pictures of kind 2 (drawings.py), and the names of the classes."""
        images, rng = self.load(), generator(seed)
        classes = draw_distinct(1, ROWS, len(images), rng)[0]
        drawers = torch.rand((ROWS, images.images.shape[1]), generator=rng).argsort(-1)[:, :DRAWERS]
        pictures = images.images[classes[:, None], drawers]
        return pack_examples(pictures), [images.names[i] for i in classes.tolist()]


def available() -> dict[str, ExampleEpisodes]:
    """The sources that can answer at once: glyphs always; Omniglot where it was imported, its 20 unseen alphabets."""
    found = {"glyphs": ExampleEpisodes(glyphs)}
    if any(place.exists() for place in places("omniglot/omniglot.safetensors")):
        found["omniglot"] = ExampleEpisodes(lambda: background_split().test)
    return found
