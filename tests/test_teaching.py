"""What the instructor's guide says of lessons, cells, minutes and exercises is so."""

import json
import re
from importlib import import_module
from pathlib import Path

import pytest

from metakit.studies import curves_of
from metakit.teach.exercises import Exercise

ROOT = Path(__file__).parents[1]
GUIDE = ROOT / "docs/teaching"
PAGES = sorted(GUIDE.glob("lesson_*.md"))
PARTS = ["Goals", "Timing", "Misconceptions", "Questions to ask", "Exam questions"]


@pytest.fixture(params=PAGES, ids=lambda path: path.stem[-2:])
def page(request):
    return request.param


def parts(page):
    return dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", page.read_text("utf-8"), re.MULTILINE | re.DOTALL))


def sections(page):
    """The section of every cell of the page's lesson, by the cell's id."""
    (notebook,) = (ROOT / "notebooks").glob(f"{page.stem[-2:]}_*.ipynb")
    section, found = "", {}
    for cell in json.loads(notebook.read_text("utf-8"))["cells"]:
        headings = re.findall(r"^## (\d+|\w+)", "".join(cell["source"]), re.MULTILINE)
        section = headings[-1] if cell["cell_type"] == "markdown" and headings else section
        found[cell["id"]] = section
    return found


def minutes(page):
    """In class, and on exercises."""
    rows = dict(re.findall(r"^\| (.+?) \| (\d+) \|", parts(page)["Timing"], re.MULTILINE))
    exercises = int(rows.pop("exercises"))
    return sum(map(int, rows.values())), exercises


def test_every_lesson_has_a_page():
    assert [path.stem[-2:] for path in PAGES] == [path.stem[:2] for path in sorted(ROOT.glob("notebooks/[0-9]*.ipynb"))]


def test_every_page_has_all_parts(page):
    found = parts(page)
    assert list(found) == PARTS
    assert min(len(re.findall(r"^(?:- |\d\. )", found[part], re.MULTILINE)) for part in PARTS if part != "Timing") >= 3
    assert found["Exam questions"].count("*Answer.*") == len(
        re.findall(r"^\d\. ", found["Exam questions"], re.MULTILINE)
    )
    assert found["Questions to ask"].count("Listen for:") == found["Questions to ask"].count("\n- *")


def test_a_misconception_names_the_cell_that_shows_it_wrong(page):
    told, where = parts(page)["Misconceptions"], sections(page)
    assert len(re.findall(r"Section \d|Recap,", told)) >= len(re.findall(r"^- \*\*", told, re.MULTILINE))
    named = re.findall(r"(?:Section )?(\d+|Recap), cell `(\w+)`", told)
    assert len(named) >= 5
    assert [pair for pair in named if where.get(pair[1]) != pair[0]] == []


def test_timing_names_sections_that_are_there(page):
    named = re.findall(r"^\| (\d+) · ", parts(page)["Timing"], re.MULTILINE)
    assert [number for number in named if number not in sections(page).values()] == []


def test_exercises_and_their_minutes(page):
    course = vars(import_module(f"metakit.teach.course.{page.stem}")).values()
    exercises = [one for one in course if isinstance(one, Exercise)]
    total, told = re.search(r"^\| exercises \| (\d+) \| (.+?)\. \|$", parts(page)["Timing"], re.MULTILINE).groups()
    assert told == ", ".join(f"{one.title} ({one.minutes})" for one in exercises)
    assert int(total) == sum(one.minutes for one in exercises)


def test_sums(page):
    in_class, exercises = minutes(page)
    assert f"| **{in_class + exercises}** | {in_class} in class, {exercises} on exercises |" in page.read_text("utf-8")
    assert re.search(rf"\({page.name}\) \| {in_class} \| {exercises} \|", (GUIDE / "README.md").read_text("utf-8"))


def test_numbers_of_the_readme_are_still_there(page):
    questions = re.split(r"^(?=\d\. )", parts(page)["Exam questions"], flags=re.MULTILINE)
    told = [number for one in questions if "README" in one for number in re.findall(r"\d+\.\d\d+", one)]
    results = (ROOT / "README.md").read_text("utf-8").split("## Results")[1]
    assert [number for number in told if number not in results] == []


def test_numbers_of_the_studies_are_still_there():
    text = (GUIDE / "lesson_09.md").read_text("utf-8")
    runs = {run.label: run for study in ("sequences", "gpicl") for run in curves_of(study)}
    told = {"burstiness-0": ("in context", "in weights"), "burstiness-1": ("in context", "in weights")}
    assert all(f"{100 * runs[run].last(probe).mean:.1f} %" in text for run, probes in told.items() for probe in probes)
    few, many = ([f"{100 * runs[run].last(probe).mean:.0f} %" for probe in ("tasks seen", "new tasks")]
                 for run in ("tasks-64", "tasks-16384"))  # fmt: skip
    assert all(number in text for number in (*few, *many))


def test_a_session_has_ninety_minutes():
    syllabi = (GUIDE / "syllabi.md").read_text("utf-8")
    tables = re.findall(r"^\| minutes \|.*?\n\n", syllabi, re.MULTILINE | re.DOTALL)
    rows = re.findall(r"^\| \d+ \| 90 \| (.+?) \|$", syllabi, re.MULTILINE)
    sessions = [re.findall(r"^\| (\d+) \|", table, re.MULTILINE) for table in tables]
    sessions += [re.findall(r"\((\d+)\)", row) for row in rows]
    assert [sum(map(int, session)) for session in sessions] == [90] * 15


def test_a_syllabus_has_the_lessons_own_minutes():
    syllabi = (GUIDE / "syllabi.md").read_text("utf-8")
    own = {page.stem[-2:]: minutes(page) for page in PAGES}
    told = re.findall(r"Lesson (\d\d) \((\d+)\)(?:, its exercises \((\d+)\))?", syllabi)
    assert len(told) >= 10
    wrong = [one for one in told if int(one[1]) != own[one[0]][0] or (one[2] and int(one[2]) != own[one[0]][1])]
    assert wrong == []
