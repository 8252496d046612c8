"""The inner loop that the optimization-based family shares: a network, its fast weights, and one gradient step.

The network is a body (features) and a linear head (one output row per way). Two heads:

- *fixed*: as many rows as ways, each with its own initial value, as in the papers. It serves one N only.
- *shared*: ONE learned row, copied for every way (Ye & Chao 2022, arXiv:2106.16245). It serves any N, and the
  ways are interchangeable from the start. With equal rows the first step moves the head alone: the body's gradient
  is the sum over ways of (p_n - y_n) w, which is zero while all rows w are the same.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple, final

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.func import functional_call, grad_and_value

from metakit.core import Loss, MetaKitError, MetaLearner, NormMode
from metakit.nets.norms import has_batch_norm

Weights = dict[str, Tensor]
HeadRows = Literal["fixed", "shared"]
HEAD = ("head.weight", "head.bias")


class Adapted(NamedTuple):
    """The state of an optimization-based learner."""

    weights: Weights  # fast weights: body by name, head.weight [N, D], head.bias [N]
    support_x: Tensor  # [S, *x]: inductive batch normalisation needs it


class FastWeightLearner(MetaLearner):
    """A network whose weights are adapted to the task. One step: one gradient step; step 0: none yet."""

    head_rate: float | None = None  # of the inner loop for the head, where it differs from the body's
    pace: float = 1.0  # every inner rate times this: a knob to play with

    def __init__(
        self, body: nn.Module, head: nn.Linear, steps: int, rate: float, loss: Loss, head_rows: HeadRows
    ) -> None:
        super().__init__()
        self.steps: int = steps
        self.rate = rate  # of the inner loop
        self.body, self.head, self.head_rows = body, head, head_rows
        self.loss = loss
        self.norm: NormMode = "transductive"

    def use_norm(self, mode: NormMode) -> None:
        self.norm = mode

    @final
    def initial_weights(self, ways: int) -> Weights:
        """The meta-learned initialisation, with a head for `ways` outputs."""
        weights = {name: weight for name, weight in self.named_parameters() if name.startswith("body.")}
        rows = len(self.head.weight)
        if self.head_rows == "shared":
            shared = {"head.weight": self.head.weight.expand(ways, -1), "head.bias": self.head.bias.expand(ways)}
            return weights | shared
        if rows != ways:
            raise MetaKitError(
                f"This learner's head is fixed at {rows} ways: choose N = {rows}, or a learner with a shared head."
            )
        return weights | {"head.weight": self.head.weight, "head.bias": self.head.bias}

    @final
    def network(self, weights: Weights, x: Tensor) -> Tensor:
        """The network with these weights: x [B, *x] -> [B, N]."""
        return output(weights, self.features(weights, x))

    @final
    def features(self, weights: Weights, x: Tensor) -> Tensor:
        """The body with these weights: x [B, *x] -> [B, D]."""
        body = {name.removeprefix("body."): weight for name, weight in weights.items() if name not in HEAD}
        return functional_call(self.body, body, (x,))

    @final
    def rate_of(self, name: str) -> float:
        """The inner rate of a weight; where rates are learned, the one that it begins with."""
        return self.pace * (self.head_rate if self.head_rate is not None and name in HEAD else self.rate)

    @final
    def loss_on(self, x: Tensor, y: Tensor) -> Callable[[Weights], Tensor]:
        """The loss on these examples as a function of the weights."""
        return lambda weights: self.loss(self.network(weights, x), y)

    @final
    def predict(self, state: Adapted, x: Tensor) -> Tensor:
        if self.norm == "transductive" or not has_batch_norm(self.body):
            return self.network(state.weights, x)

        def alone(query: Tensor) -> Tensor:
            """Statistics from the support set and this one query."""
            return self.network(state.weights, torch.cat([state.support_x, query[None]]))[-1]

        return torch.stack([alone(query) for query in x])  # vmap would fold the queries into channels: far slower


def slot(name: str) -> str:
    """The name of a weight as a key of `nn.ParameterDict`, which allows no dots."""
    return name.replace(".", "/")


def unslot(key: str) -> str:
    """The name of the weight that `slot` made this key of."""
    return key.replace("/", ".")


def output(weights: Weights, features: Tensor) -> Tensor:
    """The head with these weights: features [B, D] -> [B, N]."""
    return F.linear(features, weights["head.weight"], weights["head.bias"])


def gradient(loss: Callable[[Weights], Tensor], weights: Weights, second_order: bool) -> tuple[Weights, Tensor]:
    """Gradient and value of `loss` at `weights`. Without `second_order` the gradient is a constant to the outer loop.

    Under `vmap` this is `torch.func`; for a single task it is plain autograd, which starts a second sooner.
    """
    if _under_vmap():
        weights = weights if second_order else {k: w.detach() for k, w in weights.items()}
        slopes, value = grad_and_value(loss)(weights)
    else:
        outer = torch.is_grad_enabled()
        with torch.enable_grad():
            leaves = {k: w if outer and w.requires_grad else w.detach().requires_grad_() for k, w in weights.items()}
            value = loss(leaves)
            found = torch.autograd.grad(value, list(leaves.values()), create_graph=second_order and outer)
        slopes = dict(zip(leaves, found, strict=True))
    return (slopes if second_order else {k: g.detach() for k, g in slopes.items()}), value.detach()


def _under_vmap() -> bool:
    return torch._C._functorch.maybe_current_level() is not None  # noqa: SLF001 - there is no public question for it
