"""The episode explorer: N, K and queries by slider; what a learner makes of the query set."""

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor
from traitlets import Dict, Int, List, TraitError, Unicode, observe, validate

from metakit.core import MetaKitError, MetaLearner, Task, with_targets
from metakit.tasks.base import generator
from metakit.tasks.episodes import ImageSet
from metakit.widgets.front_end import front_end
from metakit.widgets.image_pool import bounded, cut, draw_pool, limits, to_bytes
from metakit.widgets.in_slices import InSlices


class EpisodeExplorer(InSlices):
    """One episode: the support set by class, the query set with a learner's answers.

    `sources` and `learners` are named; the reader chooses among them. All episodes shown between two presses of
    "New episode" are cut from one pool of images.
    """

    _esm, _css = front_end("episode_explorer")

    ways = Int(5).tag(sync=True)
    shots = Int(1).tag(sync=True)
    queries = Int(2).tag(sync=True)
    source = Unicode().tag(sync=True)
    learner = Unicode().tag(sync=True)
    episode = Int(0, min=0, max=2**31 - 1).tag(sync=True)  # the browser adds one to draw anew
    sources = List(Unicode()).tag(sync=True)
    learners = List(Unicode()).tag(sync=True)
    limits = Dict().tag(sync=True)
    view = Dict().tag(sync=True)

    def __init__(
        self, sources: Mapping[str, ImageSet], learners: Mapping[str, MetaLearner], ways: int = 5, shots: int = 1
    ) -> None:
        self._images, self._learners = dict(sources), dict(learners)
        self._ready = False
        self._pool = draw_pool(next(iter(sources.values())), generator(0))
        super().__init__(
            ways=ways, shots=shots, sources=list(sources), learners=list(learners),
            source=next(iter(sources)), learner=next(iter(learners)),
        )  # fmt: skip
        self._ready = True
        self._show()

    @property
    def task(self) -> Task:
        """The episode on show, in class order."""
        return cut(self._pool, self.ways, self.shots, self.queries)

    @validate("ways", "shots", "queries")
    def _keep_possible(self, proposal: dict[str, Any]) -> int:
        return bounded(proposal, self._pool, self.shots, self.queries)

    @validate("source", "learner")
    def _keep_known(self, proposal: dict[str, Any]) -> str:
        known = self.sources if proposal["trait"].name == "source" else self.learners
        if proposal["value"] not in known:
            raise TraitError(f"Choose one of {', '.join(known)}.")
        return str(proposal["value"])

    @observe("episode", "source")
    def _draw(self, _change: object = None) -> None:
        """A new pool; the sliders stay where they are if the images allow it."""
        self._pool = draw_pool(self._images[self.source], generator(self.episode))
        self._ready = False
        self.ways, self.shots, self.queries = self.ways, self.shots, self.queries
        self._ready = True
        self._show()

    @observe("ways", "shots", "queries", "learner")
    def _show(self, _change: object = None) -> None:
        if self._ready:
            self.limits = limits(self._pool, self.shots, self.queries)
            self._carry_out(self._ask(self._learners[self.learner], self.task))

    @torch.no_grad()
    def _ask(self, learner: MetaLearner, task: Task) -> Iterator[None]:
        """The learner's inner steps, a slice each, then its answers and the picture; or why it has none."""
        labelled = with_targets(task)
        try:
            for step in learner.adapt_steps(labelled.support_x, labelled.support_y):
                state = step.state
                yield
            self.view = picture(task, learner.predict(state, labelled.query_x).softmax(-1))
        except MetaKitError as error:
            self.view = {**images(task), "answers": [], "sure": [], "error": str(error)}


def picture(task: Task, chances: Tensor) -> dict[str, object]:
    """An episode in class order and what a learner says of its queries [Q, N], as the browser draws them."""
    sure = [round(share, 3) for share in chances.amax(-1).tolist()]
    return {**images(task), "answers": chances.argmax(-1).tolist(), "sure": sure, "error": ""}


def images(task: Task) -> dict[str, object]:
    """The episode alone."""
    return {
        "ways": int(task.support_y.max()) + 1,
        "support": to_bytes(task.support_x),
        "query": to_bytes(task.query_x),
        "truth": task.query_y.tolist(),
    }
