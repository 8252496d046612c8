"""T-Net and MT-net: learn in which metric, and in which subspace, the inner loop descends.

Every layer's weights W are followed by a linear transform T. The inner loop updates W and leaves T alone, so T, which
is meta-learned, shapes the direction of the inner step: moving W by d moves the layer by T d. MT-net also learns, for
every row of W, the chance that a task may update it at all.

    (1)  layer(x) = T (W x + b)                                    T meta-learned, fixed while a task is learned
    (2)  W' = W - alpha M * gradient of L_support(W)               the inner loop; M = 1 in a T-net
    (3)  M's row j is all ones with probability sigmoid(zeta_j), else zeros; one draw a task, by Gumbel-softmax
    (4)  minimise over W, T and zeta the mean over tasks of L_query(W')

Yoonho Lee, Seungjin Choi: Gradient-Based Meta-Learning with Learned Layerwise Metric and Subspace, 2018,
arXiv:1801.05558, sections 3 and 4. T (W x + b) = (T W) x + T b: the network runs with the product as its weights.
Deviations: where nothing is trained M is its expectation, sigmoid(zeta); a row's mask holds for the row's normalisation
too; a shared head (inner_loop.py) has no T and no mask, because its rows are the ways.
"""

from collections.abc import Iterator

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


class TNet(FastWeightLearner, EpisodicLearner):
    """State: the fast weights as the network runs them, T W. One step: one gradient step on W. `masked`: MT-net."""

    def __init__(
        self,
        body: nn.Module,
        head: nn.Linear,
        *,
        steps: int = 1,
        rate: float = 0.01,
        head_rate: float | None = None,
        masked: bool = False,
        temperature: float = 1.0,
        head_rows: HeadRows = "fixed",
        loss: Loss = cross_entropy,
    ) -> None:
        super().__init__(body, head, steps, rate, loss, head_rows)
        self.temperature, self.head_rate = temperature, head_rate
        rows = {n.removesuffix(".weight"): len(w) for n, w in self.named_parameters() if w.dim() > 1}
        if head_rows == "shared":
            del rows["head"]
        self.transforms = nn.ParameterDict({slot(layer): torch.eye(n) for layer, n in rows.items()})
        self.zeta = nn.ParameterDict({slot(layer): torch.zeros(n) for layer, n in rows.items() if masked})

    def adapt_steps(self, x: Tensor, y: Tensor) -> Iterator[Step]:
        weights, masks = self.initial_weights(y.shape[-1]), self.masks()
        support_loss = self.loss_on(x, y)
        yield Step(Adapted(self.transformed(weights), x))
        for _ in range(self.steps):
            slopes, loss = gradient(lambda w: support_loss(self.transformed(w)), weights, second_order=True)
            for layer, mask in masks.items():
                slopes |= {k: over_rows(mask, g) for k, g in slopes.items() if k.startswith(layer + ".")}
            weights = {k: w.sub(slopes[k], alpha=self.rate_of(k)) for k, w in weights.items()}  # eq. 2
            yield Step(Adapted(self.transformed(weights), x), {"loss_before": loss})

    def transformed(self, weights: Weights) -> Weights:
        """eq. 1: T W and T b in the place of W and b."""
        products = {}
        for key, transform in self.transforms.items():
            w = weights[f"{unslot(key)}.weight"]
            products[f"{unslot(key)}.weight"] = (transform @ w.flatten(1)).view(w.shape)
            if (b := weights.get(f"{unslot(key)}.bias")) is not None:
                products[f"{unslot(key)}.bias"] = transform @ b
        return weights | products

    def masks(self) -> Weights:
        """eq. 3: M for every row of every layer; drawn while training, its expectation otherwise."""
        draw = self._draw if self.training else torch.sigmoid
        return {unslot(key): draw(zeta) for key, zeta in self.zeta.items()}

    def _draw(self, zeta: Tensor) -> Tensor:
        """Zeros and ones whose gradient is that of the softened draw (straight-through Gumbel-softmax)."""
        u = torch.rand_like(zeta).clamp(1e-6, 1 - 1e-6)
        soft = ((zeta + u.logit()) / self.temperature).sigmoid()  # two Gumbels differ by a logistic variable
        return (soft > 0.5).to(soft.dtype) + (soft - soft.detach())  # noqa: PLR2004


def over_rows(mask: Tensor, slope: Tensor) -> Tensor:
    """mask [O] times each row of slope [O, ...]."""
    return mask.view(-1, *(1 for _ in slope.shape[1:])) * slope
