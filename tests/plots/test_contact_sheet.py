"""The contact sheet: which characters it shows."""

import torch

from metakit.plots.contact_sheet import contact_sheet
from metakit.tasks.episodes import ImageSet

IMAGES = ImageSet(
    torch.randint(0, 256, (6, 5, 28, 28), dtype=torch.uint8), ("A/1", "A/2", "B/1", "B/2", "C_D/1", "C_D/2")
)


def test_rows_are_of_different_alphabets_first():
    axes = contact_sheet(IMAGES, characters=3, drawers=4).axes[0]
    assert sorted(label.get_text() for label in axes.get_yticklabels()) == ["A", "B", "C D"]
    assert axes.images[0].get_size() == (3 * 28, 4 * 28)


def test_more_rows_than_alphabets():
    assert len(contact_sheet(IMAGES, characters=5).axes[0].get_yticklabels()) == 5
