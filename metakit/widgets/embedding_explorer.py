"""The embedding explorer: support images, prototypes and queries of an episode as points on a plane."""

from collections.abc import Mapping
from typing import Any

import anywidget
import torch
from torch import Tensor
from traitlets import Dict, Int, List, TraitError, Unicode, observe, validate

from metakit.learners.metric_based.matching import MatchingNetwork
from metakit.learners.metric_based.prototypical import PrototypicalNetwork, squared_distances
from metakit.learners.metric_based.siamese import SiameseNetwork
from metakit.plots.projection import Plane, plane
from metakit.tasks.base import generator
from metakit.tasks.episodes import ImageSet
from metakit.widgets.front_end import front_end
from metakit.widgets.image_pool import bounded, cut, draw_pool, limits, to_bytes

QUERIES = 3
Embedding = PrototypicalNetwork | MatchingNetwork | SiameseNetwork  # its `embed` makes points of images


class EmbeddingExplorer(anywidget.AnyWidget):
    """A prototypical network's view of an episode. N and K move the prototypes; the images stay where they are.

    `networks` are named, "after training" and "before training" for instance; the reader chooses among them. Those of
    another kind lend their points to the same arithmetic. All
    images are embedded when an episode is drawn, so that a slider costs some means and one small SVD.
    """

    _esm, _css = front_end("embedding_explorer")

    ways = Int(5).tag(sync=True)
    shots = Int(1).tag(sync=True)
    network = Unicode().tag(sync=True)
    episode = Int(0, min=0, max=2**31 - 1).tag(sync=True)  # the browser adds one to draw anew
    networks = List(Unicode()).tag(sync=True)
    limits = Dict().tag(sync=True)
    view = Dict().tag(sync=True)

    def __init__(self, images: ImageSet, networks: Mapping[str, Embedding], ways: int = 5, shots: int = 1) -> None:
        self._images, self._networks = images, dict(networks)
        self._points: Tensor | None = None  # [N, E, D], once a network is chosen
        self._axes: Tensor | None = None
        self._pool = draw_pool(images, generator(0), queries=QUERIES)
        super().__init__(ways=ways, shots=shots, networks=list(networks), network=next(iter(networks)))

    @property
    def _queries(self) -> int:
        return min(QUERIES, self._pool.shape[1] - 1)

    @validate("ways", "shots")
    def _keep_possible(self, proposal: dict[str, Any]) -> int:
        return bounded(proposal, self._pool, self.shots, self._queries)

    @validate("network")
    def _keep_known(self, proposal: dict[str, Any]) -> str:
        if proposal["value"] not in self.networks:
            raise TraitError(f"Choose one of {', '.join(self.networks)}.")
        return str(proposal["value"])

    @observe("episode")
    def _draw(self, _change: object = None) -> None:
        self._pool = draw_pool(self._images, generator(self.episode), queries=QUERIES)
        self._embed()

    @observe("network")
    def _embed(self, _change: object = None) -> None:
        """All images of the pool as points [N, E, D]; the plane may turn freely."""
        with torch.no_grad():
            points = self._networks[self.network].embed(self._pool.flatten(0, 1))
        self._points, self._axes = points.unflatten(0, self._pool.shape[:2]), None
        self._show()

    @observe("ways", "shots")
    def _show(self, _change: object = None) -> None:
        if self._points is None:
            return
        support, query = self._points[: self.ways, : self.shots], self._points[: self.ways, -self._queries :]
        task = cut(self._pool, self.ways, self.shots, self._queries)
        chosen = plane(support.mean(1), torch.cat([support, query], 1).flatten(0, 1), self._axes)
        self._axes = chosen.axes
        images = {"support": to_bytes(task.support_x), "query": to_bytes(task.query_x)}
        with self.hold_sync():
            self.limits = limits(self._pool, self.shots, self._queries)
            self.view = {**images, **picture(support, query, chosen)}


def picture(support: Tensor, query: Tensor, chosen: Plane) -> dict[str, object]:
    """Points [N, K, D] and [N, Q, D] on a plane, with true squared distances to every prototype (eq. 1 and 2)."""
    ways, shots, queries = len(support), support.shape[1], query.shape[1]
    prototypes, support, query = support.mean(1), support.flatten(0, 1), query.flatten(0, 1)
    to_support, to_query = squared_distances(support, prototypes), squared_distances(query, prototypes)
    return {
        "ways": ways,
        "shots": shots,
        "queries": queries,
        "prototypes": _rounded(chosen(prototypes)),
        "support_points": _rounded(chosen(support)),
        "query_points": _rounded(chosen(query)),
        "support_distances": _rounded(to_support),
        "query_distances": _rounded(to_query),
        "answers": to_query.argmin(-1).tolist(),
        "dimensions": prototypes.shape[1],
        "share": round(chosen.share, 3),
    }


def _rounded(numbers: Tensor) -> list[list[float]]:
    return numbers.double().round(decimals=4).tolist()
