"""Every exercise of the course: its solution, its stub, its listed mistakes, and what its notebook says of it."""

import ast
import re
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from pkgutil import iter_modules

import nbformat
import pytest

from metakit.teach import Exercise, Verdict, course

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
SOLUTION = re.compile(r"<summary>Solution</summary>\s*```python\n(.*?)```", re.DOTALL)
LESSONS = [import_module(f"metakit.teach.course.{module.name}") for module in iter_modules(course.__path__)]
EXERCISES = [
    pytest.param(lesson, name, exercise, id=f"{lesson.__name__[-9:]}-{name}")
    for lesson in LESSONS
    for name, exercise in vars(lesson).items()
    if isinstance(exercise, Exercise)
]
SEEDS = (0, 1, 2)


def cells_of(lesson):
    (path,) = NOTEBOOKS.glob(f"{lesson.__name__[-2:]}_*.ipynb")
    return nbformat.read(path, 4).cells


def around(lesson, name) -> tuple[str, str, str]:
    """Source of the set-up cell and the exercise's cell, and its solution."""
    cells = cells_of(lesson)
    setup = "".join(cell.source for cell in cells if "setup" in cell.metadata.get("tags", []))
    for cell, after in pairwise(cells):
        if "exercise" in cell.metadata.get("tags", []) and f"def {name}(" in cell.source:
            return setup, cell.source, SOLUTION.search(after.source)[1]
    raise AssertionError(f"No cell with the tag `exercise` defines {name}.")


def verdict_of(setup: str, exercise: str, solution: str = "", seed: int | None = None) -> Verdict:
    """Run the cell; its last statement is the check. The solution, if given, comes between the stub and the check."""
    *body, last = ast.parse(exercise).body
    space: dict[str, object] = {}
    for source in (setup, ast.unparse(ast.Module(body, [])), solution):
        exec(source, space)
    return eval(ast.unparse(last.value).replace(")", f", seed={seed})" if seed else ")"), space)


@pytest.mark.parametrize(("lesson", "name", "exercise"), EXERCISES)
def test_the_notebooks_stub_is_not_written_yet_and_its_solution_is_right(lesson, name, exercise):
    setup, source, solution = around(lesson, name)
    assert source.splitlines()[-1] == f"exercises.{name}.check({name})"
    assert verdict_of(setup, source).outcome == "not written yet"
    for seed in SEEDS:
        assert verdict_of(setup, source, solution, seed), verdict_of(setup, source, solution, seed)


@pytest.mark.parametrize(("lesson", "name", "exercise"), EXERCISES)
def test_the_notebook_says_title_minutes_and_difficulty(lesson, name, exercise):
    told = f"**{exercise.title}** ({exercise.minutes} minutes, {exercise.difficulty})"
    (place,) = [number for number, cell in enumerate(cells_of(lesson)) if f"def {name}(" in cell.source.split("```")[0]]
    assert told in cells_of(lesson)[place - 1].source


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("lesson", "name", "exercise"), EXERCISES)
def test_every_listed_mistake_is_rejected_by_its_own_sentence(lesson, name, exercise, seed):
    assert len(exercise.mistakes) >= 2
    for sentence, wrong in exercise.mistakes.items():
        verdict = exercise.check(wrong, seed)
        assert (verdict.outcome, verdict.text) == ("common mistake", sentence)
    assert exercise.check(exercise.oracle, seed)


@pytest.mark.parametrize(("lesson", "name", "exercise"), EXERCISES)
def test_nonsense_gets_a_sentence(lesson, name, exercise):
    def endless(*arguments):
        return endless(*arguments)

    for attempt in (endless, lambda *_: "seven", lambda *_: float("inf"), lambda *_: [], lambda *_: None, lambda: 0):
        verdict = exercise.check(attempt)
        assert verdict.outcome in {"differs", "failed", "not written yet"}
        assert "Traceback" not in verdict.text


@pytest.mark.parametrize(("lesson", "name", "exercise"), EXERCISES)
def test_the_expected_picture_is_drawn_and_told_in_words(lesson, name, exercise):
    page = exercise.check(lambda *_: ...)._repr_html_()
    assert page.count("<img") == (exercise.picture is not None) == bool(exercise.shows)


@pytest.mark.parametrize("lesson", LESSONS)
def test_two_to_four_exercises_a_lesson(lesson):
    mine = [name for name, thing in vars(lesson).items() if isinstance(thing, Exercise)]
    tagged = [cell for cell in cells_of(lesson) if "exercise" in cell.metadata.get("tags", [])]
    assert 2 <= len(mine) <= 4
    assert len(tagged) == len(mine)
