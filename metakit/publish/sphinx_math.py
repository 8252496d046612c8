"""A Sphinx extension of one idea: formulas are drawn when the site is made, see `formulas.py`."""

from collections.abc import Callable
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.logging import getLogger
from sphinx.writers.html5 import HTML5Translator

from metakit.publish.formulas import formula, picture

LOGGER = getLogger(__name__)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the renderer `svg`, for `html_math_renderer`."""
    app.add_html_math_renderer("svg", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _inline(writer: HTML5Translator, node: nodes.math) -> None:
    _draw(writer, node, lambda tex: picture(tex, inline=True))


def _block(writer: HTML5Translator, node: nodes.math_block) -> None:
    _draw(writer, node, formula)


def _draw(writer: HTML5Translator, node: nodes.Element, drawn: Callable[[str], str]) -> None:
    try:
        writer.body.append(drawn(node.astext()))
    except ValueError as error:
        LOGGER.warning(error, location=node)
    raise nodes.SkipNode
