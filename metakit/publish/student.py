"""`make student`: lessons without solutions, and all that they need to run: a folder in build, and a file to send."""

import re
import shutil
import sys
from dataclasses import dataclass
from os.path import normpath
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from metakit.core import MetaKitError
from metakit.publish.executed import ROOT
from metakit.publish.solutions import posed, without_solutions
from metakit.teach.lessons import lessons

NEEDED = ("LICENSE", "Makefile", "constraints.txt", "environment.yml", "pyproject.toml", "metakit",
          "data/README.md", "data/results.json", "data/checkpoints", "data/studies")  # fmt: skip
VERBS = ("help", "demo", "lab", "bench", "clean")  # of the Makefile: what needs no more than is here
NOT_THEIRS = ("results:", "hub:", "site:", "slides:", "test:", "lint:", "format:", "student:", "nbgrader:", "load:",
              "who:", ".venv/course:", ".venv/hub:", ".venv/developer:", "# JupyterHub's proxy")  # fmt: skip
LEFT_OUT = ("__pycache__", "*.pyc", ".*", "*.run.safetensors", "publish")
NOT_FOR_STUDENTS = ("docs/teaching", "tests", "notebooks/STYLE.md")
README = Path(__file__).parent / "static" / "student.md"
LINK = re.compile(r"!?\[([^\]]*)\]\((?!https?:|#|mailto:)([^)#\s]+)(#[^)\s]*)?\)")


@dataclass(frozen=True)
class Edition:
    """A copy of the repository's parts in `folder`; what a copied page leads to comes along."""

    root: Path
    folder: Path

    def bring(self, name: str) -> None:
        """Copy a file, a page or a folder."""
        source, target = self.root / name, self.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns(*LEFT_OUT))
        else:
            shutil.copy2(source, target)
        if source.suffix == ".md":
            target.write_text(self.linked(source.read_text("utf-8"), source), "utf-8")

    def bring_lesson(self, path: Path) -> None:
        """Copy a notebook, without its solutions."""
        notebook = without_solutions(_solved(path))
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                cell.source = self.linked(cell.source, path)
        nbformat.write(notebook, self.folder / "notebooks" / path.name)

    def linked(self, text: str, page: Path) -> str:
        """The text of a page; a link to what is not for students becomes its words."""

        def follow(link: re.Match[str]) -> str:
            target = Path(normpath(page.parent / link[2]))
            if not (target.exists() and target.is_relative_to(self.root)):
                return link[1]
            name = target.relative_to(self.root).as_posix()
            if name.startswith(NOT_FOR_STUDENTS):
                return link[1]
            if target.is_file() and target.suffix != ".ipynb" and not (self.folder / name).exists():
                self.bring(name)
            return link[0]

        return LINK.sub(follow, text)


def student(root: Path = ROOT) -> Path:
    """Build it anew; the folder it lies in. Raises MetaKitError when the lessons are missing or have no solutions."""
    found = lessons(root / "notebooks")
    edition = Edition(root.absolute(), root.absolute() / "build" / "student")
    shutil.rmtree(edition.folder, ignore_errors=True)
    (edition.folder / "notebooks").mkdir(parents=True)
    rows = [f"| [{one.title}](notebooks/{one.name}.ipynb) | {len(one.exercises)} |" for one in found]
    readme = README.read_text("utf-8").replace("{count}", str(len(found))).replace("{lessons}", "\n".join(rows))
    (edition.folder / "README.md").write_text(readme, "utf-8")
    for name in NEEDED:
        edition.bring(name)
    (edition.folder / "Makefile").write_text(makefile((root / "Makefile").read_text("utf-8")), "utf-8")
    for path in sorted((edition.root / "notebooks").glob("*.ipynb")):
        edition.bring_lesson(path)
    return edition.folder


def makefile(text: str) -> str:
    """The Makefile with the verbs that a student can use."""
    kept = "\n\n".join(rule for rule in text.split("\n\n") if not rule.startswith(NOT_THEIRS))
    return re.sub(r"(?m)^\.PHONY: .*$", f".PHONY: {' '.join(VERBS)} again", kept)


def packed(folder: Path) -> Path:
    """The edition as one file, beside its folder."""
    return Path(shutil.make_archive(str(folder.with_name("metakit-student")), "zip", folder.parent, folder.name))


def _solved(path: Path) -> NotebookNode:
    """A notebook with its solutions: where they are missing, this is a student edition already."""
    notebook = nbformat.read(path, as_version=4)
    if missing := [one.name for one in posed(notebook) if not one.solution]:
        raise MetaKitError(f"{path.name} has no solution of {missing[0]}: build editions from the full repository.")
    return notebook


def main() -> None:
    """`python -m metakit.publish.student`."""
    try:
        folder = student()
    except MetaKitError as error:
        sys.exit(str(error))
    print(f"The student edition is made: {folder}\nTo send it: {packed(folder)}")  # noqa: T201


if __name__ == "__main__":
    main()
