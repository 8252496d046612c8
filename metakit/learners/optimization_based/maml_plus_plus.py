"""MAML++: MAML that trains steadily, with learned rates and a say for every inner step.

MAML is hard to train; two of the cures are at the heart of this file. Every weight tensor of the network has an inner
rate of its own at every inner step, meta-learned. And the outer loss hears the query set after every inner step, not
after the last alone: all steps weigh alike at first, and the weight moves to the last as training goes on.

    (1)  theta_i = theta_{i-1} - alpha_i * gradient of L_support(theta_{i-1})     alpha_i: one number a weight tensor
    (2)  minimise over theta and alpha the mean over tasks of  sum over i of v_i L_query(theta_i)
    (3)  v_i = (1 - p) / S for i < S, v_S = 1 - the others;   p from 0 to 1 over the first part of the training

Antreas Antoniou, Harrison Edwards, Amos Storkey: How to train your MAML, 2018, arXiv:1810.09502, section 4: multi-step
loss, derivative-order annealing (first-order gradients to begin with), per-layer per-step rates, cosine-annealed outer
rate (a recipe's schedule). Deviations: batch normalisation takes the statistics of the images at hand, and its scale
and shift are ordinary weights, not one set a step; v_i falls to zero, where the authors' code keeps a little; no
ensemble of three.
"""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from metakit.core import Loss, Step, Task, cross_entropy
from metakit.learners.optimization_based.inner_loop import Adapted, FastWeightLearner, HeadRows, gradient, slot


class MAMLPlusPlus(FastWeightLearner):
    """State: the fast weights. One step: one gradient step on the support set, at this step's rates."""

    def __init__(
        self,
        body: nn.Module,
        head: nn.Linear,
        *,
        steps: int = 5,
        rate: float = 0.1,
        head_rate: float | None = None,
        annealed: float = 0.3,
        first_order: float = 0.0,
        head_rows: HeadRows = "fixed",
        loss: Loss = cross_entropy,
    ) -> None:
        """`annealed`, `first_order`: the shares of training with v_i on the move, and with first-order gradients."""
        super().__init__(body, head, steps, rate, loss, head_rows)
        self.annealed, self.first_order = annealed, first_order
        self.progress = 1.0  # a learner that is loaded has been trained
        self.head_rate = head_rate
        names = [name for name, _ in self.named_parameters()]
        self.alpha = nn.ParameterDict({slot(name): torch.full((steps,), self.rate_of(name)) for name in names})

    def use_progress(self, share: float) -> None:
        self.progress = share

    @property
    def importance(self) -> list[float]:
        """v_1 … v_S, eq. 3."""
        p = min(1.0, self.progress / self.annealed) if self.annealed else 1.0
        return [(1 - p) / self.steps] * (self.steps - 1) + [1 - (self.steps - 1) * (1 - p) / self.steps]

    def adapt_steps(self, x: Tensor, y: Tensor) -> Iterator[Step]:
        weights, second_order = self.initial_weights(y.shape[-1]), self.progress >= self.first_order
        yield Step(Adapted(weights, x))
        for step in range(self.steps):
            slopes, loss = gradient(self.loss_on(x, y), weights, second_order)
            weights = {k: w - self._rate_at(k, step) * slopes[k] for k, w in weights.items()}  # eq. 1
            yield Step(Adapted(weights, x), {"loss_before": loss})

    def task_loss(self, task: Task) -> Tensor:
        _start, *states = [step.state for step in self.adapt_steps(task.support_x, task.support_y)]
        heard = [(v, state) for v, state in zip(self.importance, states, strict=True) if v > 0]
        losses = [v * self.loss(self.predict(state, task.query_x), task.query_y) for v, state in heard]
        return torch.stack(losses).sum()  # eq. 2

    def _rate_at(self, name: str, step: int) -> Tensor:
        """alpha of a weight tensor at a step; steps beyond those that were trained use the last."""
        rates = self.alpha[slot(name)]
        return self.pace * rates[min(step, len(rates) - 1)]
