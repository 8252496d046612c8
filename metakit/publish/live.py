"""Live pictures on a page without Python: each widget's state goes into the page, and a small script draws it.

What a widget's front end answers by itself is answered on the page too; so is what Python answered when the lesson was
run (`metakit/widgets/recorded.py`). Where it would have to be asked anew, the page says so. Where JavaScript is off,
the words in the picture's place remain.
"""

import json
import re
from base64 import b64encode
from copy import deepcopy
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

VIEW, STATE = "application/vnd.jupyter.widget-view+json", "application/vnd.jupyter.widget-state+json"
PNG, PLOTLY = "image/png", "application/vnd.plotly.v1+json"
STATIC = Path(__file__).parent / "static"
MODEL = Path(__file__).parents[1] / "widgets/voila/templates/metakit/static/model.js"
DEMO = Path(__file__).parents[2] / "docs" / "demo.png"
PLAYGROUND = "Playground"  # nobody can write down what learners will say of drawings that are not drawn yet
DREW = "Five drawn characters, a query, and what every learner makes of it"
NO_SOURCE = "remove-input"  # a tag that Sphinx and nbconvert know


def embedded(notebook: NotebookNode) -> NotebookNode:
    """A copy whose live outputs are HTML for `live.js`, with the state of just those widgets that it shows.

    The code of a question is left out, since it holds the answer; that of the set-up is folded.
    """
    document = deepcopy(notebook)
    states = document.metadata.get("widgets", {}).get(STATE, {}).get("state", {})
    for cell in document.cells:
        if "setup" in cell.metadata.get("tags", ()):
            tag(cell, "hide-input")
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if is_question(states.get(data.get(VIEW, {}).get("model_id"), {}).get("state", {})):
                tag(cell, NO_SOURCE)
            if shown := as_html(data, states, cell.source):
                output["data"] = {"text/html": shown}
    told = {
        name: model
        for name, model in states.items()
        if model["model_module"] == "anywidget" and _kind(model["state"]) != PLAYGROUND
    }
    document.metadata["widgets"] = {STATE: {"version_major": 2, "version_minor": 0, "state": told}}
    return document


def tag(cell: NotebookNode, name: str) -> None:
    """Give a cell a tag, once."""
    cell.metadata["tags"] = sorted({*cell.metadata.get("tags", ()), name})


def as_html(data: dict[str, Any], states: dict[str, Any], source: str) -> str:
    """What a page shows for an output: a place for a live picture or chart, or a picture; "" for what may stay."""
    if (model := data.get(VIEW, {}).get("model_id")) in states:
        state = states[model]["state"]
        if _kind(state) == PLAYGROUND:
            return _picture_of_the_demo()
        return _place("live metakit-question" if is_question(state) else "live", _still(state), model)
    if chart := data.get(PLOTLY):
        return _place("chart", _title(chart), data=json.dumps(chart))
    if picture := data.get(PNG):
        alt = f"What {source.strip().splitlines()[-1]} draws"
        return f'<img class="metakit-plot" alt="{escape(alt)}" src="data:{PNG};base64,{"".join(picture.split())}">'
    return ""


def is_question(state: dict[str, Any]) -> bool:
    """Whether a widget in this state asks the reader to predict."""
    return {"question", "choices", "why"} <= state.keys()


def write_scripts(folder: Path) -> None:
    """Put what the pages load into `folder`: script, style, and plotly's own script."""
    folder.mkdir(parents=True, exist_ok=True)
    model = MODEL.read_text("utf-8").replace("export class", "class")
    script = (STATIC / "live.js").read_text("utf-8")
    (folder / "live.js").write_text(f"(() => {{\n{model}\n{script}\n}})();\n", "utf-8")
    (folder / "live.css").write_bytes((STATIC / "live.css").read_bytes())
    plotly = find_spec("plotly")
    assert plotly  # noqa: S101 - MetaKit depends on it
    assert plotly.submodule_search_locations  # noqa: S101
    source = Path(plotly.submodule_search_locations[0], "package_data", "plotly.min.js")
    (folder / source.name).write_bytes(source.read_bytes())


def _place(kind: str, still: str, model: str = "", data: str = "") -> str:
    hidden = data.replace("</", "<\\/")
    script = f'<script type="application/json">{hidden}</script>' if data else ""
    inside = f'<div class="metakit-still">{still}</div>{script}'
    return f'<div class="metakit-{kind}" data-model="{escape(model)}">{inside}</div>'


def _still(state: dict[str, Any]) -> str:
    """What stands in a live picture's place until it lives."""
    if is_question(state):
        choices = "".join(f"<li>{escape(choice)}</li>" for choice in state["choices"])
        return f"<p><strong>{escape(state['question'])}</strong></p><ol>{choices}</ol>"
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", _kind(state)).capitalize() or "Widget"
    return f"<p>{name}: a live picture. Switch JavaScript on to see it here, or open the notebook in JupyterLab.</p>"


def _kind(state: dict[str, Any]) -> str:
    """The name of the widget's class."""
    return str(state.get("_anywidget_id", "")).rpartition(".")[2]


def _picture_of_the_demo() -> str:
    picture = f'<img class="metakit-plot" alt="{DREW}" src="data:{PNG};base64,{b64encode(DEMO.read_bytes()).decode()}">'
    return f'{picture}<p class="metakit-note">A picture. To draw yourself, open the notebook in JupyterLab.</p>'


def _title(chart: dict[str, Any]) -> str:
    title = chart.get("layout", {}).get("title", {})
    words = title.get("text", "") if isinstance(title, dict) else str(title)
    return f"<p>{escape(words or 'A chart')}: switch JavaScript on to see it here.</p>"
