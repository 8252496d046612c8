"""How notebooks are stored. That they run is nbval's to show: `pytest --nbval-lax notebooks`."""

import json
import re
from pathlib import Path

import pytest

from metakit.publish.questions import is_asked

NOTEBOOKS = sorted(Path(__file__).parents[2].joinpath("notebooks").glob("*.ipynb"))


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return json.loads(request.param.read_text("utf-8"))


def code_cells(notebook):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def test_the_suite_is_there():
    assert {"00_start_here", "01_sinusoid_regression", "02_inside_maml", "03_omniglot_few_shot", "demo"} <= {
        path.stem for path in NOTEBOOKS
    }


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_small_enough(path):
    assert path.stat().st_size <= 40 * 1024


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_name_is_the_idea(path):
    assert re.fullmatch(r"demo|progress|\d\d_[a-z0-9_]+", path.stem)


def test_stored_without_outputs(notebook):
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code_cells(notebook))


def test_every_cell_has_an_id(notebook):
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids)


def test_short_enough(notebook):
    assert sum(not is_asked(cell) for cell in code_cells(notebook)) <= 20
    assert sum(map(is_asked, code_cells(notebook))) <= 12
    assert max(len("".join(cell["source"]).splitlines()) for cell in code_cells(notebook)) <= 12


def test_a_question_does_not_tell_its_answer(notebook):
    told = [cell["id"] for cell in filter(is_asked, code_cells(notebook))
            if not cell["metadata"].get("jupyter", {}).get("source_hidden")]  # fmt: skip
    assert told == [], "make format folds them"


def test_runs_on_the_python_that_started_it(notebook):
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
