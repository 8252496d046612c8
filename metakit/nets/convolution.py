"""The arithmetic of 3x3 convolution for many tasks at once: conv.py's three equations, and nothing about gradients.

Images are [B, R*G*C, H, W], channels-last; weights [G*O, C, 3, 3]. G image stacks have weights of their own: a grouped
convolution. R of them share those weights: one more axis of the image, along which the kernel is one wide, hence a
three-dimensional convolution, which takes the images as they lie. The padding is one zero.
"""

from dataclasses import dataclass, replace
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

PLANE = [1, 1], [1, 1], False, [0, 0]  # padding, dilation, transposed, output padding
VOLUME = [1, 1, 0], [1, 1, 1], False, [0, 0, 0]
FEW_PIXELS = 128  # up to here matrix products are faster (measured on a CPU)


@dataclass(frozen=True)
class Layout:
    """What the channels mean, and the size of the images that go in."""

    stride: int
    size: tuple[int, int]  # H, W of x
    repeats: int = 1  # R: stacks that share weights, outermost in the channels
    groups: int = 1  # G: stacks with weights of their own

    def times(self, tasks: int, *, share: bool) -> "Layout":
        """The layout of T such convolutions at once."""
        return replace(self, repeats=tasks * self.repeats) if share else replace(self, groups=tasks * self.groups)


def convolve(x: Tensor, w: Tensor, layout: Layout) -> Tensor:
    """eq. 1: x [B, R*G*C, H, W], w [G*O, C, 3, 3] -> y [B, R*G*O, H', W']."""
    forward = torch.ops.aten.convolution  # untouched by autocast: second-order training keeps its precision
    if layout.repeats == 1:
        return forward(x, w, None, [layout.stride] * 2, *PLANE, layout.groups)
    stride = [layout.stride] * 2 + [1]
    return _images(forward(_volume(x, layout), _deep(w, layout), None, stride, *VOLUME, layout.groups))


def convolve_input(g: Tensor, w: Tensor, layout: Layout) -> Tensor:
    """eq. 2: g [B, R*G*O, H', W'], w [G*O, C, 3, 3] -> dx [B, R*G*C, H, W]."""
    size = len(g), layout.groups * w.shape[1], *layout.size
    if layout.repeats == 1:
        return _backward(g, _blank(size, g), w, [layout.stride] * 2, PLANE, layout.groups, 0)
    stride, blank = [layout.stride] * 2 + [1], _blank((*size, layout.repeats), g)
    return _images(_backward(_volume(g, layout), blank, _deep(w, layout), stride, VOLUME, layout.groups, 0))


def convolve_weight(x: Tensor, g: Tensor, layout: Layout) -> Tensor:
    """eq. 3: x [B, R*G*C, H, W], g [B, R*G*O, H', W'] -> dw [G*O, C, 3, 3], summed over B and R."""
    if layout.groups > 1 and layout.repeats == 1 and g.shape[0] * g.shape[2] * g.shape[3] <= FEW_PIXELS:
        return _few_pixels(x, g, layout)
    size = g.shape[1] // layout.repeats, x.shape[1] // (layout.repeats * layout.groups), 3, 3
    if layout.repeats == 1:
        return _backward(g, x, _blank(size, g), [layout.stride] * 2, PLANE, layout.groups, 1)
    stride, blank = [layout.stride] * 2 + [1], _blank((*size, 1), g)
    return _backward(_volume(g, layout), _volume(x, layout), blank, stride, VOLUME, layout.groups, 1)[..., 0]


def _few_pixels(x: Tensor, g: Tensor, layout: Layout) -> Tensor:
    """eq. 3 as a matrix product per group, O x pixels times pixels x 9C: less to prepare than a convolution has."""
    padded = F.pad(x.permute(0, 2, 3, 1), (0, 0, 1, 1, 1, 1))
    (sb, sh, sw, sc), channels, stride = padded.stride(), x.shape[1] // layout.groups, layout.stride
    size = len(g), *g.shape[2:], layout.groups, 3, 3, channels
    windows = padded.as_strided(size, (sb, stride * sh, stride * sw, channels * sc, sh, sw, sc))
    columns = windows.reshape(-1, layout.groups, 9 * channels)  # [pixels, G, 9C]
    rows = g.permute(0, 2, 3, 1).reshape(len(columns), layout.groups, -1)  # [pixels, G, O]
    products = torch.bmm(rows.permute(1, 2, 0), columns.transpose(0, 1))
    return products.view(g.shape[1], 3, 3, channels).permute(0, 3, 1, 2)


def _backward(
    g: Tensor, x: Tensor, w: Tensor, stride: list[int], rest: tuple[Any, ...], groups: int, which: int
) -> Tensor:
    """Gradient of eq. 1 with respect to x (0) or w (1)."""
    wanted = [which == 0, which == 1, False]
    return torch.ops.aten.convolution_backward(g, x, w, None, stride, *rest, groups, wanted)[which]


def _blank(size: tuple[int, ...], like: Tensor) -> Tensor:
    """A tensor of which only the size will be looked at."""
    memory_format = torch.channels_last if len(size) == 4 else torch.channels_last_3d  # noqa: PLR2004
    return torch.empty(size, dtype=like.dtype, device=like.device, memory_format=memory_format)


def _volume(x: Tensor, layout: Layout) -> Tensor:
    """[B, R*K, H, W] -> [B, K, H, W, R], a view: what shares weights becomes an axis of the image."""
    (b, channels, height, width), (sb, sc, sh, sw) = x.shape, x.stride()
    stacked = channels // layout.repeats
    return x.as_strided((b, stacked, height, width, layout.repeats), (sb, sc, sh, sw, stacked * sc))


def _deep(w: Tensor, layout: Layout) -> Tensor:
    """[G*O, C, 3, 3] -> [G*O, C, 3, 3, 1]. Groups need the plain order: torch 2.13 on a CPU misreads channels-last."""
    return w[..., None].contiguous() if layout.groups > 1 else w[..., None]


def _images(x: Tensor) -> Tensor:
    """[B, K, H, W, R] -> [B, R*K, H, W]; a view where channels are last."""
    return x.permute(0, 4, 1, 2, 3).flatten(1, 2)
