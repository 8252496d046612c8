"""String transformations as tasks: the support set shows pairs, input > output, the query asks for one more output.

A task is one function of the catalogue (`transformations.py`): reverse, shift the alphabet, drop, double, swap, change
case, or two of them. Its words are random, 3 to 5 small letters each, so that nothing but the pairs tells the function.
Some of the compositions never occur in training; `part` says which functions a distribution draws from.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import torch
import torch.nn.functional as F
from torch import Tensor

from metakit.core import MetaKitError, Task
from metakit.tasks.transformations import (
    ALPHABET,
    LONGEST,
    MOST,
    SHORTEST,
    Transformation,
    apply,
    as_numbers,
    catalogue,
)

Part = Literal["train", "single", "trained", "unseen"]
PARTS: tuple[Part, ...] = get_args(Part)


def functions(part: Part) -> list[Transformation]:
    """Single transformations, trained compositions, unseen compositions; or the first two, which training sees."""
    if part not in PARTS:
        raise MetaKitError(f"There is no part {part!r} of the string transformations: choose one of {PARTS}.")
    if part == "train":
        return functions("single") + functions("trained")
    return [f for f in catalogue() if part == ("single" if f.single else "unseen" if f.unseen else "trained")]


@dataclass(frozen=True)
class Strings:
    """`shots` support pairs and `queries` query pairs of a random function.

    x [T, n, 5] are codes, 0 behind the end; y [T, n, 11, 53] is one-hot: the letters of the output, then ends.
    """

    shots: int = 5
    queries: int = 1
    part: Part = "train"

    def __post_init__(self) -> None:
        if self.shots < 1 or self.queries < 0:
            raise MetaKitError(f"{self.shots} example pairs are no task to learn from: choose K of at least 1.")
        functions(self.part)

    def sample(self, n_tasks: int, rng: torch.Generator) -> Task:
        """Draw T tasks, each function as likely as any other."""
        first, second = as_numbers(functions(self.part))
        pick = torch.randint(len(first), (n_tasks, 1), generator=rng, device=rng.device).cpu()
        x = _words(n_tasks, self.shots + self.queries, rng)
        y = targets(apply(first[pick], second[pick], F.pad(x, (0, MOST - LONGEST))))
        parts = x[:, : self.shots].float(), y[:, : self.shots], x[:, self.shots :].float(), y[:, self.shots :]
        return Task(*(part.to(rng.device) for part in parts))


def targets(outputs: Tensor) -> Tensor:
    """Codes of outputs [.., 10] as one-hot rows [.., 11, 53]: the last is an end in any case."""
    return F.one_hot(F.pad(outputs, (0, 1)), len(ALPHABET)).float()


def _words(n_tasks: int, n: int, rng: torch.Generator) -> Tensor:
    """Codes [T, n, 5] of random words; a task whose words are not all different is drawn again."""
    lengths = torch.randint(SHORTEST, LONGEST + 1, (n_tasks, n, 1), generator=rng, device=rng.device)
    letters = torch.randint(1, 27, (n_tasks, n, LONGEST), generator=rng, device=rng.device)
    words = (letters * (torch.arange(LONGEST, device=rng.device) < lengths)).cpu()
    same = (words[:, :, None] == words[:, None]).all(-1).sum((1, 2)) > n
    if same.any():
        words[same] = _words(int(same.sum()), n, rng)
    return words
