"""3x3 convolution whose gradients of every order stay fast and exact when `vmap` gives each task weights of its own.

Convolution is bilinear, and so are its two derivatives. With images x, weights w and a gradient g of the output:

    (1)  y  = conv(x, w)
    (2)  dx = conv_input(g, w), the transposed convolution:   <u, dx> = <conv(u, w), g>  for every u
    (3)  dw = conv_weight(x, g), a correlation:               <v, dw> = <conv(x, v), g>  for every v

The right-hand sides say how to differentiate (2) and (3): with (1), (2) and (3) again. Three functions, closed under
differentiation, so that every order costs plain convolutions and never a loop over tasks.

Under `vmap` the tasks are folded into the channels (fold.py), with weights of their own or shared (convolution.py).
"""

from typing import Any

import torch.nn.functional as F
from torch import Tensor
from torch.autograd import Function

from metakit.nets.convolution import Layout, convolve, convolve_input, convolve_weight
from metakit.nets.fold import Fold, channels_last, under_transform

Dims = tuple[int | None, ...]  # where the axis of `vmap` is in each argument


def conv2d(x: Tensor, weight: Tensor, stride: int = 1, bias: Tensor | None = None) -> Tensor:
    """x [B, C, H, W], weight [O, C, 3, 3] -> [B, O, H / stride, W / stride], rounded up; the padding is one zero."""
    if not under_transform():
        grey = x.shape[1] == 1  # one channel lies either way: say which, or all that follows takes twice as long
        x = x.squeeze(1).unsqueeze(-1).movedim(-1, 1) if grey else x
        return F.conv2d(x, weight, bias, stride, padding=1)
    y = Conv.apply(x.to(weight.dtype), weight, Layout(stride, (x.shape[-2], x.shape[-1])))
    return y if bias is None else y + bias[:, None, None]


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
    return channels_last(Fold(tasks).rows(w, dim))
