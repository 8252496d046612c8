"""`metakit results`: README's tables, made from the ledger."""

from collections.abc import Iterable
from pathlib import Path

import metakit
from metakit.core import MetaKitError
from metakit.ledger import Row, read
from metakit.recipes import RECIPES
from metakit.recipes.titles import title
from metakit.tasks.functions import FUNCTIONS

README = Path(metakit.__file__).parents[1] / "README.md"
BEGIN, END = "<!-- results: made by `make results` -->", "<!-- /results -->"
SHARE = "Squared error as a share of what predicting zero makes, behind K examples, the same prompts for all"
SHIFTED = (
    "then with shifted inputs, as a share of what predicting zero makes unshifted. (Under the shift it makes 0.2 where "
    "queries are orthogonal, 4 where inputs are scaled, and 1 elsewhere.)"
)
TITLES = {
    "random": "Omniglot, random split: unseen characters, their rotations are classes too. Accuracy in %.",
    "background": "Omniglot, background split: unseen alphabets, upright. Accuracy in %. The residual encoder was "
    "trained on all pairs of a batch, with bent strokes, other pens and mirrored characters; tested, it looks at each "
    "image five times.",
    "glyphs": "Glyphs: unseen invented alphabets, upright. Accuracy in %.",
    "streams": "Omniglot, online streams: an image is named before its label is shown. Accuracy in % by instance: when "
    "a class comes for the 1st, 2nd, … time.",
    "sinusoids": "Sinusoid regression. Mean squared error, lower is better: predicting zero has 4.25, the best "
    "function that ignores the task 3.01.",
    "linear-5": f"Linear functions of 5 inputs, in context. {SHARE}; {SHIFTED}",
    "noisy-5": f"Linear functions of 5 inputs under noise as large as one of them, in context. {SHARE}.",
    "linear-20": f"Linear functions of 20 inputs, in context. {SHARE}; {SHIFTED}",
    "noisy-20": f"Linear functions of 20 inputs under noise as large as one of them, in context. {SHARE}.",
    "sparse-20": f"Sparse linear functions, 3 of 20 inputs count, in context. {SHARE}.",
    "network-5": f"Two-layer networks of 5 inputs, in context. {SHARE}.",
    "tree-5": f"Decision trees of 5 inputs, in context. {SHARE}.",
    "uniform-10": f"Attention layers against steps of gradient descent: linear functions of 10 inputs. {SHARE}.",
    "strings": "String transformations from a prompt. Whole outputs right, in %, behind so many example pairs.",
    "mini-imagenet": "mini-ImageNet, Conv-4. Accuracy in %. Its pictures are not ours to ship: the recipes are ready.",
}
NOT_RUN = "not run here"
STRINGS = {
    "trained": "compositions from training",
    "unseen": "compositions held out of training",
    "single": "single transformations",
}


def results() -> None:
    """Write the ledger data/results.json into README's tables."""
    README.write_text(filled(README.read_text("utf-8"), read()), "utf-8")


def filled(readme: str, rows: Iterable[Row]) -> str:
    """The text of README with the rows' tables between the markers. Raises MetaKitError when they are missing."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise MetaKitError(f"README.md has lost its markers: put {BEGIN} and {END} where the results belong.")
    return f"{before}{BEGIN}\n\n{tables(rows)}\n\n{END}{after}"


def tables(rows: Iterable[Row]) -> str:
    """Markdown: a table for each data set, a line for each learner and protocol, a column for each kind of task."""
    groups: dict[str, list[Row]] = {name: [] for name in TITLES}
    for row in sorted([*rows, *not_run()], key=_place):
        groups.setdefault(_group(row), []).append(row)
    groups = {name: group for name, group in groups.items() if not all(map(_is_reference, group))}
    return "\n\n".join(f"**{TITLES.get(name, name)}**\n\n{_table(group)}" for name, group in groups.items() if group)


def not_run() -> list[Row]:
    """What nobody could measure here: mini-ImageNet's recipes, with the papers' numbers alone."""
    return [
        Row(found.name, told.protocol.as_dict(), "accuracy", 0.0, 0.0, 0, 0, "", 0.0, "", "", None, told.published)
        for found in RECIPES.values() if found.data == "mini-imagenet" for told in found.targets
    ]  # fmt: skip


def _place(row: Row) -> tuple[int, int]:
    """As the recipes stand, family by family; then by shots."""
    names = list(RECIPES)
    return names.index(row.recipe) if row.recipe in names else len(names), int(str(row.protocol["shots"]))


def _group(row: Row) -> str:
    if _instance(row) is not None:
        return "streams"
    if _is_function(row):
        return RECIPES[row.recipe].data
    if _is_string(row):
        return "strings"
    return "sinusoids" if _is_regression(row) else str(row.protocol["split"])


def _is_string(row: Row) -> bool:
    return row.protocol["split"] in STRINGS


def _is_function(row: Row) -> bool:
    return row.recipe in RECIPES and RECIPES[row.recipe].data in FUNCTIONS


def _is_reference(row: Row) -> bool:
    """An estimator of functions: alone it has nothing to be compared with."""
    return _is_function(row) and RECIPES[row.recipe].family == "baseline"


def _instance(row: Row) -> object:
    return row.protocol.get("instance")


def _is_regression(row: Row) -> bool:
    return row.metric == "mse"


def _table(rows: list[Row]) -> str:
    columns = list(dict.fromkeys(_column(row) for row in sorted(rows, key=_size)))
    lines: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows:
        lines.setdefault((_learner(row), _measured(row)), {})[_column(row)] = _cell(row)
    head = [f"| learner | {' | '.join(columns)} | measured |", f"|---|{'---:|' * len(columns)}---|"]
    body = [
        f"| {name} | {' | '.join(cells.get(c, '') for c in columns)} | {how} |" for (name, how), cells in lines.items()
    ]
    return "\n".join(head + body)


def _learner(row: Row) -> str:
    """Its title, its family, and the command that measures it again."""
    family = f"*{RECIPES[row.recipe].family}*<br>" if row.recipe in RECIPES else ""
    command = "train" if not row.episodes else "evaluate"
    return f"**{title(row.recipe)}**<br>{family}`metakit {command} {row.recipe}`"


def _size(row: Row) -> list[int]:
    by_steps = _is_regression(row) and not _is_function(row)
    values = [row.protocol[name] for name in ("ways", "steps" if by_steps else "shots")]
    values += [_instance(row), 0 if row.protocol["split"] == "test" else 1]
    values = values[::-1] if _is_function(row) else values  # as trained, then shifted
    return [-1 if value is None else int(str(value)) for value in values]


def _column(row: Row) -> str:
    ways, shots, steps = (row.protocol[name] for name in ("ways", "shots", "steps"))
    if _instance(row) is not None:
        return f"{_instance(row)}"
    if _is_function(row):
        shift = row.protocol["split"]
        return f"K = {shots}" if shift == "test" else f"{shift}, K = {shots}"
    if _is_string(row):
        return f"{shots} pairs"
    if not _is_regression(row):
        return f"{ways}-way {shots}-shot"
    return "no steps" if steps is None else f"step {steps}"


def _cell(row: Row) -> str:
    digits = _digits(row.mean) if _is_regression(row) else 2
    ours = f"{row.mean:.{digits}f} ± {row.ci95:.{digits}f}" if row.episodes else NOT_RUN
    return ours if row.paper is None else f"{ours} ({row.paper})"


def _digits(error: float) -> int:
    """More where of three digits one or none would be left; what is rounding of the machine needs none."""
    smallest = {1e-3: 3, 1e-4: 5, 1e-6: 6}
    return next((digits for least, digits in smallest.items() if error >= least), 3)


def _measured(row: Row) -> str:
    """The protocol in words, less what the column says."""
    told = row.protocol
    words = [f"{told['ways']} classes × {told['shots']} instances"] if _instance(row) is not None else []
    if _is_string(row):
        words += [STRINGS[str(told["split"])]]
    elif not _is_function(row):
        words += [f"K = {told['shots']}"] if _is_regression(row) else [str(told["norm"])]
    words += [f"trained {told['train_ways']}-way"] if told["train_ways"] else []
    words += [f"{row.train_steps:,} training steps{_theirs(row)}{_start(row)}"] if row.train_steps else []
    steps = None if _is_regression(row) else told["steps"]
    words += [] if steps is None else [f"{steps} inner step{'s' * (steps != 1)}"]
    return "; ".join(words)


def _theirs(row: Row) -> str:
    """How long the paper trained, beside a number that it does not reach."""
    found = RECIPES.get(row.recipe)
    if found is None or not found.paper_trained:
        return ""
    return f" of {found.schedule.meta_batch} tasks (paper: {found.paper_trained})"


def _start(row: Row) -> str:
    """Training that began with another recipe's weights says so: its steps alone would promise too much."""
    found = RECIPES.get(row.recipe)
    return f" from `{found.warm_start}`" if found and found.warm_start else ""
