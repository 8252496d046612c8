"""`metakit data`: what it prints, what it keeps."""

import json

import pytest
from PIL import Image

from metakit.cli.data import data
from metakit.core import MetaKitError
from metakit.tasks.images import load_images
from metakit.tasks.storage import digest


@pytest.fixture
def pets(tmp_path, monkeypatch):
    monkeypatch.setenv("METAKIT_DATA", str(tmp_path / "data"))
    for name in ("cats", "dogs"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for number in range(3):
            picture = Image.new("L", (40, 40), 255)
            picture.paste(0, (5, 5, 10 + 5 * number, 30 if name == "cats" else 15))
            picture.save(tmp_path / "pets" / name / f"{number}.png")
    return tmp_path / "pets"


def test_importing_says_what_fits(pets, capsys):
    data("images", pets)
    printed = capsys.readouterr()
    assert "pets: 2 classes, 6 images, at least 3 in each class." in printed.out
    assert "N = 2 to 2" in printed.out
    assert "K = 1 to 2" in printed.out
    assert str(pets.parent / "data/images/pets.safetensors") in printed.out
    assert printed.err == ""


def test_json_is_one_object_and_nothing_else(pets, capsys):
    data("images", pets, json=True)
    found = json.loads(capsys.readouterr().out)
    images = load_images("pets")
    assert found == {
        "data": "pets",
        "classes": 2,
        "images": 6,
        "fewest": 3,
        "digest": digest(images.names, images.images),
        "path": str(pets.parent / "data/images/pets.safetensors"),
    }


def test_images_need_a_folder(pets):
    with pytest.raises(MetaKitError, match="metakit data images --from FOLDER"):
        data("images")


def test_glyphs_have_no_source(pets):
    with pytest.raises(MetaKitError, match="leave --from out"):
        data("glyphs", pets)


def test_a_folder_without_omniglot_is_told(pets):
    with pytest.raises(MetaKitError, match=r"put images_background\.zip and images_evaluation\.zip there"):
        data("omniglot", pets)
