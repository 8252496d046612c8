"""The exercises of lesson 02: the direct term, the term through the Hessian, the meta-gradient.

A loss is a function that takes weights theta [D] and returns a number. theta requires a gradient.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.autograd.functional import hessian, jacobian

from metakit.plots import small
from metakit.plots.style import Picture
from metakit.tasks.base import generator
from metakit.teach.exercises import Exercise

Loss = Callable[[Tensor], Tensor]


def _bowl(theta: Tensor) -> Tensor:
    return (theta**4).sum() + theta[0] * theta[1]


def _wave(theta: Tensor) -> Tensor:
    return theta.sin().prod() + (theta - 1).square().sum()


def _start(weights: int, rng: torch.Generator) -> Tensor:
    """float64, so that slopes can be told apart from rounding."""
    return (2 * torch.rand(weights, generator=rng, dtype=torch.float64) - 1).requires_grad_()


# ── First order: the direct term (equation 2) ──


def _first_order(support: Loss, query: Loss, theta: Tensor, rate: float) -> Tensor:
    return jacobian(query, theta - rate * jacobian(support, theta))


def _tasks(seed: int) -> list[tuple[Loss, Loss, Tensor, float]]:
    rng = generator(seed)
    return [(_bowl, _wave, _start(2, rng), 0.2), (_wave, _bowl, _start(5, rng), 0.1)]


def _draw_first_order(found: Tensor, _: Loss, query: Loss, theta: Tensor, __: float) -> Picture:
    return small.arrows({"slope at the start": jacobian(query, theta), "direct term": found})


first_order = Exercise(
    title="The first-order gradient",
    minutes=6,
    difficulty="easy",
    oracle=_first_order,
    cases=_tasks,
    mistakes={
        "You take the slope of the query loss at the start. The direct term is its slope at the place where the inner "
        "step leads.": lambda _, query, theta, __: jacobian(query, theta),
        "You take the slope of the support loss once more. The outer loop asks the query loss: that is what the step "
        "was for.": lambda support, _, theta, rate: _first_order(support, support, theta, rate),
        "You differentiate through the inner step, which gives the whole meta-gradient. First order takes the adapted "
        "weights as given: `detach` them.": lambda support, query, theta, rate: _meta_gradient(
            support, query, theta, rate, 1
        ),
    },
    picture=_draw_first_order,
    shows="two arrows: the slope of the query loss at the start, and after the inner step, which is the direct term.",
)

# ── The second-order term: minus the rate times H v, without building H (equation 4) ──


def _second_order_term(support: Loss, theta: Tensor, v: Tensor, rate: float) -> Tensor:
    return -rate * hessian(support, theta) @ v


def _products(seed: int) -> list[tuple[Loss, Tensor, Tensor, float]]:
    rng = generator(seed)
    cases: list[tuple[Loss, Tensor, Tensor, float]] = []
    for loss, weights, rate in ((_bowl, 2, 0.2), (_wave, 5, 0.1)):
        cases.append((loss, _start(weights, rng), torch.randn(weights, generator=rng, dtype=torch.float64), rate))
    return cases


def _draw_second_order(found: Tensor, _: Loss, __: Tensor, v: Tensor, ___: float) -> Picture:
    return small.arrows({"direct term v": v, "through the Hessian": found, "their sum": v + found.detach()})


second_order_term = Exercise(
    title="The second-order term",
    minutes=10,
    difficulty="hard",
    oracle=_second_order_term,
    cases=_products,
    mistakes={
        "The sign is wrong. A step goes against the gradient, so its share in the meta-gradient is I - αH, with a "
        "minus.": lambda support, theta, v, rate: -_second_order_term(support, theta, v, rate),
        "The inner rate is missing. How much a step bends the gradient grows with its "
        "length.": lambda support, theta, v, _: _second_order_term(support, theta, v, 1.0),
        "This is the whole meta-gradient, v included. Asked is the second term alone.": (
            lambda support, theta, v, rate: v + _second_order_term(support, theta, v, rate)
        ),
        "You add up the slopes, differentiate, and multiply by v afterwards. Multiply first: the product of slope and "
        "v is one number, and its gradient is H v.": lambda support, theta, v, rate: (
            v * _second_order_term(support, theta, torch.ones_like(v), rate)
        ),
    },
    picture=_draw_second_order,
    shows="three arrows: the direct term v, the term through the Hessian, and their sum, the meta-gradient.",
)

# ── The meta-gradient, over several inner steps ──


def _adapt(support: Loss, theta: Tensor, rate: float, steps: int) -> Tensor:
    theta = theta.detach()
    for _ in range(steps):
        theta = theta - rate * jacobian(support, theta)
    return theta


def _differences(outer: Loss, theta: Tensor) -> Tensor:
    """The slope by its definition: move one weight a little both ways, and look what becomes of the loss."""
    little = 1e-5 * torch.eye(len(theta), dtype=theta.dtype)
    return torch.stack([(outer(theta + move) - outer(theta - move)) / 2e-5 for move in little])


def _meta_gradient(support: Loss, query: Loss, theta: Tensor, rate: float, steps: int) -> Tensor:
    return _differences(lambda start: query(_adapt(support, start, rate, steps)), theta.detach())


def _long_tasks(seed: int) -> list[tuple[Loss, Loss, Tensor, float, int]]:
    return [(*task, steps) for task, steps in zip(_tasks(seed), (2, 3), strict=True)]


def _through_the_last_step(support: Loss, query: Loss, theta: Tensor, rate: float, steps: int) -> Tensor:
    return _meta_gradient(support, query, _adapt(support, theta, rate, steps - 1), rate, 1)


def _all_slopes_at_the_start(support: Loss, query: Loss, theta: Tensor, rate: float, steps: int) -> Tensor:
    return _meta_gradient(support, query, theta, steps * rate, 1)


def _draw_meta_gradient(found: Tensor, support: Loss, query: Loss, theta: Tensor, rate: float, steps: int) -> Picture:
    direct = jacobian(query, _adapt(support, theta, rate, steps))
    return small.arrows({"direct term": direct, "meta-gradient": found})


meta_gradient = Exercise(
    title="The meta-gradient",
    minutes=10,
    difficulty="medium",
    oracle=_meta_gradient,
    cases=_long_tasks,
    mistakes={
        "This is the direct term: the slope along the weights at the end. Take the inner slopes with "
        "`create_graph=True`, detach nothing, and ask for the slope along `theta`, where it all "
        "began.": lambda support, query, theta, rate, steps: jacobian(query, _adapt(support, theta, rate, steps)),
        "Your gradient comes back through the last inner step alone. Keep the graph from step to step, and ask for the "
        "slope along the start.": _through_the_last_step,
        "All your inner steps use the slope at the start. Take each one where the step before has "
        "led.": _all_slopes_at_the_start,
        "You take the slope of the query loss at the start. Take the inner steps first, and differentiate through "
        "them.": lambda _, query, theta, *__: jacobian(query, theta),
    },
    picture=_draw_meta_gradient,
    shows="two arrows: the direct term, and the meta-gradient, which points elsewhere.",
)
