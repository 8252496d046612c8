"""`make slides`: each lesson as slides, made with nbconvert and reveal.js; they need no network and no Python."""

import shutil
import sys
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from jinja2 import pass_context
from nbconvert.exporters import SlidesExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from traitlets.config import Config

from metakit.core import MetaKitError
from metakit.publish.deck import deck
from metakit.publish.executed import ALL, ROOT, asked, lessons, read
from metakit.publish.extra import need
from metakit.publish.guide import Guide
from metakit.publish.links import asks_elsewhere, broken_links
from metakit.publish.live import NO_SOURCE, STATIC, embedded, write_scripts

KEYS = "Space turns a slide. S: the speaker's notes. O: all slides. T: light or dark. F: the full screen."
LIGHT, DARK = "a11y-high-contrast-light", "a11y-high-contrast-dark"


class Renderer(IPythonRenderer):
    """Markdown to HTML, with formulas drawn."""

    def inline_math(self, body: str) -> str:
        from metakit.publish.formulas import picture  # noqa: PLC0415 - belongs to the extra `course`

        return picture(body, inline=True)

    def block_math(self, body: str) -> str:
        from metakit.publish.formulas import formula  # noqa: PLC0415 - the same

        return formula(body)


class Deck(SlidesExporter):
    """nbconvert's slides in our template, with formulas drawn."""

    @pass_context
    def markdown2html(self, _context: Any, source: str) -> str:
        """Leave no formula for a script to find."""
        renderer = Renderer(escape=False, exclude_anchor_links=True)
        return MarkdownWithMath(renderer=renderer).render(source)


def slides(root: Path = ROOT, *, run: tuple[str, ...] = ALL) -> Path:
    """Make them; the folder they lie in, `build/slides`. Lessons that `run` does not name are shown without outputs.

    Raises MetaKitError when a lesson fails, a link leads nowhere, or a page would load something from elsewhere.
    """
    need("sphinx_revealjs", "ziamath", "a11y_pygments")
    built = root / "build" / "slides"
    shutil.rmtree(built, ignore_errors=True)
    write_scripts(built)
    write_styles(built)
    titles = {}
    for notebook in lessons(root):
        guide = Guide.of(root / "docs" / "teaching" / f"lesson_{notebook.name[:2]}.md")
        made = deck(embedded(read(notebook, root / "build" / "executed", run)), guide)
        titles[f"{notebook.stem}.html"] = made.metadata.title
        (built / f"{notebook.stem}.html").write_text(page(made), "utf-8")
    (built / "index.html").write_text(index(titles), "utf-8")
    if wrong := [*broken_links(built), *asks_elsewhere(built)]:
        raise MetaKitError(f"Mend these links, then run make slides again: {'; '.join(wrong)}.")
    return built


def page(made: NotebookNode) -> str:
    """The HTML of one deck."""
    templates = [str(Path(__file__).parent / "templates")]
    settings = Config({"TagRemovePreprocessor": {"enabled": True, "remove_input_tags": {NO_SOURCE}}})
    exporter = Deck(template_name="deck", extra_template_basedirs=templates, config=settings)
    exporter.exclude_input_prompt = exporter.exclude_output_prompt = True
    return str(exporter.from_notebook_node(made)[0])


def index(titles: dict[str, str]) -> str:
    """A page that leads to every deck."""
    links = "\n".join(f'<li><a href="{name}">{escape(title)}</a></li>' for name, title in titles.items())
    head = '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>MetaKit: slides</title>'
    head += '<meta name="viewport" content="width=device-width, initial-scale=1">'
    styles = "".join(f'<link rel="stylesheet" href="{name}.css">' for name in ("live", "slides"))
    body = f'<main class="metakit-index"><h1>MetaKit: slides</h1><p>{KEYS}</p><ul>\n{links}\n</ul></main>'
    return f'{head}{styles}<script src="live.js" defer></script></head><body>{body}</body></html>\n'


def write_styles(folder: Path) -> None:
    """reveal.js from the package that brings it, and the styles of slides and code."""
    from pygments.formatters import HtmlFormatter  # noqa: PLC0415 - quick starts for the others

    found = find_spec("sphinx_revealjs")
    assert found  # noqa: S101 - `need` has seen to it
    reveal = Path(found.submodule_search_locations[0], "_static", "revealjs")  # type: ignore[index]
    for part in ("LICENSE", "dist/reveal.css", "dist/reveal.js", "plugin/notes/notes.js"):
        (folder / "reveal" / part).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(reveal / part, folder / "reveal" / part)
    shutil.copy(STATIC / "slides.css", folder)
    light = HtmlFormatter(style=LIGHT).get_style_defs(".highlight")
    dark = HtmlFormatter(style=DARK).get_style_defs('[data-jp-theme-light="false"] .highlight')
    (folder / "code.css").write_text(f"{light}\n{dark}\n", "utf-8")


def main() -> None:
    """`python -m metakit.publish.slides [01 …]`; with `--without-outputs` in seconds instead of minutes."""
    try:
        built = slides(run=asked(sys.argv[1:]))
    except MetaKitError as error:
        sys.exit(str(error))
    print(f"The slides are made: open {built / 'index.html'}")  # noqa: T201


if __name__ == "__main__":
    main()
