"""`metakit list`: the recipes, with the papers' numbers and ours."""

import json as jsonlib

from rich.box import SIMPLE
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
    table = Table("recipe", "family", "paper's", "ours", box=SIMPLE)
    for entry in entries:
        ours = entry["ours"] or "not measured" if entry["checkpoint"] else "not trained"
        cells = entry["recipe"], str(entry["family"]).removesuffix("-based"), entry["published"] or "–", ours
        table.add_row(*map(str, cells))
    Console().print(table)
    print("Accuracy in %, or mean squared error: `metakit evaluate RECIPE` measures it and tells the protocol.")


def _entry(recipe: Recipe, rows: list[Row]) -> dict[str, object]:
    first = recipe.targets[0]
    mine = next((row for row in rows if row.recipe == recipe.name and row.protocol == first.protocol.as_dict()), None)
    return {
        "recipe": recipe.name, "family": recipe.family, "data": recipe.data, "paper": recipe.paper,
        "protocol": first.protocol.as_dict(), "published": first.published,
        "ours": None if mine is None else _number(mine),
        "checkpoint": recipe.untrained or shipped(recipe.name).exists(),
    }  # fmt: skip


def _number(row: Row) -> str:
    digits = 2 if row.metric == "accuracy" else 4
    return f"{row.mean:.{digits}f} ± {row.ci95:.{digits}f}"
