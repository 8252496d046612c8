"""Convolution under vmap: every way of folding gives what a loop gives."""

import pytest
import torch
import torch.nn.functional as F
from torch.func import grad, vmap

from metakit.nets.conv import Conv, ConvInput, ConvWeight, conv2d
from metakit.nets.convolution import FEW_PIXELS, Layout

X = (2, 3, 2, 5, 4)  # tasks, images, channels, height, width
W = (2, 4, 2, 3, 3)


def numbers(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, dtype=torch.float64, requires_grad=True)


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("dims", [(0, 0), (0, None), (None, 0), (1, 2)])
def test_vmap_equals_a_loop(dims, stride):
    x, w = (v if d is not None else v[0] for v, d in zip((numbers(*X), numbers(*W)), dims, strict=True))
    x, w = (v if d is None else v.movedim(0, d) for v, d in zip((x, w), dims, strict=True))
    fast = vmap(lambda x, w: conv2d(x, w, stride, w[:, 0, 0, 0]), dims)(x, w)
    each = [tuple(v if d is None else v.select(d, t) for v, d in zip((x, w), dims, strict=True)) for t in range(2)]
    slow = torch.stack([F.conv2d(a, b, b[:, 0, 0, 0], stride, 1) for a, b in each])
    torch.testing.assert_close(fast, slow)


@pytest.mark.parametrize("outer", [(0, 0), (0, None), (None, 0)])
@pytest.mark.parametrize("inner", [(0, 0), (0, None), (None, 0)])
def test_nested_vmap_and_its_gradients_equal_loops(outer, inner):
    dims = list(zip(inner, outer, strict=True))  # of x and of w
    x, w = (numbers(*[2] * of.count(0), *size[1:]) for of, size in zip(dims, (X, W), strict=True))

    def one(x, w):
        return grad(lambda w: conv2d(x, w, 2).square().tanh().sum())(w).square().sum()

    def pick(v, dims, a, b):
        for index, dim in ((a, dims[1]), (b, dims[0])):
            v = v[index] if dim is not None else v
        return v

    fast = vmap(vmap(one, inner), outer)(x, w)
    slow = torch.stack(
        [torch.stack([one(pick(x, dims[0], a, b), pick(w, dims[1], a, b)) for b in range(2)]) for a in range(2)]
    )
    torch.testing.assert_close(fast, slow)
    for found, expected in zip(*(torch.autograd.grad(v.sum(), (x, w)) for v in (fast, slow)), strict=True):
        torch.testing.assert_close(found, expected)


@pytest.mark.parametrize(
    "layout", [Layout(2, (4, 5), 1, 1), Layout(1, (4, 5), 2, 1), Layout(2, (4, 5), 1, 2), Layout(2, (4, 5), 2, 2)]
)
def test_second_derivatives_agree_with_finite_differences(layout):
    stacks = layout.repeats * layout.groups
    x, w = numbers(2, stacks * 2, 4, 5), numbers(layout.groups * 3, 2, 3, 3)
    g = torch.randn_like(Conv.apply(x, w, layout), requires_grad=True)
    for function, inputs in ((Conv, (x, w)), (ConvInput, (g, w)), (ConvWeight, (x, g))):
        for check in (torch.autograd.gradcheck, torch.autograd.gradgradcheck):
            assert check(lambda a, b, f=function: f.apply(a, b, layout), inputs, fast_mode=True)


def test_weight_gradients_of_few_and_of_many_pixels_agree():
    x, w = torch.rand(2, FEW_PIXELS, 2, 8, 8), torch.rand(2, 4, 2, 3, 3)

    def gradient(x, w):
        return grad(lambda w: conv2d(x, w, 2).sin().sum())(w)

    parts = sum(vmap(gradient)(part, w) for part in x.split(4, dim=1))
    torch.testing.assert_close(vmap(gradient)(x, w), parts, rtol=1e-4, atol=1e-3)
