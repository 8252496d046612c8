"""The meta-gradient taken apart: what each inner step and each layer contributes.

Backpropagation carries the query gradient back through the inner loop, from the last step to the first. Each step back
subtracts a Hessian-vector product. With the inner rates A, and g_i and H_i the gradient and the Hessian of L_support
at theta_i:

    (1)  theta_{i+1} = theta_i - A g_i                       the inner loop, i = 0 … k - 1
    (2)  v_k = gradient of L_query at theta_k                the direct term: all that first-order MAML keeps
    (3)  v_i = v_{i+1} - H_i A v_{i+1}                       one inner step back
    (4)  meta-gradient = v_0 = v_k - sum over i of H_i A v_{i+1}

One step and one rate: v_0 = (I - alpha H) v_1. No Hessian is ever built: (3) is what autograd does when the inner
gradient was taken with `create_graph=True`. Without it H counts as zero, and v_0 = v_k.

Chelsea Finn, Pieter Abbeel, Sergey Levine: Model-Agnostic Meta-Learning for Fast Adaptation of Deep Networks, 2017,
arXiv:1703.03400, section 5.2 (the first-order approximation). Alex Nichol, Joshua Achiam, John Schulman: On First-Order
Meta-Learning Algorithms, 2018, arXiv:1803.02999, section 5 (the series of which (4) is one step more exact).
"""

import re
from math import acos, degrees

import torch
from torch import Tensor
from torch.func import vmap

from metakit.core import MetaKitError, Task, with_targets
from metakit.learners.optimization_based.inner_loop import HEAD, FastWeightLearner, Weights


def carried(learner: FastWeightLearner, tasks: Task) -> list[Weights]:
    """v_0 … v_k by the name of the weight, each the mean over T tasks: v_0 is the meta-gradient, v_k its direct term.

    Raises MetaKitError for a learner whose inner loop leaves weights alone: these have no v of their own.
    """
    tasks = with_targets(tasks)

    def states(task: Task) -> list[Weights]:
        return [step.state.weights for step in learner.adapt_steps(task.support_x, task.support_y)]

    def query_loss(weights: Weights, task: Task) -> Tensor:
        return learner.loss(learner.network(weights, task.query_x), task.query_y)

    theta = vmap(states)(tasks)  # theta_0 … theta_k, a row for every task
    loss = vmap(query_loss)(theta[-1], tasks).mean()
    start: Weights = {name: weight for name, weight in learner.named_parameters() if name in theta[0]}
    first, *others = _gradients(loss, [start, *theta[1:]])
    return [first, *({name: v.sum(0) for name, v in one.items()} for one in others)]


def _gradients(loss: Tensor, places: list[Weights]) -> list[Weights]:
    """Gradients of `loss` with respect to the weights at every place on its way."""
    found = torch.autograd.grad(loss, [w for weights in places for w in weights.values()], allow_unused=True)
    if any(slope is None for slope in found):
        raise MetaKitError("This inner loop leaves some weights alone: choose a learner that adapts all of them.")
    slopes = iter(found)
    return [{name: next(slopes) for name in weights} for weights in places]


def by_layer(weights: Weights) -> dict[str, Tensor]:
    """One vector a layer, from the first to the head, and "all" of them in one."""
    layers: dict[str, list[Tensor]] = {}
    for name, weight in weights.items():
        found = re.match(r".*?\.\d+", name)  # "body.0" of "body.0.norm.weight"
        layers.setdefault("head" if name in HEAD else found[0] if found else "body", []).append(weight.flatten())
    names = [key if key == "head" else f"layer {number}" for number, key in enumerate(layers, 1)]
    vectors = {name: torch.cat(parts) for name, parts in zip(names, layers.values(), strict=True)}
    return vectors | {"all": torch.cat([*vectors.values()])}


def angle(a: Tensor, b: Tensor) -> float:
    """Between two vectors, in degrees; 0 when one of them is zero."""
    a, b = a.double(), b.double()
    scale = float(a.norm() * b.norm())
    return degrees(acos(max(-1.0, min(1.0, float(a @ b) / scale)))) if scale else 0.0
