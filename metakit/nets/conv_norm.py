"""Convolution and batch normalisation as one function: what a second-order meta-step does most, in few passes.

Under `vmap` each operation of a network costs bookkeeping, and each pass over the images costs memory traffic. So the
pair has its first and second derivatives written out (conv.py and norm_gradients.py have the formulas):

    forward                      y = conv(x, w)                          z = norm(y)
    backward                     dy = norm'(g) + gy                    dx = conv_input(dy, w),  dw = conv_weight(x, dy)
    backward of the backward     u = conv(ux, w) + conv(x, uw) + uy    norm'' of u,
                                                                       conv_input(dy, uw),  conv_weight(ux, dy)

y is a result too: what the second order sends to y joins the first order's dy before the convolution's turn comes.
"""

from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function

from metakit.nets.conv import ConvInput, ConvWeight, Dims, weight_rows
from metakit.nets.convolution import Layout, convolve, convolve_input, convolve_weight
from metakit.nets.fold import Fold
from metakit.nets.norm_gradients import first_order, first_order_plain, normalise, second_order


@dataclass(frozen=True)
class Settings:
    """How the channels are laid out for w and for dw. They differ where tasks share w: each has a dw of its own."""

    layout: Layout
    own: Layout
    eps: float
    wants_dx: bool = True

    def times(self, tasks: int, *, share: bool) -> "Settings":
        """T of these at once, with one w for all or one each."""
        return replace(self, layout=self.layout.times(tasks, share=share), own=self.own.times(tasks, share=False))


def conv_norm(x: Tensor, w: Tensor, weight: Tensor, bias: Tensor, stride: int, eps: float) -> tuple[Tensor, ...]:
    """x [B, C, H, W], w [O, C, 3, 3], weight, bias [O] -> z [B, O, H', W'], mean [O], 1 / standard deviation [O]."""
    layout = Layout(stride, (x.shape[-2], x.shape[-1]))
    z, _, mean, r = ConvNorm.apply(x.to(w.dtype), w, weight, bias, Settings(layout, layout, eps))
    return z, mean, r


class ConvNorm(Function):
    """Forward -> z, y, and mean and r, constants to autograd."""

    @staticmethod
    def forward(x: Tensor, w: Tensor, weight: Tensor, bias: Tensor, settings: Settings) -> tuple[Tensor, ...]:
        y = convolve(x, w, settings.layout)
        z, mean, r = normalise(y, weight, bias, settings.eps)
        return z, y, mean, r

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, ...]) -> None:
        x, w, weight, _, ctx.settings = inputs
        ctx.mark_non_differentiable(*output[2:])
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(x, w, weight, *output[1:])

    @staticmethod
    def backward(ctx: Any, g: Tensor | None, gy: Tensor | None, *_: None) -> tuple[Tensor | None, ...]:
        x, w, weight, y, mean, r = ctx.saved_tensors
        g = torch.zeros_like(y) if g is None else g
        settings = replace(ctx.settings, own=ctx.settings.layout, wants_dx=ctx.needs_input_grad[0])
        _, dw, dweight, dbias, *dx = ConvNormBackward.apply(g, gy, x, w, weight, y, mean, r, settings)
        return dx[0] if dx else None, dw, dweight, dbias, None

    @staticmethod
    def vmap(info: Any, dims: Dims, *inputs: Any) -> tuple[tuple[Tensor, ...], tuple[int, ...]]:
        x, w, weight, bias, settings = inputs
        tasks, share = info.batch_size, dims[1] is None
        fold = Fold(tasks, 1 if share else settings.layout.repeats)
        w = w if share else weight_rows(w, dims[1], tasks)
        rows = (fold.rows(v, dim) for v, dim in zip((weight, bias), dims[2:4], strict=True))
        z, y, mean, r = ConvNorm.apply(fold.images(x, dims[0]), w, *rows, settings.times(tasks, share=share))
        return (fold.split_images(z), fold.split_images(y), fold.split_rows(mean), fold.split_rows(r)), (1, 1, 0, 0)


class ConvNormBackward(Function):
    """Backward -> dy, dw, dweight, dbias (and dx). gy: what else reaches y, or None.

    Differentiable in g, gy, x, w, weight and y; mean and r are taken for the functions of y that they are.
    """

    @staticmethod
    def forward(
        g: Tensor, gy: Tensor | None, x: Tensor, w: Tensor, weight: Tensor, y: Tensor, mean: Tensor, r: Tensor,
        settings: Settings,
    ) -> tuple[Tensor, ...]:  # fmt: skip
        dy, dweight, dbias = first_order(g, y, weight, mean, r)
        if gy is not None:
            dy += gy
        dx = [convolve_input(dy, w, settings.layout)] if settings.wants_dx else []
        return dy, convolve_weight(x, dy, settings.own), dweight, dbias, *dx

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, ...]) -> None:
        *tensors, ctx.settings = inputs
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(*tensors, output[0], *output[2:4])

    @staticmethod
    def backward(ctx: Any, *cotangents: Tensor | None) -> tuple[Tensor | None, ...]:
        g, gy, x, w, weight, y, mean, r, dy, *sums = ctx.saved_tensors
        if torch.is_grad_enabled():
            return *_any_order(ctx.settings, (g, gy, x, w, weight, y), cotangents), None, None, None
        u, uw, a, b, ux = (*cotangents, None)[:5]
        layout, own = ctx.settings.layout, ctx.settings.own
        a, b = (torch.zeros_like(weight) if v is None else v for v in (a, b))
        terms = [] if u is None else [u]
        terms += [] if ux is None else [convolve(ux, w, layout)]
        terms += [] if uw is None else [convolve(x, uw, own)]
        u = sum(terms[1:], terms[0]) if terms else torch.zeros_like(y)
        dx = convolve_input(dy, uw, own) if uw is not None and ctx.needs_input_grad[2] else None
        dw = None if ux is None else convolve_weight(ux, dy, layout)
        dg, dweight, d_y = second_order(u, a, b, g, y, weight, mean, r, *sums)
        return dg, None if gy is None else u, dx, dw, dweight, d_y, None, None, None

    @staticmethod
    def vmap(info: Any, dims: Dims, *inputs: Any) -> tuple[tuple[Tensor, ...], tuple[int, ...]]:
        g, gy, x, w, weight, y, mean, r, settings = inputs
        tasks, share = info.batch_size, dims[3] is None and settings.own.repeats == 1
        fold = Fold(tasks, 1 if share else settings.layout.repeats)
        w = w if share else weight_rows(w, dims[3], tasks)
        g, gy, x, y = (v if v is None else fold.images(v, dims[i]) for i, v in ((0, g), (1, gy), (2, x), (5, y)))
        weight, mean, r = (fold.rows(v, dims[i]) for i, v in ((4, weight), (6, mean), (7, r)))
        results = ConvNormBackward.apply(g, gy, x, w, weight, y, mean, r, settings.times(tasks, share=share))
        of_weights = Fold(tasks, 1 if share else settings.layout.repeats // settings.own.repeats)
        split = fold.split_images, of_weights.split_rows, fold.split_rows, fold.split_rows, fold.split_images
        return tuple(f(v) for f, v in zip(split, results, strict=False)), (1, 0, 0, 0, 1)[: len(results)]


def _any_order(settings: Settings, inputs: tuple[Tensor | None, ...], cotangents: tuple[Tensor | None, ...]) -> Any:
    """Gradients of the backward with respect to its inputs, in operations that can be differentiated again."""

    def backward(g: Tensor, gy: Tensor, x: Tensor, w: Tensor, weight: Tensor, y: Tensor) -> tuple[Tensor, ...]:
        dy, dweight, dbias = first_order_plain(g, y, weight, settings.eps)
        dy = dy + gy
        dx = [ConvInput.apply(dy, w, settings.layout)] if settings.wants_dx else []
        return dy, ConvWeight.apply(x, dy, settings.own), dweight, dbias, *dx

    g, gy, *rest = inputs
    results, pull = torch.func.vjp(backward, g, torch.zeros_like(g) if gy is None else gy, *rest)  # type: ignore[misc,arg-type]
    found = pull(tuple(torch.zeros_like(v) if c is None else c for v, c in zip(results, cotangents, strict=True)))
    return found[0], None if gy is None else found[1], *found[2:]
