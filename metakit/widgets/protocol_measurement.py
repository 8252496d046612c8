"""One row of the protocol switchboard while it grows: a learner's accuracy under one protocol, episode by episode."""

import copy
from collections.abc import Sequence
from time import perf_counter
from typing import Any

import torch
from torch import Tensor

from metakit.core import MetaLearner
from metakit.evaluate import per_task, score, use_protocol
from metakit.tasks.base import Protocol, Tasks, generator


class Measurement:
    """The tasks come one by one from one seeded generator, so a row can be drawn again.

    `words`: the protocol as the row tells it; `before`: the rows above.
    """

    def __init__(
        self,
        learner: MetaLearner,
        tasks: Tasks,
        protocol: Protocol,
        words: list[list[object]],
        before: Sequence[dict[str, Any]],
    ) -> None:
        self.learner = copy.deepcopy(learner).eval()
        use_protocol(self.learner, protocol)
        self.tasks, self.words, self.before = tasks, words, before
        self.rng, self.found = generator(protocol.seed), list[Tensor]()

    @property
    def count(self) -> int:
        """Episodes so far."""
        return len(self.found)

    @torch.no_grad()
    def advance(self, most: int, seconds: float) -> None:
        """Some more episodes, two at least in all."""
        until = perf_counter() + seconds
        while self.count < most and (self.count < 2 or perf_counter() < until):  # noqa: PLR2004
            task = self.tasks.sample(1, self.rng)
            self.found.append(per_task(self.learner.solve(task), task))

    def rows(self) -> list[dict[str, Any]]:
        """The rows above, and this one as it is now."""
        found = score(torch.cat(self.found))
        row = {"words": self.words, "mean": found.mean, "ci95": found.ci95, "episodes": self.count}
        if self.before:
            last = self.before[-1]
            row["moved"] = [found.mean - last["mean"], (found.ci95**2 + last["ci95"] ** 2) ** 0.5]
        return [*self.before, row]
