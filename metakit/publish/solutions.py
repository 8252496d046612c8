"""Exercises and solutions as a lesson holds them: a stub in a code cell, its solution folded in the text behind it."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from textwrap import indent

from nbformat import NotebookNode

FOLDED = re.compile(r"<details>\s*<summary>Solution</summary>.*?</details>\s*", re.DOTALL)
ANNOUNCED = re.compile(r"[ \n]Solutions are folded away below each\.")
CODE = re.compile(r"```python\n(.*?)```", re.DOTALL)
TITLED = re.compile(r"^(\*\*.*)", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"#.*")
CALL = re.compile(r"^exercises\.(\w+)\.check\(", re.MULTILINE)


@dataclass(frozen=True)
class Posed:
    """One exercise of a lesson, in source text."""

    name: str  # of the function, and of the constant in the lesson's module of metakit.teach.course
    task: str  # the words above the stub, from the title in bold
    stub: str
    solution: str


def tagged(cell: NotebookNode, tag: str) -> bool:
    """Whether a cell has this tag."""
    return tag in cell.metadata.get("tags", [])


def posed(notebook: NotebookNode) -> Iterator[Posed]:
    """The exercises of a lesson, in order."""
    for before, (cell, after) in zip(notebook.cells, pairwise(notebook.cells[1:]), strict=False):
        if tagged(cell, "exercise") and (call := CALL.search(cell.source)):
            task, folded = TITLED.search(FOLDED.sub("", before.source)), FOLDED.search(after.source)
            solution = CODE.search(folded[0]) if folded else None
            yield Posed(call[1], task[1] if task else "", cell.source, solution[1] if solution else "")


def without_solutions(notebook: NotebookNode) -> NotebookNode:
    """The same lesson, with stubs and checks and no solutions; cells that held nothing else go too."""
    kept = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = ANNOUNCED.sub("", FOLDED.sub("", cell.source)).strip()
        if cell.source:
            kept.append(cell)
    notebook.cells = kept
    return notebook


def solved(one: Posed) -> str:
    """The stub's cell with the solution as its body, between the marks where nbgrader cuts it out again."""
    stub, solution = _function(one.stub, one.name), _function(one.solution, one.name)
    lines, answer = one.stub.splitlines(), one.solution.splitlines()
    head = lines[: stub.body[0].lineno - 1]
    hints = [f"    {hint}" for hint in COMMENT.findall("\n".join(lines[stub.body[0].lineno - 1 : stub.end_lineno]))]
    beside = [ast.unparse(node) for node in ast.parse(one.solution).body if node.lineno != solution.lineno]
    body = [*indent("\n".join(beside), "    ").splitlines(), *answer[solution.body[0].lineno - 1 : solution.end_lineno]]
    marked = ["    ### BEGIN SOLUTION", *body, "    ### END SOLUTION"]
    return "\n".join([*head, *hints, *marked, *lines[stub.end_lineno :]])


def _function(source: str, name: str) -> ast.FunctionDef:
    return next(node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef) and node.name == name)
