"""What lets a widget live in any notebook: Colab with its older ipywidgets, VS Code, the demo's own page."""

import ast
import re
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import anywidget
import pytest

import metakit.teach
import metakit.widgets

FOLDERS = (metakit.widgets, metakit.teach)
SVG = "http://www.w3.org/2000/svg"


def all_widgets() -> list[type[anywidget.AnyWidget]]:
    """Every kind of widget that a lesson or the demo can show."""
    modules = [module for folder in FOLDERS for module in walk_packages(folder.__path__, f"{folder.__name__}.")]
    found = [vars(import_module(module.name)).values() for module in modules]
    kinds = {kind for values in found for kind in values if isinstance(kind, type)}
    ours = (kind for kind in kinds if issubclass(kind, anywidget.AnyWidget) and kind.__module__.startswith("metakit"))
    return sorted((kind for kind in ours if "_esm" in vars(kind)), key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", all_widgets(), ids=lambda kind: kind.__name__)
def test_a_front_end_is_one_module_that_asks_nobody_for_anything(kind: type[anywidget.AnyWidget]):
    code = str(kind._esm)
    assert not re.search(r"^\s*(import\b|export\b.*\bfrom\b)|\bimport\(|\brequire\(", code, re.MULTILINE)
    assert set(re.findall(r"https?://[^\s\"'`)]+", code + str(getattr(kind, "_css", "")))) <= {SVG}
    assert set(re.findall(r"widget_manager\.(\w+)", code)) <= {
        "get_model",
        "create_view",
    }  # ipywidgets 7 has these, too


def test_ipywidgets_is_reached_through_anywidget_alone():
    """What ipywidgets 7 (Colab) and 8 do alike is anywidget's business; `recorded.py` makes the site, no lesson."""
    for path in (path for folder in FOLDERS for path in Path(folder.__path__[0]).rglob("*.py")):
        names = [
            node.module for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.ImportFrom)
        ]
        assert path.name == "recorded.py" or "ipywidgets" not in names, path


def test_widgets_are_found():
    assert len(all_widgets()) > 10
