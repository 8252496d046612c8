"""3x3 convolution whose gradients of every order stay fast and exact when `vmap` gives each task weights of its own.

Convolution is bilinear, and so are its two derivatives. With images x, weights w and a gradient g of the output:

    (1)  y  = conv(x, w)
    (2)  dx = conv_input(g, w), the transposed convolution:   <u, dx> = <conv(u, w), g>  for every u
    (3)  dw = conv_weight(x, g), a correlation:               <v, dw> = <conv(x, v), g>  for every v

The right-hand sides say how to differentiate (2) and (3): with (1), (2) and (3) again. Three functions, closed under
differentiation, so that every order costs plain convolutions and never a loop over tasks.

Under `vmap` the tasks are folded into the channels (fold.py): images [B, R*G*C, H, W], weights [G*O, C, 3, 3]. G image
stacks have weights of their own: a grouped convolution. R of them share those weights: one more axis of the image,
along which the kernel is one wide, hence a three-dimensional convolution.
"""

from dataclasses import dataclass, replace
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd import Function

from metakit.nets.fold import fold_images, fold_rows, under_transform, unfold_images, unfold_rows

Dims = tuple[int | None, int | None, None]  # where vmap's axis is in each argument


@dataclass(frozen=True)
class Layout:
    """What the channels mean, and the size of the images that go in."""

    stride: int
    size: tuple[int, int]  # H, W of x
    repeats: int = 1  # R: stacks that share weights, outermost in the channels
    groups: int = 1  # G: stacks with weights of their own

    def tasks(self, n: int, *, share: bool) -> "Layout":
        """The layout of n such convolutions at once."""
        return replace(self, repeats=n * self.repeats) if share else replace(self, groups=n * self.groups)


def conv2d(x: Tensor, weight: Tensor, stride: int = 1) -> Tensor:
    """x [B, C, H, W], weight [O, C, 3, 3] -> [B, O, H / stride, W / stride], rounded up; the padding is one zero."""
    if not under_transform():
        return F.conv2d(x, weight, stride=stride, padding=1)
    if torch.is_autocast_enabled(x.device.type):
        dtype = torch.get_autocast_dtype(x.device.type)
        x, weight = x.to(dtype), weight.to(dtype)
    return Conv.apply(x, weight, Layout(stride, (x.shape[-2], x.shape[-1])))


class Conv(Function):
    """eq. 1: x [B, R*G*C, H, W], w [G*O, C, 3, 3] -> y [B, R*G*O, H', W']."""

    @staticmethod
    def forward(x: Tensor, w: Tensor, layout: Layout) -> Tensor:
        if layout.repeats == 1:
            return F.conv2d(x, w, stride=layout.stride, padding=1, groups=layout.groups)
        stride, padding = _in_volume(layout)
        return _images(F.conv3d(_volume(x, layout), w[..., None], None, stride, padding, 1, layout.groups))

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor, Layout], output: Tensor) -> None:
        x, w, ctx.layout = inputs
        ctx.save_for_backward(x, w)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        x, w = ctx.saved_tensors
        dx = ConvInput.apply(g, w, ctx.layout) if ctx.needs_input_grad[0] else None
        dw = ConvWeight.apply(x, g, ctx.layout) if ctx.needs_input_grad[1] else None
        return dx, dw, None

    @staticmethod
    def vmap(info: Any, dims: Dims, x: Tensor, w: Tensor, layout: Layout) -> tuple[Tensor, int]:
        return _on_images(Conv, info.batch_size, dims, x, w, layout)


class ConvInput(Function):
    """eq. 2: g [B, R*G*O, H', W'], w [G*O, C, 3, 3] -> dx [B, R*G*C, H, W]."""

    @staticmethod
    def forward(g: Tensor, w: Tensor, layout: Layout) -> Tensor:
        channels = layout.repeats * layout.groups * w.shape[1]
        x = g.new_empty((len(g), *layout.size, channels)).permute(0, 3, 1, 2)  # only its size is looked at
        return _backward(g, x, w, layout, [True, False, False])[0]

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor, Layout], output: Tensor) -> None:
        g, w, ctx.layout = inputs
        ctx.save_for_backward(g, w)

    @staticmethod
    def backward(ctx: Any, u: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        g, w = ctx.saved_tensors
        dg = Conv.apply(u, w, ctx.layout) if ctx.needs_input_grad[0] else None
        dw = ConvWeight.apply(u, g, ctx.layout) if ctx.needs_input_grad[1] else None
        return dg, dw, None

    @staticmethod
    def vmap(info: Any, dims: Dims, g: Tensor, w: Tensor, layout: Layout) -> tuple[Tensor, int]:
        return _on_images(ConvInput, info.batch_size, dims, g, w, layout)


class ConvWeight(Function):
    """eq. 3: x [B, R*G*C, H, W], g [B, R*G*O, H', W'] -> dw [G*O, C, 3, 3], summed over B and R."""

    @staticmethod
    def forward(x: Tensor, g: Tensor, layout: Layout) -> Tensor:
        channels = x.shape[1] // (layout.repeats * layout.groups)
        w = x.new_empty((g.shape[1] // layout.repeats, 3, 3, channels)).permute(0, 3, 1, 2)  # for its size
        return _backward(g, x, w, layout, [False, True, False])[1]

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor, Layout], output: Tensor) -> None:
        x, g, ctx.layout = inputs
        ctx.save_for_backward(x, g)

    @staticmethod
    def backward(ctx: Any, v: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        x, g = ctx.saved_tensors
        dx = ConvInput.apply(g, v, ctx.layout) if ctx.needs_input_grad[0] else None
        dg = Conv.apply(x, v, ctx.layout) if ctx.needs_input_grad[1] else None
        return dx, dg, None

    @staticmethod
    def vmap(info: Any, dims: Dims, x: Tensor, g: Tensor, layout: Layout) -> tuple[Tensor, int]:
        x, g = (fold_images(z, dim, info.batch_size, layout.repeats) for z, dim in zip((x, g), dims, strict=False))
        return unfold_rows(ConvWeight.apply(x, g, layout.tasks(info.batch_size, share=False)), info.batch_size)


def _on_images(
    function: type[Conv | ConvInput], n: int, dims: Dims, x: Tensor, w: Tensor, layout: Layout
) -> tuple[Tensor, int]:
    """The rule of `vmap` for eq. 1 and 2: n tasks that share w, or that each have their own."""
    share = dims[1] is None
    w = w if share else fold_rows(w, dims[1], n).contiguous(memory_format=torch.channels_last)
    repeats = 1 if share else layout.repeats
    out = function.apply(fold_images(x, dims[0], n, repeats), w, layout.tasks(n, share=share))
    return unfold_images(out, n, repeats)


def _backward(g: Tensor, x: Tensor, w: Tensor, layout: Layout, wanted: list[bool]) -> list[Tensor]:
    """Gradients of eq. 1 with respect to x and w, where wanted."""
    once = [layout.stride] * 2, [1, 1], [1, 1], False, [0, 0], layout.groups, wanted
    if layout.repeats == 1:
        return torch.ops.aten.convolution_backward(g, x, w, None, *once)
    stride, padding = _in_volume(layout)
    g, x, w = _volume(g, layout), _volume(x, layout), w[..., None]
    rest = stride, padding, [1] * 3, False, [0] * 3, layout.groups, wanted
    dx, dw, _ = torch.ops.aten.convolution_backward(g, x, w, None, *rest)
    return [_images(dx) if wanted[0] else dx, dw[..., 0] if wanted[1] else dw]


def _in_volume(layout: Layout) -> tuple[list[int], list[int]]:
    return [layout.stride, layout.stride, 1], [1, 1, 0]


def _volume(x: Tensor, layout: Layout) -> Tensor:
    """[B, R*K, H, W] -> [B, K, H, W, R]: what shares weights becomes an axis of the image."""
    return x.unflatten(1, (layout.repeats, -1)).permute(0, 2, 3, 4, 1)


def _images(x: Tensor) -> Tensor:
    """[B, K, H, W, R] -> [B, R*K, H, W]."""
    return x.permute(0, 4, 1, 2, 3).flatten(1, 2)
