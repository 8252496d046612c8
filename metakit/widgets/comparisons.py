"""What a metric-based learner compares with what when it answers one query, as numbers."""

from typing import Any, NamedTuple

import torch
from torch import Tensor

from metakit.core import MetaKitError, MetaLearner
from metakit.learners.metric_based.matching import MatchingNetwork
from metakit.learners.metric_based.prototypical import PrototypicalNetwork, squared_distances
from metakit.learners.metric_based.relation import RelationNetwork
from metakit.learners.metric_based.siamese import SiameseNetwork


class Comparison(NamedTuple):
    """One query [1, *x] against a support set."""

    compares: str  # the query with what
    measure: str  # and how
    per_class: Tensor  # [N]: what decides
    per_example: Tensor | None = None  # [S]: where every support example is compared
    nearest_wins: bool = False  # the smallest number, not the largest

    @property
    def answer(self) -> int:
        """The class that wins."""
        return int(self.per_class.argmin() if self.nearest_wins else self.per_class.argmax())


@torch.no_grad()
def compare(learner: MetaLearner, state: Any, x: Tensor) -> Comparison:
    """What `learner`, which has adapted to `state`, makes of the query x [1, *x]."""
    match learner:
        case SiameseNetwork():
            pairs = learner.similarity(learner.embed(x), state.points)[0].sigmoid()
            return Comparison("each example", "chance of a pair", learner.predict(state, x)[0].sigmoid(), pairs)
        case MatchingNetwork():
            attention = learner.attention(state, x)[0]
            return Comparison("each example", "attention, by cosine", attention @ state.y, attention)
        case PrototypicalNetwork():
            distances = squared_distances(learner.embed(x), state)[0]
            return Comparison("the mean point", "squared distance", distances, nearest_wins=True)
        case RelationNetwork():
            return Comparison("the mean map", "a network's score", learner.predict(state, x)[0].sigmoid())
    raise MetaKitError(f"{type(learner).__name__} is not metric-based: choose one of the four that are.")
