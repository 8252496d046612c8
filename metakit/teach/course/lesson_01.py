"""The exercises of lesson 01: the average of a family of curves, one inner step, Reptile's outer step."""

import torch
from torch import Tensor

from metakit.plots import small
from metakit.plots.style import Picture
from metakit.tasks.base import generator
from metakit.tasks.sinusoids import Sinusoids
from metakit.teach.exercises import Exercise

# ── The best single function: the mean of all tasks, and the error that is left ──


def _best_single_function(curves: Tensor) -> tuple[Tensor, float]:
    values = curves.tolist()
    function = [sum(column) / len(column) for column in zip(*values, strict=True)]
    squares = [(y - f) ** 2 for curve in values for y, f in zip(curve, function, strict=True)]
    return torch.tensor(function), sum(squares) / len(squares)


def _families(seed: int) -> list[tuple[Tensor]]:
    """Sinusoids of two heights at as many places as there are curves, so that the axes can be taken for each other."""
    rng, cases = generator(seed), []
    for amplitude in ((0.1, 5.0), (1.0, 2.0)):
        x = torch.linspace(-5, 5, 40)[None, :, None].expand(40, -1, -1)
        cases.append((Sinusoids(amplitude=amplitude).curves(40, rng)(x)[..., 0],))
    return cases


def _draw_family(found: tuple[Tensor, float], curves: Tensor) -> Picture:
    series = {"one curve": curves[0], "another": curves[1], f"best, MSE {float(found[1]):.2f}": found[0]}
    return small.lines(torch.linspace(-5, 5, 40), series, "x", "y")


best_single_function = Exercise(
    title="The best single function",
    minutes=5,
    difficulty="easy",
    oracle=_best_single_function,
    cases=_families,
    mistakes={
        "You average along x. What is sought is one number for every x, the mean over the tasks: along the first "
        "axis.": lambda y: (y.mean(1), (y - y.mean(1)).square().mean()),
        "Your function is right. Your error is the size of the function itself, and that is what it explains. What is "
        "left is the distance between each curve and the function.": lambda y: (y.mean(0), y.mean(0).square().mean()),
        "Your function is right. Your error is the mean of |y - f*|: the MSE squares every distance.": lambda y: (
            y.mean(0),
            (y - y.mean(0)).abs().mean(),
        ),
        "Your function is right. Your error divides by T - 1, as `var` does unless told otherwise; a mean divides by "
        "T.": lambda y: (y.mean(0), y.var(0).mean()),
        "You answer with the median curve. It makes the sum of the distances smallest; for squared distances it is "
        "the mean.": lambda y: (y.median(0).values, (y - y.median(0).values).square().mean()),
        "You always answer 0. Where the curves agree a little, the mean knows it: use it.": lambda y: (
            torch.zeros_like(y[0]),
            y.square().mean(),
        ),
    },
    picture=_draw_family,
    shows="two of the curves, and between them the average of all, a flatter wave; its error is in the legend.",
)

# ── One inner step on a line (equation 1 of maml.py) ──


def _one_step(theta: Tensor, x: Tensor, y: Tensor, rate: float) -> Tensor:
    slope = torch.zeros(2)
    for a, b in zip(x, y, strict=True):
        miss = theta[0] + theta[1] * a - b
        slope += torch.stack([2 * miss, 2 * miss * a]) / len(x)
    return theta - rate * slope


def _one_after_the_other(theta: Tensor, x: Tensor, y: Tensor, rate: float) -> Tensor:
    first = theta[0] - 2 * rate * (theta[0] + theta[1] * x - y).mean()
    return torch.stack([first, theta[1] - 2 * rate * ((first + theta[1] * x - y) * x).mean()])


def _lines(seed: int) -> list[tuple[Tensor, Tensor, Tensor, float]]:
    rng, cases = generator(seed), []
    for size, rate in ((5, 0.2), (12, 0.05)):
        x = 2 * torch.rand(size, generator=rng) - 0.5
        y = 1 + 2 * x + 0.3 * torch.randn(size, generator=rng)
        cases.append((torch.randn(2, generator=rng) / 2, x, y, rate))
    return cases


def _draw_step(found: Tensor, theta: Tensor, x: Tensor, y: Tensor, _: float) -> Picture:
    ends = torch.tensor([-0.5, 1.5])
    series = {"before": theta[0] + theta[1] * ends, "after one step": found[0] + found[1] * ends}
    return small.lines(ends, series, "x", "y", dots=(x, y))


one_step = Exercise(
    title="One inner step",
    minutes=7,
    difficulty="medium",
    oracle=_one_step,
    cases=_lines,
    mistakes={
        "You climb: the gradient points to where the loss grows, and a step goes against "
        "it.": lambda theta, x, y, rate: 2 * theta - _one_step(theta, x, y, rate),
        "You add up the slopes of all points. The loss is a mean, so divide by S: else the step grows with the support "
        "set.": lambda theta, x, y, rate: _one_step(theta, x, y, rate * len(x)),
        "The factor 2 is missing: the slope of a square is twice what is squared.": lambda theta, x, y, rate: _one_step(
            theta, x, y, rate / 2
        ),
        "The rate is missing: you step by the whole slope.": lambda theta, x, y, _: _one_step(theta, x, y, 1.0),
        "You return the step alone. Add it to where you started from.": lambda theta, x, y, rate: (
            _one_step(theta, x, y, rate) - theta
        ),
        "You move θ₀ first, and take the slope of θ₁ from the line that has moved. Both slopes belong to the old line: "
        "work out both, then move.": _one_after_the_other,
        "Both weights move alike. θ₁ is multiplied by x in the model, so by the chain rule its slope has a factor "
        "x.": lambda theta, x, y, rate: theta - 2 * rate * (theta[0] + theta[1] * x - y).mean(),
    },
    picture=_draw_step,
    shows="five points, the line before the step, and the line after it, which has come nearer to them.",
)

# ── Reptile's outer step (equation 2 of reptile.py) ──


def _outer_step(start: Tensor, adapted: Tensor, epsilon: float) -> Tensor:
    moved = start.clone()
    for end in adapted:
        moved += epsilon * (end - start) / len(adapted)
    return moved


def _one_task_after_the_other(start: Tensor, adapted: Tensor, epsilon: float) -> Tensor:
    for end in adapted:
        start = start + epsilon * (end - start)
    return start


def _adapted(seed: int) -> list[tuple[Tensor, Tensor, float]]:
    rng, cases = generator(seed), []
    for tasks, weights, epsilon in ((4, 2, 0.3), (3, 6, 0.8)):
        start = torch.randn(weights, generator=rng)
        cases.append((start, start + 1 + torch.randn(tasks, weights, generator=rng), epsilon))
    return cases


def _draw_outer(found: Tensor, start: Tensor, adapted: Tensor, _: float) -> Picture:
    ends = {f"task {t}": end - start for t, end in enumerate(adapted, 1)}
    return small.arrows({**ends, "the new start": found - start}, start)


outer_step = Exercise(
    title="Reptile's outer step",
    minutes=5,
    difficulty="easy",
    oracle=_outer_step,
    cases=_adapted,
    mistakes={
        "You go all the way to the mean. ε is the share of the way that you go.": lambda phi, ends, _: (
            phi * 0 + ends.mean(0)
        ),
        "You stay with share ε and go with share 1 - ε: it is the other way round.": lambda phi, ends, epsilon: (
            epsilon * phi + (1 - epsilon) * ends.mean(0)
        ),
        "You move away from where the tasks have led. Reptile moves towards it: adapted minus "
        "start.": lambda phi, ends, epsilon: phi - epsilon * (ends - phi).mean(0),
        "You move towards one task after the other, so that the last one counts most. That is Reptile with one task a "
        "step; here all T have left from the same start, and it moves once, towards their "
        "mean.": _one_task_after_the_other,
        "Only the last task moves you. Take the mean over all of them.": lambda phi, ends, epsilon: (
            phi + epsilon * (ends[-1] - phi)
        ),
        "You return the way. The new start is the old one plus the way.": lambda phi, ends, epsilon: (
            epsilon * (ends - phi).mean(0)
        ),
        "You add up the ways of all tasks. Take their mean, or the step grows with the number of "
        "tasks.": lambda phi, ends, epsilon: phi + epsilon * (ends - phi).sum(0),
    },
    picture=_draw_outer,
    shows="arrows from the start to where four tasks have led, and a short one to the new start, towards their middle.",
)
