"""An image is looked at from where it should be, and features are means over views."""

import torch
from torch import nn

from metakit.nets.views import VIEWS, SeveralViews, seen


def test_a_view_shows_what_it_says():
    x = torch.rand(2, 1, 8, 8)
    same = {"degrees": 0, "width": 1, "height": 1, "right": 0, "down": 0}
    torch.testing.assert_close(seen(x, **same), x)
    one_pixel = 2 / 8
    torch.testing.assert_close(seen(x, **same | {"right": one_pixel})[..., :-1], x[..., 1:])
    torch.testing.assert_close(seen(x, **same | {"down": one_pixel})[..., :-1, :], x[..., 1:, :])
    assert not seen(x, **same | {"right": one_pixel})[..., -1].any(), "beyond the image lies paper"
    torch.testing.assert_close(seen(x, **same | {"degrees": 90}), x.rot90(1, (-2, -1)))


def test_a_smaller_part_is_seen_larger():
    x = torch.zeros(1, 1, 8, 8)
    x[..., 2:6, :] = 1  # half the height
    torch.testing.assert_close(seen(x, 0, 1, 0.5, 0, 0)[..., 1:-1, :], torch.ones(1, 1, 6, 8))
    torch.testing.assert_close(seen(x, 0, 0.5, 1, 0, 0), x)


def test_evaluation_averages_five_views_and_training_takes_one():
    encoder, x = SeveralViews(nn.Sequential(nn.Flatten(), nn.Linear(64, 3))), torch.rand(4, 1, 8, 8)
    plain = encoder.encoder
    torch.testing.assert_close(encoder.train()(x), plain(x))
    views = [plain(x), *(plain(seen(x, *view)) for view in VIEWS)]
    torch.testing.assert_close(encoder.eval()(x), sum(views) / 5)
    torch.testing.assert_close(encoder(x)[1:2], encoder(x[1:2]), msg="one image does not see the others")
