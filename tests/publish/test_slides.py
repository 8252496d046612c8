import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import expect

from metakit.publish.deck import deck, paragraphs
from metakit.publish.executed import ROOT, lessons
from metakit.publish.guide import Guide
from metakit.publish.links import asks_elsewhere, broken_links
from tests.publish.conftest import states


def told(*cells):
    """(kind of slide, source) of each cell of the deck."""
    return [(cell.metadata.slideshow.slide_type, cell.source) for cell in deck(new_notebook(cells=list(cells))).cells]


def kinds(*cells):
    return [kind for kind, _ in told(*cells)]


def test_headings_begin_slides():
    found = told(new_markdown_cell("# Title\n\nWords.\n\n## Idea\n\nMore.\n\n### Predict\n\nWhat?\n\n### Run\n\nThis."))
    assert found == [
        ("slide", "# Title"), ("-", "Words."),
        ("slide", "## Idea"), ("-", "More."),
        ("subslide", '<p class="metakit-running">Idea</p>'), ("-", "### Predict"), ("-", "What?"),
        ("subslide", '<p class="metakit-running">Idea</p>'), ("-", "### Run"), ("-", "This."),
    ]  # fmt: skip


def test_an_exercise_begins_a_slide_with_its_stub():
    found = kinds(
        new_markdown_cell("## Exercises\n\nGo.\n\n**Twice** (5 minutes, easy). Double it."), new_code_cell("\n" * 20)
    )
    assert found == ["slide", "-", "subslide", "-", "-"]


def test_a_heading_does_not_stand_alone():
    assert kinds(new_markdown_cell("## Idea\n\n### Predict\n\nWhat?")) == ["slide", "-", "-"]
    assert kinds(new_markdown_cell("## Long"), new_code_cell("\n" * 40)) == ["slide", "-"]


def test_what_does_not_fit_goes_on_overleaf():
    found = kinds(new_markdown_cell("## Idea\n\n" + "\n\n".join(["word " * 100] * 3)))
    assert found == ["slide", "-", "-", "subslide", "-"]


def test_set_up_is_skipped_and_solutions_are_for_the_speaker():
    solved = "<details><summary>Solution</summary>\n\n```python\nreturn 2\n```\n\n</details>\n\n**Next.** (5 minutes)"
    found = told(
        new_markdown_cell("# T"), new_code_cell("import x", metadata={"tags": ["setup"]}), new_markdown_cell(solved)
    )
    assert found[1:] == [
        ("-", "**Next.** (5 minutes)"),
        ("notes", "About 5 minutes."),
        ("notes", "Solution:\n\n\n```python\nreturn 2\n```\n\n"),
    ]


GUIDE = """# Page

## Timing

| part | minutes | what happens |
|---|---:|---|
| the game | 8 | Play. |
| 1 · An idea | 5 | Vote first. |
| exercises | 6 | Twice (6). |
| **together** | **19** | |

## Predicts

| asked | wrong answer to listen for | what is behind it | shown wrong by |
|---|---|---|---|
| 1 · larger | One | It comes first. | `abc`, below |

## Questions
"""


def test_the_speaker_reads_what_the_guide_says(tmp_path):
    (tmp_path / "page.md").write_text(GUIDE)
    question = "Predict('?', ['1', '2'], answer=1, why='.')"
    words = "# Title\n\n## 1 · An idea, at length\n\n### Predict", question, "## 2 · Exercises\n\n## Recap"
    cells = [new_markdown_cell(words[0]), new_code_cell(words[1]), new_markdown_cell(words[2])]
    made = deck(new_notebook(cells=cells), Guide.of(tmp_path / "page.md")).cells
    found = [cell.source for cell in made if cell.metadata.slideshow.slide_type in {"slide", "notes"}]
    assert found == [
        "# Title", "**8 minutes.** Play.",
        "## 1 · An idea, at length", "**5 minutes.** Vote first.", "**Listen for:** One. It comes first.",
        "## 2 · Exercises", "**6 minutes.** Twice (6).",
        "## Recap",
    ]  # fmt: skip


@pytest.mark.parametrize("path", lessons(), ids=lambda path: path.stem)
def test_everything_that_the_guide_says_finds_its_slide(path):
    guide = Guide.of(ROOT / "docs" / "teaching" / f"lesson_{path.name[:2]}.md")
    notes = [cell.source for cell in deck(nbformat.read(path, 4), guide).cells if is_note(cell)]
    assert len(guide.sections) >= 6
    assert {*guide.sections.values(), *guide.questions} <= {*notes}


def is_note(cell):
    return cell.metadata.slideshow.slide_type == "notes"


def test_paragraphs_part_neither_code_nor_formulas():
    text = "One.\n\n```python\na\n\n# b\n```\n\n$$x\n\ny$$\n\n- i\n- j\n## H\nAfter."
    assert paragraphs(text) == ["One.", "```python\na\n\n# b\n```", "$$x\n\ny$$", "- i\n- j", "## H", "After."]


def test_words_that_lead_on_stay_with_what_follows():
    assert paragraphs("**You will be able to**\n\n- a\n- b\n\nNow.") == ["**You will be able to**\n\n- a\n- b", "Now."]


def test_links_stay_among_the_slides():
    found = told(
        new_markdown_cell("# T\n\n[next](01_next.ipynb) and [a term](glossary.md#task) of [ours](../README.md)")
    )
    assert found[1][1] == "[next](01_next.html) and a term of ours"


def test_a_live_picture_is_shown_without_its_code():
    output = new_output("display_data", {"text/html": '<div class="metakit-live"><div class="metakit-still">'})
    made = deck(new_notebook(cells=[new_markdown_cell("## Play"), new_code_cell("Widget()", outputs=[output])]))
    assert made.cells[1].metadata.tags == ["remove-input"]


@pytest.fixture(scope="module")
def slides(published):
    return (published / "build/slides/00_tiny.html").read_text("utf-8")


def test_the_slides_are_there_and_ask_nobody(published, slides):
    plain = re.sub(r"<script.*?</script>", "", slides, flags=re.DOTALL)
    assert plain.count("<section") == 4 + 9  # title, idea, exercise and recap; and the slides inside them
    assert '<aside class="notes">' in slides
    assert "return 2 * x" not in slides.partition('<aside class="notes">')[0]
    assert "import metakit" not in slides
    assert "Predict(" not in slides
    built = published / "build" / "slides"
    assert broken_links(built) == []
    assert asks_elsewhere(built) == []
    assert 'href="00_tiny.html"' in (built / "index.html").read_text("utf-8")


def test_what_a_cell_prints_is_one_block_and_no_line_of_it_is_cut(published, context):
    page = context.new_page()
    page.goto((published / "build/slides/00_tiny.html").as_uri())
    printed = page.locator("pre").filter(has_text="a long line a long line")
    expect(printed).to_contain_text("first")
    printed.evaluate("pre => { const at = Reveal.getIndices(pre.closest('section')); Reveal.slide(at.h, at.v); }")
    expect(printed).to_be_in_viewport()
    assert printed.evaluate("pre => pre.clientWidth > 0 && pre.scrollWidth <= pre.clientWidth")


def test_slides_are_alive_and_formulas_drawn(slides):
    assert len(states(slides)) == 2
    assert "data:image/png" in slides
    assert 'class="metakit-math"' in slides
    assert "$" not in re.sub(r"<(script|style).*?</\1>", "", slides, flags=re.DOTALL)
