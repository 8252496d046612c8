"""Where data lives, and that nothing half-written is ever seen."""

import errno
import os
from pathlib import Path

import pytest
import torch

from metakit.core import MetaKitError
from metakit.tasks import storage
from metakit.tasks.image_files import find, keep, read_images, save_images
from metakit.tasks.storage import cache_folder, data_folder, digest, replacing, writable
from tests.tasks.conftest import numbered


def test_the_data_folder_is_the_one_named_or_the_checkouts(monkeypatch, tmp_path):
    monkeypatch.setenv("METAKIT_DATA", str(tmp_path))
    assert data_folder() == tmp_path
    monkeypatch.delenv("METAKIT_DATA")
    assert data_folder() == Path(__file__).parents[2] / "data"
    monkeypatch.setattr(storage.metakit, "__file__", str(tmp_path / "site-packages/metakit/__init__.py"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert data_folder() == cache_folder() == tmp_path / "cache/metakit"


def test_a_folder_nobody_may_write_to_is_read_only_for_root_too(tmp_path):
    assert writable(tmp_path / "not/yet/there")
    tmp_path.chmod(0o555)
    assert not writable(tmp_path)
    assert not writable(tmp_path / "not/yet/there")
    tmp_path.chmod(0o755)


def test_a_file_appears_whole(tmp_path):
    target = tmp_path / "new folder/file"
    with replacing(target) as file:
        file.write(b"content")
        assert not target.exists()
    assert target.read_bytes() == b"content"
    assert [path.name for path in target.parent.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.ENOSPC, "The disk is full"),
        (errno.EDQUOT, "The disk is full"),
        (errno.EROFS, "set METAKIT_DATA to a folder of your own"),
        (errno.EIO, "check the disk and try again"),
    ],
)
@pytest.mark.parametrize("call", ["fsync", "mkstemp"])
def test_a_failed_write_leaves_what_was_there(tmp_path, monkeypatch, number, sentence, call):
    def fail(*_args, **_kwargs):
        raise OSError(number, os.strerror(number))

    target = tmp_path / "file"
    target.write_bytes(b"before")
    monkeypatch.setattr(storage.os if call == "fsync" else storage.tempfile, call, fail)
    with pytest.raises(MetaKitError, match=sentence), replacing(target) as file:
        file.write(b"after")
    assert target.read_bytes() == b"before"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_an_interrupted_write_leaves_what_was_there(tmp_path):
    target = tmp_path / "file"
    target.write_bytes(b"before")

    def interrupted():
        with replacing(target) as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert target.read_bytes() == b"before"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_really_full_disk():
    """/dev/full accepts everything and keeps nothing; opened here in the place of the scratch file."""
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full on this system: runs on Linux")
    with pytest.raises(OSError, match="No space left") as error, Path("/dev/full").open("wb") as file:
        file.write(bytes(1 << 20))
    assert str(storage.explained(error.value, Path("data/file"))).startswith("The disk is full, so data/file was not")


def test_the_digest_knows_content_not_order():
    images = numbered(4, 3)
    turned = images.select([2, 0, 3, 1])
    assert digest(images.names, images.images) == digest(turned.names, turned.images)
    assert digest(images.names[::-1], images.images) != digest(images.names, images.images)
    changed = images.images.clone()
    changed[3, 2, 27, 27] += 1
    assert digest(images.names, changed) != digest(images.names, images.images)
    assert digest(images.names, images.images.view(4, 3, 56, 14)) != digest(images.names, images.images)


@pytest.mark.parametrize("counts", [None, [3, 1, 2, 3]])
def test_an_image_set_comes_back_from_its_file(tmp_path, counts):
    images = numbered(4, 3, counts)
    save_images(tmp_path / "set", images)
    again = read_images(tmp_path / "set", digest(images.names, images.images))
    assert again.names == images.names
    assert torch.equal(again.images, images.images)
    assert again.counts is None if counts is None else again.counts.tolist() == counts


def flip_a_pixel(content: bytes) -> bytes:
    return content[:-1000] + bytes([content[-1000] ^ 1]) + content[-999:]


@pytest.mark.parametrize("damage", [flip_a_pixel, lambda content: content[:-100], lambda _: b"", lambda _: b"?" * 999])
def test_a_damaged_image_set_is_told(tmp_path, damage):
    path = tmp_path / "set"
    save_images(path, numbered(4, 3))
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(MetaKitError, match="is damaged or is no image set"):
        read_images(path)


def test_another_image_set_than_expected_is_told(tmp_path):
    save_images(tmp_path / "set", numbered(4, 3))
    with pytest.raises(MetaKitError, match="is damaged"):
        read_images(tmp_path / "set", expected="0" * 64)


def test_counts_beyond_the_examples_are_told(tmp_path):
    images = numbered(2, 3, [3, 3])
    images.counts[1] = 4
    save_images(tmp_path / "set", images)
    with pytest.raises(MetaKitError, match="is damaged"):
        read_images(tmp_path / "set")


def test_a_missing_image_set_is_told(tmp_path):
    with pytest.raises(MetaKitError, match="does not exist"):
        read_images(tmp_path / "nothing")


def test_kept_in_the_data_folder_or_else_in_the_cache_or_else_nowhere(folders):
    images = numbered(2, 2)
    assert find("some/set") is None
    folders.chmod(0o555)
    assert keep("some/set", images) == cache_folder() / "some/set"
    folders.chmod(0o755)
    assert find("some/set") == cache_folder() / "some/set"
    assert keep("some/set", images) == find("some/set") == folders / "some/set"
    folders.chmod(0o555)
    cache_folder().parent.chmod(0o555)
    cache_folder().chmod(0o555)
    assert keep("other/set", images) is None
    cache_folder().chmod(0o755)
