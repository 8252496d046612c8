"""The reading list has what the lessons cite, by the same authors."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
READING = (ROOT / "docs/reading.md").read_text("utf-8")
LESSONS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))


def cited(text):
    """First authors by arXiv number. A work begins a list item, or follows another one's semicolon or full stop."""
    works = re.split(r"\n- |;\s+|\.\s+(?=\w+ \w+ and others:)", f"\n{text}")
    authors = [re.split(r",|:| and others", work)[0].split()[-1:] for work in works]
    links = [re.findall(r"abs/([\d.]+\d)", work) for work in works]
    return {number: who[0] for who, numbers in zip(authors, links, strict=True) for number in numbers}


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem[:2])
def test_what_a_lesson_cites_is_in_the_list(lesson):
    cells = json.loads(lesson.read_text("utf-8"))["cells"]
    references = "\n".join("".join(cell["source"]) for cell in cells).split("## References")[-1]
    assert cited(references).items() <= cited(READING).items()


def test_a_link_says_where_it_leads():
    links = re.findall(r"\[arXiv:([\d.]+)\]\(https://arxiv.org/abs/([\d.]+\d)\)", READING)
    assert len(links) > 30
    assert [pair for pair in links if pair[0] != pair[1]] == []
    assert len({one for one, _ in links}) == len(links)
