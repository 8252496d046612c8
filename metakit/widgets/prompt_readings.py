"""What the function playground draws of one prompt: the answers after every example, and how wrong they are."""

from typing import Any

import torch
from torch import Tensor

from metakit.learners.baselines.linear_estimators import LeastSquares, LinearEstimator, Ridge
from metakit.widgets.prompts_about import EXAMPLES, Shift, Subject

QUERIES, PROMPTS, FAR = 30, 48, 99.0


def best_estimator(subject: Subject, noise: float) -> LinearEstimator:
    """Least squares on the subject's features; under noise ridge, the best for such weights."""
    features = subject.features(torch.zeros(1, len(subject.columns))).shape[-1]
    return Ridge(features * noise**2) if noise > 0 else LeastSquares()


@torch.no_grad()
def reading(subject: Subject, x: Tensor, y: Tensor, places: Tensor, truth: Tensor, noise: float) -> dict[str, Any]:
    """Both answers at `places` [n, d] after 0, 1, … S examples x [S, d], y [S, 1]: [S + 1][n] each."""
    ours = subject.learner.answers_after_each(x, y, places)[..., 0]
    features = subject.features(x), subject.features(places)
    best = best_estimator(subject, noise).weights(features[0], y)  # [S + 1, D, 1]
    theirs = (features[1] @ best)[..., 0]
    return {"ours": ours, "best": theirs, "truth": truth[:, 0]}


def errors(answers: Tensor, truth: Tensor, unit: float) -> list[float]:
    """Mean squared error of answers [S + 1, n] as a share of what zero makes of typical functions: [S + 1]."""
    return short((answers - truth).square().mean(-1) / unit, 6)


@torch.no_grad()
def typical(subject: Subject, shift: Shift) -> dict[str, list[float]]:
    """The same errors, averaged over 48 prompts: behind 0, 1, … 15 examples."""
    x = subject.inputs(PROMPTS, EXAMPLES + 1, 10_000, shift)
    f = subject.functions(PROMPTS, 10_000)
    clean = f(x)
    y = disturbed(clean, subject, shift.noise, 10_000)
    ours = torch.func.vmap(subject.learner.answers)(x, y)
    best = torch.func.vmap(best_estimator(subject, shift.noise).weights)(subject.features(x), y)[:, :-1]
    theirs = (subject.features(x)[:, :, None] @ best)[..., 0]
    unit = subject.unit * (shift.scale**2 if len(subject.columns) > 1 else 1.0)
    return {name: short((a - clean).square().mean((0, 2)) / unit, 6) for name, a in (("ours", ours), ("best", theirs))}


def disturbed(y: Tensor, subject: Subject, noise: float, seed: int) -> Tensor:
    """Targets y [.., 1] with noise of this share of a function's root mean square."""
    rng = torch.Generator().manual_seed(seed + 3)
    return y + noise * subject.unit**0.5 * torch.randn(y.shape, generator=rng)


def short(values: Tensor, digits: int = 3) -> Any:
    """Plain numbers, short on the wire, none of them infinite."""
    return values.nan_to_num(FAR, FAR, -FAR).clamp(-FAR, FAR).double().round(decimals=digits).tolist()
