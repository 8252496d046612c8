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


def can_stack(learner: FastWeightLearner) -> bool:
    """Whether the body is a perceptron, and its tasks are regression."""
    body = learner.body
    perceptron = type(body) is nn.Sequential and all(
        layer.bias is not None if isinstance(layer, nn.Linear) else isinstance(layer, ELEMENTWISE) for layer in body
    )
    return perceptron and learner.loss is mean_squared_error and not under_transform()


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
