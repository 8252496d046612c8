"""What the meta-gradient microscope shows of one batch of tasks: norms and angles by layer and inner step."""

from math import isfinite
from typing import TypedDict

import torch
from torch import Tensor

from metakit.learners.optimization_based.inner_loop import Weights
from metakit.learners.optimization_based.meta_gradient import angle, by_layer

FAR = 1e12  # what has diverged is drawn here


class Reading(TypedDict):
    """One layer (or all): plain numbers, ready to travel to the browser. v_i as in meta_gradient.py."""

    carried: list[float]  # [k + 1] norm of v_0 … v_k: the meta-gradient first, its direct term last
    through: float  # norm of what passes through the Hessians, v_0 - v_k
    angle: float  # between v_k (first order) and v_0 (second order), degrees
    found: list[float]  # [k + 1] the same norms as the faulty code finds them
    found_angle: float  # between the meta-gradient and what the faulty code takes for it, degrees
    error: float  # the size of their difference, relative to the meta-gradient


def readings(truth: list[Weights], found: list[Weights]) -> dict[str, Reading]:
    """By layer. truth: v_0 … v_k; found: what some code takes for them."""
    true, other = [by_layer(v) for v in truth], [by_layer(v) for v in found]
    return {layer: _reading([v[layer] for v in true], [v[layer] for v in other]) for layer in true[0]}


def _reading(true: list[Tensor], found: list[Tensor]) -> Reading:
    whole, direct, taken = true[0].double(), true[-1].double(), found[0].double()
    return Reading(
        carried=[_plain(v.norm()) for v in true],
        through=_plain((whole - direct).norm()),
        angle=_plain(angle(direct, whole)),
        found=[_plain(v.norm()) for v in found],
        found_angle=_plain(angle(taken, whole)),
        error=_plain((taken - whole).norm() / whole.norm().clamp_min(torch.finfo(torch.float64).tiny)),
    )


def _plain(value: Tensor | float) -> float:
    """Four digits; what is no number any more is very large."""
    number = float(f"{float(value):.4g}")
    return min(number, FAR) if isfinite(number) else FAR
