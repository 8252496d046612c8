"""The exercises of lesson 10: learning to learn meets gradient descent."""

import torch
from torch import Tensor

from metakit.plots import small
from metakit.plots.style import Picture
from metakit.tasks.base import generator
from metakit.tasks.functions import Functions
from metakit.teach.exercises import Exercise

# ── A layer of linear attention (equation 1 of linear_attention.py) ──


def _layer_of(tokens: Tensor, look: Tensor, change: Tensor) -> Tensor:
    gram = sum(torch.outer(e, e) for e in tokens) / len(tokens)
    return torch.stack([e + change @ gram @ look @ e for e in tokens])


def _layers(seed: int) -> list[tuple[Tensor, Tensor, Tensor]]:
    """A layer by hand, which is a step of descent; then one with weights drawn."""
    rng = generator(seed)
    x, w = torch.randn(6, 2, generator=rng), torch.randn(2, generator=rng)
    by_hand = torch.diag(torch.tensor([1.0, 1.0, 0.0])), torch.diag(torch.tensor([0.0, 0.0, -0.5]))
    others = [torch.randn(3, 3, generator=rng) for _ in range(2)]
    examples, drawn = torch.cat([x, (x @ w)[:, None]], 1), torch.randn(4, 3, generator=rng)
    return [(examples, *by_hand), (drawn, others[0], others[1])]


def _gram(tokens: Tensor) -> Tensor:
    return tokens.T @ tokens / len(tokens)


def _draw_targets(found: Tensor, tokens: Tensor, *_: Tensor) -> Picture:
    series = {"before": tokens[:, -1], "after the layer": found[:, -1]}
    return small.lines(range(1, len(tokens) + 1), series, "token", "target")


layer_of = Exercise(
    title="A layer",
    minutes=8,
    difficulty="medium",
    oracle=_layer_of,
    cases=_layers,
    mistakes={
        "You have the move alone. A layer adds it to the token: e ← e + M e.": lambda e, look, change: (
            e @ (change @ _gram(e) @ look).T
        ),
        "You add the products up. G is their mean: divide by S, else a longer prompt makes a longer "
        "step.": lambda e, look, change: e + e @ (change @ (e.T @ e) @ look).T,
        "Your M is A G B. Read B G A from the right: A looks first, and B writes at the end.": lambda e, look, change: (
            e + e @ (look @ _gram(e) @ change).T
        ),
        "Your tokens are rows, and M is written for columns: M e for every row e is `tokens @ M.T`.": (
            lambda e, look, change: e + e @ (change @ _gram(e) @ look)
        ),
    },
    picture=_draw_targets,
    shows="the targets of six tokens before and after a layer by hand: most of them shrink.",
)

# ── The best rate of a single step (section 1 of the lesson) ──

SHORTEST_STRIDE = 1e-6


def _best_rate(x: Tensor, y: Tensor, query_x: Tensor, query_y: Tensor) -> float:
    """Walk along the parabola, and halve the stride where both ways lead up."""
    rate, stride = 0.0, 1.0
    while stride > SHORTEST_STRIDE:
        here, ahead = (_error(at, x, y, query_x, query_y) for at in (rate, rate + stride))
        behind = _error(rate - stride, x, y, query_x, query_y)
        lowest, rate = min((here, rate), (ahead, rate + stride), (behind, rate - stride))
        stride = stride / 2 if lowest == here else stride
    return rate


def _error(rate: float, x: Tensor, y: Tensor, query_x: Tensor, query_y: Tensor) -> float:
    w = rate * (y[..., None] * x).double().mean(1)  # [T, d]
    return float(((query_x * w[:, None]).sum(-1) - query_y).square().mean())


def _function_tasks(seed: int) -> list[tuple[Tensor, ...]]:
    rng, kinds = generator(seed), (Functions(dims=3, shots=5, queries=8, uniform=True), Functions(shots=12, queries=8))
    drawn = [kind.sample(n, rng) for kind, n in zip(kinds, (6, 12), strict=True)]
    return [(t.support_x, t.support_y[..., 0], t.query_x, t.query_y[..., 0]) for t in drawn]


def _answers(x: Tensor, y: Tensor, at: Tensor) -> Tensor:
    """At rate 1: [T, n]."""
    return (at @ (x.mT @ y[..., None]) / x.shape[1])[..., 0]


def _draw_parabola(found: float, *task: Tensor) -> Picture:
    rates = torch.linspace(0, 1.2, 25)
    errors = [_error(float(rate), *task) for rate in rates]
    lowest = torch.tensor([found]), torch.tensor([_error(float(found), *task)])
    return small.lines(rates, {"at each rate": errors}, "rate", "squared error", lowest)


best_rate = Exercise(
    title="The best rate",
    minutes=10,
    difficulty="hard",
    oracle=_best_rate,
    cases=_function_tasks,
    mistakes={
        "You choose the rate on the examples themselves. What counts is the error on the queries, and the best step "
        "for them is another one.": lambda x, y, *_: (_answers(x, y, x) * y).sum() / _answers(x, y, x).square().sum(),
        "You take the mean of every task's own best rate. One rate serves them all: add up over all tasks before you "
        "divide.": lambda x, y, qx, qy: ((_answers(x, y, qx) * qy).sum(1) / _answers(x, y, qx).square().sum(1)).mean(),
        "You add up the examples. The step takes their mean: divide by S, and the rate is S times as large.": (
            lambda x, y, qx, qy: _best_rate(x, y, qx, qy) / x.shape[1]
        ),
        "You have the fraction upside down: the larger the answers at rate 1, the smaller the rate.": (
            lambda x, y, qx, qy: _answers(x, y, qx).square().sum() / (_answers(x, y, qx) * qy).sum()
        ),
        "You fit the answers to the targets the wrong way round: divide by the squares of the answers, not of the "
        "targets.": lambda x, y, qx, qy: (_answers(x, y, qx) * qy).sum() / qy.square().sum(),
    },
    picture=_draw_parabola,
    shows="a parabola, the error at every rate, with a dot at its lowest point.",
    tolerance=1e-3,
)

# ── Know them by heart: the discrete Bayes estimator (linear_estimators.py) ──


def _by_heart_weights(x: Tensor, y: Tensor, pool: Tensor, noise: float) -> Tensor:
    chances = [torch.exp(-((y - x @ w).square().sum()) / (2 * noise**2)) for w in pool]
    return sum(chance * w for chance, w in zip(chances, pool, strict=True)) / sum(chances)


def _pools(seed: int) -> list[tuple[Tensor, Tensor, Tensor, float]]:
    """Four tasks are known. The examples come from one between the first two, so that neither is certain."""
    rng, cases = generator(seed), []
    for noise in (1.0, 1.5):
        x, pool = torch.randn(4, 2, generator=rng), torch.randn(4, 2, generator=rng)
        cases.append((x, x @ (0.6 * pool[0] + 0.4 * pool[1]), pool, noise))
    return cases


def _misfits(x: Tensor, y: Tensor, pool: Tensor) -> Tensor:
    return (x @ pool.T - y[:, None]).square()


def _draw_pool(found: Tensor, _: Tensor, __: Tensor, pool: Tensor, ___: float) -> Picture:
    return small.points({"w": pool}, found[None])


by_heart_weights = Exercise(
    title="Know them by heart",
    minutes=8,
    difficulty="medium",
    oracle=_by_heart_weights,
    cases=_pools,
    mistakes={
        "You take the one task that fits best. As long as two of them may be it, the best answer lies between: weigh "
        "them.": lambda x, y, pool, _: pool[_misfits(x, y, pool).sum(0).argmin()],
        "You average the misfit over the examples, so ten of them are no more certain than one. Evidence adds up: take "
        "the sum.": lambda x, y, pool, s: (-_misfits(x, y, pool).mean(0) / (2 * s**2)).softmax(0) @ pool,
        "You take the length of the misfit. The exponent has its square.": lambda x, y, pool, s: (
            (-_misfits(x, y, pool).sum(0).sqrt() / (2 * s**2)).softmax(0) @ pool
        ),
        "You leave out the 2 under the fraction: a normal distribution has 2 s².": lambda x, y, pool, s: (
            (-_misfits(x, y, pool).sum(0) / s**2).softmax(0) @ pool
        ),
        "Your chances do not add up to one: divide by their sum.": lambda x, y, pool, s: (
            (-_misfits(x, y, pool).sum(0) / (2 * s**2)).exp() @ pool
        ),
        "You divide by s where the exponent has the variance, s².": lambda x, y, pool, s: (
            (-_misfits(x, y, pool).sum(0) / (2 * s)).softmax(0) @ pool
        ),
    },
    picture=_draw_pool,
    shows="the two weights of each known task as a point, and their weighted mean, w, between the ones that fit.",
)
