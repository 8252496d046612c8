"""Example episodes: the same number gives the same characters, and look-alikes do look alike."""

import torch

from metakit.tasks.base import generator
from metakit.tasks.episodes import ImageSet
from metakit.widgets.drawings import ROWS
from metakit.widgets.example_episodes import ExampleEpisodes, available, look_alikes
from metakit.widgets.presets import DRAWN


def images() -> ImageSet:
    """Twelve bars to the left, twelve to the right, one column apart each: drawn ten times with a little noise."""
    clean = torch.zeros(24, 10, 28, 28)
    for place in range(24):
        clean[place, :, 4:24, 2 + place] = 255
    noise = torch.rand(clean.shape, generator=generator(0)) > 0.99
    return ImageSet((clean + 60 * noise).clamp(max=255).to(torch.uint8), tuple(f"Bars/{i}" for i in range(24)))


def test_look_alikes_are_the_nearest_and_begin_with_the_character_itself() -> None:
    found = look_alikes(images().images, 12)
    assert int(found[0]) == 12
    assert set(found.tolist()) >= {11, 12, 13}


def test_the_same_number_gives_the_same_episode_and_all_classes_differ() -> None:
    for alike in (False, True):
        episodes = ExampleEpisodes(images, alike)
        assert episodes.draw(3) == episodes.draw(3)
        assert episodes.draw(3)[0] != episodes.draw(4)[0]
        assert len(set(episodes.draw(3)[1])) == ROWS


def test_every_situation_of_the_first_room_has_its_source_everywhere() -> None:
    assert {one.source for one in DRAWN} <= available().keys() & {"glyphs", "glyphs-alike"}
    assert all(0 <= one.truth < one.ways for one in DRAWN)
