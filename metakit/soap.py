"""SOAP: Adam in the eigenbasis of Shampoo's preconditioner, an optimizer for the outer loop of transformers.

The gradients of a weight matrix vary in directions that mix its rows and its columns. SOAP keeps a moving average of
both covariances, turns the gradient into their eigenvectors, lets Adam scale it there, and turns the step back.

    (1)  L <- average of G G^T,   R <- average of G^T G                      for a weight matrix with gradient G
    (2)  Q_L, Q_R = eigenvectors of L and R: every few steps one power iteration and a QR decomposition
    (3)  M <- average of G,   V <- average of (Q_L^T G Q_R)^2                 element by element
    (4)  W <- W - rate * Q_L [ Q_L^T M Q_R / (sqrt(V) + eps) ] Q_R^T           M and V without their bias to zero

Nikhil Vyas and others: SOAP: Improving and Stabilizing Shampoo using Adam, 2024, arXiv:2409.11321, algorithms 3 and 4.
Deviations: what is no matrix gets plain Adam; there is no weight decay.
"""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer


class SOAP(Optimizer):
    """As `torch.optim.Adam` is used. A matrix's first step only looks at its gradient's covariances."""

    def __init__(
        self,
        params: Iterable[nn.Parameter],
        lr: float = 3e-3,
        betas: tuple[float, float] = (0.95, 0.95),
        every: int = 10,
        eps: float = 1e-8,
    ) -> None:
        super().__init__(params, {"lr": lr, "betas": betas, "every": every, "eps": eps})

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override] # no closure
        """One step of all parameters that have a gradient."""
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    _step(weight, weight.grad, self.state[weight], group)


def _step(weight: Tensor, gradient: Tensor, state: dict[str, Any], group: dict[str, Any]) -> None:
    matrix, (slow, fast) = weight.dim() == 2 and min(weight.shape) > 1, group["betas"]  # noqa: PLR2004
    if not state:
        state |= {"step": torch.zeros(()), "mean": torch.zeros_like(weight), "square": torch.zeros_like(weight)}
        if matrix:
            _begin(gradient, state, fast)
            return
    if matrix:
        _remember(gradient, state, fast)
    state["step"] += 1
    state["mean"].lerp_(gradient, 1 - slow)  # eq. 3
    state["square"].lerp_(_turned(gradient, state).square(), 1 - fast)
    unbiased = [1 - beta ** float(state["step"]) for beta in (slow, fast)]
    spread = (state["square"] / unbiased[1]).sqrt_().add_(group["eps"])
    weight.sub_(_turned_back(_turned(state["mean"], state) / spread, state), alpha=group["lr"] / unbiased[0])  # eq. 4
    if matrix and int(state["step"]) % group["every"] == 0:
        _refresh(state)


def _begin(gradient: Tensor, state: dict[str, Any], beta: float) -> None:
    """Covariances and their eigenvectors from the first gradient."""
    for side, covariance in (("left", gradient @ gradient.mT), ("right", gradient.mT @ gradient)):
        state[side] = covariance * (1 - beta)
        state[f"{side}_basis"] = torch.linalg.eigh(covariance).eigenvectors.contiguous()  # as from a file


def _remember(gradient: Tensor, state: dict[str, Any], beta: float) -> None:
    """eq. 1."""
    state["left"].lerp_(gradient @ gradient.mT, 1 - beta)
    state["right"].lerp_(gradient.mT @ gradient, 1 - beta)


def _refresh(state: dict[str, Any]) -> None:
    """eq. 2: the directions stay ordered by how much the gradient varies along them, and the squares go with them."""
    for place, side in enumerate(("left", "right")):
        turned = state[side] @ state[f"{side}_basis"]
        order = (state[f"{side}_basis"] * turned).sum(0).argsort(descending=True)
        state["square"] = state["square"].index_select(place, order)
        state[f"{side}_basis"] = torch.linalg.qr(turned[:, order]).Q.contiguous()


def _turned(matrix: Tensor, state: dict[str, Any]) -> Tensor:
    return state["left_basis"].mT @ matrix @ state["right_basis"] if "left" in state else matrix


def _turned_back(matrix: Tensor, state: dict[str, Any]) -> Tensor:
    return state["left_basis"] @ matrix @ state["right_basis"].mT if "left" in state else matrix
