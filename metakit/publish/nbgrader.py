"""`make nbgrader`: an nbgrader course in build/nbgrader, with an assignment for each lesson that has exercises.

An assignment holds the exercises alone, and the lesson is the reading: so it is graded in seconds, and the gradebook
shows one line an exercise. A solution cell is the stub with the lesson's solution in it, which nbgrader takes out; the
graded cell behind it checks with other seeds, hidden from the student.
"""

import ast
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from metakit.core import MetaKitError
from metakit.publish.executed import ROOT, lessons
from metakit.publish.solutions import Posed, posed, solved, tagged
from metakit.publish.student import LINK
from metakit.teach.exercises import COURSE
from metakit.teach.lessons import exercise, lesson

POINTS = {"easy": 1, "medium": 2, "hard": 3}
SEEDS = (11, 12, 13)  # of the hidden tests
STATIC = Path(__file__).parent / "static" / "nbgrader"
TEST = """\
# {title}: {points}
### BEGIN HIDDEN TESTS
import contextlib, io
from metakit.teach.course import {module} as exercises

with contextlib.redirect_stderr(io.StringIO()):  # a warning is no mistake: nbgrader would give no points
    verdicts = (exercises.{name}.check({name}, seed=seed) for seed in {seeds})
    wrong = next((verdict for verdict in verdicts if not verdict), None)
assert wrong is None, wrong.text
### END HIDDEN TESTS"""


def course(root: Path = ROOT) -> Path:
    """Build it anew; the folder it lies in. Raises MetaKitError when the extra or a solution is missing."""
    try:
        from nbgrader.nbgraderformat import write  # noqa: PLC0415 - belongs to the extra `course`
    except ImportError as error:
        raise MetaKitError("The course needs nbgrader: install it with `pip install -e '.[course]'`.") from error
    folder = root / "build" / "nbgrader"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(STATIC / "README.md", folder / "README.md")
    shutil.copy(STATIC / "nbgrader_config.txt", folder / "nbgrader_config.py")
    for path in lessons(root):
        if made := assignment(path):
            target = folder / "source" / path.stem / "exercises.ipynb"
            target.parent.mkdir(parents=True)
            write(made, target)
    return folder


def assignment(path: Path) -> NotebookNode | None:
    """The exercises of the lesson at `path`, as nbgrader wants them; None where it has none."""
    notebook = nbformat.read(path, as_version=4)
    exercises = list(posed(notebook))
    if not exercises:
        return None
    setup = "\n".join(cell.source for cell in notebook.cells if tagged(cell, "setup"))
    module = _module(setup, path)
    cells = [_words("about", _about(path)), _locked_code("setup", _imports(setup, exercises))]
    for one in exercises:
        cells += _graded(one, module, path)
    return new_notebook(cells=cells, metadata=notebook.metadata)


def _graded(one: Posed, module: str, path: Path) -> Iterator[NotebookNode]:
    """The task in words, the cell to write in, and the test that gives the points."""
    known = exercise(f"{module}.{one.name}")
    if known is None or not one.solution:
        raise MetaKitError(f"{path.name} has no solution or no exercise {one.name}: build it from the full repository.")
    points = POINTS[known.difficulty]
    said = f"{points} point{'s' * (points > 1)}"
    task = LINK.sub(r"\1", one.task).strip()
    yield _words(f"task_{one.name}", f"{task}\n\n*{said}*")
    yield _cell(new_code_cell(solved(one)), one.name, solution=True)
    test = TEST.format(title=known.title, points=said, module=module, name=one.name, seeds=SEEDS)
    yield _cell(new_code_cell(test), f"test_{one.name}", points=points)


def _module(setup: str, path: Path) -> str:
    """The module of the lesson's exercises, from its set-up cell."""
    for node in ast.walk(ast.parse(setup)):
        if isinstance(node, ast.ImportFrom) and node.module == COURSE:
            return node.names[0].name
    raise MetaKitError(f"{path.name} imports no exercises: its set-up cell needs `from {COURSE} import …`.")


def _imports(setup: str, exercises: list[Posed]) -> str:
    """The set-up cell's imports, less those parts of MetaKit that no exercise uses."""
    text = "\n".join(part for one in exercises for part in (one.stub, one.solution))
    used = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    return "\n".join(
        ast.unparse(node)
        for node in ast.parse(setup).body
        if isinstance(node, ast.Import | ast.ImportFrom)
        and ("metakit" not in ast.unparse(node) or used & {name.asname or name.name for name in node.names})
    )


def _about(path: Path) -> str:
    return (
        f"# {lesson(path).title}: exercises\n\nThe lesson `{path.name}` is the reading; its exercises are these. Write "
        "your code in the cells that say so and run them: the check tells you what differs. Points are given by "
        "further tests of the same kind."
    )


def _words(name: str, text: str) -> NotebookNode:
    return _cell(new_markdown_cell(text), name)


def _locked_code(name: str, source: str) -> NotebookNode:
    return _cell(new_code_cell(source), name)


def _cell(cell: NotebookNode, name: str, *, solution: bool = False, points: int | None = None) -> NotebookNode:
    """A cell with nbgrader's metadata: to be written in (`solution`), graded (`points`), or read only."""
    cell.id = name.replace("_", "-")[:64]
    told = {"grade": points is not None, "solution": solution, "locked": not solution, "task": False}
    cell.metadata["nbgrader"] = told | {"schema_version": 3, "grade_id": name, "cell_type": cell.cell_type}
    if points is not None:
        cell.metadata["nbgrader"]["points"] = points
    return cell


def main() -> None:
    """`python -m metakit.publish.nbgrader`."""
    try:
        folder = course()
    except MetaKitError as error:
        sys.exit(str(error))
    made = sorted(path.name for path in (folder / "source").iterdir())
    print(f"The nbgrader course is made: {folder}, {len(made)} assignments. Its README.md says how to go on.")  # noqa: T201


if __name__ == "__main__":
    main()
