"""`make site`: the course as a static site, with outputs and live pictures; it loads nothing from elsewhere."""

import re
import shutil
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from metakit.core import MetaKitError
from metakit.publish.executed import ALL, ROOT, asked, lessons, read
from metakit.publish.extra import need
from metakit.publish.links import asks_elsewhere, at_home, broken_links
from metakit.publish.live import embedded, write_scripts
from metakit.publish.stills import add_stills
from metakit.publish.student import student

SHELVES = {
    "Lessons": ("notebooks/[0-9][0-9]_*.ipynb",),
    "Look up": ("notebooks/glossary.md", "docs/*.md"),
    "Teach": ("docs/teaching/*.md", "deploy/*.md"),
    "Take part": ("ARCHITECTURE.md", "CONTRIBUTING.md", "notebooks/STYLE.md", "data/*.md"),
}
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")


def site(root: Path = ROOT, *, run: tuple[str, ...] = ALL, stills: bool = True, students: bool = False) -> Path:
    """Build it; the folder it lies in, `build/site`, or for students `build/student-site`: their edition's pages.

    Lessons that `run` does not name have no outputs. With `stills`, and a Chromium, live pictures have stills.
    Raises MetaKitError when a lesson fails, a link leads nowhere, or a page would load something from elsewhere.
    """
    need("sphinx", "furo", "myst_nb", "ziamath")
    home = student(root) if students else root
    stage, built = root / "build" / "pages", root / "build" / ("student-site" if students else "site")
    for folder in (stage, built):
        shutil.rmtree(folder, ignore_errors=True)
    for page in (home / "README.md", *(page for shelf in SHELVES for page in pages(home, shelf))):
        if page.suffix == ".md":
            put(stage / page.relative_to(home), staged(page.read_text("utf-8"), page, home, stage))
    with (stage / "README.md").open("a", encoding="utf-8") as readme:
        readme.write(tree(home))
    for notebook in lessons(home):
        made = embedded(read(root / "notebooks" / notebook.name, root / "build" / "executed", run))
        put(stage / "notebooks" / notebook.name, nbformat.writes(worded(made, notebook, home, stage)))
    write_scripts(stage / "_static")
    make_pages(root / "docs", stage, built)
    if stills:
        add_stills(built)
    if wrong := [*broken_links(built), *asks_elsewhere(built)]:
        raise MetaKitError(f"Mend these links, then run make site again: {'; '.join(wrong)}.")
    return built


def worded(made: NotebookNode, notebook: Path, home: Path, stage: Path) -> NotebookNode:
    """The outputs of `made` with the words of `notebook`, which for students are fewer."""
    words = {cell.id: cell.source for cell in nbformat.read(notebook, as_version=4).cells}
    made.cells = [cell for cell in made.cells if cell.id in words]
    for cell in made.cells:
        cell.source = words[cell.id]
        if cell.cell_type == "markdown":
            cell.source = staged(cell.source, notebook, home, stage)
    return made


def pages(root: Path, shelf: str) -> list[Path]:
    """The pages that stand under this heading of the menu, as far as they are there."""
    return [page for pattern in SHELVES[shelf] for page in sorted(root.glob(pattern))]


def tree(root: Path) -> str:
    """The menu, as Sphinx's table of contents."""
    names = {shelf: [str(page.relative_to(root).with_suffix("")) for page in pages(root, shelf)] for shelf in SHELVES}
    return "".join(
        f"\n```{{toctree}}\n:hidden:\n:caption: {shelf}\n\n{chr(10).join(found)}\n```\n"
        for shelf, found in names.items()
    )


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
    """`python -m metakit.publish.site [01 …] [--student]`; with `--without-outputs` in seconds instead of minutes."""
    words = [word for word in sys.argv[1:] if word != "--student"]
    try:
        run = asked(words)
        built = site(run=run, stills=bool(run), students="--student" in sys.argv)
    except MetaKitError as error:
        sys.exit(str(error))
    print(f"The site is made: open {built / 'index.html'}")  # noqa: T201


if __name__ == "__main__":
    main()
