"""Every pair of a batch teaches: no part of it is set apart as support set.

An episode tells a query only what its few support examples are. But every image of it could as well be the support,
and every other one the query. So compare all with all: an image i and each other image j of its class should be nearer
to each other than i is to any image k of the other classes; d_ij is their squared Euclidean distance.

    loss = mean over the pairs (i, j) of one class of  -log [ e^(-d_ij) / (e^(-d_ij) + sum over k e^(-d_ik)) ]

The encoder's work is that of the episode, and the comparisons are many more. At test time nothing changes.

Steinar Laenen, Luca Bertinetto: On Episodes, Prototypical Networks, and Few-Shot Learning, 2021, arXiv:2012.09831: they
take neighbourhood component analysis, where the pairs (i, j) of one image share one logarithm. Deviation: each pair has
its own, so that no pair is let go because another one is near; one shot needs them all.
"""

import torch
import torch.nn.functional as F
from torch import Tensor


def pair_loss(points: Tensor, y: Tensor) -> Tensor:
    """The loss above: a scalar. points [B, D], one-hot y [B, N], two of a class at least."""
    distances = torch.cdist(points, points).square()  # without a [B, B, D] in between
    same = y @ y.T > 0
    others = (-distances).masked_fill(same, -torch.inf).logsumexp(1, keepdim=True)
    pairs = same & ~torch.eye(len(y), dtype=torch.bool, device=y.device)
    return F.softplus(distances + others)[pairs].mean()
