"""Every published set-up: `recipe(name)`, and all of them in `RECIPES`."""

from difflib import get_close_matches

from metakit.core import MetaKitError
from metakit.recipes.base import Recipe as Recipe
from metakit.recipes.base import Target as Target
from metakit.recipes.baselines import BASELINES
from metakit.recipes.functions import FUNCTION_RECIPES
from metakit.recipes.in_context_images import IN_CONTEXT_IMAGES
from metakit.recipes.linear_attention import LINEAR_ATTENTION
from metakit.recipes.maml_family import MAML_FAMILY
from metakit.recipes.metric_based import METRIC_BASED
from metakit.recipes.mini_imagenet import MINI_IMAGENET
from metakit.recipes.model_based import MODEL_BASED
from metakit.recipes.optimization_based import OPTIMIZATION_BASED
from metakit.recipes.prompts import PROMPTS
from metakit.recipes.sinusoids import SINUSOIDS

FAMILIES = (
    METRIC_BASED, MODEL_BASED, IN_CONTEXT_IMAGES, OPTIMIZATION_BASED, MAML_FAMILY, BASELINES,
    SINUSOIDS, FUNCTION_RECIPES, LINEAR_ATTENTION, PROMPTS, MINI_IMAGENET,
)  # fmt: skip
RECIPES = {recipe.name: recipe for recipes in FAMILIES for recipe in recipes}


def recipe(name: str) -> Recipe:
    """The recipe of this name. Raises MetaKitError with the names that are most like it."""
    if name not in RECIPES:
        like = " or ".join(get_close_matches(name, RECIPES))
        mend = f"did you mean {like}? `metakit list` shows them all" if like else "choose one that `metakit list` shows"
        raise MetaKitError(f"There is no recipe {name!r}: {mend}.")
    return RECIPES[name]
