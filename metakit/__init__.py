"""MetaKit: learn meta-learning by running it and playing with it.

`metakit.load(name)` gives a shipped learner in evaluation mode; `metakit list` shows the names.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from metakit.core import MetaLearner

__all__ = ["load"]


def load(name: str) -> "MetaLearner":
    """The learner of a recipe with its shipped weights, in evaluation mode.

    Raises MetaKitError when there is no such recipe, or its checkpoint is missing or broken.
    """
    from metakit import checkpoints  # noqa: PLC0415 - torch is imported when it is needed

    return checkpoints.load(name)
