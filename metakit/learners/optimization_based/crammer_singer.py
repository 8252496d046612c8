"""The multi-class support vector machine as a layer: its dual solved by an interior-point method, and differentiated.

    (1)  minimise over alpha [S, N]   1/2 sum over classes k of alpha_k' K alpha_k  -  sum of alpha * Y
         with alpha <= C Y, and every row of alpha adding up to zero;   K = X X' + ridge, Y one-hot
    (2)  K alpha - Y + z + nu = 0,   slack = C Y - alpha,   slack * z = mu,   rows of alpha add up to zero
    (3)  d alpha:  (K + diag(z / slack))_k d_k + d nu = r_k  for every class k,   sum over k of d_k = 0

(2) are the optimality conditions of (1), softened by mu > 0; Newton's method follows them as mu falls to `SMALLEST`.
Each Newton step is the system (3), and so is the derivative of the solution by K (implicit-function theorem): nothing
is differentiated but one last step, whose value is the solution and whose derivative is the solution's. Every class has
its own S x S block, so a step costs N S^3, where the whole system would cost (N S)^3.

Koby Crammer, Yoram Singer: On the Algorithmic Implementation of Multiclass Kernel-based Vector Machines, Journal of
Machine Learning Research 2, 2001. Interior points: Boyd & Vandenberghe, Convex Optimization, 2004, section 11.7.
"""

from typing import NamedTuple

import torch
from torch import Tensor

STEPS = 16  # Newton steps: always as many, so that `vmap` needs no decisions
SMALLEST = 1e-6  # mu in the end, as a share of C
FALL = 0.1  # of mu, each step


class Point(NamedTuple):
    """Where Newton's method is; all but nu are [S, N], and positive but for alpha."""

    alpha: Tensor
    slack: Tensor
    z: Tensor  # multipliers of alpha <= C Y
    nu: Tensor  # [S], multipliers of the rows' sums


def support_vector_machine(kernel: Tensor, y: Tensor, c: float) -> Tensor:
    """The solution alpha [S, N] of eq. 1 for kernel [S, S] and one-hot y [S, N]; differentiable by the kernel."""
    at = solution(kernel.detach(), y.detach(), c)
    residual = -(kernel @ at.alpha - y + at.z + at.nu[:, None])  # zero in value, not in derivative
    return at.alpha + newton(blocks(kernel.detach(), at), residual)[0]


def solution(kernel: Tensor, y: Tensor, c: float) -> Point:
    """Newton's method on eq. 2 from a point inside."""
    n = y.shape[-1]
    inside = torch.full_like(y, c / n)
    at = Point(c * y - inside, inside, torch.ones_like(y), torch.zeros_like(y[:, 0]))
    for _ in range(STEPS):
        mu = (FALL * (at.slack * at.z).mean()).clamp(min=SMALLEST * c)
        aim = mu / at.slack
        d_alpha, d_nu = newton(blocks(kernel, at), -(kernel @ at.alpha - y + aim + at.nu[:, None]))
        d_z = aim - at.z + at.z / at.slack * d_alpha
        room = torch.minimum(furthest(at.slack, -d_alpha), furthest(at.z, d_z))
        at = Point(at.alpha + room * d_alpha, at.slack - room * d_alpha, at.z + room * d_z, at.nu + room * d_nu)
    return at


def blocks(kernel: Tensor, at: Point) -> Tensor:
    """The matrices of eq. 3: [N, S, S]."""
    return kernel + torch.diag_embed((at.z / at.slack).T)


def newton(matrices: Tensor, residual: Tensor) -> tuple[Tensor, Tensor]:
    """Solve eq. 3 for residual [S, N]: d alpha [S, N] and d nu [S]."""
    inverse = torch.linalg.inv(matrices)
    alone = (inverse @ residual.T[..., None]).squeeze(-1)  # [N, S]: what each class would do without the others
    d_nu = torch.linalg.solve(inverse.sum(0), alone.sum(0))
    return (alone - inverse @ d_nu).T, d_nu


def furthest(value: Tensor, step: Tensor) -> Tensor:
    """The share of the step, at most one, that keeps value + share * step positive."""
    return (0.99 * value / (-step).clamp(min=1e-12)).amin().clamp(max=1.0)
