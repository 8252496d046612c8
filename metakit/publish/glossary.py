"""The glossary's terms, and the links to it: each lesson links a term where it uses it first.

`python -m metakit.publish.glossary` renews the links of all lessons; `make format` runs it. Old links go first, so
sentences may move, and a second run changes nothing. Formulas, code, headings, exercises' titles and solutions,
references and other links stay as they are.
"""

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from metakit.tasks.storage import replacing

ROOT = Path(__file__).parents[2]
GLOSSARY, LESSONS = ROOT / "notebooks/glossary.md", sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
OURS = re.compile(r"\[([^\]]*)\]\(glossary\.md#[\w-]+\)")
FLAGS = re.IGNORECASE | re.MULTILINE | re.DOTALL
CODE, SOLUTIONS, HTML = r"```.*?```|`[^`]*`", "<details>.*?</details>", r"<[^>\n]+>"
FORMULAS, LINKS = r"\$\$.*?\$\$|\$[^$]+\$", r"!?\[[^\]]*\]\([^)]*\)"
TITLES = r"^#+ References.*\Z|^#+ [^\n]*$|^\*\*[^*\n]+\*\* \(\d+ minutes"
LEFT_ALONE = f"{CODE}|{SOLUTIONS}|{HTML}|{FORMULAS}|{LINKS}|{TITLES}"


class Term(NamedTuple):
    """One entry: its name, the words that stand for it here, those that stand for it elsewhere, its lesson's number."""

    name: str
    words: tuple[str, ...]
    elsewhere: tuple[str, ...]
    lesson: str

    @property
    def anchor(self) -> str:
        """The name as it stands behind the # of a link. JupyterLab minds capitals: a name with some has an `<a id>`."""
        return re.sub(r"[^\w -]", "", self.name.lower()).replace(" ", "-")

    def is_called(self, text: str) -> bool:
        """Whether `text` is one of the term's words."""
        return bool(re.fullmatch(pattern(self.words), text, FLAGS))


def terms(text: str) -> tuple[Term, ...]:
    """The entries of a glossary: a heading, a definition with the words in bold, a line of facts."""
    return tuple(_entry(part) for part in re.split(r"^### ", text, flags=re.MULTILINE)[1:])


def _entry(part: str) -> Term:
    name, bold = part.splitlines()[0], re.findall(r"\*\*(.+?)\*\*", part, re.DOTALL)
    elsewhere, lesson = re.search(r"\*Elsewhere\* ([^·]+?) ·", part), re.search(r"\*Lesson\* \[(\d\d)\]", part)
    words = dict.fromkeys(" ".join(word.lower().split()) for word in (name, *bold))
    return Term(name, tuple(words), tuple(elsewhere[1].split(", ") if elsewhere else ()), lesson[1] if lesson else "")


def pattern(words: Iterable[str]) -> str:
    """A regular expression for any of the words, in singular and plural, the longest first."""
    return rf"(?<![\w-])(?:{'|'.join(_one(word) for word in sorted(words, key=len, reverse=True))})(?![\w+-])"


def _one(word: str) -> str:
    spaced = re.sub(r"\\[ -]", r"[-\\s]+", re.escape(word))  # "few shot" is "few-shot"
    counted = re.sub(r"^([nk])(?=\[)", r"(?:\1|\\d+)", spaced)  # "5-way" is "n-way"
    return re.sub(r"y$", "(?:y|ies)", counted) if counted.endswith("y") else f"{counted}(?:e?s)?"


def linked(cells: Sequence[str], glossary: Sequence[Term]) -> list[str]:
    """The markdown cells of one lesson with a link where each term is used first, and nowhere else."""
    met: set[Term] = set()

    def link(found: re.Match[str]) -> str:
        term = next((term for term in glossary if found["word"] and term.is_called(found["word"])), None)
        if term is None or term in met:
            return found[0]
        met.add(term)
        return f"[{found[0]}](glossary.md#{term.anchor})"

    every = re.compile(f"{LEFT_ALONE}|(?P<word>{pattern(word for term in glossary for word in term.words)})", FLAGS)
    return [every.sub(link, OURS.sub(r"\1", cell)) for cell in cells]


def main() -> None:
    """Renew the links in all lessons."""
    glossary = terms(GLOSSARY.read_text("utf-8"))
    for path in LESSONS:
        notebook = json.loads(path.read_text("utf-8"))
        prose = [cell for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
        for cell, text in zip(prose, linked(["".join(cell["source"]) for cell in prose], glossary), strict=True):
            cell["source"] = text.splitlines(keepends=True)
        with replacing(path) as file:
            file.write(f"{json.dumps(notebook, indent=1, ensure_ascii=False)}\n".encode())


if __name__ == "__main__":
    main()
