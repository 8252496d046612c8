"""The arithmetic of 3x3 convolution for many tasks at once: conv.py's three equations, and nothing about gradients.

Images are [B, R*G*C, H, W], channels-last; weights [G*O, C, 3, 3]. G image stacks have weights of their own: a grouped
convolution. R of them share those weights: they become more images of the batch. The padding is one zero.
"""

from dataclasses import dataclass, replace
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from metakit.nets.fold import channels_last

PLANE = [1, 1], [1, 1], False, [0, 0]  # padding, dilation, transposed, output padding
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
    return _side_by_side(forward(_stacked(x, layout), w, None, [layout.stride] * 2, *PLANE, layout.groups), layout)


def convolve_input(g: Tensor, w: Tensor, layout: Layout) -> Tensor:
    """eq. 2: g [B, R*G*O, H', W'], w [G*O, C, 3, 3] -> dx [B, R*G*C, H, W]."""
    size = len(g), layout.groups * w.shape[1], *layout.size
    if layout.repeats == 1:
        return _backward(g, _blank(size, g), w, [layout.stride] * 2, PLANE, layout.groups, 0)
    size = layout.repeats * len(g), *size[1:]
    dx = _backward(_stacked(g, layout), _blank(size, g), w, [layout.stride] * 2, PLANE, layout.groups, 0)
    return _side_by_side(dx, layout)


def convolve_weight(x: Tensor, g: Tensor, layout: Layout) -> Tensor:
    """eq. 3: x [B, R*G*C, H, W], g [B, R*G*O, H', W'] -> dw [G*O, C, 3, 3], summed over B and R."""
    if layout.groups > 1 and layout.repeats == 1 and g.shape[0] * g.shape[2] * g.shape[3] <= FEW_PIXELS:
        return _few_pixels(x, g, layout)
    size = g.shape[1] // layout.repeats, x.shape[1] // (layout.repeats * layout.groups), 3, 3
    if layout.repeats == 1:
        return _backward(g, x, _blank(size, g), [layout.stride] * 2, PLANE, layout.groups, 1)
    stacked_g, stacked_x = _stacked(g, layout), _stacked(x, layout)
    return _backward(stacked_g, stacked_x, _blank(size, g), [layout.stride] * 2, PLANE, layout.groups, 1)


def _few_pixels(x: Tensor, g: Tensor, layout: Layout) -> Tensor:
    """eq. 3 as a matrix product per group, O x pixels times pixels x 9C: less to prepare than a convolution has."""
    padded = F.pad(x.permute(0, 2, 3, 1), (0, 0, 1, 1, 1, 1))
    windows = padded.unfold(1, 3, layout.stride).unfold(2, 3, layout.stride).unflatten(3, (layout.groups, -1))
    columns = windows.permute(0, 1, 2, 3, 5, 6, 4).flatten(4).flatten(0, 2)  # [pixels, G, 9C]
    rows = g.permute(0, 2, 3, 1).unflatten(3, (layout.groups, -1)).flatten(0, 2)  # [pixels, G, O]
    products = torch.bmm(rows.permute(1, 2, 0), columns.transpose(0, 1))
    return products.view(g.shape[1], 3, 3, -1).permute(0, 3, 1, 2)


def _backward(
    g: Tensor, x: Tensor, w: Tensor, stride: list[int], rest: tuple[Any, ...], groups: int, which: int
) -> Tensor:
    """Gradient of eq. 1 with respect to x (0) or w (1)."""
    wanted = [which == 0, which == 1, False]
    return torch.ops.aten.convolution_backward(g, x, w, None, stride, *rest, groups, wanted)[which]


def _blank(size: tuple[int, ...], like: Tensor) -> Tensor:
    """A tensor of which only the size will be looked at."""
    return torch.empty(size, dtype=like.dtype, device=like.device, memory_format=torch.channels_last)


def _stacked(x: Tensor, layout: Layout) -> Tensor:
    """[B, R*K, H, W] -> [R*B, K, H, W]: what shares weights becomes more images of the batch."""
    return channels_last(x.unflatten(1, (layout.repeats, -1)).transpose(0, 1).flatten(0, 1))


def _side_by_side(x: Tensor, layout: Layout) -> Tensor:
    """Undo `_stacked`: [R*B, K, H, W] -> [B, R*K, H, W]."""
    return channels_last(x.unflatten(0, (layout.repeats, -1)).transpose(0, 1).flatten(1, 2))
