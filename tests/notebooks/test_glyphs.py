"""What a lesson reveals holds on glyphs as well, where Omniglot is not at hand."""

import json
import re
from pathlib import Path

import pytest

from metakit.core import MetaKitError
from metakit.recipes import recipe
from metakit.tasks import omniglot

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@pytest.fixture
def printed(monkeypatch, capsys):
    """What cells of a lesson print; the set-up cell runs first."""

    def missing():
        raise MetaKitError("Omniglot is not here.")

    monkeypatch.setattr(omniglot, "background_split", missing)

    def run(lesson: str, *names: str) -> str:
        space: dict[str, object] = {}
        for name in names:
            exec(source(lesson, name), space)
        return capsys.readouterr().out

    return run


def source(lesson: str, name: str) -> str:
    cells = json.loads((NOTEBOOKS / f"{lesson}.ipynb").read_text("utf-8"))["cells"]
    return next("".join(cell["source"]) for cell in cells if cell["id"] == name)


def test_lesson_03_says_why_the_random_split_is_not_there(printed):
    told = printed("03_omniglot_few_shot", "47ad8aa9", "1925c8e7", "6661b63e")
    assert "0 of them from a known alphabet\nGlyphs have one split" in told
    assert "`metakit data omniglot`" in told.splitlines()[-1]


@pytest.mark.parametrize("shipped", ["prototypical-glyphs", "prototypical-omniglot-background"])
def test_lesson_03_trains_at_most_a_fifth_of_the_shipped_networks_steps(shipped):
    (steps,) = re.findall(r"steps=(\d+)", source("03_omniglot_few_shot", "91b20de3"))
    assert "at most a fifth of the training steps" in source("03_omniglot_few_shot", "c1e0301e")
    assert 5 * int(steps) <= recipe(shipped).schedule.steps


def test_lesson_04_shows_that_the_mean_gains(printed):
    told = printed("04_metric_based", "c733d16c", "8ad6f69f", "89f7e4e9")
    same, gain = ([float(n) for n in pair] for pair in re.findall(r"difference ([+-]\S+) ± (\S+) %", told))
    assert same == [0, 0]
    assert gain[0] > gain[1]
