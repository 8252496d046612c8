"""Who is measured on what: learners with the characters they were trained on, and the test characters there are."""

from collections.abc import Iterable
from contextlib import suppress
from typing import NamedTuple

from metakit.core import MetaKitError, MetaLearner
from metakit.recipes import recipe
from metakit.recipes.titles import title
from metakit.tasks.by_name import Data, image_classes
from metakit.tasks.episodes import ImageSet
from metakit.widgets.roster import ready

SPLITS: dict[str, Data] = {
    "characters shuffled (random split)": "omniglot",
    "new alphabets (background split)": "omniglot-background",
    "glyphs": "glyphs",
}
TRAINED_ON = "its own training characters"


class Contestant(NamedTuple):
    """A learner, and what it saw in training (None: nothing, or nothing that is here)."""

    learner: MetaLearner
    trained_on: ImageSet | None = None


def contestants(names: Iterable[str]) -> dict[str, Contestant]:
    """The shipped learners of these recipes, by their titles, with the inner steps that their recipes report."""
    return {title(name): Contestant(ready(name), _training_characters(name)) for name in names}


def _training_characters(name: str) -> ImageSet | None:
    found = recipe(name)
    with suppress(MetaKitError):  # Omniglot is not here: then no test can hold its characters
        return None if found.untrained else image_classes(found.data, "train", rotations=False)
    return None


def splits_here() -> dict[str, ImageSet]:
    """The test characters of every split whose images are here."""
    found: dict[str, ImageSet] = {}
    for words, data in SPLITS.items():
        with suppress(MetaKitError):
            found[words] = image_classes(data, "test", rotations=False)
    return found


def characters(one: Contestant, split: str, sets: dict[str, ImageSet]) -> ImageSet:
    """The characters of a split that this learner was not trained on; or those that it was.

    Raises MetaKitError where none are left.
    """
    if split == TRAINED_ON:
        if one.trained_on is None:
            raise MetaKitError("Nothing here was shown to this learner in training: choose another split.")
        return one.trained_on
    seen = set() if one.trained_on is None else {*one.trained_on.names}
    return sets[split].select([i for i, name in enumerate(sets[split].names) if name not in seen])
