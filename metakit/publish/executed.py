"""Notebooks with their outputs: run once, and kept until the notebook or the package changes."""

import hashlib
import os
import re
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

import metakit
from metakit.core import MetaKitError
from metakit.tasks.storage import replacing

ROOT = Path(metakit.__file__).parents[1]
NOT_IN_LESSONS = ("cli", "publish", "server")  # parts of the package that no lesson uses
PATIENCE = 900  # seconds for one cell
ALL, NONE = ("",), ()  # of the lessons: how their names begin
RECORD = """from IPython.display import JSON
from metakit.widgets.recorded import record_all

JSON(record_all())"""
STATE = "application/vnd.jupyter.widget-state+json"
COLOUR = re.compile(r"\x1b\[[\d;]*m")
SURROUNDINGS = {  # nobody's answers; charts as data; small tensors, and another program may need the other processor
    "METAKIT_PROGRESS": "",
    "PLOTLY_RENDERER": "plotly_mimetype",
    "OMP_NUM_THREADS": "1",
}


def lessons(root: Path = ROOT) -> list[Path]:
    """The notebooks of the course, in order."""
    return sorted((root / "notebooks").glob("[0-9][0-9]_*.ipynb"))


def asked(words: Sequence[str]) -> tuple[str, ...]:
    """Which lessons shall be run, by the words behind a command: all without any, else those with these numbers.

    Raises MetaKitError when a word is no lesson's number.
    """
    if "--without-outputs" in words:
        return NONE
    numbers = [path.name[:2] for path in lessons()]
    if wrong := [word for word in words if word not in numbers]:
        known = f"{numbers[0]} to {numbers[-1]}"
        raise MetaKitError(f"{wrong[0]} is no lesson: give numbers from {known}, as in ARGS=01 or ARGS='00 01'.")
    return tuple(words) or ALL


def read(notebook: Path, cache: Path, run: tuple[str, ...]) -> NotebookNode:
    """The notebook: with outputs if its name begins with one of `run`, else as it is stored."""
    return executed(notebook, cache) if notebook.name.startswith(run) else nbformat.read(notebook, as_version=4)


def executed(notebook: Path, cache: Path) -> NotebookNode:
    """The notebook with outputs and the state of its widgets, from `cache` if nothing has changed since.

    Raises MetaKitError when a cell fails, naming it.
    """
    kept, key = cache / notebook.name, _key(notebook)
    if kept.exists() and (found := nbformat.read(kept, as_version=4)).metadata.get("made_from") == key:
        return found
    document = run(notebook)
    document.metadata["made_from"] = key
    with replacing(kept) as file:
        file.write(nbformat.writes(document).encode())
    return document


def run(notebook: Path) -> NotebookNode:
    """The notebook, run from top to bottom in its own folder; its widgets' state holds their recorded answers too."""
    document = nbformat.read(notebook, as_version=4)
    document.cells.append(new_code_cell(RECORD))
    place = {"metadata": {"path": str(notebook.parent)}}
    client = NotebookClient(document, timeout=PATIENCE, kernel_name="python3", resources=place, coalesce_streams=True)
    widgets: dict[str, Any] = {}

    def before(cell_index: int, **_: Any) -> None:
        """Keep the widgets as the lesson leaves them: recording moves their controls."""
        if cell_index == len(document.cells) - 1:
            client.set_widgets_metadata()
            widgets.update(deepcopy(document.metadata.get("widgets", {})))

    client.on_cell_start = before
    try:
        client.execute(env=os.environ | SURROUNDINGS)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        done = sum(cell.get("execution_count") is not None for cell in document.cells)
        last = COLOUR.sub("", str(error)).strip().splitlines()[-1]
        told = f"{notebook.name} stops at its code cell {done}: mend that, then try again. {last}"
        raise MetaKitError(told) from error
    answers = document.cells.pop().outputs[-1].data["application/json"]
    for name, state in widgets.get(STATE, {}).get("state", {}).items():
        state.update(answers.get(name, {}))
    document.metadata["widgets"] = widgets
    return document


def _key(notebook: Path) -> str:
    """A digest of all that the outputs follow from: the notebook, and the package."""
    digest = hashlib.sha256(notebook.read_bytes())
    package = Path(metakit.__file__).parent
    for file in sorted(package.rglob("*")):
        if file.suffix in {".py", ".js", ".css"} and file.relative_to(package).parts[0] not in NOT_IN_LESSONS:
            digest.update(file.read_bytes())
    return digest.hexdigest()
