"""The student edition: everything to work with, no solution, and no link that leads nowhere."""

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest

from metakit.core import MetaKitError
from metakit.publish.executed import NONE
from metakit.publish.site import site
from metakit.publish.solutions import posed, tagged, without_solutions
from metakit.publish.student import VERBS, packed, student

ROOT = Path(__file__).parents[2]
LESSONS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """To build from: a copy without the weights, which are large: the repository's own build folder stays as it is."""
    root = tmp_path_factory.mktemp("repository")
    for name in ("LICENSE", "Makefile", "constraints.txt", "environment.yml", "pyproject.toml", "docs", "notebooks",
                 "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "metakit"):  # fmt: skip
        (root / name).symlink_to(ROOT / name)
    (root / "data").mkdir()
    for name in ("README.md", "glyphs.png", "results.json", "studies"):
        (root / "data" / name).symlink_to(ROOT / "data" / name)
    (root / "data" / "checkpoints").mkdir()
    return root


@pytest.fixture(scope="module")
def edition(repository: Path) -> Path:
    """The folder with the student edition."""
    return student(repository)


def cells(path: Path) -> list:
    return nbformat.read(path, as_version=4).cells


def test_every_notebook_is_there_and_valid(edition):
    made = sorted(path.name for path in (edition / "notebooks").glob("*.ipynb"))
    assert made == sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
    for path in (edition / "notebooks").glob("*.ipynb"):
        nbformat.validate(json.loads(path.read_text("utf-8")))


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_keeps_all_but_its_solutions(edition, path):
    before, after = cells(path), cells(edition / "notebooks" / path.name)
    code = [(cell.id, cell.source, cell.metadata) for cell in before if cell.cell_type == "code"]
    assert [(cell.id, cell.source, cell.metadata) for cell in after if cell.cell_type == "code"] == code
    order = {cell.id: place for place, cell in enumerate(before)}
    assert [order[cell.id] for cell in after] == sorted(order[cell.id] for cell in after)
    text = "\n".join(cell.source for cell in after)
    for exercise in posed(nbformat.read(path, as_version=4)):
        assert exercise.solution.split("\n", 1)[1].strip() not in text
    assert "<summary>Solution" not in text
    assert "Solutions" not in text
    assert text.count("<details>") == text.count("</details>")


def test_words_around_a_solution_stay():
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("<details><summary>Solution</summary>\n\nx\n\n</details>"),
            nbformat.v4.new_markdown_cell("<details><summary>Hint</summary>y</details>\n\nBefore.\n\n"
                                          "<details>\n<summary>Solution</summary>z</details>\n\nAfter."),
        ]
    )  # fmt: skip
    (cell,) = without_solutions(notebook).cells
    assert cell.source == "<details><summary>Hint</summary>y</details>\n\nBefore.\n\nAfter."


def test_links_lead_somewhere_and_nothing_is_there_for_teachers_alone(edition):
    pages = {path: path.read_text("utf-8") for path in edition.rglob("*.md")}
    for path in (edition / "notebooks").glob("*.ipynb"):
        pages[path] = "\n".join(cell.source for cell in cells(path) if cell.cell_type == "markdown")
    broken = [f"{page.name}: {link}" for page, text in pages.items() for link in LINK.findall(text)
              if not (page.parent / link).exists()]  # fmt: skip
    assert broken == []
    assert not any((edition / name).exists() for name in ("docs/teaching", "tests", "metakit/publish"))


def test_it_stands_on_its_own(edition):
    program = "import metakit.cli.serve as serve; print(serve.existing('00_start_here.ipynb'))"
    environment = os.environ | {"PYTHONPATH": str(edition)}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=edition, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(edition / "notebooks" / "00_start_here.ipynb")
    assert f"{len(LESSONS)} lessons" in (edition / "README.md").read_text("utf-8")


def test_without_make_linux_gets_the_torch_that_make_takes(edition):
    address = re.search(r"^TORCH_CPU = (\S+)$", (edition / "Makefile").read_text("utf-8"), re.MULTILINE)[1]
    assert f"constraints.txt --extra-index-url {address}`" in (edition / "README.md").read_text("utf-8")


def test_the_file_to_send_holds_the_folder(edition):
    with zipfile.ZipFile(packed(edition)) as file:
        inside = {name for name in file.namelist() if not name.endswith("/")}
    assert inside == {path.relative_to(edition.parent).as_posix() for path in edition.rglob("*") if path.is_file()}


def test_a_student_edition_of_a_student_edition_is_refused(edition):
    with pytest.raises(MetaKitError, match="full repository"):
        student(edition)


def test_exercises_stay(edition):
    left = [cell for path in LESSONS for cell in cells(edition / "notebooks" / path.name) if tagged(cell, "exercise")]
    assert len(left) == sum(tagged(cell, "exercise") for path in LESSONS for cell in cells(path)) > 0


def test_every_verb_of_the_makefile_works_there(edition):
    text = (edition / "Makefile").read_text("utf-8")
    rules = set(re.findall(r"(?m)^([\w./]+):", text))
    assert set(VERBS) <= rules
    assert {name for rule in re.findall(r"(?m)^[\w./]+: ([^#\n]*)", text) for name in rule.split()} - {
        "$(VENV)",
        "$(VERSIONS)",
    } <= rules
    assert not re.search(r"deploy|publish|tests/load|ruff", re.sub(r"(?s)\nclean:.*?\n\n", "", text))
    told = subprocess.run(["make", "help"], cwd=edition, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"(?m)^  (\w+)", told)) == set(VERBS)


def test_their_site_holds_no_solution_and_no_page_for_teachers(repository):
    built = site(repository, run=NONE, stills=False, students=True)
    assert built.name == "student-site"
    assert {path.stem for path in built.glob("notebooks/[0-9]*.html")} == {path.stem for path in LESSONS}
    assert not (built / "docs").exists()
    for page in built.rglob("*.html"):
        assert "<summary>Solution" not in page.read_text("utf-8")
    assert "exercises.split.check" in re.sub(
        "<.*?>", "", (built / "notebooks" / "00_start_here.html").read_text("utf-8")
    )
