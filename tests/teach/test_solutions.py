"""Every exercise of every lesson: the stub is not written yet, and the folded solution passes its check."""

import ast
import re
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest

from metakit.teach import Verdict

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
SOLUTION = re.compile(r"<summary>Solution</summary>\s*```python\n(.*?)```", re.DOTALL)


def exercises() -> list:
    """(set-up, exercise, solution) of every cell with the tag `exercise`, in source text."""
    found = []
    for path in sorted(NOTEBOOKS.glob("[0-9]*.ipynb")):
        cells = nbformat.read(path, 4).cells
        setup = "".join(cell.source for cell in cells if "setup" in cell.metadata.get("tags", []))
        for number, (cell, after) in enumerate(pairwise(cells)):
            if "exercise" in cell.metadata.get("tags", []):
                solution = SOLUTION.search(after.source)
                found.append(pytest.param(setup, cell.source, solution and solution[1], id=f"{path.stem}-{number}"))
    return found


def verdict_of(setup: str, exercise: str, solution: str = "") -> Verdict:
    """Run the cell; its last statement is the check. The solution, if given, comes between the stub and the check."""
    *body, last = ast.parse(exercise).body
    assert isinstance(last, ast.Expr), "An exercise ends with its check."
    space: dict[str, object] = {}
    for source in (setup, ast.unparse(ast.Module(body, [])), solution):
        exec(source, space)
    return eval(ast.unparse(last.value), space)


@pytest.mark.parametrize(("setup", "exercise", "solution"), exercises())
def test_the_stub_is_not_written_yet_and_the_solution_is_right(setup, exercise, solution):
    assert verdict_of(setup, exercise).outcome == "not written yet"
    assert solution, "The markdown cell after an exercise holds its folded solution."
    assert verdict_of(setup, exercise, solution), verdict_of(setup, exercise, solution)
