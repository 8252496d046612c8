"""`make site`: the course as a static site, with outputs and live pictures; it loads nothing from elsewhere."""

import re
import shutil
import sys
from pathlib import Path

import nbformat

from metakit.core import MetaKitError
from metakit.publish.executed import ROOT, executed, lessons
from metakit.publish.extra import need
from metakit.publish.links import asks_elsewhere, broken_links
from metakit.publish.live import embedded, write_scripts

DOCUMENTS = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "data/README.md", "notebooks/STYLE.md")
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
LINK_TO_FOLDER = re.compile(r"\[([^\]]*)\]\((?!https?:|#)[^)#]*/\)")
PICTURE_FROM_ELSEWHERE = re.compile(r"!\[([^\]]*)\]\(https?:[^)]*\)|<img[^>]*src=\"https?:[^>]*alt=\"([^\"]*)\"[^>]*>")
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
        stage_document(root, stage, document)
    for notebook in lessons(root):
        told = executed(notebook, root / "build" / "executed") if run else nbformat.read(notebook, as_version=4)
        (stage / "notebooks").mkdir(parents=True, exist_ok=True)
        nbformat.write(embedded(told), stage / "notebooks" / notebook.name)
    write_scripts(stage / "_static")
    make_pages(root / "docs", stage, built)
    if wrong := [*broken_links(built), *asks_elsewhere(built)]:
        raise MetaKitError(f"Mend these links, then run make site again: {'; '.join(wrong)}.")
    return built


def stage_document(root: Path, stage: Path, name: str) -> None:
    """Copy a page, and the files of ours that it leads to; pictures that lie elsewhere become their words."""
    text = (root / name).read_text("utf-8")
    text = PICTURE_FROM_ELSEWHERE.sub(lambda found: found[1] or found[2] or "", text)
    text = LINK_TO_FOLDER.sub(r"\1", text) + (TREE if name == "README.md" else "")
    for link in LINK.findall(text):
        file = (root / name).parent.joinpath(link).resolve()
        if file.is_file() and file.is_relative_to(root) and file.suffix not in {".md", ".ipynb"}:
            _put(stage / file.relative_to(root), file.read_bytes())
    _put(stage / name, text.encode())


def make_pages(settings: Path, stage: Path, built: Path) -> None:
    """Run Sphinx on the staged pages. Raises MetaKitError when it warns."""
    from sphinx.cmd.build import build_main  # noqa: PLC0415 - belongs to the extra `course`

    options = ["-q", "-W", "--keep-going", "-n", "-c", settings, "-d", stage.parent / "doctrees"]
    options += ["-D", f"html_static_path={stage / '_static'}", stage, built]
    if build_main([str(option) for option in options]):
        raise MetaKitError("Sphinx found the faults above: mend them, then run make site again.")
    shutil.copy(built / "README.html", built / "index.html")


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def main() -> None:
    """`python -m metakit.publish.site`; with `--without-outputs` in seconds instead of minutes."""
    try:
        built = site(run="--without-outputs" not in sys.argv[1:])
    except MetaKitError as error:
        sys.exit(str(error))
    print(f"The site is made: open {built / 'index.html'}")  # noqa: T201


if __name__ == "__main__":
    main()
