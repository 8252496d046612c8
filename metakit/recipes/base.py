"""What a recipe is: a published set-up as one dataclass: learner, tasks, schedule, protocols, the paper's numbers."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, cast

from torch import nn

from metakit.core import MetaKitError, MetaLearner
from metakit.features import of_features
from metakit.tasks.augment import Augmented, Distortion
from metakit.tasks.base import Mixture, Protocol, Tasks
from metakit.tasks.by_name import Data, image_classes, tasks_for
from metakit.tasks.episodes import Episodes
from metakit.tasks.functions import FUNCTIONS, Curriculum, Functions
from metakit.tasks.redraw import Mirrored
from metakit.tasks.scattered import Scattered
from metakit.tasks.supervised import Supervised
from metakit.train import Schedule

Family = Literal["metric-based", "model-based", "optimization-based", "baseline"]
UNPUBLISHED = (None, None, None, None)
TESTED = 1  # seed of the test tasks where a distribution has no classes to keep apart: validation tasks have seed 0


@dataclass(frozen=True)
class Target:
    """A protocol to report, and the paper's number under it (None: the paper has none)."""

    protocol: Protocol
    published: float | None = None  # accuracy in percent, or mean squared error


@dataclass(frozen=True)
class Recipe:
    """One learner, trained one way. `validation` chooses the checkpoint; `targets` are what is reported."""

    name: str
    family: Family
    data: Data
    learner: Callable[[], MetaLearner]
    train: Protocol  # ways, shots and queries of the training tasks
    schedule: Schedule
    validation: Protocol
    targets: tuple[Target, ...]
    paper: str
    distort: Distortion | None = None  # augmentation of training images
    mirrored: bool = False  # train on mirrored characters too, as classes of their own
    mixture: tuple[Protocol, ...] = ()  # train on these by turns, at random, instead of on `train`
    warm_start: str | None = None  # a recipe whose trained weights this one starts from (see runs.warm_start)
    validate_every: int = 500  # steps
    grows_from: tuple[int, int] | None = None  # functions: a curriculum begins with so many inputs and examples
    supervised: int | None = None  # train on batches of so many images of all classes at once, not on episodes
    frozen: bool = False  # the encoder stays as it starts: train on its features, made once
    paper_trained: str = ""  # outer steps and tasks behind the paper's number, where ours is lower after fewer
    places: int | None = None  # scatter the labels of a training episode over so many places

    @property
    def untrained(self) -> bool:
        """Whether there is nothing to train, and so no checkpoint."""
        return self.schedule.steps == 0

    @property
    def regression(self) -> bool:
        """Whether targets are numbers, and less error is better."""
        return self.data == "sinusoids" or self.data in FUNCTIONS

    def must_be_trained(self) -> None:
        """Raises MetaKitError where there is nothing to train."""
        if self.untrained:
            raise MetaKitError(f"{self.name} has nothing to train: `metakit evaluate {self.name}` measures it.")

    def training_tasks(self, device: str = "cpu", encoder: nn.Module | None = None) -> Tasks:
        """What meta-training draws from: with an encoder, its features."""
        if self.supervised is not None:
            images = image_classes(self.data, "train", self.train.rotations).to(device)
            tasks: tuple[Tasks, ...] = (Supervised(images, self.supervised),)
        else:
            tasks = tuple(tasks_for(self.data, "train", protocol, device) for protocol in self.mixture or (self.train,))
        if encoder is not None:
            tasks = of_features(encoder, tuple(each for each in tasks if isinstance(each, Episodes)))
        if self.places is not None:
            tasks = tuple(Scattered(each, self.places) for each in tasks)
        if self.grows_from is not None:
            return Curriculum(cast("Functions", tasks[0]), *self.grows_from)
        mixed: Tasks = tasks[0] if len(tasks) == 1 else Mixture(tasks)
        mixed = Mirrored(mixed) if self.mirrored else mixed
        return mixed if self.distort is None else Augmented(mixed, self.distort)


def episodes(ways: int, shots: int, split: str, train_ways: int | None, steps: int | None = None) -> Protocol:
    """The protocol of a reported number: 1,000 test episodes of 15 queries a class."""
    return Protocol(ways, shots, split=split, rotations=split == "random", train_ways=train_ways, steps=steps)


def few_shot(
    split: str, train_ways: int | None, published: tuple[float | None, ...] = UNPUBLISHED
) -> tuple[Target, ...]:
    """5 and 20 ways, 1 and 5 shots, with the paper's numbers in that order."""
    grid = ((5, 1), (5, 5), (20, 1), (20, 5))
    return tuple(Target(episodes(n, k, split, train_ways), p) for (n, k), p in zip(grid, published, strict=True))


def stream(ways: int, instances: int, instance: int, published: float | None = None) -> Target:
    """Accuracy at one instance of a class in 1,000 online streams of unseen characters."""
    told = Protocol(ways, instances, 0, split="random", rotations=True, train_ways=ways, instance=instance)
    return Target(told, published)


def norms_and_shots(
    ways: int, steps: int, published: float | None, alone: float | None = None
) -> tuple[Target, Target, Target]:
    """1-shot, transductive, as most papers measure, and inductive, which costs a pass for every query; then 5-shot.

    `published` is the paper's transductive number, `alone` its inductive one. Training was for one shot, where the
    papers train for five as well: that column has no number of theirs beside it.
    """
    one, five = (replace(episodes(ways, shots, "random", ways, steps), norm="transductive") for shots in (1, 5))
    inductive = replace(one, norm="inductive")
    return Target(one, published), Target(inductive, alone), Target(five)


def sinusoid(shots: int, steps: int | None, published: float | None = None) -> Target:
    """Mean squared error over 5,000 sinusoids after `steps` inner steps."""
    return Target(Protocol(shots=shots, queries=100, episodes=5000, steps=steps, seed=TESTED), published)
