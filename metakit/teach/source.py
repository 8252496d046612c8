"""Show the code that runs: a lesson quotes the package instead of copying it."""

import inspect
import re
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from types import FunctionType, MethodType, ModuleType

import metakit

ROOT = Path(metakit.__file__).resolve().parent.parent
FOR_TOOLS = re.compile(r" *# (noqa\b|type: |fmt: ).*")  # words to the checker of style or types, not to the reader


@dataclass(frozen=True)
class Source:
    """A piece of source code with where it stands; a notebook shows it highlighted, in the theme of the page."""

    name: str
    file: str  # below the repository, "metakit/…", where it is ours
    line: int
    code: str

    def _repr_markdown_(self) -> str:
        return f"`{self.name}` — `{self.file}`, line {self.line}\n\n````python\n{self.code}\n````"

    def __repr__(self) -> str:
        return f"# {self.file}, line {self.line}\n{self.code}"


def show_source(thing: type | FunctionType | MethodType | ModuleType) -> Source:
    """The source of a class, function, method or module, as it stands in its file, without words to our tools."""
    lines, first = inspect.getsourcelines(thing)
    file = Path(inspect.getfile(inspect.unwrap(thing) if isinstance(thing, FunctionType) else thing)).resolve()
    shown = file.relative_to(ROOT) if file.is_relative_to(ROOT) else file.name
    name = getattr(thing, "__qualname__", thing.__name__)
    return Source(name, str(shown), max(first, 1), FOR_TOOLS.sub("", dedent("".join(lines))).rstrip())
