"""Few-shot tasks whose N labels are drawn from more places than N, as one-hot rows.

A network with an output for each of 20 places learns what a place means from every task, even one of five ways. So it
may begin with small tasks, which are quickly learned, and answers large ones with what it has learned there.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from metakit.core import MetaKitError, Task
from metakit.tasks.base import Tasks


@dataclass(frozen=True, eq=False)
class Scattered:
    """The tasks of `tasks`, whose labels are indices below `places`; each label moves to a place of its own."""

    tasks: Tasks
    places: int

    def sample(self, n_tasks: int, rng: torch.Generator) -> Task:
        """Draw T tasks: y one-hot float32 [T, S, places]."""
        drawn = self.tasks.sample(n_tasks, rng)
        if int(drawn.support_y.max()) >= self.places:
            raise MetaKitError(f"There are {self.places} places for labels: choose tasks of as many ways at most.")
        place = torch.rand((n_tasks, self.places), generator=rng, device=rng.device).argsort(-1)

        def scattered(y: Tensor) -> Tensor:
            return F.one_hot(place.gather(1, y), self.places).to(drawn.support_x.dtype)

        return drawn._replace(support_y=scattered(drawn.support_y), query_y=scattered(drawn.query_y))
