"""A shortcut, planted: a mark at the edge of every image that tells its class within the episode.

Whoever collected the images did it class by class, and something went with the class: a lamp, a scanner, a watermark. A
learner that finds it needs nothing else, and its test score is splendid as long as the test images carry it too.
Moving the marks among the queries shows what was learned. Robert Geirhos and others: Shortcut Learning in Deep Neural
Networks, 2020, arXiv:2004.07780.
"""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from metakit.core import MetaKitError, Task
from metakit.tasks.episodes import Episodes

WIDTH = 2  # pixels of a mark, at the upper edge


@dataclass(frozen=True, eq=False)
class Marked:
    """The same episodes, every image with a mark at the upper edge: class n has it at place n.

    queries="moved": a query carries the mark of another class of its episode, drawn at random.
    """

    episodes: Episodes
    queries: Literal["marked", "moved"] = "marked"

    def __post_init__(self) -> None:
        most = self.episodes.images.images.shape[-1] // WIDTH
        if self.episodes.ways > most:
            raise MetaKitError(f"There is room for the marks of {most} classes: choose N of at most {most}.")

    def sample(self, n_tasks: int, rng: torch.Generator) -> Task:
        """Draw T tasks, then mark them."""
        task = self.episodes.sample(n_tasks, rng)
        told = task.query_y
        if self.queries == "moved":
            ways = self.episodes.ways
            others = torch.randint(1, max(ways, 2), told.shape, generator=rng, device=rng.device)
            told = (told + others) % ways
        return task._replace(
            support_x=with_marks(task.support_x, task.support_y), query_x=with_marks(task.query_x, told)
        )


def with_marks(x: Tensor, y: Tensor) -> Tensor:
    """Images x [..., 1, H, W], each with a square of ink at place y [...] of its upper edge."""
    place = torch.arange(x.shape[-1], device=x.device) // WIDTH
    ink = (place == y[..., None]).to(x.dtype)[..., None, None, :]  # [..., 1, 1, W]
    return torch.cat([torch.maximum(x[..., :WIDTH, :], ink), x[..., WIDTH:, :]], -2)
