"""One query, several metric-based learners: what each compares it with, and with what result."""

from collections.abc import Mapping
from typing import Any

import anywidget
import torch
from torch import Tensor
from traitlets import Dict, Int, List, Unicode, observe, validate

from metakit.core import MetaLearner
from metakit.tasks.base import generator
from metakit.tasks.episodes import ImageSet
from metakit.widgets.comparisons import Comparison, compare
from metakit.widgets.front_end import front_end
from metakit.widgets.image_pool import bounded, cut, draw_pool, limits, to_bytes

WAYS, QUERIES = 8, 2  # at most; per class


class Comparing(anywidget.AnyWidget):
    """A table: a row for every class of the support set, a column for every learner.

    Learners adapt when an episode is drawn or cut anew; to choose a query costs one image an encoder.
    """

    _esm, _css = front_end("comparing")

    ways = Int(5).tag(sync=True)
    shots = Int(1).tag(sync=True)
    query = Int(0).tag(sync=True)
    episode = Int(0, min=0, max=2**31 - 1).tag(sync=True)  # the browser adds one to draw anew
    learners = List(Unicode()).tag(sync=True)
    limits = Dict().tag(sync=True)
    view = Dict().tag(sync=True)

    def __init__(self, images: ImageSet, learners: Mapping[str, MetaLearner], ways: int = 5, shots: int = 1) -> None:
        self._images, self._learners = images, dict(learners)
        self._pool = self._drawn()
        super().__init__(ways=ways, shots=shots, learners=list(learners))
        self._adapt()
        self._choose()

    def _drawn(self) -> Tensor:
        return draw_pool(self._images, generator(self.episode), QUERIES)[:WAYS]

    @validate("ways", "shots")
    def _keep_possible(self, proposal: dict[str, Any]) -> int:
        return bounded(proposal, self._pool, self.shots, QUERIES)

    @validate("query")
    def _keep_query(self, proposal: dict[str, Any]) -> int:
        return max(0, min(proposal["value"], self.ways * QUERIES - 1))

    @observe("episode")
    def _draw(self, _change: object = None) -> None:
        self._pool = self._drawn()
        self._adapt()
        self._choose()

    def _choose(self) -> None:
        """A query that some learner gets wrong, if there is one."""
        wrong = (self._answers != self._task.query_y).any(0)
        self.query = int(wrong.int().argmax())

    @observe("ways", "shots")
    @torch.no_grad()
    def _adapt(self, _change: object = None) -> None:
        """Every learner reads the support set and answers all queries."""
        if not self.learners:  # not built yet
            return
        self._task = cut(self._pool, self.ways, self.shots, QUERIES)
        self._states = [one.adapt(self._task.support_x, self._task.support_y) for one in self._learners.values()]
        pairs = zip(self._learners.values(), self._states, strict=True)
        self._answers = torch.stack([one.predict(state, self._task.query_x).argmax(-1) for one, state in pairs])
        self.query = self.query  # there may be fewer now
        self._show()

    @observe("query")
    def _show(self, _change: object = None) -> None:
        x = self._task.query_x[self.query][None]
        pairs = zip(self._learners.values(), self._states, strict=True)
        with self.hold_sync():
            self.limits = limits(self._pool, self.shots, QUERIES)
            self.view = {
                "support": to_bytes(self._task.support_x),
                "queries": to_bytes(self._task.query_x),
                "truths": self._task.query_y.tolist(),
                "answers": self._answers.tolist(),
                "query": self.query,
                "columns": [column(compare(one, state, x)) for one, state in pairs],
            }


def column(comparison: Comparison) -> dict[str, object]:
    """A learner's numbers for one query, as the browser draws them; bars are shares of the longest possible."""
    per_class, per_example = comparison.per_class, comparison.per_example
    longest = float(per_class.max()) if comparison.nearest_wins else 1.0
    return {
        "compares": comparison.compares,
        "measure": comparison.measure,
        "nearest": comparison.nearest_wins,
        "answer": comparison.answer,
        "values": [round(value, 4) for value in per_class.tolist()],
        "bars": [[round(v / longest, 4)] for v in per_class.tolist()]
        if per_example is None
        else per_example.unflatten(0, (len(per_class), -1)).double().round(decimals=4).tolist(),
    }
