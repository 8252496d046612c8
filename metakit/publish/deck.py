"""From a lesson to slides, by rule: each heading begins one, and what does not fit goes on overleaf."""

import re
from collections.abc import Iterator
from itertools import chain
from math import ceil

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook

from metakit.publish.guide import Guide
from metakit.publish.links import at_home
from metakit.publish.live import NO_SOURCE, tag

FULL = 19.0  # lines that a slide holds
WIDTH = 92  # letters in a line
PICTURE, LIVE, CHOICE = 10.5, 15.0, 1.6  # lines that a still picture takes, a live one, an answer to choose
SKIPPED = {"setup"}
NO_GUIDE = Guide()
SOLUTION = re.compile(r"<details>\s*<summary>.*?</summary>(.*?)</details>", re.DOTALL)
EXERCISE = re.compile(r"\*\*.+?\*\* \(\d+ minutes?")
MINUTES = re.compile(r"\((\d+) minutes?\)")
LINK_OUT = re.compile(r"(?<!!)\[([^\]]*)\]\((?!https?:|#|\d\d_\w+\.ipynb)[^)]*\)")
LINK_TO_LESSON = re.compile(r"\]\((\w+)\.ipynb(#[^)]*)?\)")


def deck(notebook: NotebookNode, guide: Guide = NO_GUIDE) -> NotebookNode:
    """A notebook whose cells are told apart as slides, sub-slides and notes, as nbconvert's slides want it.

    Set-up cells are left out. Solutions, minutes and what the guide says become the speaker's notes.
    """
    cells: list[NotebookNode] = []
    questions = iter(guide.questions)
    section, room, begun = "", 0.0, False  # begun: a heading stands there alone
    for cell in chain.from_iterable(map(pieces, notebook.cells)):
        level, size = heading(cell), lines(cell)
        if cell.metadata.get("slideshow"):  # a note: it stays with its slide
            cells.append(cell)
        elif level in {1, 2}:
            section, room = cell.source.lstrip("# "), FULL - size
            cells.append(_marked(cell, "slide"))
            cells += [_note(said)] if (said := guide.section(cell.source)) else []
            begun = True
        elif not begun and (level or size > room):
            room = FULL - size
            running = new_markdown_cell(f'<p class="metakit-running">{section}</p>')
            cells += [_marked(running, "subslide"), _marked(cell, "-")]
            begun = bool(level)
        else:
            room -= size
            cells.append(_marked(cell, "-"))
            begun = begun and bool(level)
        if is_question(cell) and (said := next(questions, "")):
            cells.append(_note(said))
    title = next((cell.source.lstrip("# ") for cell in cells if heading(cell) == 1), "Slides")
    return new_notebook(cells=cells, metadata=notebook.metadata | {"title": title})


def pieces(cell: NotebookNode) -> Iterator[NotebookNode]:
    """What may not be parted: a paragraph, a list, a block of code; a code cell with its outputs."""
    if cell.cell_type == "code":
        if is_live(cell):
            tag(cell, NO_SOURCE)
        if not SKIPPED & {*cell.metadata.get("tags", ())}:
            yield cell
        return
    for paragraph in paragraphs(SOLUTION.sub("", at_home(cell.source))):
        text = LINK_TO_LESSON.sub(r"](\1.html)", LINK_OUT.sub(r"\1", paragraph))
        yield new_markdown_cell(text)
    if "You will be able to" not in cell.source and (minutes := MINUTES.findall(cell.source)):
        yield _note(f"About {sum(map(int, minutes))} minutes.")
    for solution in SOLUTION.findall(cell.source):
        yield _note(f"Solution:\n{solution}")


def paragraphs(text: str) -> list[str]:
    """Markdown, parted at its blank lines, yet never inside code or a formula; a heading stands alone."""
    found: list[str] = []
    fence = ""
    for line in text.split("\n"):
        last = found[-1].strip() if found else ""
        ends = not line.strip() and not ("\n" not in last and last.endswith((":", "**")))  # that one leads on
        if not found or (not fence and (ends or line.startswith("#") or last.startswith("#"))):
            found.append("")
        found[-1] += line + "\n"
        fence = _fence(line, fence)
    return [paragraph.strip("\n") for paragraph in found if paragraph.strip()]


def _fence(line: str, fence: str) -> str:
    """What the next line stands in: code ("```"), a formula ("$$") or neither (""), when this one stands in `fence`."""
    code = re.match(r"\s*(`{3,})[^`]*$", line)
    mark = code[1] if code else "$$" if line.count("$$") % 2 else ""
    if not mark or (fence and mark != fence):
        return fence
    return "" if fence else mark


def heading(cell: NotebookNode) -> int:
    """1 for #, 2 for ##, …; 0 where there is none. The words of an exercise begin with its title, and count as 3."""
    if EXERCISE.match(cell.source):
        return 3
    found = re.match(r"(#+) ", cell.source) if cell.cell_type == "markdown" else None
    return len(found[1]) if found else 0


def lines(cell: NotebookNode) -> float:
    """About how many lines of a slide it takes."""
    if cell.cell_type == "markdown":
        return 0.6 + sum(ceil(len(line) / WIDTH) for line in cell.source.split("\n"))
    written = 0.0 if NO_SOURCE in cell.metadata.get("tags", ()) else 1 + 0.8 * (cell.source.count("\n") + 1)
    return written + sum(_output_lines(output) for output in cell.outputs)


def is_question(cell: NotebookNode) -> bool:
    """Whether it is one to predict."""
    return cell.cell_type == "code" and cell.source.startswith("Predict(")


def is_live(cell: NotebookNode) -> bool:
    """Whether it shows a live picture: then its code is not shown."""
    return any("metakit-live" in output.get("data", {}).get("text/html", "") for output in cell.get("outputs", ()))


def _output_lines(output: NotebookNode) -> float:
    data = output.get("data", {})
    text = output.get("text") or data.get("text/markdown") or data.get("text/plain") or ""
    shown = data.get("text/html", "")
    if "metakit-still" in shown:
        return 5 + CHOICE * shown.count("<li>") if "<li>" in shown else LIVE
    return PICTURE if "<img" in shown else 0.5 + 0.8 * (text.count("\n") + 1)


def _marked(cell: NotebookNode, kind: str) -> NotebookNode:
    cell.metadata["slideshow"] = {"slide_type": kind}
    return cell


def _note(text: str) -> NotebookNode:
    return _marked(new_markdown_cell(text), "notes")
