"""What the instructor's guide says of lessons, cells, questions, minutes and exercises is so."""

import ast
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
PARTS = ["Goals", "Timing", "Predicts", "Misconceptions", "Questions to ask", "Exam questions"]


@pytest.fixture(params=PAGES, ids=lambda path: path.stem[-2:])
def page(request):
    return request.param


def parts(page):
    return dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", page.read_text("utf-8"), re.MULTILINE | re.DOTALL))


def cells(page):
    """Id, kind and source of every cell of the page's lesson."""
    (notebook,) = (ROOT / "notebooks").glob(f"{page.stem[-2:]}_*.ipynb")
    return [(c["id"], c["cell_type"], "".join(c["source"])) for c in json.loads(notebook.read_text("utf-8"))["cells"]]


def headings(page):
    """Number and title of every numbered section."""
    texts = [source for _, kind, source in cells(page) if kind == "markdown"]
    return re.findall(r"^## (\d+) · (.+)$", "\n".join(texts), re.MULTILINE)


def sections(page):
    """The section of every cell of the page's lesson, by the cell's id."""
    section, found = "", {}
    for name, kind, source in cells(page):
        opened = re.findall(r"^## (\d+|\w+)", source, re.MULTILINE) if kind == "markdown" else []
        found[name] = section = opened[-1] if opened else section
    return found


def predicts(page):
    """The wrong choices of every question of the page's lesson, by its cell's id."""
    found = {}
    for name, _, source in cells(page):
        if source.startswith("Predict("):
            call = ast.parse(source).body[0].value
            answer = next(ast.literal_eval(word.value) for word in call.keywords if word.arg == "answer")
            found[name] = [choice for n, choice in enumerate(ast.literal_eval(call.args[1])) if n != answer]
    return found


def rows(page):
    """Minutes by row of the timing table, without exercises."""
    told = re.findall(r"^\| (.+?) \| (\d+) \|", parts(page)["Timing"], re.MULTILINE)
    return {name: int(number) for name, number in told if name != "exercises"}


def minutes(page):
    """In class, and on exercises."""
    exercises = re.search(r"^\| exercises \| (\d+) \|", parts(page)["Timing"], re.MULTILINE)
    return sum(rows(page).values()), int(exercises[1])


def test_every_lesson_has_a_page():
    assert [path.stem[-2:] for path in PAGES] == [path.stem[:2] for path in sorted(ROOT.glob("notebooks/[0-9]*.ipynb"))]


def test_every_page_has_all_parts(page):
    found = parts(page)
    assert list(found) == PARTS
    lists = [text for part, text in found.items() if part not in {"Timing", "Predicts"}]
    assert min(len(re.findall(r"^(?:- |\d\. )", text, re.MULTILINE)) for text in lists) >= 3
    assert found["Exam questions"].count("*Answer.*") == len(
        re.findall(r"^\d\. ", found["Exam questions"], re.MULTILINE)
    )
    assert found["Questions to ask"].count("Listen for:") == found["Questions to ask"].count("\n- *")


def test_every_predict_has_its_row(page):
    """In the lesson's order, under its section's number, with one of its wrong choices word for word."""
    told = re.findall(r"^\| (\d+) · .+? \| (.+?) \| .+? \|.+\|$", parts(page)["Predicts"], re.MULTILINE)
    asked, where = predicts(page), sections(page)
    assert [number for number, _ in told] == [where[name] for name in asked]
    assert [said for (_, said), wrong in zip(told, asked.values(), strict=True) if said not in wrong] == []


def test_a_wrong_answer_is_shown_wrong_by_a_cell_that_is_there(page):
    """It is named first in the last column, with its section where that is not the question's."""
    told, where = parts(page)["Predicts"], sections(page)
    named = re.findall(r"^\| (\d+) ·.+\| `(\w+)`([^|]*) \|$", told, re.MULTILINE)
    code = [name for name, kind, _ in cells(page) if kind == "code" and name not in predicts(page)]
    assert len(named) == len(predicts(page))
    assert [name for name in re.findall(r"`([0-9a-f]{8})`", told) if name not in code] == []
    places = {name: {"": "the game", "Recap": "recap"}.get(one, f"section {one}") for name, one in where.items()}
    assert [name for number, name, more in named if where[name] != number and places[name] not in more] == []


def test_a_misconception_names_the_cell_that_shows_it_wrong(page):
    told, where = parts(page)["Misconceptions"], sections(page)
    named = re.findall(r"(?:Section )?(\d+|Recap), cells? `(\w+)`", told)
    assert len(named) >= len(re.findall(r"^- \*\*", told, re.MULTILINE))
    assert [pair for pair in named if where.get(pair[1]) != pair[0]] == []
    assert [name for _, name in named if name in predicts(page)] == [], "a question shows nothing"


def test_settings_of_play_are_there(page):
    text, listed = page.read_text("utf-8"), cells(page)
    before = {name: listed[number - 1][2] for number, (name, *_) in enumerate(listed)}
    told = re.findall(r"`(\w+)`, Play (\d)(?: and (\d))?", text)
    assert [one for one in told if not all(f"\n{n}. " in before[one[0]] for n in one[1:] if n)] == []
    assert len(told) == len(re.findall(r"Play \d", text)), "name the cell of the widget first"


def test_named_exercises_are_there(page):
    sources = {name: source for name, _, source in cells(page)}
    course = vars(import_module(f"metakit.teach.course.{page.stem}")).items()
    calls = {one.title: f"exercises.{name}.check(" for name, one in course if isinstance(one, Exercise)}
    items = re.findall(r"`(\w+)`(?:(?!\n- ).)*? check of\s\*(.+?)\*", parts(page)["Misconceptions"], re.DOTALL)
    assert [one for one in items if calls.get(one[1], "?") not in sources[one[0]]] == []


def test_every_section_has_its_minutes(page):
    """Under its own title, as far as the row says it; exercises are at home."""
    told = [re.match(r"(\d+) · (.+)", name) for name in rows(page)]
    told = [(row[1], row[2]) for row in told if row]
    titles = [pair for pair in headings(page) if pair[1] != "Exercises"]
    assert [number for number, _ in told] == [number for number, _ in titles]
    pairs = [(row, title) for (_, row), (_, title) in zip(told, titles, strict=True)]
    assert [row for row, title in pairs if not (title.startswith(row) or row.startswith(title))] == []
    assert "recap" in " ".join(rows(page))


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
    items = re.split(r"^(?=\d\. |- |#)", page.read_text("utf-8"), flags=re.MULTILINE)
    told = [number for one in items if "README" in one for number in re.findall(r"\d+\.\d\d+", one)]
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


def test_a_syllabus_has_the_minutes_of_sections():
    syllabi = (GUIDE / "syllabi.md").read_text("utf-8")
    own = {page.stem[-2:]: rows(page) for page in PAGES}
    which = r"[Ll]esson (\d\d)(?:, (?:sections? )?(the game|\d)(?: (and|to) (\d|the recap))?)?"
    told = re.findall(rf"^\| (\d+) \| (?!.*xercise)(?:.+ \| )?{which}(?=:| \|)", syllabi, re.MULTILINE)
    told += [(found[-1], *found[:-1]) for found in re.findall(rf"{which} \((\d+)\)", syllabi)]
    assert len(told) >= 20
    assert [one for one in told if int(one[0]) != chosen(own[one[1]], *one[2:])] == []


def chosen(rows, first, word, last):
    """Minutes of the named rows: all of them, one, one and another, or all from one to another."""
    names = [re.sub(" ·.*", "", name).replace("recap", "the recap") for name in rows]
    numbers = [*rows.values()]
    if not first:
        return sum(numbers)
    start, stop = (names.index(name) for name in (first, last or first))
    return sum(numbers[start : stop + 1]) if word == "to" else sum(numbers[i] for i in {start, stop})
