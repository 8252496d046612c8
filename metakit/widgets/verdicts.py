"""What two learners make of one query, as plain numbers for a page."""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from metakit.core import as_targets
from metakit.learners.metric_based.prototypical import PrototypicalNetwork, class_means, squared_distances
from metakit.learners.optimization_based.inner_loop import Adapted
from metakit.learners.optimization_based.maml import MAML
from metakit.widgets.questions import Question
from metakit.widgets.steady_map import plane


class Comparison(NamedTuple):
    """A prototypical network's answer, and its map: all points in the plane in which they differ most."""

    probabilities: Tensor  # [N]
    support: Tensor  # [S, 2]
    prototypes: Tensor  # [N, 2]
    query: Tensor  # [2]
    kept: float  # share of the squared spread that the plane shows


class Studied:
    """A support set, and what both learners know of it: it is embedded once, and inner steps that were taken are kept.

    So another query costs no inner step.
    """

    def __init__(self, prototypical: PrototypicalNetwork, maml: MAML, question: Question) -> None:
        self.prototypical, self.maml, self.question = prototypical, maml, question
        self.y = as_targets(question.support_y)
        with torch.no_grad():
            self.points = prototypical.embed(question.support_x)
        self.states: list[Adapted] = []  # MAML's, before any inner step, after one, …
        self.losses: list[float] = []  # on the support set; a step tells the loss before it, so one less
        self._coming = maml.adapt_steps(question.support_x, self.y)

    def is_of(self, question: Question) -> bool:
        """Whether the question has this support set."""
        return all(torch.equal(mine, its) for mine, its in zip(self.question[:2], question[:2], strict=True))

    def walk(self, steps: int) -> Iterator[None]:
        """Let MAML take inner steps until it has taken so many; after each the caller may do something else."""
        while len(self.states) <= steps:
            with torch.no_grad():
                state, logs = next(self._coming)
            self.states.append(state)
            self.losses += [float(loss) for loss in logs.values()]
            yield

    @torch.no_grad()
    def adapted(self, steps: int, query: Tensor) -> list[float]:
        """MAML's probabilities [N] for a query [1, 1, 28, 28] after so many of the inner steps that were taken."""
        return self.maml.predict(self.states[steps], query).softmax(-1)[0].tolist()

    @torch.no_grad()
    def compare(self, query: Tensor) -> Comparison:
        """Distances of a query [1, 1, 28, 28] to the prototypes, and the picture of them."""
        prototypes, asked = class_means(self.points, self.y), self.prototypical.embed(query)
        logits = -squared_distances(asked, prototypes)
        flat, kept = plane(torch.cat([self.points, prototypes, asked]))
        support, centres, place = flat.split([len(self.points), len(prototypes), 1])
        return Comparison(logits.softmax(-1)[0], support, centres, place[0], kept)
