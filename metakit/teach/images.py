"""The images of a lesson: Omniglot where it is, glyphs where it is not."""

from typing import NamedTuple

from metakit.core import MetaKitError
from metakit.tasks import glyphs, omniglot
from metakit.tasks.episodes import ImageSet
from metakit.tasks.omniglot import Split


class LessonImages(NamedTuple):
    """What a lesson on images plays with. Splits and networks share their keys."""

    name: str
    note: str  # what the reader should know about them
    splits: dict[str, Split]  # the first one is the lesson's own: its test characters are from unseen alphabets
    networks: dict[str, str]  # split -> the prototypical network trained on it, for `metakit.load`

    @property
    def test(self) -> ImageSet:
        """Characters of alphabets that no network of this lesson was trained on."""
        return next(iter(self.splits.values())).test

    @property
    def train(self) -> ImageSet:
        """The characters to train on, of other alphabets."""
        return next(iter(self.splits.values())).train

    @property
    def unseen(self) -> ImageSet:
        """Characters that are for testing in every split: no shipped network was trained on them."""
        others = [{*split.test.names} for split in self.splits.values()]
        return self.test.select([i for i, name in enumerate(self.test.names) if all(name in one for one in others)])

    @property
    def network(self) -> str:
        """The prototypical network of the lesson's own split."""
        return next(iter(self.networks.values()))


def lesson_images() -> LessonImages:
    """Omniglot; where it is not, or damaged, glyphs, with a note that says why and what to do."""
    try:
        splits = {"background": omniglot.background_split(), "random": omniglot.random_split()}
    except MetaKitError as error:
        note = f"You see glyphs, invented alphabets that need no download. {error}"
        return LessonImages("glyphs", note, {"glyphs": glyphs.split()}, {"glyphs": "prototypical-glyphs"})
    networks = {"background": "prototypical-omniglot-background", "random": "prototypical-omniglot"}
    note = "You see Omniglot: handwritten characters of 50 alphabets."
    return LessonImages("Omniglot", note, splits, networks)
