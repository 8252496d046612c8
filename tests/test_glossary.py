"""One term for one thing: the glossary's entries, and how the lessons use and link them."""

import json
import re
from pathlib import Path

import pytest

from metakit.publish.glossary import FLAGS, GLOSSARY, LEFT_ALONE, LESSONS, linked, pattern, terms

ROOT = Path(__file__).parents[1]
TERMS = terms(GLOSSARY.read_text("utf-8"))


@pytest.fixture(params=LESSONS, ids=lambda path: path.stem[:2])
def lesson(request):
    return request.param


def prose(lesson):
    cells = json.loads(lesson.read_text("utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]


def test_anchors_are_unique_and_in_order():
    anchors = [term.anchor for term in TERMS]
    assert len(TERMS) > 80
    assert anchors == sorted({*anchors})


def test_headings_are_anchors_everywhere():
    """GitHub and Sphinx write anchors in small letters, JupyterLab takes the heading as it is."""
    text = GLOSSARY.read_text("utf-8")
    missing = [one for one in TERMS if one.name.lower() != one.name and f'<a id="{one.anchor}"></a>\n\n###' not in text]
    assert missing == []
    assert text.count("<a id=") == sum(one.name.lower() != one.name for one in TERMS)


def test_a_word_stands_for_one_term():
    words = [word.lower() for term in TERMS for word in (*term.words, *term.elsewhere)]
    assert [word for word in words if words.count(word) > 1] == []


def test_every_entry_names_its_lesson():
    text, lessons = GLOSSARY.read_text("utf-8"), {path.stem[:2]: path.name for path in LESSONS}
    named = re.findall(r"\*Lesson\* \[(\d\d)\]\((.+?)\)$", text, re.MULTILINE)
    assert len(named) == len(TERMS)
    assert [pair for pair in named if lessons.get(pair[0]) != pair[1]] == []


def test_names_in_the_code_are_there():
    names = {*re.findall(r"\w+", " ".join(re.findall(r"`(.+?)`", GLOSSARY.read_text("utf-8"))))}
    code = "\n".join(f"{path.parent} {path.read_text('utf-8')}" for path in (ROOT / "metakit").rglob("*.py"))
    assert [name for name in names if not re.search(rf"\b{name}\b", code)] == []


def test_lessons_use_the_terms_that_name_them(lesson):
    mine, text = [term for term in TERMS if term.lesson == lesson.stem[:2]], "\n".join(prose(lesson))
    assert [term.name for term in mine if not re.search(pattern(term.words), text, FLAGS)] == []


def test_first_uses_are_linked(lesson):
    assert linked(prose(lesson), TERMS) == prose(lesson), "Run make format."


def test_lessons_use_no_other_words(lesson):
    text = "\n".join(re.sub(LEFT_ALONE, "", cell, flags=FLAGS) for cell in prose(lesson))
    found = [(term.name, word) for term in TERMS for word in term.elsewhere if re.search(pattern([word]), text, FLAGS)]
    assert found == [], "The glossary calls these words not ours: use its own."


@pytest.mark.parametrize("page", sorted((ROOT / "docs/teaching").glob("*.md")), ids=lambda path: path.stem)
def test_the_guide_uses_no_other_words(page):
    text = re.sub(LEFT_ALONE, "", page.read_text("utf-8"), flags=FLAGS)
    found = [(term.name, word) for term in TERMS for word in term.elsewhere if re.search(pattern([word]), text, FLAGS)]
    assert found == [], "The glossary calls these words not ours: use its own."


TEXT = """### N-way

With N classes a task is **N-way**.

*Symbol* N · *Lesson* [00](00.ipynb)

### Query

What is asked. *Elsewhere* target set · *Lesson* [01](01.ipynb)
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Two queries, one query.", "Two [queries](glossary.md#query), one query."),
        ("A 5-way task of 20 ways.", "A [5-way](glossary.md#n-way) task of 20 ways."),
        ("`query` and $query$, [query](x.md)", "`query` and $query$, [query](x.md)"),
        ("## 1 · Query\n\n```python\nquery\n```", "## 1 · Query\n\n```python\nquery\n```"),
        ("<details>query</details>", "<details>query</details>"),
        ("## References\n\nOn queries.\n\nA query.", "## References\n\nOn queries.\n\nA query."),
        ("**Query** (5 minutes). A query.", "**Query** (5 minutes). A [query](glossary.md#query)."),
        ("three ways, subquery, query_x", "three ways, subquery, query_x"),
    ],
)
def test_links_go_where_they_may(text, expected):
    glossary = terms(TEXT)
    assert [term.elsewhere for term in glossary] == [(), ("target set",)]
    assert linked([text], glossary) == [expected]
    assert linked([expected], glossary) == [expected]


def test_a_link_moves_with_the_first_use():
    (old,) = linked(["A query."], terms(TEXT))
    assert linked(["New query.", old], terms(TEXT)) == ["New [query](glossary.md#query).", "A query."]
