"""Omniglot: read from what users have, verified, kept; both splits; and every way in which it can be broken."""

import errno
import os
import zipfile
from collections import Counter
from io import BytesIO

import pytest
import torch
from PIL import Image

from metakit.core import MetaKitError
from metakit.tasks import image_files, omniglot, storage
from metakit.tasks.images import to_glyph
from metakit.tasks.omniglot import fetch
from metakit.tasks.omniglot_files import DIGEST, decode
from metakit.tasks.omniglot_files import drawings as pictures
from metakit.tasks.storage import cache_folder, data_folder, digest
from tests.tasks.conftest import png, write_zip

RANDOM_TEST = "58dcf052026e4186"  # of the test classes: a changed split would make old and new numbers incomparable


def as_zips(folder, files):
    return write_zip(folder / "images_background.zip", files)


def as_folders(folder, files):
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def as_deep_folders(folder, files):
    return as_folders(folder / "Downloads/omniglot-master/python", files)


@pytest.mark.parametrize("layout", [as_zips, as_folders, as_deep_folders])
def test_every_layout_gives_the_same(tmp_path, drawings, small, layout):
    as_zips_or_folders = layout(tmp_path / "from", drawings)
    for source in (tmp_path / "from", as_zips_or_folders):
        found = decode(source)
        assert found.names == small.names
        assert torch.equal(found.images, small.images)


def test_other_files_beside_the_drawings_do_not_matter(tmp_path, drawings, small):
    litter = {
        "__MACOSX/Greek/character01/._0001_01.png": b"?",
        "images_background/Greek/.DS_Store": b"?",
        "x.png": b"?",
    }
    assert torch.equal(decode(as_zips(tmp_path, drawings | litter)).images, small.images)


def without_one(files):
    files.popitem()


def with_a_stroke(files):
    files["images_background/Greek/character01/0000_01.png"] = png(0, 9)


def with_half_a_picture(files):
    files["images_background/Greek/character01/0000_01.png"] = png(0, 1)[:60]


def with_a_large_picture(files):
    file = BytesIO()
    Image.new("1", (106, 105)).save(file, "PNG")
    files["images_background/Greek/character01/0000_01.png"] = file.getvalue()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (without_one, "4 of 20 drawings each: put images_background.zip and images_evaluation.zip there, or run"),
        (with_a_stroke, "are not those of Omniglot: run `metakit data omniglot`"),
        (with_half_a_picture, "is damaged: run `metakit data omniglot`"),
        (with_a_large_picture, "is not 105 x 105 pixels"),
    ],
)
def test_what_is_wrong_with_a_source_is_told_and_nothing_is_kept(folders, drawings, small, change, sentence):
    change(drawings)
    with pytest.raises(MetaKitError, match=sentence):
        fetch(as_zips(folders.parent / "from", drawings))
    assert not any(folders.iterdir())


def test_a_damaged_import_leaves_what_was_there(folders, drawings, small):
    fetch(as_zips(folders.parent / "from", drawings))
    before = (data_folder() / omniglot.FILE).read_bytes()
    with_a_stroke(drawings)
    with pytest.raises(MetaKitError):
        fetch(as_zips(folders.parent / "from", drawings))
    assert (data_folder() / omniglot.FILE).read_bytes() == before
    assert torch.equal(omniglot.omniglot().images, small.images)


def test_when_it_is_missing_the_next_step_is_told(folders):
    with pytest.raises(MetaKitError, match=r"run `metakit data omniglot` to download it .*--from FOLDER.* glyphs"):
        omniglot.omniglot()
    with pytest.raises(MetaKitError, match="nowhere does not exist: check the spelling"):
        fetch(folders / "nowhere")


def test_the_first_call_keeps_one_file_for_the_next(folders, drawings, small):
    archive = as_zips(folders / "omniglot", drawings)
    omniglot.omniglot()
    archive.unlink()
    omniglot.omniglot.cache_clear()
    assert torch.equal(omniglot.omniglot().images, small.images)


def test_a_read_only_data_folder_is_read(folders, drawings, small):
    as_zips(folders / "omniglot", drawings)
    for folder in (folders, folders / "omniglot"):
        folder.chmod(0o555)
    assert torch.equal(omniglot.omniglot().images, small.images)
    assert [path.name for path in (folders / "omniglot").iterdir()] == ["images_background.zip"]
    assert (cache_folder() / omniglot.FILE).is_file()
    (folders / "omniglot").chmod(0o755)


def test_where_nothing_can_be_written_it_stays_in_memory(folders, drawings, small, monkeypatch):
    as_zips(folders / "omniglot", drawings)
    monkeypatch.setattr(image_files, "writable", lambda _: False)
    assert torch.equal(omniglot.omniglot().images, small.images)
    with pytest.raises(MetaKitError, match="is read-only: set METAKIT_DATA to a folder of your own"):
        fetch(folders / "omniglot")


def test_a_full_disk_stops_an_import_but_not_the_work(folders, drawings, small, monkeypatch):
    def full(_handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    as_zips(folders / "omniglot", drawings)
    monkeypatch.setattr(storage.os, "fsync", full)
    assert torch.equal(omniglot.omniglot().images, small.images)
    with pytest.raises(MetaKitError, match="The disk is full"):
        fetch(folders / "omniglot")
    assert [path.name for path in (folders / "omniglot").iterdir()] == ["images_background.zip"]


def test_a_damaged_cache_is_told_and_fetched_anew(folders, drawings, small, monkeypatch):
    fetch(as_zips(folders.parent / "from", drawings))
    path = data_folder() / omniglot.FILE
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(MetaKitError, match=r"is damaged .*: remove it and run `metakit data` again"):
        omniglot.omniglot()
    monkeypatch.setattr(omniglot, "download", lambda _url, path, _progress: write_zip(path, drawings))
    assert torch.equal(fetch().images, small.images)
    assert torch.equal(omniglot.omniglot().images, small.images)


def test_without_a_network_nothing_changes(folders, monkeypatch):
    monkeypatch.setattr(omniglot, "SOURCE", "http://127.0.0.1:9/")
    monkeypatch.setenv("no_proxy", "*")
    with pytest.raises(MetaKitError, match="connect to the internet"):
        fetch()
    assert not any(folders.iterdir())


def test_a_zip_that_leaves_its_folder_is_refused(folders, drawings, small):
    archive = as_zips(folders.parent / "from", drawings)
    with zipfile.ZipFile(archive, "a") as file:
        file.writestr("../../Greek/character01/0000_01.png", png(0, 1))
    with pytest.raises(MetaKitError, match="leaves its folder"):
        fetch(archive)
    assert not any(folders.iterdir())


def test_the_real_one_is_whole(omniglot_or_skip):
    images = omniglot_or_skip
    assert images.images.shape == (1623, 20, 28, 28)
    assert images.names == tuple(sorted(set(images.names)))
    assert len({name.split("/")[0] for name in images.names}) == 50
    assert digest(images.names, images.images) == DIGEST
    assert 0.07 < float(images.images.float().mean()) / 255 < 0.09  # ink, not paper


def test_the_random_split(omniglot_or_skip):
    split = omniglot.random_split()
    assert [len(part) for part in split] == [1100, 100, 423]
    assert len({name for part in split for name in part.names}) == 1623
    assert split.test.names[:2] == omniglot.random_split().test.names[:2]
    assert len({name.split("/")[0] for name in split.test.names}) > 40  # all alphabets are mixed
    assert digest(split.test.names, split.test.images).startswith(RANDOM_TEST)


def test_the_background_split(omniglot_or_skip):
    split = omniglot.background_split()
    assert [len(part) for part in split] == [828, 136, 659]
    alphabets = [{name.split("/")[0] for name in part.names} for part in split]
    assert [len(part) for part in alphabets] == [25, 5, 20]
    assert len(set.union(*alphabets)) == 50


def test_pictures_come_in_as_omniglot_does(omniglot_or_skip):
    """`to_glyph` of the authors' files gives the very pixels of the set, and its drawers are in the files' order."""
    source = data_folder() / "omniglot"
    if not source.is_dir() or not any(pictures(source)):
        pytest.skip(f"the authors' zips are not in {source}: runs where they are, beside the decoded file")
    seen = Counter()
    for number, (name, content) in enumerate(pictures(source)):
        if number % 163 == 0:
            place = omniglot_or_skip.names.index("/".join(name.parts[-3:-1])), int(name.stem[-2:]) - 1
            glyph = (to_glyph(Image.open(BytesIO(content)))[0] * 255).round().to(torch.uint8)
            seen[torch.equal(glyph, omniglot_or_skip.images[place])] += 1
    assert seen == {True: 200}
