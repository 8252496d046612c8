"""Meta-SGD: learn, with the initialisation, an inner rate for every single weight.

MAML's inner rate is one number for the whole network. Meta-SGD meta-learns a tensor alpha as large as the weights, so
it chooses the direction of the inner step as well as its length; a rate may become zero (the weight stays) or negative.

    (1)  theta' = theta - alpha * gradient of L_support(theta)        * element by element; the inner loop
    (2)  minimise over theta and alpha the mean over tasks of L_query(theta')      the outer loop

Zhenguo Li, Fengwei Zhou, Fei Chen, Hang Li: Meta-SGD: Learning to Learn Quickly for Few-Shot Learning, 2017,
arXiv:1707.09835, section 3.1. Deviations: all rates begin at `rate` (the head's at `head_rate`), where the paper draws
them at random; more than one inner step uses the same rates again.
"""

from collections.abc import Iterator
from typing import Literal

import torch
from torch import Tensor, nn

from metakit.core import EpisodicLearner, Loss, Step, cross_entropy
from metakit.learners.optimization_based.inner_loop import (
    Adapted,
    FastWeightLearner,
    HeadRows,
    Weights,
    gradient,
    slot,
    unslot,
)


class MetaSGD(FastWeightLearner, EpisodicLearner):
    """State: the fast weights. One step: one gradient step on the support set, every weight at its own rate."""

    def __init__(
        self,
        body: nn.Module,
        head: nn.Linear,
        *,
        steps: int = 1,
        rate: float = 0.01,
        head_rate: float | None = None,
        order: Literal[1, 2] = 2,
        head_rows: HeadRows = "fixed",
        loss: Loss = cross_entropy,
    ) -> None:
        super().__init__(body, head, steps, rate, loss, head_rows)
        self.order, self.head_rate = order, head_rate
        begin = {slot(name): torch.full_like(weight, self.rate_of(name)) for name, weight in self.named_parameters()}
        self.alpha = nn.ParameterDict(begin)

    @property
    def rates(self) -> Weights:
        """alpha by the name of the weight; a shared head has one row of rates."""
        return {unslot(key): rate for key, rate in self.alpha.items()}

    def adapt_steps(self, x: Tensor, y: Tensor) -> Iterator[Step]:
        weights, rates = self.initial_weights(y.shape[-1]), self.rates
        yield Step(Adapted(weights, x))
        for _ in range(self.steps):
            slopes, loss = gradient(self.loss_on(x, y), weights, second_order=self.order == 2)  # noqa: PLR2004
            weights = {k: w - self.pace * rates[k] * slopes[k] for k, w in weights.items()}  # eq. 1
            yield Step(Adapted(weights, x), {"loss_before": loss})
