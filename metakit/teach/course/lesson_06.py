"""The exercises of lesson 06: optimization-based learners."""

from collections.abc import Callable

import torch
from torch import Tensor

from metakit.plots import small
from metakit.plots.style import Picture
from metakit.tasks.base import generator
from metakit.teach.exercises import Exercise


def _slopes(loss: Callable[[Tensor], Tensor], weights: Tensor) -> Tensor:
    """How much the loss rises with each weight: nudge one after the other. Exact for a parabola."""
    slopes, weights, nudge = torch.zeros_like(weights).double(), weights.double(), 1e-3
    for place in range(weights.numel()):
        aside = torch.zeros_like(weights)
        aside.view(-1)[place] = nudge
        slopes.view(-1)[place] = (loss(weights + aside) - loss(weights - aside)) / (2 * nudge)
    return slopes.float()


# ── A step of Meta-SGD (equation 1 of meta_sgd.py) ──


def _meta_sgd_step(weights: Tensor, x: Tensor, y: Tensor, rates: Tensor) -> Tensor:
    return weights - rates * _slopes(lambda w: (x.double() @ w - y).square().mean(), weights)


def _linear_tasks(seed: int) -> list[tuple[Tensor, ...]]:
    """Four weights, six examples; the rates are learned ones: large and small, one zero, one negative."""
    rng, rates = generator(seed), torch.tensor([0.3, 0.05, 0.0, -0.1])
    drawn = [(torch.randn(4, generator=rng), torch.randn(6, 4, generator=rng)) for _ in range(2)]
    return [(w, x, torch.randn(6, generator=rng), rates.roll(n)) for n, (w, x) in enumerate(drawn)]


def _uphill(weights: Tensor, x: Tensor, y: Tensor) -> Tensor:
    return 2 * x.T @ (x @ weights - y) / len(x)


def _draw_moves(found: Tensor, weights: Tensor, _: Tensor, __: Tensor, rates: Tensor) -> Picture:
    moves = (found - weights).tolist()
    return small.bars({f"rate {rate:g}": move for rate, move in zip(rates.tolist(), moves, strict=True)}, "move")


meta_sgd_step = Exercise(
    title="A step of Meta-SGD",
    minutes=6,
    difficulty="easy",
    oracle=_meta_sgd_step,
    cases=_linear_tasks,
    mistakes={
        "All your weights move at the mean of the rates: that is MAML's step. Meta-SGD multiplies weight by weight, "
        "and so turns the step as well.": lambda w, x, y, rates: w - rates.mean() * _uphill(w, x, y),
        "You take the size of the rates. A learned rate may be negative: then the outer loop has found that this "
        "weight should go against its slope.": lambda w, x, y, rates: w - rates.abs() * _uphill(w, x, y),
        "You add the slopes of the examples up: with more shots the step grows. The loss is a mean: divide by the "
        "number of examples.": lambda w, x, y, rates: w - rates * len(x) * _uphill(w, x, y),
        "You go up the slope: subtract the rates times the gradient.": lambda w, x, y, rates: (
            w + rates * _uphill(w, x, y)
        ),
        "The factor 2 is missing: the slope of a square is twice what is squared.": lambda w, x, y, rates: (
            w - rates / 2 * _uphill(w, x, y)
        ),
    },
    picture=_draw_moves,
    shows="a bar for how far each weight moves, named by its rate: at the rate zero it stays.",
)

# ── A step of MT-net (equation 2 of t_net.py) ──


def _mt_net_step(weights: Tensor, transform: Tensor, mask: Tensor, x: Tensor, y: Tensor, rate: float) -> Tensor:
    def loss(w: Tensor) -> Tensor:
        answers = torch.stack([transform.double() @ (w @ one.double()) for one in x])
        return (answers - y).square().mean()

    slopes = _slopes(loss, weights)
    return torch.stack([w - rate * m * slope for w, m, slope in zip(weights, mask, slopes, strict=True)])


def _transformed_tasks(seed: int) -> list[tuple[Tensor, Tensor, Tensor, Tensor, Tensor, float]]:
    """As many outputs as inputs, so that no shape tells rows from columns; some rows of W may not move."""
    rng, cases = generator(seed), []
    for mask, rate in (([1.0, 0.0, 1.0], 0.5), ([0.0, 1.0, 1.0, 0.0], 0.2)):
        n = len(mask)
        drawn = [torch.randn(size, generator=rng) for size in ((n, n), (n, n), (7, n), (7, n))]
        cases.append((drawn[0], drawn[1], torch.tensor(mask), drawn[2], drawn[3], rate))
    return cases


def _of_product(weights: Tensor, transform: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """The gradient over the product T W."""
    return 2 * (x @ (transform @ weights).T - y).T @ x / y.numel()


def _draw_move(found: Tensor, weights: Tensor, *_: object) -> Picture:
    return small.heat(found - weights, "columns of W", "how far the rows move")


mt_net_step = Exercise(
    title="A step in a learned metric",
    minutes=10,
    difficulty="hard",
    oracle=_mt_net_step,
    cases=_transformed_tasks,
    mistakes={
        "You take the gradient over the product T W. The inner loop moves W, which stands behind T: the chain rule "
        "brings a factor Tᵀ.": lambda w, t, m, x, y, rate: w - rate * m[:, None] * _of_product(w, t, x, y),
        "The factor from the chain rule is T transposed: what T spreads on the way forward, Tᵀ gathers on the way "
        "back.": lambda w, t, m, x, y, rate: w - rate * m[:, None] * (t @ _of_product(w, t, x, y)),
        "Your mask falls on the columns of W. It says which rows may move: give it a second axis, "
        "`mask[:, None]`.": lambda w, t, m, x, y, rate: w - rate * m * (t.T @ _of_product(w, t, x, y)),
        "You divide by the number of examples. The loss is the mean of all squared errors: n examples with H numbers "
        "each.": lambda w, t, m, x, y, rate: w - rate * y.shape[1] * m[:, None] * (t.T @ _of_product(w, t, x, y)),
        "Your mask is turned round: its ones stand for the rows that may move.": lambda w, t, m, x, y, rate: (
            w - rate * (1 - m)[:, None] * (t.T @ _of_product(w, t, x, y))
        ),
        "All rows move: that is a T-net. MT-net's mask keeps some of them where they "
        "are.": lambda w, t, _, x, y, rate: w - rate * (t.T @ _of_product(w, t, x, y)),
    },
    picture=_draw_move,
    shows="how far each number of W moves: the second row, which is masked, does not move at all.",
)

# ── Ridge regression by the smaller system (equation 1 of meta_opt_net.py) ──


def _small_ridge(x: Tensor, y: Tensor, strength: float) -> Tensor:
    large = torch.linalg.inv(x.T @ x + strength * torch.eye(x.shape[1]))  # D x D
    return (large @ x.T @ y).T


def _features(seed: int) -> list[tuple[Tensor, Tensor, float]]:
    rng = generator(seed)
    return [(torch.randn(s, 24, generator=rng), torch.eye(5)[torch.arange(s) % 5], c) for s, c in ((5, 2.0), (10, 0.5))]


def _fitted(kernel: Tensor, x: Tensor, y: Tensor) -> Tensor:
    return torch.linalg.solve(kernel, y).T @ x


def _draw_rows(found: Tensor, *_: object) -> Picture:
    return small.heat(found, "features", "classes")


small_ridge = Exercise(
    title="The smaller system",
    minutes=6,
    difficulty="medium",
    oracle=_small_ridge,
    cases=_features,
    mistakes={
        "You leave out λ. Five examples in many dimensions can be fitted exactly, and an exact fit believes every "
        "accident of five images.": lambda x, y, _: _fitted(x @ x.T, x, y),
        "You add λ to every number of X Xᵀ. It belongs on the diagonal alone: λ times the identity, `torch.eye`.": (
            lambda x, y, strength: _fitted(x @ x.T + strength, x, y)
        ),
        "You average X Xᵀ over the examples. Equation (1) adds up: the same λ would mean another strength for every "
        "number of shots.": lambda x, y, strength: _fitted(x @ x.T / len(x) + strength * torch.eye(len(x)), x, y),
    },
    picture=_draw_rows,
    shows="W, a row of 24 numbers for each of the five classes.",
)
