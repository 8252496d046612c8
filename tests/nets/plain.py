"""MAML as a plain loop over tasks in standard operations: what the fast path must agree with."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from metakit.core import Task, cross_entropy

Weights = dict[str, Tensor]


def norm(x: Tensor, weight: Tensor, bias: Tensor, eps: float = 1e-5) -> Tensor:
    mean = x.mean((0, 2, 3), keepdim=True)
    var = (x - mean).square().mean((0, 2, 3), keepdim=True)
    return (x - mean) / (var + eps).sqrt() * weight[:, None, None] + bias[:, None, None]


def network(weights: Weights, x: Tensor, *, pool: bool = False) -> Tensor:
    for i in range(4):
        x = F.conv2d(x, weights[f"body.{i}.weight"], stride=1 if pool else 2, padding=1)
        x = F.relu(norm(x, weights[f"body.{i}.norm.weight"], weights[f"body.{i}.norm.bias"]))
        x = F.max_pool2d(x, 2) if pool else x
    return F.linear(x.mean((2, 3)), weights["head.weight"], weights["head.bias"])


def adapt(
    weights: Weights, x: Tensor, y: Tensor, steps: int, rate: float, *, pool: bool = False, order: int = 2
) -> Weights:
    for _ in range(steps):
        loss = cross_entropy(network(weights, x, pool=pool), y)
        slopes = torch.autograd.grad(loss, list(weights.values()), create_graph=order == 2)
        weights = {k: w - rate * g for (k, w), g in zip(weights.items(), slopes, strict=True)}
    return weights


def meta_loss(learner: nn.Module, tasks: Task, *, pool: bool = False) -> Tensor:
    """What `MAML.meta_loss` computes with one-hot labels: mean over tasks of the query loss."""
    losses = []
    for t in range(len(tasks.support_x)):
        task = tasks.at(t)
        fast = adapt(
            dict(learner.named_parameters()),
            task.support_x,
            task.support_y,
            learner.steps,
            learner.rate,
            pool=pool,
            order=learner.order,
        )
        losses.append(cross_entropy(network(fast, task.query_x, pool=pool), task.query_y))
    return torch.stack(losses).mean()
