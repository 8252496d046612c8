"""A question does not tell its answer: the code of each `Predict` is folded away, and running it shows the question.

`python -m metakit.publish.questions` folds it in all lessons; `make format` runs it. JupyterLab shows a bar with three
dots then, which opens by a click; the site and the slides leave the code out (live.py).
"""

import json
import re
from typing import Any

from metakit.publish.glossary import LESSONS
from metakit.tasks.storage import replacing

ASKS = re.compile(r"(display\()?Predict\(")


def is_asked(cell: dict[str, Any]) -> bool:
    """Whether a cell of a notebook's file asks the reader to predict."""
    return cell["cell_type"] == "code" and bool(ASKS.match("".join(cell["source"])))


def main() -> None:
    """Fold the code of all questions."""
    for path in LESSONS:
        notebook = json.loads(path.read_text("utf-8"))
        for cell in filter(is_asked, notebook["cells"]):
            cell["metadata"]["jupyter"] = {"source_hidden": True}
        with replacing(path) as file:
            file.write(f"{json.dumps(notebook, indent=1, ensure_ascii=False)}\n".encode())


if __name__ == "__main__":
    main()
