"""`make site`: the course as a static site, with outputs and live pictures; it loads nothing from elsewhere."""

import re
import shutil
import sys
from pathlib import Path

import nbformat

from metakit.core import MetaKitError
from metakit.publish.executed import ROOT, executed, lessons
from metakit.publish.extra import need
from metakit.publish.links import asks_elsewhere, at_home, broken_links
from metakit.publish.live import embedded, write_scripts

DOCUMENTS = (
    "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "data/README.md", "notebooks/STYLE.md", "notebooks/glossary.md",
)  # fmt: skip
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
TREE = """
```{toctree}
:hidden:
:caption: Lessons
:glob:

notebooks/[0-9]*
```

```{toctree}
:hidden:
:caption: Look up
:glob:

notebooks/glossary
docs/*
```

```{toctree}
:hidden:
:caption: Teach
:glob:

docs/teaching/*
```

```{toctree}
:hidden:
:caption: Take part

ARCHITECTURE
CONTRIBUTING
notebooks/STYLE
data/README
```
"""


def site(root: Path = ROOT, *, run: bool = True) -> Path:
    """Build it; the folder it lies in, `build/site`. Without `run`, lessons are shown without their outputs.

    Raises MetaKitError when a lesson fails, a link leads nowhere, or a page would load something from elsewhere.
    """
    need("sphinx", "furo", "myst_nb", "ziamath")
    stage, built = root / "build" / "pages", root / "build" / "site"
    for folder in (stage, built):
        shutil.rmtree(folder, ignore_errors=True)
    for document in [*DOCUMENTS, *(str(path.relative_to(root)) for path in (root / "docs").rglob("*.md"))]:
        text = (root / document).read_text("utf-8") + (TREE if document == "README.md" else "")
        put(stage / document, staged(text, root / document, root, stage))
    for notebook in lessons(root):
        told = executed(notebook, root / "build" / "executed") if run else nbformat.read(notebook, as_version=4)
        page = embedded(told)
        for cell in (cell for cell in page.cells if cell.cell_type == "markdown"):
            cell.source = staged(cell.source, notebook, root, stage)
        put(stage / "notebooks" / notebook.name, nbformat.writes(page))
    write_scripts(stage / "_static")
    make_pages(root / "docs", stage, built)
    if wrong := [*broken_links(built), *asks_elsewhere(built)]:
        raise MetaKitError(f"Mend these links, then run make site again: {'; '.join(wrong)}.")
    return built


def staged(text: str, page: Path, root: Path, stage: Path) -> str:
    """Markdown of a page as the site shows it; the files of ours that it leads to are copied."""
    text = at_home(text)
    for link in LINK.findall(text):
        file = page.parent.joinpath(link).resolve()
        if file.is_file() and file.is_relative_to(root) and file.suffix not in {".md", ".ipynb"}:
            (stage / file.relative_to(root)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, stage / file.relative_to(root))
    return text


def make_pages(settings: Path, stage: Path, built: Path) -> None:
    """Run Sphinx on the staged pages. Raises MetaKitError when it warns."""
    from sphinx.cmd.build import build_main  # noqa: PLC0415 - belongs to the extra `course`

    options = ["-q", "-W", "--keep-going", "-n", "-c", settings, "-d", stage.parent / "doctrees"]
    options += ["-D", f"html_static_path={stage / '_static'}", stage, built]
    if build_main([str(option) for option in options]):
        raise MetaKitError("Sphinx found the faults above: mend them, then run make site again.")
    shutil.copy(built / "README.html", built / "index.html")


def put(path: Path, text: str) -> None:
    """Write a file, and the folders it lies in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def main() -> None:
    """`python -m metakit.publish.site`; with `--without-outputs` in seconds instead of minutes."""
    try:
        built = site(run="--without-outputs" not in sys.argv[1:])
    except MetaKitError as error:
        sys.exit(str(error))
    print(f"The site is made: open {built / 'index.html'}")  # noqa: T201


if __name__ == "__main__":
    main()
