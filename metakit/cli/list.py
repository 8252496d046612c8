"""`metakit list`: the recipes, with the papers' numbers and ours."""

import json as jsonlib

from rich.console import Console
from rich.table import Table

from metakit.checkpoints import shipped
from metakit.ledger import Row, read
from metakit.recipes import RECIPES, Recipe


def list_recipes(json: bool = False) -> None:
    """Show every recipe: family, data, the paper's number, ours, and whether its weights are shipped.

    Args:
        json: print one JSON object and nothing else.
    """
    entries = [_entry(recipe, read()) for recipe in RECIPES.values()]
    if json:
        print(jsonlib.dumps({"recipes": entries}))
        return
    table = Table("recipe", "family", "data", "paper", "paper's", "ours", "weights")
    for entry in entries:
        weights = "shipped" if entry["checkpoint"] else "not yet"
        table.add_row(
            *(str(entry[key] or "–") for key in ("recipe", "family", "data", "paper", "published", "ours")), weights
        )
    Console().print(table)


def _entry(recipe: Recipe, rows: list[Row]) -> dict[str, object]:
    first = recipe.targets[0]
    mine = next((row for row in rows if row.recipe == recipe.name and row.protocol == first.protocol.as_dict()), None)
    return {
        "recipe": recipe.name, "family": recipe.family, "data": recipe.data, "paper": recipe.paper,
        "protocol": first.protocol.as_dict(), "published": first.published,
        "ours": None if mine is None else f"{mine.mean:.2f} ± {mine.ci95:.2f}",
        "checkpoint": shipped(recipe.name).exists(),
    }  # fmt: skip
