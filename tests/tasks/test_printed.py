"""Printed characters."""

from pathlib import Path

import matplotlib as mpl
import pytest

from metakit.core import MetaKitError
from metakit.tasks.printed import printed

FONTS = Path(mpl.get_data_path()) / "fonts" / "ttf"


def test_a_class_for_each_character_and_an_example_for_each_font():
    images = printed("07", FONTS, ["DejaVuSans", "DejaVuSerif", "STIXGeneral"])
    assert images.names == ("0", "7")
    assert images.images.shape == (2, 3, 28, 28)
    assert all((image > 0).sum() > 20 for image in images.images.flatten(0, 1)), "there is ink on every sheet"
    zeros, sevens = images.images.float()
    assert (zeros[0] - zeros[1]).abs().mean() < (zeros[0] - sevens[0]).abs().mean(), "one character, two fonts"


def test_a_folder_without_fonts_says_what_to_do(tmp_path):
    with pytest.raises(MetaKitError, match="holds 0 of the fonts Sans: name a folder with two"):
        printed("07", tmp_path, ["Sans"])
