"""What chooses a checkpoint is never what reports it: validation tasks are not test tasks, in any recipe."""

import pytest
import torch

from metakit.recipes import RECIPES
from metakit.recipes.base import Recipe
from metakit.tasks.base import Protocol, generator
from metakit.tasks.by_name import image_classes, tasks_for

TRAINED = [recipe for recipe in RECIPES.values() if not recipe.untrained]
IMAGES = {recipe.data for recipe in TRAINED if recipe.train.ways is not None and recipe.data != "mini-imagenet"}


@pytest.mark.parametrize(
    "recipe", [recipe for recipe in TRAINED if recipe.train.ways is None], ids=lambda recipe: recipe.name
)
def test_without_classes_validation_and_test_tasks_are_drawn_apart(recipe: Recipe) -> None:
    def first(part: str, protocol: Protocol) -> torch.Tensor:
        tasks = tasks_for(recipe.data, part, protocol)  # type: ignore[arg-type]
        return tasks.sample(4, generator(protocol.seed)).support_x

    chosen_on = first("validation", recipe.validation)
    for target in recipe.targets:
        reported_on = first("test", target.protocol)
        shared = min(chosen_on.shape[1], reported_on.shape[1])
        assert not torch.equal(chosen_on[:, :shared], reported_on[:, :shared])


@pytest.mark.parametrize("data", sorted(IMAGES))
def test_classes_of_the_three_parts_are_apart(data: str) -> None:
    parts = [set(image_classes(data, part, rotations=False).names) for part in ("train", "validation", "test")]  # type: ignore[arg-type]
    assert sum(map(len, parts)) == len(set().union(*parts))
