"""Zips that somebody else made: damaged ones, and those that mean harm."""

import struct
import zipfile
from pathlib import Path

import pytest

from metakit.core import MetaKitError
from metakit.tasks.archives import Limits, read_zip
from tests.tasks.conftest import write_zip


def test_reads_what_ends_as_asked(tmp_path):
    path = write_zip(tmp_path / "a.zip", {"folder/": b"", "folder/a.png": b"one", "b.txt": b"two"})
    assert [(str(name), content) for name, content in read_zip(path, ".png")] == [("folder/a.png", b"one")]


@pytest.mark.parametrize(
    "name", ["../evil.png", "a/../../evil.png", "/etc/evil.png", "..\\evil.png", "C:/evil.png", "C:\\evil.png"]
)
def test_a_path_that_leaves_its_folder_is_refused(tmp_path, name):
    path = write_zip(tmp_path / "a.zip", {"fine.png": b"", name: b"evil"})
    with pytest.raises(MetaKitError, match="leaves its folder: use an archive you trust"):
        list(read_zip(path))


@pytest.mark.parametrize("limits", [Limits(entries=2), Limits(size=1000)], ids=["too many files", "too large"])
def test_a_bomb_is_refused_before_anything_is_unpacked(tmp_path, limits):
    path = write_zip(tmp_path / "bomb.zip", {f"{n}.png": bytes(400) for n in range(3)})
    assert path.stat().st_size < 1000
    with pytest.raises(MetaKitError, match="3 files and 1,200 bytes, too much to be safe"):
        next(read_zip(path, limits=limits))


def test_an_entry_larger_than_it_claims_is_not_unpacked(tmp_path):
    path = write_zip(tmp_path / "liar.zip", {"a.png": bytes(10_000_000)})
    content = path.read_bytes()
    real, claimed = struct.pack("<L", 10_000_000), struct.pack("<L", 100)
    path.write_bytes(content.replace(real, claimed))
    with pytest.raises(MetaKitError, match="is damaged or is no zip file"):
        list(read_zip(path))


def test_ways_of_packing_without_a_limit_are_refused(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("a.png", bytes(1000))
    with pytest.raises(MetaKitError, match="unpack it and name the folder"):
        list(read_zip(path))


def truncate(content: bytes) -> bytes:
    return content[: len(content) // 2]


def garble(content: bytes) -> bytes:
    return content[:50] + bytes(20) + content[70:]


@pytest.mark.parametrize("damage", [truncate, garble, lambda _: b"<html>not found</html>", lambda _: b""])
def test_a_damaged_zip_is_told(tmp_path, damage):
    path = write_zip(tmp_path / "a.zip", {"a.png": bytes(range(256)) * 4})
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(MetaKitError, match=r"is damaged or is no zip file .*: download it again"):
        list(read_zip(path))


def test_a_missing_zip_is_told():
    with pytest.raises(MetaKitError, match="does not exist: check the spelling"):
        list(read_zip(Path("nowhere/a.zip")))
