"""Lasso: least squares that prefers few weights; what fits a sparse function from fewer examples than inputs.

    (1)  minimise  (1 / 2 S) |y - X w|² + alpha |w|_1
    (2)  v_k = w_k - t X'(X w_k - y) / S             a gradient step, t = 1 / the largest eigenvalue of X'X / S
    (3)  w_{k+1} = sign(v) max(|v| - t alpha, 0)      then momentum

Robert Tibshirani: Regression Shrinkage and Selection via the Lasso, 1996; solved by Amir Beck & Marc Teboulle: A Fast
Iterative Shrinkage-Thresholding Algorithm, 2009, eq. 4.1 to 4.3.
"""

import torch
from torch import Tensor

from metakit.learners.baselines.linear_estimators import LinearEstimator, running_sums


class Lasso(LinearEstimator):
    """`penalty`: alpha of eq. 1; `iterations`: of eq. 2 and 3."""

    def __init__(self, penalty: float = 0.01, iterations: int = 400) -> None:
        super().__init__()
        self.penalty, self.iterations = penalty, iterations

    def weights(self, x: Tensor, y: Tensor) -> Tensor:
        number = torch.arange(len(x) + 1).to(x).clamp(min=1)[:, None, None]
        products = running_sums(x[:, :, None] * x[:, None]) / number  # X'X / S for every prefix
        targets = running_sums(x[:, :, None] * y[:, None]) / number
        t = 1 / torch.linalg.eigvalsh(products)[:, -1, None, None].clamp(min=1e-6)
        w = ahead = torch.zeros_like(targets)
        momentum = 1.0
        for _ in range(self.iterations):
            v = ahead - t * (products @ ahead - targets)  # eq. 2
            new = v.sign() * (v.abs() - t * self.penalty).clamp(min=0)  # eq. 3
            grown = (1 + (1 + 4 * momentum**2) ** 0.5) / 2
            w, ahead, momentum = new, new + (momentum - 1) / grown * (new - w), grown
        return w
