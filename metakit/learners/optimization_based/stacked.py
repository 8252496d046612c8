"""MAML on a perceptron, all tasks at once: each layer is T matrix products, and nothing goes through `vmap`.

The time of a small network goes into starting its operations, and `vmap` starts more than it computes. Here each task
has a row of its own of every weight [T, ...], so that plain autograd finds all T inner gradients in one pass. The inner
and the outer loop are those of maml.py, and so is the number; `metakit bench` tells how much sooner it is there.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from metakit.core import Task, mean_squared_error
from metakit.learners.optimization_based.inner_loop import FastWeightLearner, Weights, gradient
from metakit.nets.fold import under_transform

ELEMENTWISE = nn.ReLU, nn.Tanh, nn.Sigmoid, nn.GELU


def can_stack(learner: FastWeightLearner, tasks: Task) -> bool:
    """Whether the body is a perceptron, each layer of its own, and the tasks are regression from vectors."""
    regression = learner.loss is mean_squared_error and tasks.support_y.is_floating_point()
    vectors = tasks.support_x.dim() == 3  # noqa: PLR2004 - [T, S, I]
    return regression and vectors and _is_perceptron(learner.body) and not under_transform()


def _is_perceptron(body: nn.Module) -> bool:
    """Exactly these kinds: what inherits from them may compute something else."""
    layers = list(body) if type(body) is nn.Sequential else [None]
    known = (layer.bias is not None if type(layer) is nn.Linear else type(layer) in ELEMENTWISE for layer in layers)
    return all(known) and len({*map(id, layers)}) == len(layers)


def stacked_meta_loss(learner: FastWeightLearner, tasks: Task, adapts: Sequence[str], second_order: bool) -> Tensor:
    """The mean over T tasks of the query loss, after an inner loop of the weights that `adapts` names: a scalar."""
    count, fast = len(tasks.support_x), learner.initial_weights(tasks.support_y.shape[-1])
    fast = {name: weight.expand(count, *weight.shape) for name, weight in fast.items()}

    def support_loss(moving: Weights) -> Tensor:
        """The sum over tasks: a task's weights move its own part alone."""
        return count * learner.loss(stacked_network(learner.body, fast | moving, tasks.support_x), tasks.support_y)

    for _ in range(learner.steps):
        slopes, _ = gradient(support_loss, {name: fast[name] for name in adapts}, second_order)
        fast |= {name: fast[name].add(slope, alpha=-learner.rate_of(name)) for name, slope in slopes.items()}
    return learner.loss(stacked_network(learner.body, fast, tasks.query_x), tasks.query_y)


def stacked_network(body: nn.Module, weights: Weights, x: Tensor) -> Tensor:
    """T perceptrons with weights [T, O, I] and [T, O], each on its own x [T, B, I] -> [T, B, N]."""

    def linear(name: str, x: Tensor) -> Tensor:
        return torch.baddbmm(weights[f"{name}.bias"][:, None], x, weights[f"{name}.weight"].mT)

    for name, layer in body.named_children():
        x = linear(f"body.{name}", x) if isinstance(layer, nn.Linear) else layer(x)
    return linear("head", x)
