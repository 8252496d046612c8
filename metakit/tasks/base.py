"""What every task distribution is, and the protocol that stands beside every number."""

from dataclasses import asdict, dataclass
from typing import Protocol as Interface

import torch

from metakit.core import NormMode, Task


class Tasks(Interface):
    """A task distribution: a frozen dataclass that draws T tasks at once, without a loop over tasks."""

    def sample(self, n_tasks: int, rng: torch.Generator) -> Task:
        """Draw `n_tasks` tasks, stacked, on the generator's device."""
        ...


@dataclass(frozen=True)
class Protocol:
    """How a number was measured. Printed with every number; two numbers compare only where these agree."""

    ways: int | None = None  # None in regression
    shots: int = 1
    queries: int = 15  # per class (per task in regression)
    episodes: int = 1000
    split: str = "test"  # "random", "background" (new alphabets) or the distribution's own word
    rotations: bool = False  # rotated test classes count as classes of their own
    norm: NormMode = "inductive"
    train_ways: int | None = None
    steps: int | None = None  # inner steps at test time, where there are any
    seed: int = 0
    instance: int | None = None  # of a class in an online stream: the support set is the stream, and nothing is asked

    def as_dict(self) -> dict[str, object]:
        """Plain values, for JSON. The instance is told where there is a stream."""
        return {name: value for name, value in asdict(self).items() if name != "instance" or value is not None}


@dataclass(frozen=True)
class Mixture:
    """Several distributions in turn: each draw is from one of `choices`, all alike likely. N or K may differ."""

    choices: tuple[Tasks, ...]

    def sample(self, n_tasks: int, rng: torch.Generator) -> Task:
        """Draw T tasks of one and the same distribution."""
        pick = torch.randint(len(self.choices), (), generator=rng, device=rng.device)
        return self.choices[int(pick)].sample(n_tasks, rng)


def generator(seed: int, device: torch.device | str = "cpu") -> torch.Generator:
    """A random generator on `device`, seeded."""
    return torch.Generator(device=device).manual_seed(seed)
