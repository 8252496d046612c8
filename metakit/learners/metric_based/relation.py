"""Relation network: the comparison itself is learned, by a network that looks at both feature maps.

An encoder turns images into small feature maps; the maps of a class are averaged. A second network, the relation
module, sees the maps of a class and of a query on top of each other and answers with a score between 0 and 1. No
distance is chosen by hand.

    (1)  r(n, x) = g( C(f(c_n), f(x)) ) in [0, 1],   C stacks the channels, f(c_n) the mean map of class n
    (2)  loss = mean over queries and classes of ( r(n, x) - 1[x belongs to n] )^2

Flood Sung, Yongxin Yang and others: Learning to Compare: Relation Network for Few-Shot Learning, 2018,
arXiv:1711.06025, eq. 1 and 2. Deviations: the maps of a class are averaged, not summed, so that one network serves any
K; they are 7 x 7 (padded convolutions) instead of 5 x 5. The first convolution of g starts as that of the difference of
both maps: from an unrelated start, the score stays at the share of right pairs, 1/N, for a long time. It is linear, so
it is applied to the class and to the query apart and the results are added: the same numbers without Q * N wide
convolutions.
"""

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from metakit.core import EpisodicLearner, Loss, NormMode, Step
from metakit.learners.metric_based.prototypical import class_means
from metakit.learners.metric_based.shots import labels_by_shot
from metakit.nets.conv import conv2d
from metakit.nets.encoders import ConvBlock, mlp
from metakit.nets.norms import BatchNorm2d, use_statistics


def score_error(logits: Tensor, y: Tensor) -> Tensor:
    """eq. 2, for scores r = sigmoid(logits) [Q, N]."""
    return (logits.sigmoid() - y).square().mean()


class RelationNetwork(EpisodicLearner):
    """State: the mean feature map of every class [N, C, H, W]. One step: one more shot of every class."""

    one_by_one = True  # batch normalisation keeps running averages
    encodes_once = True
    loss: Loss = staticmethod(score_error)

    def __init__(self, encoder: nn.Module, relation: "RelationModule") -> None:
        super().__init__()
        self.encoder, self.relation = encoder, relation

    def embed(self, x: Tensor) -> Tensor:
        """Images [n, 1, 28, 28] to feature maps [n, C, H, W]."""
        return self.encoder(x)

    def adapt_steps(self, x: Tensor, y: Tensor) -> Iterator[Step]:
        maps = self.embed(x)
        for labels in labels_by_shot(y):
            yield Step(class_means(maps.flatten(1), labels).unflatten(1, maps.shape[1:]))

    def predict(self, state: Tensor, x: Tensor) -> Tensor:
        """The scores r of eq. 1 before their sigmoid, [Q, N]."""
        return self.relation(state, self.embed(x))

    def use_norm(self, mode: NormMode) -> None:
        use_statistics(self, "running" if mode == "inductive" else "batch")


class RelationModule(nn.Module):
    """g of eq. 1: two convolutional blocks and two linear layers, applied to every pair of class and query."""

    def __init__(self, channels: int = 64, hidden: int = 8, statistics: str = "running") -> None:
        super().__init__()
        of_query = nn.init.xavier_uniform_(torch.empty(channels, channels, 3, 3))
        self.weight = nn.Parameter(torch.cat([-of_query, of_query], 1))  # of the stacked maps of class and query
        self.norm = BatchNorm2d(channels, statistics)
        self.block = ConvBlock(channels, channels, statistics, pool=True)
        self.score = mlp(channels, hidden, 1)

    def forward(self, classes: Tensor, queries: Tensor) -> Tensor:
        """classes [N, C, H, W], queries [Q, C, H, W] -> [Q, N], before the sigmoid."""
        of_class, of_query = self.weight.chunk(2, 1)
        both = conv2d(queries, of_query)[:, None] + conv2d(classes, of_class)[None]  # [Q, N, C, H, W]
        x = F.relu(F.max_pool2d(self.norm(both.flatten(0, 1)), 2))
        features = self.block(x).mean((2, 3))
        return self.score(features).view(len(queries), len(classes))
