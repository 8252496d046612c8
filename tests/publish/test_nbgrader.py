"""The nbgrader course: every assignment is whole, and a real cycle of one of them gives the points that are due."""

import json
import os
import sys
from pathlib import Path

import nbformat
import pytest
from traitlets.config import Config, PyFileConfigLoader

from metakit.core import MetaKitError
from metakit.publish.nbgrader import POINTS, course
from metakit.publish.solutions import Posed, posed, solved
from metakit.teach.course import lesson_00
from metakit.teach.lessons import exercise, lessons

ROOT = Path(__file__).parents[2]
LESSONS = lessons(ROOT / "notebooks")
LIGHT = "00_start_here"  # the assignment that goes through the whole cycle
STUDENTS = ("anna", "ben", "cleo")
CHATTY = """
right = answers


def answers(*given):
    import sys
    print("Words on stderr would cost all points.", file=sys.stderr)
    return right(*given)
"""
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's own


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("repository")
    (root / "notebooks").symlink_to(ROOT / "notebooks")
    return course(root)


def cells(path: Path) -> list:
    return nbformat.read(path, as_version=4).cells


def told(cell) -> dict:
    return cell.metadata["nbgrader"]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_an_assignment_holds_every_exercise_with_its_points(built, lesson):
    path = built / "source" / lesson.name / "exercises.ipynb"
    nbformat.validate(json.loads(path.read_text("utf-8")))
    found = {told(cell)["grade_id"]: cell for cell in cells(path)}
    assert len(found) == len(cells(path)), "grade ids are unique"
    for key in lesson.exercises:
        name, known = key.split(".")[1], exercise(key)
        assert told(found[f"test_{name}"])["points"] == POINTS[known.difficulty]
        assert told(found[f"test_{name}"])["locked"]
        assert not told(found[name])["locked"]
        assert told(found[name])["solution"]
        assert found[f"task_{name}"].source.startswith(f"**{known.title}**")
    assert sum("points" in told(cell) for cell in found.values()) == len(lesson.exercises) >= 2


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_an_assignment_is_solved_by_its_solutions_alone(built, lesson):
    """The imports of its set-up cell suffice, and every hidden test accepts what the lesson says."""
    space: dict[str, object] = {}
    for cell in cells(built / "source" / lesson.name / "exercises.ipynb"):
        if cell.cell_type == "code":
            exec(cell.source, space)


def test_a_solution_may_bring_imports_and_the_stub_its_hints():
    one = Posed(
        "area", "", "def area(r):\n    return ...  # of a circle\n\n\nexercises.area.check(area)",
        "from math import pi\n\n\ndef area(r):\n    square = r * r  # why not\n    return pi * square\n",
    )  # fmt: skip
    assert solved(one) == (
        "def area(r):\n    # of a circle\n    ### BEGIN SOLUTION\n    from math import pi\n"
        "    square = r * r  # why not\n    return pi * square\n    ### END SOLUTION\n\n\nexercises.area.check(area)"
    )


def test_without_nbgrader_one_sentence_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "nbgrader.nbgraderformat", None)
    with pytest.raises(MetaKitError, match=r"install it with `pip install -e '\.\[course\]'`\.$"):
        course(tmp_path)


@pytest.fixture(scope="module")
def config(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Config:
    """The settings that the course comes with, its folder, and an exchange."""
    exchange = tmp_path_factory.mktemp("exchange")
    exchange.chmod(0o777)
    with pytest.MonkeyPatch.context() as surroundings:
        surroundings.setenv("METAKIT_PROGRESS", "")  # the settings set it
        settings = PyFileConfigLoader("nbgrader_config.py", str(built)).load_config()
    settings.CourseDirectory.root = str(built)
    settings.CourseDirectory.db_url = f"sqlite:///{built / 'gradebook.db'}"
    settings.Exchange.root = str(exchange)
    settings.Exchange.cache = str(exchange / "cache")
    settings.ExchangeCollect.check_owner = False  # one person hands in for three
    return settings


@pytest.fixture(scope="module")
def graded(built: Path, config: Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course after a whole cycle: anna has all right, ben nothing, cleo makes a listed mistake."""
    from nbgrader.apps import NbGraderAPI

    tools = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # nbgrader calls alembic
    with pytest.MonkeyPatch.context() as surroundings:
        surroundings.setenv("PATH", tools)
        api = NbGraderAPI(config=config)
        for step in (api.generate_assignment, api.release_assignment):
            done = step(LIGHT)
            assert done["success"], done["log"]
        for student in STUDENTS:
            work = tmp_path_factory.mktemp(student)
            hand_in(work, student, config)
        collected = api.collect(LIGHT)
        assert collected["success"], collected["log"]
        for student in STUDENTS:
            done = api.autograde(LIGHT, student)
            assert done["success"], done["log"] + done.get("error", "")
    return built


def hand_in(work: Path, student: str, config: Config) -> None:
    """Fetch the assignment, write answers into it, and submit."""
    from nbgrader.auth import Authenticator
    from nbgrader.coursedir import CourseDirectory
    from nbgrader.exchange import ExchangeFactory

    told = config.copy()
    told.Exchange.assignment_dir = str(work)
    told.CourseDirectory.student_id, told.CourseDirectory.assignment_id = student, LIGHT
    factory, place, door = ExchangeFactory(config=told), CourseDirectory(config=told), Authenticator(config=told)
    factory.FetchAssignment(coursedir=place, authenticator=door, config=told).start()
    path = work / LIGHT / "exercises.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for one in posed(nbformat.read(ROOT / "notebooks" / f"{LIGHT}.ipynb", as_version=4)):
        cell = next(cell for cell in notebook.cells if cell.metadata["nbgrader"]["grade_id"] == one.name)
        cell.source = written(one, student) or cell.source
    nbformat.write(notebook, path)
    factory.Submit(coursedir=place, authenticator=door, config=told).start()


def written(one: Posed, student: str) -> str:
    if student == "cleo" and one.name == "answers":
        return "def answers(*given):\n    return [*exercises.answers.mistakes.values()][0](*given)"
    if student == "anna" and one.name == "answers":
        return f"{one.solution}\n{CHATTY}"
    return "" if student == "ben" else one.solution


def test_what_students_get_holds_no_solution_and_no_hidden_test(graded):
    text = "\n".join(cell.source for cell in cells(graded / "release" / LIGHT / "exercises.ipynb"))
    assert "SOLUTION" not in text
    assert "HIDDEN" not in text
    assert "seed=" not in text
    assert text.count("raise NotImplementedError") == text.count(".check(") >= 2


def test_points_are_those_that_are_due(graded, config):
    from nbgrader.api import Gradebook

    with Gradebook(config.CourseDirectory.db_url, "metakit") as book:
        scores = {student: book.find_submission(LIGHT, student).score for student in STUDENTS}
        most = book.find_assignment(LIGHT).max_score
        pending = [book.find_submission(LIGHT, student).needs_manual_grade for student in STUDENTS]
    assert scores == {"anna": most, "ben": 0, "cleo": most - POINTS[lesson_00.answers.difficulty]}
    assert pending == [False, False, False]


def test_who_made_a_listed_mistake_reads_its_sentence(graded):
    path = graded / "autograded" / "cleo" / LIGHT / "exercises.ipynb"
    (errors,) = [
        [output.evalue for output in cell.outputs if output.output_type == "error"]
        for cell in cells(path)
        if cell.metadata["nbgrader"]["grade_id"] == "test_answers"
    ]
    assert errors == [next(iter(lesson_00.answers.mistakes))]
