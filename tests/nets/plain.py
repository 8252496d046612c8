"""MAML as a plain loop over tasks in standard operations: what the fast path must agree with."""

import torch
import torch.nn.functional as F
from torch import Tensor

from metakit.core import Task, cross_entropy
from metakit.learners.optimization_based.maml import MAML

Weights = dict[str, Tensor]


def norm(x: Tensor, weight: Tensor, bias: Tensor, eps: float = 1e-5) -> Tensor:
    mean = x.mean((0, 2, 3), keepdim=True)
    var = (x - mean).square().mean((0, 2, 3), keepdim=True)
    return (x - mean) / (var + eps).sqrt() * weight[:, None, None] + bias[:, None, None]


def network(weights: Weights, x: Tensor, *, pool: bool) -> Tensor:
    for i in range(4):
        x = F.conv2d(x, weights[f"body.{i}.weight"], stride=1 if pool else 2, padding=1)
        x = F.relu(norm(x, weights[f"body.{i}.norm.weight"], weights[f"body.{i}.norm.bias"]))
        x = F.max_pool2d(x, 2) if pool else x
    return F.linear(x.mean((2, 3)), weights["head.weight"], weights["head.bias"])


def adapt(learner: MAML, x: Tensor, y: Tensor) -> Weights:
    weights = dict(learner.named_parameters())
    for _ in range(learner.steps):
        loss = cross_entropy(network(weights, x, pool=learner.body[0].pool), y)
        slopes = torch.autograd.grad(loss, list(weights.values()), create_graph=learner.order == 2)
        weights = {k: w - learner.rate * g for (k, w), g in zip(weights.items(), slopes, strict=True)}
    return weights


def predict(learner: MAML, task: Task) -> Tensor:
    fast, pool = adapt(learner, task.support_x, task.support_y), learner.body[0].pool
    if learner.norm == "transductive":
        return network(fast, task.query_x, pool=pool)
    return torch.stack([network(fast, torch.cat([task.support_x, x[None]]), pool=pool)[-1] for x in task.query_x])


def meta_loss(learner: MAML, tasks: Task) -> Tensor:
    losses = [cross_entropy(predict(learner, tasks.at(t)), tasks.query_y[t]) for t in range(len(tasks.support_x))]
    return torch.stack(losses).mean()
