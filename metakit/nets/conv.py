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

from metakit.nets.fold import Fold, under_transform

Dims = tuple[int | None, ...]  # where the axis of `vmap` is in each argument


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


def conv2d(x: Tensor, weight: Tensor, stride: int = 1) -> Tensor:
    """x [B, C, H, W], weight [O, C, 3, 3] -> [B, O, H / stride, W / stride], rounded up; the padding is one zero."""
    if not under_transform():
        return F.conv2d(x, weight, stride=stride, padding=1)
    return Conv.apply(x.to(weight.dtype), weight, Layout(stride, (x.shape[-2], x.shape[-1])))


def convolve(x: Tensor, w: Tensor, layout: Layout) -> Tensor:
    """eq. 1: x [B, R*G*C, H, W], w [G*O, C, 3, 3] -> y [B, R*G*O, H', W']."""
    forward = torch.ops.aten.convolution  # untouched by autocast: second-order training keeps its precision
    if layout.repeats == 1:
        return forward(x, w, None, [layout.stride] * 2, *PLANE, layout.groups)
    return _images(forward(_volume(x, layout), w[..., None], None, [layout.stride] * 2 + [1], *VOLUME, layout.groups))


def convolve_input(g: Tensor, w: Tensor, layout: Layout) -> Tensor:
    """eq. 2: g [B, R*G*O, H', W'], w [G*O, C, 3, 3] -> dx [B, R*G*C, H, W]."""
    size = len(g), layout.groups * w.shape[1], *layout.size
    if layout.repeats == 1:
        return _backward(g, _blank(size, g), w, [layout.stride] * 2, PLANE, layout.groups, 0)
    stride, blank = [layout.stride] * 2 + [1], _blank((*size, layout.repeats), g)
    return _images(_backward(_volume(g, layout), blank, w[..., None], stride, VOLUME, layout.groups, 0))


def convolve_weight(x: Tensor, g: Tensor, layout: Layout) -> Tensor:
    """eq. 3: x [B, R*G*C, H, W], g [B, R*G*O, H', W'] -> dw [G*O, C, 3, 3], summed over B and R."""
    if layout.groups > 1 and layout.repeats == 1 and g.shape[0] * g.shape[2] * g.shape[3] <= FEW_PIXELS:
        return _few_pixels(x, g, layout)
    size = g.shape[1] // layout.repeats, x.shape[1] // (layout.repeats * layout.groups), 3, 3
    if layout.repeats == 1:
        return _backward(g, x, _blank(size, g), [layout.stride] * 2, PLANE, layout.groups, 1)
    stride, blank = [layout.stride] * 2 + [1], _blank((*size, 1), g)
    return _backward(_volume(g, layout), _volume(x, layout), blank, stride, VOLUME, layout.groups, 1)[..., 0]


FEW_PIXELS = 128  # from where on matrix products take longer (measured on a CPU)
PLANE = [1, 1], [1, 1], False, [0, 0]  # padding, dilation, transposed, output padding
VOLUME = [1, 1, 0], [1, 1, 1], False, [0, 0, 0]


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
    memory_format = torch.channels_last if len(size) == 4 else torch.channels_last_3d
    return torch.empty(size, dtype=like.dtype, device=like.device, memory_format=memory_format)


def _volume(x: Tensor, layout: Layout) -> Tensor:
    """[B, R*K, H, W] -> [B, K, H, W, R], a view: what shares weights becomes an axis of the image."""
    (b, channels, height, width), (sb, sc, sh, sw) = x.shape, x.stride()
    stacked = channels // layout.repeats
    return x.as_strided((b, stacked, height, width, layout.repeats), (sb, sc, sh, sw, stacked * sc))


def _images(x: Tensor) -> Tensor:
    """[B, K, H, W, R] -> [B, R*K, H, W]; a view where channels are last."""
    return x.permute(0, 4, 1, 2, 3).flatten(1, 2)


class Conv(Function):
    """eq. 1, differentiable."""

    @staticmethod
    def forward(x: Tensor, w: Tensor, layout: Layout) -> Tensor:
        return convolve(x, w, layout)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor, Layout], output: Tensor) -> None:
        x, w, ctx.layout = inputs
        ctx.save_for_backward(x, w)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        x, w = ctx.saved_tensors
        dx = ConvInput.apply(g, w, ctx.layout) if ctx.needs_input_grad[0] else None
        return dx, ConvWeight.apply(x, g, ctx.layout) if ctx.needs_input_grad[1] else None, None

    @staticmethod
    def vmap(info: Any, dims: Dims, x: Tensor, w: Tensor, layout: Layout) -> tuple[Tensor, int]:
        return _on_images(Conv, info.batch_size, dims, x, w, layout)


class ConvInput(Function):
    """eq. 2, differentiable."""

    @staticmethod
    def forward(g: Tensor, w: Tensor, layout: Layout) -> Tensor:
        return convolve_input(g, w, layout)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor, Layout], output: Tensor) -> None:
        g, w, ctx.layout = inputs
        ctx.save_for_backward(g, w)

    @staticmethod
    def backward(ctx: Any, u: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        g, w = ctx.saved_tensors
        dg = Conv.apply(u, w, ctx.layout) if ctx.needs_input_grad[0] else None
        return dg, ConvWeight.apply(u, g, ctx.layout) if ctx.needs_input_grad[1] else None, None

    @staticmethod
    def vmap(info: Any, dims: Dims, g: Tensor, w: Tensor, layout: Layout) -> tuple[Tensor, int]:
        return _on_images(ConvInput, info.batch_size, dims, g, w, layout)


class ConvWeight(Function):
    """eq. 3, differentiable."""

    @staticmethod
    def forward(x: Tensor, g: Tensor, layout: Layout) -> Tensor:
        return convolve_weight(x, g, layout)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor, Layout], output: Tensor) -> None:
        x, g, ctx.layout = inputs
        ctx.save_for_backward(x, g)

    @staticmethod
    def backward(ctx: Any, v: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        x, g = ctx.saved_tensors
        dx = ConvInput.apply(g, v, ctx.layout) if ctx.needs_input_grad[0] else None
        return dx, Conv.apply(x, v, ctx.layout) if ctx.needs_input_grad[1] else None, None

    @staticmethod
    def vmap(info: Any, dims: Dims, x: Tensor, g: Tensor, layout: Layout) -> tuple[Tensor, int]:
        fold, together = Fold(info.batch_size, layout.repeats), layout.times(info.batch_size, share=False)
        dw = ConvWeight.apply(fold.images(x, dims[0]), fold.images(g, dims[1]), together)
        return Fold(info.batch_size).split_rows(dw), 0


def _on_images(
    function: type[Conv | ConvInput], tasks: int, dims: Dims, x: Tensor, w: Tensor, layout: Layout
) -> tuple[Tensor, int]:
    """The rule of `vmap` for eq. 1 and 2: T tasks that share w, or that each have their own."""
    share = dims[1] is None
    fold = Fold(tasks, 1 if share else layout.repeats)
    w = w if share else weight_rows(w, dims[1], tasks)
    return fold.split_images(function.apply(fold.images(x, dims[0]), w, layout.times(tasks, share=share))), 1


def weight_rows(w: Tensor, dim: int | None, tasks: int) -> Tensor:
    """Weights [G*O, C, 3, 3] of each task -> [T*G*O, C, 3, 3], channels-last."""
    return Fold(tasks).rows(w, dim).contiguous(memory_format=torch.channels_last)
