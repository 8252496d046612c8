"""mini-ImageNet's files, made small: they are read, checked, kept; a pickle that wants more than arrays is refused."""

import os
import pickle

import numpy as np
import pytest
import torch
from PIL import Image

from metakit.core import MetaKitError
from metakit.learners.metric_based.prototypical import PrototypicalNetwork
from metakit.nets.encoders import Conv4
from metakit.tasks import mini_imagenet
from metakit.tasks.base import generator
from metakit.tasks.episodes import Episodes

SMALL = {"train": 3, "val": 2, "test": 3}
EACH = 5


@pytest.fixture(autouse=True)
def small(monkeypatch, tmp_path):
    monkeypatch.setattr(mini_imagenet, "CLASSES", SMALL)
    monkeypatch.setenv("METAKIT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    mini_imagenet.split.cache_clear()
    yield
    mini_imagenet.split.cache_clear()


def content(part):
    """The usual dictionary; every picture of a class has the same red value."""
    n = SMALL[part]
    pictures = np.random.default_rng(0).integers(0, 255, (n * EACH, 84, 84, 3), dtype=np.uint8)
    names = [f"n0{i}" for i in range(n)]
    for i in range(n):
        pictures[i * EACH : (i + 1) * EACH, ..., 0] = 10 * i
    rows = {name: list(range(i * EACH, (i + 1) * EACH)) for i, name in enumerate(names)}
    return {"image_data": pictures, "class_dict": rows}


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "source"
    folder.mkdir()
    for part in SMALL:
        (folder / f"mini-imagenet-cache-{part}.pkl").write_bytes(pickle.dumps(content(part)))
    return folder


def test_the_usual_files_become_episodes_in_colour(source):
    parts = mini_imagenet.fetch(source)
    assert [len(part) for part in parts] == [3, 2, 3]
    task = Episodes(parts.train, ways=2, shots=1, queries=3).sample(4, generator(0))
    assert task.support_x.shape == (4, 2, 3, 84, 84)
    assert task.query_x.max() <= 1
    for t in range(4):  # the red value tells the class
        red = {int(y): float(x[0].mean()) for x, y in zip(task.support_x[t], task.support_y[t], strict=True)}
        for x, y in zip(task.query_x[t], task.query_y[t], strict=True):
            assert float(x[0].mean()) == pytest.approx(red[int(y)])
    learner = PrototypicalNetwork(Conv4(4, "running", pool=True, channels=3, last=5))
    assert learner.solve(task).shape == (4, 6, 2)


def test_a_second_start_needs_no_source(source):
    first = mini_imagenet.fetch(source)
    mini_imagenet.split.cache_clear()
    assert torch.equal(mini_imagenet.split().test.images, first.test.images)


def test_folders_of_pictures_serve_as_well(tmp_path):
    for part, n in SMALL.items():
        for i in range(n):
            folder = tmp_path / "folders" / part / f"n0{i}"
            folder.mkdir(parents=True)
            for j in range(3):
                Image.new("RGB", (100, 90), (10 * i, 200, j)).save(folder / f"{j}.png")
    found = mini_imagenet.fetch(tmp_path / "folders").validation
    assert found.images.shape == (2, 3, 3, 84, 84)
    assert int(found.images[1, 2, 0].max()) == 10
    assert int(found.images[1, 2, 2].max()) == 2


class Evil:
    def __reduce__(self):
        return os.system, ("echo never",)


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (pickle.dumps({"image_data": Evil(), "class_dict": {}}), "no mini-ImageNet file"),
        (pickle.dumps(content("train"))[:9000], "no mini-ImageNet file"),
        (pickle.dumps({"image_data": 3}), "no mini-ImageNet file"),
        (pickle.dumps(content("train") | {"image_data": np.zeros((15, 28, 28, 3), np.uint8)}), "84 x 84"),
        (pickle.dumps(content("val")), "instead of 3"),
    ],
    ids=["code", "truncated", "other", "size", "classes"],
)
def test_bad_files_are_refused_in_a_sentence(source, bad, sentence):
    (source / "mini-imagenet-cache-train.pkl").write_bytes(bad)
    with pytest.raises(MetaKitError, match=sentence):
        mini_imagenet.fetch(source)
    with pytest.raises(MetaKitError, match="not here yet"):
        mini_imagenet.split()


def test_a_missing_part_is_named(source):
    (source / "mini-imagenet-cache-val.pkl").unlink()
    with pytest.raises(MetaKitError, match=r"mini-imagenet-cache-val\.pkl"):
        mini_imagenet.fetch(source)
