"""Sequences of images with their labels, and a last image to be named: what decides how a network learns to name it?

There are two ways. *In weights*: remember, over training, which label each class has; it never changes. *In context*:
find the image's class among those shown before it, and copy their label. These dials decide which of them pays:

    burstiness   the share of sequences that show the query's class before it: three times, a rival class three times,
                 and two others once; all other sequences are draws of one class after the other
    classes      how many there are: the more, the more there is to remember
    Zipf's law   class number c comes up in proportion to 1 / c^a; a = 0: all alike often
    drawers      how many people's drawings of a class there are, 1 … 20: how much it varies

Stephanie Chan and others: Data Distributional Properties Drive Emergent In-Context Learning in Transformers, 2022,
arXiv:2205.05055, section 2 and figure 1. Deviations: the two others differ from the query's class and its rival; no
drawer is seen twice in a sequence while there are enough of them.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from metakit.core import MetaKitError, Task
from metakit.tasks.episodes import ImageSet, pixels

PAIRS = 8  # images with their labels, before the query
BURST = (0, 0, 0, 1, 1, 1, 2, 3)  # which of four different classes each shows; the query shows class 0


@dataclass(frozen=True, eq=False)
class Sequences:
    """Eight images and their labels are the support set, the ninth image is the query.

    Labels are one-hot over all classes of `images`, and always the same. `distinct`: what is not bursty shows nine
    different classes, so that no example helps, and only weights can know.
    """

    images: ImageSet  # the most frequent class first
    burstiness: float = 0.9
    zipf: float = 0.0
    drawers: int = 20
    distinct: bool = False

    def __post_init__(self) -> None:
        if len(self.images) <= PAIRS:
            raise MetaKitError(f"A sequence needs {PAIRS + 1} classes, but there are {len(self.images)}: take more.")
        if not 1 <= self.drawers <= self.images.fewest:
            raise MetaKitError(f"Each class has {self.images.fewest} drawings: choose from 1 to as many drawers.")
        if not 0 <= self.burstiness <= 1:
            raise MetaKitError(f"Burstiness is a share of the sequences: choose 0 to 1, not {self.burstiness}.")

    def sample(self, n_tasks: int, rng: torch.Generator) -> Task:
        """Draw T sequences: x float32 [T, 8, *x] and [T, 1, *x], y one-hot float32 [T, 8, C] and [T, 1, C]."""
        classes = self.classes(n_tasks, rng)
        x, y = self._drawn(classes, rng), F.one_hot(classes, len(self.images)).float()
        return Task(x[:, :PAIRS], y[:, :PAIRS], x[:, PAIRS:], y[:, PAIRS:])

    def classes(self, n_tasks: int, rng: torch.Generator) -> Tensor:
        """Which class each place of the sequences shows: [T, 9], the query's last."""
        ranks = torch.arange(1, len(self.images) + 1, device=rng.device)
        frequency = ranks.double().pow(-self.zipf).expand(n_tasks, -1)
        loose = torch.multinomial(frequency, PAIRS + 1, not self.distinct, generator=rng).flip(1)  # the query first
        if self.burstiness == 0:
            return loose
        four = torch.multinomial(frequency, 4, generator=rng)
        order = torch.rand((n_tasks, PAIRS), generator=rng, device=rng.device).argsort(-1)
        shown = torch.tensor(BURST, device=rng.device)[order]
        bursty = torch.cat([four.gather(1, shown), four[:, :1]], 1)
        return torch.where(torch.rand((n_tasks, 1), generator=rng, device=rng.device) < self.burstiness, bursty, loose)

    def _drawn(self, classes: Tensor, rng: torch.Generator) -> Tensor:
        """A drawing of each of the classes [T, 9], by as many drawers as there are."""
        order = torch.rand((len(classes), self.drawers), generator=rng, device=rng.device).argsort(-1)
        drawer = order[:, torch.arange(PAIRS + 1, device=rng.device) % self.drawers]
        rows = classes * self.images.images.shape[1] + drawer
        found = self.images.images.flatten(0, 1).index_select(0, rows.flatten())
        return (pixels(found) if found.dtype == torch.uint8 else found).unflatten(0, rows.shape)
