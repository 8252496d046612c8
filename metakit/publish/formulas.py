"""Formulas as pictures: TeX becomes SVG when a page is made, so that the page needs neither MathJax nor a network."""

import re
from functools import cache
from html import escape
from xml.etree.ElementTree import tostring

from ziamath.config import config
from ziamath.zmath import Latex

POINTS, EM = 18.0, 16.0  # the size it is drawn at, and how much of that is one em of the text around it
TAG = re.compile(r"\\tag\{(.*?)\}")
config.svg2 = False  # every picture stands alone: none refers to a symbol of another


@cache
def picture(tex: str, *, inline: bool) -> str:
    """One formula as SVG, in the colour of the text, on its baseline; its TeX is what a screen reader reads."""
    drawn = Latex(tex, size=POINTS, inline=inline, color="currentColor")
    svg = drawn.svgxml()
    _, top, width, height = map(float, svg.get("viewBox", "").split())
    if not height > 0:
        raise ValueError(f"this formula cannot be drawn: {tex}")
    told = {"width": f"{width / EM:.3f}em", "height": f"{height / EM:.3f}em", "class": "metakit-math", "role": "img",
            "aria-label": tex, "style": f"vertical-align:{-(top + height) / EM:.3f}em"}  # fmt: skip
    for name, value in told.items():
        svg.set(name, value)
    return tostring(svg, encoding="unicode")


def formula(tex: str) -> str:
    r"""A formula on a line of its own, with the number that `\tag` gives it at the right."""
    tags = TAG.findall(tex)
    number = f"<span>({escape(tags[0])})</span>" if tags else ""
    return f'<div class="metakit-formula"><div>{picture(TAG.sub("", tex).strip(), inline=False)}</div>{number}</div>'
