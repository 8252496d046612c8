"""What the instructor's guide says of a lesson's sections and questions, for the notes of its slides."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

PLACES = {"the game": "#", "recap": "Recap", "exercises": "Exercises"}  # parts whose heading has other words


@dataclass(frozen=True)
class Guide:
    """The notes of one lesson."""

    sections: dict[str, str] = field(default_factory=dict)  # how a section's heading begins -> its minutes, and words
    questions: tuple[str, ...] = ()  # of each Predict, in order: the wrong answer to listen for

    @classmethod
    def of(cls, page: Path) -> Self:
        """The notes from a page of the guide; none where there is no such page."""
        if not page.exists():
            return cls()
        text = page.read_text("utf-8")
        sections = {
            PLACES.get(part, part.split(" ·")[0]): f"**{minutes} minutes.** {words}"
            for part, minutes, words in _rows(text, "Timing")
            if "together" not in part
        }
        asked = (f"**Listen for:** {wrong.rstrip('.')}. {behind}" for _, wrong, behind, _ in _rows(text, "Predicts"))
        return cls(sections, tuple(asked))

    def section(self, heading: str) -> str:
        """The note of the section under this heading, "## 1 · A family of curves"; empty where there is none."""
        if heading.startswith("# "):
            return self.sections.get("#", "")
        words = heading.lstrip("# ")
        number, _, title = words.partition(" · ")
        return self.sections.get(number if title and "Exercises" not in title else title or words, "")


def _rows(text: str, heading: str) -> Iterator[list[str]]:
    """The cells of each row of the table under this heading."""
    found = re.search(rf"^## {heading}\n.*?^\|[-: |]+\n(.*?)\n(?!\|)", text, re.DOTALL | re.MULTILINE)
    for row in found[1].splitlines() if found else ():
        yield [part.strip() for part in row.strip("|").split("|")]
