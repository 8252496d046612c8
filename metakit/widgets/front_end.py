"""The browser's half of a widget: shared helpers, then the widget's own file, as one module and one style sheet."""

from pathlib import Path

STATIC = Path(__file__).parent / "static"


def front_end(name: str) -> tuple[str, str]:
    """JavaScript and CSS of the image widget `name`: `glyphs.*` comes first, then `name.*`."""
    script, style = (
        "\n".join((STATIC / f"{part}.{ending}").read_text(encoding="utf-8") for part in ("glyphs", name))
        for ending in ("js", "css")
    )
    return script, style
