"""A lesson on images runs with Omniglot and without."""

from pathlib import Path

import pytest

from metakit.recipes import RECIPES
from metakit.tasks import omniglot
from metakit.teach.images import lesson_images


def test_glyphs_where_omniglot_is_not(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    omniglot.omniglot.cache_clear()
    for variable in ("METAKIT_DATA", "XDG_CACHE_HOME"):
        monkeypatch.setenv(variable, str(tmp_path))
    found = lesson_images()
    assert found.name == "glyphs"
    assert len(found.test) > 100
    assert "metakit data omniglot" in found.note
    assert set(found.networks.values()) <= set(RECIPES)
