"""Printed characters: letters and digits in several fonts, a small set of images that nobody drew.

Each character is a class, and each font gives one example of it: an exam far from handwriting, wherever fonts lie.
"""

from collections.abc import Sequence
from pathlib import Path

import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from metakit.core import MetaKitError
from metakit.tasks.episodes import ImageSet
from metakit.tasks.images import to_glyph

TEXT_FONTS = ("DejaVuSans*", "DejaVuSerif*", "STIXGeneral*")  # the names of fonts that matplotlib brings along
PAGE, SIZE = 96, 64  # pixels: a sheet, and the height of the type on it


def printed(characters: str, folder: Path | str, names: Sequence[str] = TEXT_FONTS) -> ImageSet:
    """Each of `characters` in every TrueType font of `folder` whose name matches: uint8 [classes, fonts, 28, 28].

    Raises MetaKitError when fewer than two fonts match.
    """
    found = {font for name in names for font in Path(folder).glob(f"{name}.ttf") if "Display" not in font.name}
    if len(found) < 2:  # noqa: PLR2004 - one to learn from, one to be asked about
        raise MetaKitError(
            f"{folder} holds {len(found)} of the fonts {', '.join(names)}: name a folder with two of them."
        )
    classes = [torch.stack([_printed(one, font) for font in sorted(found)]) for one in characters]
    return ImageSet(torch.stack(classes), tuple(characters))


def _printed(character: str, font: Path) -> Tensor:
    sheet = Image.new("L", (PAGE, PAGE), "white")
    middle = (PAGE // 2, PAGE // 2)
    ImageDraw.Draw(sheet).text(middle, character, font=ImageFont.truetype(font, SIZE), anchor="mm")
    return (255 * to_glyph(sheet, centred=True)[0]).to(torch.uint8)
