"""The convolutional path under vmap equals a plain loop over tasks in float64: value and gradients of every order."""

from functools import partial

import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call, grad, vmap

from metakit.bench import count_operations
from metakit.core import Task, cross_entropy
from metakit.learners.optimization_based.maml import MAML
from metakit.nets.conv_norm import conv_norm
from metakit.nets.encoders import Conv4, ConvBlock
from tests.nets import plain

WAYS, WIDTH = 3, 6


def learner_and_tasks(n_tasks: int = 3, *, size: int = 16, pool: bool = False, **settings: object) -> tuple[MAML, Task]:
    learner = MAML(Conv4(WIDTH, pool=pool), nn.Linear(WIDTH, WAYS), rate=0.5, **settings).double()
    for name, weight in learner.named_parameters():
        if "norm" in name:
            nn.init.normal_(weight, 0.5, 0.5)
    x = torch.rand(2, n_tasks, WAYS, 1, size, size, dtype=torch.float64)
    y = torch.eye(WAYS, dtype=torch.float64).expand(n_tasks, WAYS, WAYS)
    return learner, Task(x[0], y, x[1], y)


def gradients(loss: Tensor, learner: nn.Module, **settings: bool) -> dict[str, Tensor]:
    weights = dict(learner.named_parameters())
    return dict(zip(weights, torch.autograd.grad(loss, list(weights.values()), **settings), strict=True))


def assert_same(found: dict[str, Tensor], expected: dict[str, Tensor], tolerance: float = 1e-12) -> None:
    for name, value in expected.items():
        torch.testing.assert_close(found[name], value, rtol=0, atol=tolerance * (1 + float(value.abs().max())))


@pytest.mark.parametrize(
    ("size", "steps", "order", "pool"),
    [(28, 1, 2, False), (16, 3, 2, False), (16, 2, 1, False), (16, 2, 2, True)],
)
def test_maml_equals_the_loop(size, steps, order, pool):
    learner, tasks = learner_and_tasks(size=size, pool=pool, steps=steps, order=order)
    fast, slow = learner.meta_loss(tasks), plain.meta_loss(learner, tasks)
    torch.testing.assert_close(fast, slow, rtol=1e-12, atol=1e-13)
    assert_same(gradients(fast, learner), gradients(slow, learner))


def test_one_task_without_vmap_equals_the_loop():
    learner, tasks = learner_and_tasks(1, steps=2)
    fast, slow = learner.meta_loss(tasks), plain.meta_loss(learner, tasks)
    assert_same(gradients(fast, learner), gradients(slow, learner))


def test_inductive_statistics_nest_vmap_over_queries_in_vmap_over_tasks():
    learner, tasks = learner_and_tasks(2, steps=1)
    learner.use_norm("inductive")
    fast, slow = learner.meta_loss(tasks), plain.meta_loss(learner, tasks)
    torch.testing.assert_close(fast, slow, rtol=1e-12, atol=1e-13)
    assert_same(gradients(fast, learner), gradients(slow, learner))


def test_third_order_equals_the_loop():
    learner, tasks = learner_and_tasks(2, steps=1)
    sums = []
    for loss in (learner.meta_loss(tasks), plain.meta_loss(learner, tasks)):
        first = gradients(loss, learner, create_graph=True)
        sums.append(gradients(sum(g.square().sum() for g in first.values()), learner))
    assert_same(*sums, tolerance=1e-10)


def test_the_gradient_under_torch_func_equals_the_loop():
    learner, tasks = learner_and_tasks(2, steps=1)
    weights = {name: weight.detach() for name, weight in learner.named_parameters()}

    class Outer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.learner = learner

        def forward(self) -> Tensor:
            return self.learner.meta_loss(tasks)

    found = grad(lambda w: functional_call(Outer(), {f"learner.{k}": v for k, v in w.items()}, ()))(weights)
    assert_same(found, gradients(plain.meta_loss(learner, tasks), learner))


def test_meta_gradient_agrees_with_finite_differences():
    learner, tasks = learner_and_tasks(2, size=28, steps=1)
    slopes = gradients(learner.meta_loss(tasks), learner)
    way = {name: torch.randn_like(slope) for name, slope in slopes.items()}
    values = []
    for side in (1, -1):
        with torch.no_grad():
            for name, weight in learner.named_parameters():
                weight.add_(way[name], alpha=1e-7 if side == 1 else -2e-7)
        values.append(float(learner.meta_loss(tasks).detach()))
    expected = sum(float((slopes[name] * way[name]).sum()) for name in slopes)
    assert (values[0] - values[1]) / 2e-7 == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("shared", [False, True], ids=["own weights", "shared weights"])
def test_second_derivatives_of_conv_norm_agree_with_finite_differences(shared):
    x = torch.randn(2, 3, 2, 4, 4, dtype=torch.float64, requires_grad=True)
    w = torch.randn(*(() if shared else (2,)), 3, 2, 3, 3, dtype=torch.float64, requires_grad=True)
    weight, bias = (torch.randn(2, 3, dtype=torch.float64, requires_grad=True) for _ in range(2))
    function = vmap(lambda *inputs: conv_norm(*inputs, 2, 1e-5)[0], in_dims=(0, None if shared else 0, 0, 0))
    assert torch.autograd.gradcheck(function, (x, w, weight, bias), fast_mode=True)
    assert torch.autograd.gradgradcheck(function, (x, w, weight, bias), fast_mode=True)


def test_torchs_own_batch_norm_is_wrong_here_and_ours_is_not():
    """The trap of ARCHITECTURE.md: nn.BatchNorm2d with affine weights, twice differentiated under vmap."""

    def second_order_error(body: nn.Module) -> float:
        torch.manual_seed(0)
        weights = {k: torch.rand_like(v, dtype=torch.float64) for k, v in body.named_parameters()}
        images = torch.rand(2, 5, 1, 6, 6, dtype=torch.float64)

        def slope_size(weights: dict[str, Tensor], x: Tensor) -> Tensor:
            slopes = grad(lambda w: functional_call(body, w, (x,)).square().tanh().sum())(weights)
            return sum(slope.square().sum() for slope in slopes.values())

        fast = grad(lambda w: vmap(partial(slope_size, w))(images).sum())(weights)
        slow = grad(lambda w: slope_size(w, images[0]) + slope_size(w, images[1]))(weights)
        return max(float((fast[k] - slow[k]).norm() / slow[k].norm()) for k in fast)

    theirs = nn.Sequential(nn.Conv2d(1, 3, 3, bias=False), nn.BatchNorm2d(3, track_running_stats=False))
    assert second_order_error(theirs.double()) > 1e-4
    assert second_order_error(nn.Sequential(ConvBlock(1, 3, "batch", pool=False)).double()) < 1e-12


def test_operations_stay_few_however_many_tasks():
    counts = []
    for n_tasks in (2, 5):
        learner, tasks = learner_and_tasks(n_tasks, size=28, steps=1)
        learner, tasks = learner.float(), Task(*(part.float() for part in tasks))
        counts.append(count_operations(lambda learner=learner, tasks=tasks: learner.meta_loss(tasks).backward()))
    assert counts[0] == counts[1] <= 1000


def test_first_order_and_no_grad_paths():
    learner, tasks = learner_and_tasks(2, steps=2, order=1)
    with torch.no_grad():
        silent = learner.solve(tasks)
    torch.testing.assert_close(silent, torch.stack([plain.predict(learner, tasks.at(t)).detach() for t in range(2)]))
    cross_entropy(learner.solve(tasks), tasks.query_y).backward()
    assert all(weight.grad is not None for weight in learner.parameters())
