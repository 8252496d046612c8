"""Every published set-up: `recipe(name)`, and all of them in `RECIPES`."""

from metakit.core import MetaKitError
from metakit.recipes.base import Recipe as Recipe
from metakit.recipes.base import Target as Target
from metakit.recipes.baselines import BASELINES
from metakit.recipes.metric_based import METRIC_BASED
from metakit.recipes.model_based import MODEL_BASED
from metakit.recipes.optimization_based import OPTIMIZATION_BASED
from metakit.recipes.sinusoids import SINUSOIDS

RECIPES = {recipe.name: recipe for recipe in (*METRIC_BASED, *MODEL_BASED, *OPTIMIZATION_BASED, *SINUSOIDS, *BASELINES)}


def recipe(name: str) -> Recipe:
    """The recipe of this name. Raises MetaKitError with the names there are."""
    if name not in RECIPES:
        raise MetaKitError(f"There is no recipe {name!r}: choose one of {', '.join(RECIPES)}.")
    return RECIPES[name]
