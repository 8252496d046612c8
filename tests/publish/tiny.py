"""A small course to publish: one lesson with everything that a lesson may hold, and the pages around it."""

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ROOT = Path(__file__).parents[2]
LESSON = "00_tiny.ipynb"
CELLS = [
    new_markdown_cell(
        "# 00 · A tiny lesson\n\nIt claims $\\theta' = \\theta - \\alpha g$. See [the terms](glossary.md#task)."
    ),
    new_code_cell(
        "import torch\n\nimport metakit\nfrom metakit.teach import Predict\n"
        "from metakit.widgets.adaptation import Adaptation",
        metadata={"tags": ["setup"]},
    ),
    new_markdown_cell("## 1 · An idea (5 minutes)\n\n### Predict"),
    new_code_cell("Predict('Which is larger?', ['1', '2'], answer=1, why='Two is one more than one.')"),
    new_markdown_cell('### Run\n\nLook at the line. <span class="metakit-in-jupyter">Press Shift + Enter.</span>'),
    new_code_cell(
        "from metakit.plots.curves import family\n\nprint('first', flush=True)\n"
        "print('a long line ' * 20, flush=True)\nx = torch.linspace(-5, 5, 9)\nfamily(x, x.sin()[None], x.cos())"
    ),
    new_markdown_cell("### Play"),
    new_code_cell("torch.manual_seed(0)\nAdaptation({'MAML': metakit.load('maml-sinusoid')}, shots=5)"),
    new_code_cell(
        "import plotly.graph_objects as go\n\ngo.Figure(go.Scatter(y=[1, 3, 2]), layout={'title': 'Zigzag'})"
    ),
    new_markdown_cell("### Why\n\n$$\\theta' = \\theta - \\alpha \\nabla_\\theta L(\\theta) \\tag{1}$$"),
    new_markdown_cell("## 2 · Exercise"),
    new_code_cell("def double(x):\n    return ...  # twice x", metadata={"tags": ["exercise"]}),
    new_markdown_cell(
        "<details><summary>Solution</summary>\n\n```python\ndef double(x):\n    return 2 * x\n```\n\n</details>"
    ),
    new_markdown_cell("## Recap\n\n- A **task** is one small learning problem."),
]
PAGES = {
    "README.md": "# Tiny\n\n![badge](https://example.org/badge.svg) [A lesson](notebooks/00_tiny.ipynb), "
    "[code](metakit/core.py)\n",
    "ARCHITECTURE.md": "# Architecture\n",
    "CONTRIBUTING.md": "# Contributing\n",
    "data/README.md": "# Data\n",
    "notebooks/STYLE.md": "# Style\n",
    "notebooks/glossary.md": "# Terms\n\n## Task\n\nOne small learning problem.\n",
    "docs/teaching/guide.md": "# Guide\n",
    "metakit/core.py": "# code\n",
    "docs/conf.py": (ROOT / "docs" / "conf.py").read_text("utf-8"),
}


def course(folder: Path) -> Path:
    """Write the small course into `folder`."""
    for name, text in PAGES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    nbformat.write(new_notebook(cells=CELLS), folder / "notebooks" / LESSON)
    return folder
