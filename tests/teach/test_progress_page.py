"""The progress page shows what the lessons ask for, and what of it is done."""

import json
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from metakit.core import MetaKitError
from metakit.teach import progress
from metakit.teach.course import lesson_04
from metakit.teach.lessons import lesson, lessons
from metakit.teach.progress import keep_answer, keep_solved
from metakit.teach.progress_page import ProgressPage
from tests.conformance_widgets import check_widget

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
CELLS = (
    "from metakit.teach.course import lesson_04 as exercises",
    'Predict(\n    "Is it "\n    "so?", ["Yes", "No"], answer=1,\n    why="",\n)',
    'Predict(question="And now?", choices=["Yes", "No"], answer=0, why="")',
    "def prototypes(x):\n    return ...\n\n\nexercises.prototypes.check(prototypes)",
    "unfinished = (",
    "other.thing.check(1)",
    "exercises.of_tomorrow.check(print)",
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One lesson, and a learner's file beside nothing else."""
    monkeypatch.setattr(progress, "_waiting", [])
    monkeypatch.setenv("METAKIT_PROGRESS", str(tmp_path / "mine" / "progress.json"))
    cells = [new_markdown_cell("# 04 · A lesson\n\nWords."), *map(new_code_cell, CELLS)]
    nbformat.write(new_notebook(cells=cells), tmp_path / "04_a_lesson.ipynb")
    return tmp_path


def done(page: ProgressPage) -> tuple[list[bool | None], list[bool]]:
    (row,) = page.lessons
    return [one["right"] for one in row["predictions"]], [one["solved"] for one in row["exercises"]]


def test_a_lesson_is_read_from_its_notebook(folder):
    found = lesson(folder / "04_a_lesson.ipynb")
    assert found.title == "04 · A lesson"
    assert found.questions == {"Is it so?": "No", "And now?": "Yes"}
    assert found.exercises == ("lesson_04.prototypes", "lesson_04.of_tomorrow")


def test_the_page_shows_what_is_done(folder):
    page = ProgressPage(folder)
    assert done(page) == ([None, None], [False, False])
    keep_answer("Is it so?", "Yes")
    keep_answer("And now?", "Yes")
    keep_solved("lesson_04.prototypes")
    page.look += 1
    assert done(page) == ([False, True], [True, False])
    assert page.lessons[0]["exercises"][0]["title"] == "Class means"
    taken = json.loads(page.document)
    assert taken["answers"] == {"Is it so?": "Yes", "And now?": "Yes"}
    assert taken["lessons"] == page.lessons
    assert "nothing is sent" in page.place


def test_a_solved_exercise_is_kept_and_an_unsolved_one_is_not(folder):
    lesson_04.prototypes.check(lambda *_: ...)
    lesson_04.prototypes.check(lesson_04.prototypes.oracle, seed=3)  # hidden tests are nobody's progress
    assert progress.progress().solved == ()
    assert lesson_04.prototypes.check(lesson_04.prototypes.oracle)
    assert progress.progress().solved == ("lesson_04.prototypes",)
    assert done(ProgressPage(folder))[1] == [True, False]


def test_a_right_answer_that_cannot_be_kept_is_right_all_the_same(folder, monkeypatch):
    monkeypatch.setenv("METAKIT_PROGRESS", "/proc/nowhere/progress.json")
    verdict = lesson_04.prototypes.check(lesson_04.prototypes.oracle)
    assert verdict
    assert "cannot be kept" in verdict.text


def test_the_page_begins_anew(folder):
    def make() -> ProgressPage:
        keep_answer("Is it so?", "Yes")
        return ProgressPage(folder)

    check_widget(make, ProgressPage.shown, forget=(0, 1, 2))
    page = make()
    page.forget += 1
    assert done(page) == done(ProgressPage(folder)) == ([None, None], [False, False])


def test_looking_again_withstands_nonsense(folder):
    page = ProgressPage(folder)
    for bad in (-1, None, "x", 2**40):
        with pytest.raises(Exception, match="look"):
            page.look = bad


def test_what_is_wrong_is_said(folder, monkeypatch):
    assert "There are no lessons in" in ProgressPage(folder / "elsewhere").trouble
    (folder / "mine").mkdir()
    (folder / "mine" / "progress.json").write_text("{", "utf-8")
    page = ProgressPage(folder)
    assert "damaged" in page.trouble
    page.forget += 1
    assert page.trouble == ""
    monkeypatch.setenv("METAKIT_PROGRESS", "")
    assert "Nothing is kept" in ProgressPage(folder).place


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"cells": [1]}', '{"cells": [{"cell_type": "code"}]}'])
def test_a_broken_notebook_is_named(folder, content):
    (folder / "05_broken.ipynb").write_text(content, "utf-8")
    with pytest.raises(MetaKitError, match="05_broken"):
        lessons(folder)


def test_no_question_is_asked_twice():
    """An answer is kept under its question: two predictions with the same words would share it."""
    found = [question for one in lessons(NOTEBOOKS) for question in one.questions]
    asked = sum(path.read_text("utf-8").count("Predict(\\n") for path in NOTEBOOKS.glob("[0-9]*.ipynb"))
    assert len(found) == len(set(found)) == asked
