"""Product and pooling in pieces are product and pooling of the whole, with both derivatives."""

import pytest
import torch
import torch.nn.functional as F

from metakit.nets import pooled_product
from metakit.nets.pooled_product import PooledProduct, product


@pytest.fixture(autouse=True)
def pieces(monkeypatch):
    monkeypatch.setattr(pooled_product, "IMAGES", 2)  # 5 images make three pieces, the last one smaller


def inputs(size):
    rng = torch.Generator().manual_seed(0)
    shapes = ((3, 5 * size[0] * size[1]), (3, 4))
    return [torch.randn(shape, generator=rng, dtype=torch.float64, requires_grad=True) for shape in shapes]


@pytest.mark.parametrize("size", [(4, 6), (5, 3)], ids=["even", "odd"])
def test_it_is_the_pooled_product_and_has_its_gradients(size):
    p, matrix = inputs(size)
    fast, plain = PooledProduct.apply(p, matrix, size), F.max_pool2d(product(p, matrix, size), 2)
    torch.testing.assert_close(fast, plain)
    slope = torch.randn_like(plain)
    torch.testing.assert_close(
        torch.autograd.grad(fast, (p, matrix), slope), torch.autograd.grad(plain, (p, matrix), slope)
    )


def test_the_images_need_no_gradient():
    p, matrix = inputs((4, 4))
    slope = torch.autograd.grad(PooledProduct.apply(p.detach(), matrix, (4, 4)).square().sum(), matrix)
    torch.testing.assert_close(
        slope, torch.autograd.grad(F.max_pool2d(product(p, matrix, (4, 4)), 2).square().sum(), matrix)
    )


def test_second_derivatives_are_those_of_finite_differences():
    p, matrix = inputs((2, 4))
    assert torch.autograd.gradgradcheck(lambda p, m: PooledProduct.apply(p, m, (2, 4)).square(), (p, matrix))
    images = p.detach()
    assert torch.autograd.gradgradcheck(lambda m: PooledProduct.apply(images, m, (2, 4)).square(), (matrix,))
