"""Glyphs: the same from the same seed, characters that can be told apart, and drawings that look like Omniglot's."""

import shutil
import time
from pathlib import Path

import pytest
import torch
from torch import Tensor

from metakit.core import MetaKitError
from metakit.tasks import glyphs as module
from metakit.tasks.dice import Dice
from metakit.tasks.episodes import Episodes, ImageSet
from metakit.tasks.glyphs import file_name, glyphs, names, share, split
from metakit.tasks.image_files import read_images
from metakit.tasks.pen import ink, sparse
from metakit.tasks.storage import cache_folder
from tests.conformance_tasks import check_tasks

SMALL = {"alphabets": 3, "characters": 5, "drawers": 4}


@pytest.fixture(autouse=True)
def _nothing_remembered(folders: Path) -> None:
    glyphs.cache_clear()


@pytest.fixture(scope="module")
def sample() -> ImageSet:
    """Eight alphabets, kept for the module."""
    return glyphs(alphabets=8, cache=False)


def nearest_neighbour(images: Tensor) -> float:
    """Accuracy of the nearest first drawing, in pixels, for the second drawing of every character."""
    first, second = (images[:, drawer].flatten(1).float() for drawer in (0, 1))
    return float((torch.cdist(second, first).argmin(1) == torch.arange(len(images))).float().mean())


def sides(images: Tensor) -> tuple[Tensor, Tensor]:
    """Height and width of the ink in each image, in pixels."""
    inked = images.flatten(0, 1) > 64
    return inked.any(2).sum(1), inked.any(1).sum(1)


def test_same_seed_same_pixels_another_seed_others():
    first, again, other = (glyphs(**SMALL, seed=seed, cache=False) for seed in (1, 1, 2))
    glyphs.cache_clear()
    assert torch.equal(glyphs(**SMALL, seed=1, cache=False).images, first.images)
    assert again.names == first.names
    assert other.names != first.names
    assert not torch.equal(other.images, first.images)


def test_the_global_generator_does_not_matter():
    first = glyphs(**SMALL, cache=False)
    glyphs.cache_clear()
    torch.manual_seed(99)
    assert torch.equal(glyphs(**SMALL, cache=False).images, first.images)


def test_layout_is_omniglots(sample: ImageSet):
    assert sample.images.dtype == torch.uint8
    assert sample.images.shape == (8 * 33, 20, 28, 28)
    assert sample.names[0].endswith("/character01")
    assert sample.names[32].endswith("/character33")
    assert len({name.split("/")[0] for name in sample.names}) == 8
    assert len(set(sample.names)) == 8 * 33


def test_every_drawing_has_ink_and_ink_is_255(sample: ImageSet):
    assert (sample.images.flatten(2).sum(-1, dtype=torch.int64) > 255).all()
    assert sample.images.amax() == 255
    assert (sample.images == 0).float().mean() > 0.75


def test_statistics_are_near_omniglots(sample: ImageSet):
    share = sample.images.float().mean() / 255
    assert 0.065 < share < 0.095, "Omniglot has 0.078 (background) and 0.084 (evaluation)"
    for side in sides(sample.images):
        low, middle, high = side.float().quantile(torch.tensor([0.05, 0.5, 0.95])).tolist()
        assert 6 <= low <= 10
        assert 14 <= middle <= 18
        assert 21 <= high <= 25
    weight = sample.images.float().mean((0, 1))
    place = (
        (weight.sum(1) / weight.sum() * torch.arange(28)).sum(),
        (weight.sum(0) / weight.sum() * torch.arange(28)).sum(),
    )
    assert all(12.5 < centre < 14.5 for centre in place)


def test_characters_can_be_told_apart_but_not_by_pixels_alone(sample: ImageSet):
    accuracy = nearest_neighbour(sample.images)
    assert 20 / len(sample) < accuracy < 0.5


def test_alphabets_have_a_style(sample: ImageSet):
    """Two characters of one alphabet use more similar amounts of ink than two of different ones."""
    used = sample.images.float().mean((1, 2, 3)).view(8, 33)
    assert used.mean(1).std() > 1.5 * used.std() / 33**0.5


def test_jitter_sets_how_unlike_the_drawers_are():
    still, some, wild = (glyphs(4, 20, 6, jitter=jitter, cache=False).images.float() for jitter in (0.0, 0.5, 1.5))
    assert still.std(1).max() == 0
    assert nearest_neighbour(still) > nearest_neighbour(some) > nearest_neighbour(wild)


def test_strokes_sets_how_complex_the_characters_are():
    one, four = (glyphs(6, 20, 2, strokes=strokes, cache=False).images.float().mean() for strokes in (1, 4))
    assert four > 1.1 * one


def test_made_in_time():
    start = time.process_time()
    glyphs(alphabets=5, seed=3, cache=False)
    assert time.process_time() - start < 3, "a tenth of the default set: the whole must be made in 10 s on two cores"


def test_cache_round_trip(monkeypatch: pytest.MonkeyPatch):
    first = glyphs(**SMALL)
    assert _files() == [cache_folder() / file_name(3, 5, 4, 2.2, 1.0, 0)]
    glyphs.cache_clear()
    monkeypatch.setattr(module, "draw", None)  # nothing is drawn again
    again = glyphs(**SMALL)
    assert torch.equal(again.images, first.images)
    assert again.names == first.names


@pytest.mark.parametrize("damage", [b"", b"nonsense", None])
def test_broken_cache_is_rebuilt(damage: bytes | None):
    first = glyphs(**SMALL)
    (path,) = _files()
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]) if damage is None else damage)
    glyphs.cache_clear()
    assert torch.equal(glyphs(**SMALL).images, first.images)
    assert torch.equal(read_images(path).images, first.images)


def test_a_class_shares_one_file(folders: Path, monkeypatch: pytest.MonkeyPatch):
    first = glyphs(**SMALL)
    shutil.move(cache_folder() / "glyphs", folders)
    glyphs.cache_clear()
    monkeypatch.setattr(module, "draw", None)  # nothing is drawn again
    assert torch.equal(glyphs(**SMALL).images, first.images)
    assert not _files()


def test_shared_glyphs_are_those_of_the_defaults(folders: Path, monkeypatch: pytest.MonkeyPatch, sample: ImageSet):
    with monkeypatch.context() as patch:
        patch.setattr(module, "glyphs", lambda: sample)
        assert share().is_relative_to(folders)
    assert glyphs().names == sample.names, "the default glyphs come from the shared file"


def test_other_settings_are_other_files():
    for seed in (0, 1):
        glyphs(**SMALL, seed=seed)
    glyphs(**SMALL, seed=2, cache=False)
    assert len(_files()) == 2


def test_without_a_writable_cache_glyphs_are_made_all_the_same():
    folder = cache_folder()
    folder.mkdir(parents=True)
    folder.chmod(0o555)
    assert len(glyphs(**SMALL)) == 15
    assert not _files()


def test_names_can_be_pronounced():
    words = names(200, Dice(torch.Generator().manual_seed(0)))
    assert len(set(words)) == 200
    assert all(word.istitle() and 4 <= len(word) <= 12 for word in words)
    assert names(20, Dice(torch.Generator().manual_seed(0))) == words[:20]


def test_split_is_by_whole_alphabets(monkeypatch: pytest.MonkeyPatch, sample: ImageSet):
    monkeypatch.setattr(
        module, "glyphs", lambda: ImageSet(torch.zeros(1650, 1, 28, 28, dtype=torch.uint8), _default_names())
    )
    parts = split()
    assert [len(part) for part in parts] == [990, 165, 495]
    alphabets = [{name.split("/")[0] for name in part.names} for part in parts]
    assert [len(part) for part in alphabets] == [30, 5, 15]
    assert not alphabets[0] & alphabets[1] | alphabets[0] & alphabets[2] | alphabets[1] & alphabets[2]


def test_episodes_of_glyphs(sample: ImageSet):
    check_tasks(Episodes(sample, ways=5, shots=1, queries=3))


@pytest.mark.parametrize(
    "settings", [{"alphabets": 0}, {"drawers": 0}, {"strokes": 0.5}, {"strokes": 9}, {"jitter": -1}, {"jitter": 50}]
)
def test_settings_that_draw_nothing(settings: dict[str, float]):
    with pytest.raises(MetaKitError, match="choose"):
        glyphs(**{**SMALL, **settings})


def test_the_pen_is_as_wide_as_omniglots():
    line = torch.stack([torch.zeros(112), torch.linspace(-0.5, 0.5, 112)], -1)
    image = ink(line[None, None], sparse(line)[None])[0, 0].float() / 255
    assert image[10:18].sum(1).mean() == pytest.approx(5 * 28 / 105, abs=0.01)
    assert image.any(1).sum() == pytest.approx(14 + 5 * 28 / 105, abs=1.5)


@pytest.mark.gpu
def test_gpu_draws_the_same_up_to_rounding():
    here, there = glyphs(**SMALL, cache=False), glyphs(**SMALL, device="cuda", cache=False)
    assert (here.images.float() - there.images.cpu().float()).abs().mean() < 1


def _files() -> list[Path]:
    return sorted(cache_folder().glob("glyphs/*"))


def _default_names() -> tuple[str, ...]:
    words = names(50, Dice(torch.Generator().manual_seed(0)))
    return tuple(f"{word}/character{n:02}" for word in words for n in range(1, 34))
