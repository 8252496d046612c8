"""MetaOptNet: the inner loop is a convex problem, solved to the end, and differentiated through its solution.

An encoder turns images into features; a linear classifier is fitted to the support set's features. Because that problem
is convex, its solution is a function of the features alone, with no inner rate and no number of steps, and the outer
loop trains the encoder so that such classifiers carry over to new examples. Two heads: ridge regression, in closed
form, and the multi-class support vector machine, which looks for the largest margin.

    (1)  ridge:  W = Y' (X X' + lambda I)^-1 X, an S x S system;  or, with S >= D,  W' = (X' X + lambda I)^-1 X' Y
    (2)  svm:    W = alpha' X, alpha the solution of the dual (crammer_singer.py, eq. 1)
    (3)  logits of a query: gamma W f(x), gamma meta-learned

Kwonjoon Lee, Subhransu Maji, Avinash Ravichandran, Stefano Soatto: Meta-Learning with Differentiable Convex
Optimization, 2019, arXiv:1904.03758, section 3. Ridge heads: Luca Bertinetto and others, arXiv:1805.08136.
Deviations: the four-block encoder with 64 features (the paper's has thousands), and so a smaller lambda.
"""

from collections.abc import Iterator
from typing import Literal

import torch
from torch import Tensor, nn

from metakit.core import EpisodicLearner, NormMode, Step
from metakit.learners.optimization_based.crammer_singer import support_vector_machine
from metakit.nets.norms import use_statistics

RIDGE = 1.0  # added to the diagonal of the support vector machine's kernel, as in the authors' code


class MetaOptNet(EpisodicLearner):
    """State: the classifier W [N, D]. One step: the convex problem, solved. Serves any N and K."""

    encodes_once = True
    one_by_one = True  # batch normalisation keeps running averages

    def __init__(
        self,
        encoder: nn.Module,
        *,
        head: Literal["ridge", "svm"] = "ridge",
        strength: float = 1.0,
        cost: float = 0.1,
        scale: float = 10.0,
    ) -> None:
        """`strength`: lambda of ridge regression; `cost`: C of the support vector machine; `scale`: gamma's start."""
        super().__init__()
        self.encoder, self.head, self.strength, self.cost = encoder, head, strength, cost
        self.scale = nn.Parameter(torch.tensor(scale))

    def adapt_steps(self, x: Tensor, y: Tensor) -> Iterator[Step]:
        features = self.encoder(x)
        if self.head == "ridge":
            yield Step(ridge(features, y, self.strength))
        else:
            kernel = features @ features.T
            eye = torch.eye(len(x), dtype=x.dtype, device=x.device)
            alpha = support_vector_machine(kernel + RIDGE * eye, y, self.cost)
            yield Step(alpha.T @ features, {"alpha": alpha})  # eq. 2

    def predict(self, state: Tensor, x: Tensor) -> Tensor:
        return self.scale * self.encoder(x) @ state.T  # eq. 3

    def use_norm(self, mode: NormMode) -> None:
        use_statistics(self.encoder, "running" if mode == "inductive" else "batch")


def ridge(features: Tensor, y: Tensor, strength: float) -> Tensor:
    """eq. 1. features [S, D], y [S, N] -> W [N, D], by the smaller of the two systems."""
    s, d = features.shape
    eye = torch.eye(min(s, d), dtype=features.dtype, device=features.device)
    if s < d:
        return torch.linalg.solve(features @ features.T + strength * eye, y).T @ features
    return torch.linalg.solve(features.T @ features + strength * eye, features.T @ y).T
