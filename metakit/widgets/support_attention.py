"""Where a model-based learner looks: how much every attention layer takes from each support example, for one query."""

from collections.abc import Mapping
from typing import Any

import anywidget
import torch
from traitlets import Dict, Int, List, TraitError, Unicode, observe, validate

from metakit.core import Step, as_targets
from metakit.learners.model_based.in_context import InContextLearner
from metakit.learners.model_based.meta_networks import MetaNetwork
from metakit.learners.model_based.snail import SNAIL
from metakit.tasks.base import generator
from metakit.tasks.episodes import ImageSet
from metakit.widgets.front_end import front_end
from metakit.widgets.image_pool import bounded, cut, draw_pool, limits, to_bytes
from metakit.widgets.memory_stream import short

Reader = SNAIL | MetaNetwork | InContextLearner
WAYS, SHOTS, QUERIES = 8, 3, 2  # at most; queries a class


class SupportAttention(anywidget.AnyWidget):
    """One episode, read in a shuffled order; the reader chooses how far, and which query is asked."""

    _esm, _css = front_end("support_attention")

    ways = Int(5).tag(sync=True)
    shots = Int(1).tag(sync=True)
    step = Int(1).tag(sync=True)  # support examples read
    query = Int(0).tag(sync=True)
    learner = Unicode().tag(sync=True)
    episode = Int(0, min=0, max=2**31 - 1).tag(sync=True)  # the browser adds one to draw anew
    learners = List(Unicode()).tag(sync=True)
    limits = Dict().tag(sync=True)
    view = Dict().tag(sync=True)

    def __init__(self, images: ImageSet, learners: Mapping[str, Reader], ways: int = 5, shots: int = 1) -> None:
        self._images, self._learners = images, dict(learners)
        self._pool = draw_pool(images, generator(0), QUERIES)[:WAYS]
        self._states: dict[str, list[Step]] = {}  # of every learner, after each example
        super().__init__(ways=ways, shots=shots, learners=list(learners), learner=next(iter(learners)))
        self._adapt()

    @validate("ways", "shots")
    def _keep_possible(self, proposal: dict[str, Any]) -> int:
        return min(bounded(proposal, self._pool, self.shots, QUERIES), self._highest()[proposal["trait"].name])

    @validate("step", "query")
    def _keep_inside(self, proposal: dict[str, Any]) -> int:
        lowest, highest = {"step": (1, self.ways * self.shots), "query": (0, self.ways * QUERIES - 1)}[
            proposal["trait"].name
        ]
        return max(lowest, min(proposal["value"], highest))

    @validate("learner")
    def _keep_known(self, proposal: dict[str, Any]) -> str:
        if proposal["value"] not in self._learners:
            raise TraitError(f"Choose one of {', '.join(self._learners)}.")
        return str(proposal["value"])

    def _highest(self) -> dict[str, int]:
        return {"ways": min(WAYS, len(self._pool)), "shots": SHOTS}

    @observe("episode")
    def _draw(self, _change: object = None) -> None:
        self._pool = draw_pool(self._images, generator(self.episode), QUERIES)[:WAYS]
        self._adapt()

    @observe("ways", "shots")
    @torch.no_grad()
    def _adapt(self, _change: object = None) -> None:
        """Every learner reads the support set, in an order that does not tell the classes."""
        if not self.learners:  # not built yet
            return
        task = cut(self._pool, self.ways, self.shots, QUERIES)
        order = torch.rand(len(task.support_y), generator=generator(self.episode)).argsort()
        self._task = task._replace(support_x=task.support_x[order], support_y=task.support_y[order])
        x, y = self._task.support_x, as_targets(self._task.support_y, self.ways)
        self._states = {name: list(one.adapt_steps(x, y))[-len(x) :] for name, one in self._learners.items()}
        with self.hold_sync():
            self.query, self.step = self.query, len(x)
            self._show()

    @observe("step", "query", "learner")
    @torch.no_grad()
    def _show(self, _change: object = None) -> None:
        if not self._states:  # not read yet
            return
        learner, state = self._learners[self.learner], self._states[self.learner][self.step - 1].state
        x = self._task.query_x[self.query][None]
        with self.hold_sync():
            highest = {"step": self.ways * self.shots, "shots": min(SHOTS, limits(self._pool, 1, QUERIES)["shots"][1])}
            self.limits = {"ways": [2, self._highest()["ways"]], **{k: [1, most] for k, most in highest.items()}}
            self.view = {
                "support": to_bytes(self._task.support_x),
                "labels": self._task.support_y.tolist(),
                "queries": to_bytes(self._task.query_x),
                "truths": self._task.query_y.tolist(),
                "layers": [short(weights[0]) for weights in learner.attention(state, x)],
                "chances": short(learner.predict(state, x)[0].softmax(-1)),
            }
