"""The exercises of lesson 08: in-context learning."""

import torch
from torch import Tensor

from metakit.plots import small
from metakit.plots.style import Picture
from metakit.tasks.base import generator
from metakit.teach.exercises import Exercise

# ── An attention read (equation 1 of nets/transformer.py) ──


def _attend(query: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    shares = [torch.exp(query @ key / len(query) ** 0.5) for key in keys]
    return sum(share * value for share, value in zip(shares, values, strict=True)) / sum(shares)


def _caches(seed: int) -> list[tuple[Tensor, Tensor, Tensor]]:
    """Values as wide as keys, so that no shape tells them apart; the second query says nothing."""
    rng = generator(seed)
    drawn = [torch.randn(2, *size, generator=rng) for size in ((4,), (6, 4), (6, 4))]
    return [(drawn[0][0], drawn[1][0], drawn[2][0]), (torch.zeros(4), drawn[1][1], drawn[2][1])]


def _draw_attention(found: Tensor, _: Tensor, __: Tensor, values: Tensor) -> Picture:
    names = (*(f"value {i}" for i in range(1, len(values) + 1)), "read")
    return small.heat(torch.stack([*values, found]), "numbers of a value", "", names)


attend = Exercise(
    title="An attention read",
    minutes=6,
    difficulty="easy",
    oracle=_attend,
    cases=_caches,
    mistakes={
        "You leave out √d. Products of longer vectors are larger, and the softmax would soon look at one row "
        "alone.": lambda q, k, v: (k @ q).softmax(0) @ v,
        "You divide by d. The products of d random numbers are as large as √d: after dividing by d the softmax looks "
        "at all rows alike.": lambda q, k, v: (k @ q / len(q)).softmax(0) @ v,
        "You mix the keys. A key says where to look; what is passed on is the value beside it.": lambda q, k, _: (
            (k @ q / len(q) ** 0.5).softmax(0) @ k
        ),
        "You take the value of the best key alone. A choice has no slope: without a softmax nothing could be "
        "learned.": lambda q, k, v: v[(k @ q).argmax()],
        "You add the values up with e to the products. A read is a mean: divide by the sum of these weights, as the "
        "softmax does.": lambda q, k, v: (k @ q / len(q) ** 0.5).exp() @ v,
    },
    picture=_draw_attention,
    shows="six values, a row each, and below them what is read: a mixture, nearest to the values with the best keys.",
)

# ── Ridge: the best there is under noise (linear_estimators.py) ──

GRID = torch.linspace(-6, 6, 121, dtype=torch.float64)


def _ridge(inputs: Tensor, y: Tensor, noise: float) -> Tensor:
    """The mean of all functions on a grid of weights, each by how likely it is: before the examples, and by them."""
    functions = torch.cartesian_prod(GRID, GRID)
    chance = torch.exp(-functions.square().sum(1) / 2)
    for x, target in zip(inputs.double(), y.double(), strict=True):
        chance = chance * torch.exp(-((target - functions @ x) ** 2) / (2 * noise**2))
    return ((chance[:, None] * functions).sum(0) / chance.sum()).float()


def _noisy_functions(seed: int) -> list[tuple[Tensor, Tensor, float]]:
    """Four examples of a function of two inputs; then a single one, which leaves one direction open."""
    rng, cases = generator(seed), []
    for shots, noise in ((4, 0.5), (1, 0.8)):
        x, w = torch.randn(shots, 2, generator=rng), torch.randn(2, generator=rng)
        cases.append((x, x @ w + noise * torch.randn(shots, generator=rng), noise))
    return cases


def _solved(x: Tensor, y: Tensor, added: Tensor) -> Tensor:
    return torch.linalg.solve(x.T @ x + added, x.T @ y)


ridge = Exercise(
    title="Ridge, the best under noise",
    minutes=10,
    difficulty="hard",
    oracle=_ridge,
    cases=_noisy_functions,
    mistakes={
        "That is least squares: it trusts every example to the last digit. With noise, weights near zero are more "
        "likely than wild ones: add λ.": lambda x, y, _: torch.linalg.pinv(x) @ y,
        "You take λ = s. Both terms of the exponent are squares: λ is the variance of the noise, s².": lambda x, y, s: (
            _solved(x, y, s * torch.eye(2))
        ),
        "You add λ to every number of XᵀX. It belongs on the diagonal alone: λ times the identity.": lambda x, y, s: (
            _solved(x, y, s**2 * torch.ones(2, 2))
        ),
        "You have it upside down: more noise must mean a larger λ, not a smaller one.": lambda x, y, s: _solved(
            x, y, torch.eye(2) / s**2
        ),
        "You shrink least squares by one factor. Ridge shrinks most where the examples say least: put λ inside the "
        "inverse.": lambda x, y, s: torch.linalg.pinv(x) @ y / (1 + s**2),
    },
)

# ── Nobody looks ahead: the causal mask (nets/transformer.py) ──


def _may_look(length: int) -> Tensor:
    return torch.tensor([[float(r <= s) for r in range(length)] for s in range(length)])


def _draw_mask(found: Tensor, _: int) -> Picture:
    return small.heat(found, "is looked at: row r", "looks: row s")


may_look = Exercise(
    title="Nobody looks ahead",
    minutes=3,
    difficulty="easy",
    oracle=_may_look,
    cases=lambda seed: [(6 + seed % 3,), (1,)],
    mistakes={
        "Your rows look ahead: row s would read the answer that it is asked for. Turn the mask round.": lambda length: (
            torch.ones(length, length).triu()
        ),
        "Your rows may not look at themselves. Row s holds the question itself: without it nobody knows what is "
        "asked.": lambda length: torch.ones(length, length).tril(-1),
        "Everybody may look at everybody: then the answer to an example is read from the row after it, and nothing is "
        "learned.": lambda length: torch.ones(length, length),
        "These are the numbers that are added to the scores, 0 and -∞. Asked for is 1 where row s may look, and 0 "
        "elsewhere.": lambda length: torch.full((length, length), -torch.inf).triu(1),
    },
    picture=_draw_mask,
    shows="a lower triangle of ones with its diagonal: the first row sees itself, the last one sees all.",
)
