"""MAML: learn an initialisation from which a few gradient steps solve a new task.

    (1)  theta' = theta - alpha * gradient of L_support(theta)           the inner loop, `steps` times
    (2)  minimise over theta the mean over tasks of L_query(theta')      the outer loop

The outer gradient passes through the inner steps: it has second derivatives of L_support (`order=2`). First-order MAML
(`order=1`) takes the inner gradient for a constant. ANIL (`adapts="head"`) adapts the head alone.

Chelsea Finn, Pieter Abbeel, Sergey Levine: Model-Agnostic Meta-Learning for Fast Adaptation of Deep Networks, 2017,
arXiv:1703.03400, eq. 1. Aniruddh Raghu and others: Rapid Learning or Feature Reuse? 2020, arXiv:1909.09157.
Deviations: the loss is the *mean* cross-entropy, so the authors' inner rate 0.4 (5-way: sum over ways, divided by K)
is 2.0 here; `head_rows="shared"` serves any N (see inner_loop.py); the head may have an inner rate of its own.
"""

from collections.abc import Iterator
from typing import Literal

from torch import Tensor, nn

from metakit.core import EpisodicLearner, Loss, Step, Task, cross_entropy
from metakit.learners.optimization_based.inner_loop import (
    HEAD,
    Adapted,
    FastWeightLearner,
    HeadRows,
    Weights,
    gradient,
    output,
)
from metakit.learners.optimization_based.stacked import can_stack, stacked_meta_loss


class MAML(FastWeightLearner, EpisodicLearner):
    """State: the fast weights. One step: one gradient step on the support set."""

    def __init__(
        self,
        body: nn.Module,
        head: nn.Linear,
        *,
        steps: int = 1,
        rate: float = 0.01,
        head_rate: float | None = None,
        order: Literal[1, 2] = 2,
        adapts: Literal["all", "head"] = "all",
        head_rows: HeadRows = "fixed",
        loss: Loss = cross_entropy,
    ) -> None:
        super().__init__(body, head, steps, rate, loss, head_rows)
        self.order, self.adapts = order, adapts
        self.head_rate = head_rate

    def meta_loss(self, tasks: Task) -> Tensor:
        if not can_stack(self, tasks):
            return super().meta_loss(tasks)
        adapts = HEAD if self.adapts == "head" else tuple(self.initial_weights(tasks.support_y.shape[-1]))
        return stacked_meta_loss(self, tasks, adapts, second_order=self.order == 2)  # noqa: PLR2004

    def adapt_steps(self, x: Tensor, y: Tensor) -> Iterator[Step]:
        weights = self.initial_weights(y.shape[-1])
        frozen = {k: w for k, w in weights.items() if self.adapts == "head" and k not in HEAD}
        features = self.features(weights, x) if frozen else None  # they stay: once is enough

        def support_loss(fast: Weights) -> Tensor:
            return self.loss(self.network(fast, x) if features is None else output(fast, features), y)

        fast = {k: w for k, w in weights.items() if k not in frozen}
        yield Step(Adapted(frozen | fast, x))
        for _ in range(self.steps):
            slopes, loss = gradient(support_loss, fast, second_order=self.order == 2)  # noqa: PLR2004
            fast = {k: w.add(slopes[k], alpha=-self.rate_of(k)) for k, w in fast.items()}  # eq. 1
            yield Step(Adapted(frozen | fast, x), {"loss_before": loss})
