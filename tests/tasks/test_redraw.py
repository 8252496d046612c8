"""Redrawn and mirrored training images."""

import torch

from metakit.tasks.augment import Affine
from metakit.tasks.base import generator
from metakit.tasks.episodes import Episodes, ImageSet
from metakit.tasks.redraw import Mirrored, Redraw

STILL = Affine(0, 0, 0, 0)


def bars() -> torch.Tensor:
    """Two images with an upright bar, four pixels wide."""
    images = torch.zeros(2, 1, 28, 28)
    images[..., 4:24, 12:16] = 1
    return images


def test_without_distortion_nothing_changes():
    still = Redraw(STILL, bend=0, pen=0)
    torch.testing.assert_close(still(bars(), generator(0)), bars(), atol=1e-5, rtol=0)


def test_each_image_is_bent_its_own_way_by_about_what_was_asked():
    """The middle of the bar, row by row, is off by 0.03 of 28 pixels, give or take."""
    drawn = Redraw(STILL, bend=0.03, pen=0)(bars()[:1].expand(200, -1, -1, -1), generator(0))[:, 0, 6:22]
    middle = (drawn * torch.arange(28.0)).sum(-1) / drawn.sum(-1)
    assert 0.4 < float((middle - 13.5).std()) < 1.2
    assert not torch.equal(drawn[0], drawn[1])


def test_a_pen_thickens_and_thins():
    images = bars()[:1].expand(100, -1, -1, -1)
    ink = Redraw(STILL, bend=0, pen=0.5)(images, generator(0)).sum((1, 2, 3)) / images.sum((1, 2, 3))
    assert float(ink.min()) < 0.8
    assert float(ink.max()) > 1.2


def test_a_class_is_mirrored_as_a_whole():
    """Class c has its one black column at c; after a mirror at 27 - c, in support and query set alike."""
    pixels = torch.zeros(6, 4, 28, 28, dtype=torch.uint8)
    for c in range(6):
        pixels[c, :, :, c] = 255
    episodes = Episodes(ImageSet(pixels, tuple("abcdef")), 4, 2, 2)
    plain, mirrored = episodes.sample(20, generator(1)), Mirrored(episodes).sample(20, generator(1))
    turned = mirrored.support_x.flip(-1) == plain.support_x
    assert 0.3 < float(turned.all((2, 3, 4)).float().mean()) < 0.7
    for x, y in ((mirrored.support_x, mirrored.support_y), (mirrored.query_x, mirrored.query_y)):
        column = x[:, :, 0, 0].argmax(-1)
        for t in range(20):
            for n in range(4):
                first = mirrored.support_x[t, mirrored.support_y[t] == n, 0, 0].argmax(-1)[0]
                assert (column[t, y[t] == n] == first).all()
