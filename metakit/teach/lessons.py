"""What there is to do in the lessons, read from the notebooks themselves: no list of it has to be kept."""

import ast
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from metakit.core import MetaKitError
from metakit.teach.exercises import COURSE, Exercise


@dataclass(frozen=True)
class Lesson:
    """A lesson's predictions and exercises, in the order of its cells."""

    name: str  # of the file, without its ending
    title: str
    questions: dict[str, str]  # a prediction's question -> its right choice, in words
    exercises: tuple[str, ...]  # "lesson_04.class_means", …


def lessons(folder: Path) -> list[Lesson]:
    """The lessons in `folder`, in order. Raises MetaKitError when there are none, or one cannot be read."""
    paths = sorted(folder.glob("[0-9][0-9]_*.ipynb"))
    if not paths:
        raise MetaKitError(f"There are no lessons in {folder.resolve()}: go to the folder that holds them.")
    return [lesson(path) for path in paths]


def lesson(path: Path) -> Lesson:
    """The lesson at `path`. A cell that its reader is still working on may be no Python: it is passed over."""
    try:
        cells = json.loads(path.read_text("utf-8"))["cells"]
        sources = [(cell["cell_type"], "".join(cell["source"])) for cell in cells]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise MetaKitError(f"{path} is not a notebook any more: fetch it again.") from error
    nodes = [node for kind, source in sources if kind == "code" for node in _nodes(source)]
    headings = (line[2:] for _, source in sources for line in source.splitlines() if line.startswith("# "))
    questions = dict(found for node in nodes if (found := _question(node)))
    return Lesson(path.stem, next(headings, path.stem), questions, tuple(dict.fromkeys(_exercises(nodes))))


def exercise(key: str) -> Exercise | None:
    """The exercise that is called "lesson_04.class_means"; None where MetaKit has none of that name."""
    module, _, name = key.partition(".")
    with suppress(ImportError):
        found = getattr(import_module(f"{COURSE}.{module}"), name, None)
        return found if isinstance(found, Exercise) else None
    return None


def _nodes(source: str) -> Iterator[ast.AST]:
    with suppress(SyntaxError, ValueError):
        yield from ast.walk(ast.parse(source))


def _question(node: ast.AST) -> tuple[str, str] | None:
    """Question and right choice of `Predict("…", ["…", …], answer=1, …)`."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Predict"):
        return None
    with suppress(ValueError, LookupError, TypeError):  # not written out: nothing to read
        given: dict[str | None, Any] = dict(zip(("question", "choices"), node.args, strict=False))
        given |= {word.arg: word.value for word in node.keywords}
        question, choices, answer = (ast.literal_eval(given[name]) for name in ("question", "choices", "answer"))
        return question, choices[answer]
    return None


def _exercises(nodes: list[ast.AST]) -> Iterator[str]:
    """`exercises.class_means.check(…)`, where `exercises` is what the set-up cell imported."""
    modules = {
        name.asname or name.name: name.name
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module == COURSE
        for name in node.names
    }
    for node in nodes:
        match node:
            case ast.Call(func=ast.Attribute(ast.Attribute(ast.Name(owner), name), "check")) if owner in modules:
                yield f"{modules[owner]}.{name}"
