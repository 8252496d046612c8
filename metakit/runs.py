"""One training run of a recipe on disk: it may be killed at any moment and goes on where it was.

Two files, each written atomically: the run's state (`*.run.safetensors`: weights, optimizer, generators, step) and the
best weights so far by validation tasks. Test classes are never looked at.
"""

from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import NamedTuple

import torch
from torch import Tensor

from metakit.checkpoints import commit, load, read, state_beside, write
from metakit.core import MetaKitError, MetaLearner
from metakit.distributed import first
from metakit.evaluate import evaluate, evaluate_streams, use_protocol
from metakit.learners.metric_based.prototypical import PrototypicalNetwork
from metakit.learners.optimization_based.inner_loop import FastWeightLearner
from metakit.nets.encoders import Centred
from metakit.recipes import Recipe
from metakit.tasks.base import Protocol, generator
from metakit.tasks.by_name import tasks_for
from metakit.train import Record, Training, meta_train

CENTRE = Protocol(1000, 1, 0, rotations=True)  # one image of each of 1,000 classes tells the mean of the features


def warm_start(learner: MetaLearner, start: MetaLearner, images: Tensor) -> None:
    """Give `learner` the trained weights of `start`: those of the same name and shape.

    A centred body or encoder gets the encoder of a prototypical network, centred on training images [B, *x]. Raises
    MetaKitError when the two have nothing in common.
    """
    body = learner.body if isinstance(learner, FastWeightLearner) else getattr(learner, "encoder", None)
    if isinstance(body, Centred) and isinstance(start, PrototypicalNetwork):
        body.encoder.load_state_dict(start.encoder.state_dict())
        body.centre(images)
        return
    mine = learner.state_dict()
    shared = {k: v for k, v in start.state_dict().items() if k in mine and v.shape == mine[k].shape}
    if not shared:
        raise MetaKitError(f"{type(start).__name__} has no weights that {type(learner).__name__} could start from.")
    learner.load_state_dict(shared, strict=False)


class Moment(NamedTuple):
    """What the run tells after an outer step."""

    record: Record
    validation: float | None = None  # when it was measured: accuracy (a share) or mean squared error
    best: bool = False


class Run:
    """Trains `recipe` from `seed`; writes `path` (the best weights) and `state_path` beside it."""

    def __init__(
        self,
        recipe: Recipe,
        path: Path,
        seed: int = 0,
        device: str = "cpu",
        *,
        resume: bool = False,
        compiled: bool = False,
    ) -> None:
        recipe.must_be_trained()
        torch.manual_seed(seed)
        self.recipe, self.path, self.seed, self.device = recipe, path, seed, device
        self.state_path = state_beside(path)
        learner = recipe.learner()
        if recipe.warm_start is not None:
            images = tasks_for(recipe.data, "train", CENTRE).sample(1, generator(seed)).support_x[0]
            warm_start(learner, load(recipe.warm_start), images)
        encoder = learner.to(device).get_submodule("encoder") if recipe.frozen else None
        tasks = recipe.training_tasks(device, encoder)
        self.training = Training(learner, tasks, recipe.schedule, seed, device, compiled=compiled)
        use_protocol(self.training.learner, recipe.train)
        self.best: float | None = None
        self.validated = 0  # the step whose weights were validated last
        if resume and self.state_path.exists():
            self._resume()

    def moments(self, steps: int | None = None, save_seconds: float = 30.0) -> Iterator[Moment]:
        """Train to the end of the schedule, or for `steps` more; validate and save on the way and at the end."""
        saved, stop = monotonic(), None if steps is None else self.training.step + steps
        try:
            if self._owed():  # interrupted while it was validated
                self._choose()
            for record in meta_train(self.training):
                yield Moment(record, *self._choose()) if self._owed() else Moment(record)
                if monotonic() - saved > save_seconds:
                    self.save()
                    saved = monotonic()
                if record.step == stop:
                    break
        finally:
            self.save()

    def save(self) -> None:
        """Write the run's state; of several processes one does. Behind half a step the last one stays."""
        if first() and self.training.whole:
            write(self.state_path, self.training.state(), self._about())

    def validate(self) -> float:
        """Score on validation tasks: accuracy (a share) or mean squared error."""
        learner, protocol = self.training.learner, self.recipe.validation
        use_protocol(learner, protocol)
        tasks = tasks_for(self.recipe.data, "validation", protocol, self.device)
        if protocol.instance is None:
            score = evaluate(learner, tasks, protocol.episodes, protocol.seed, device=self.device)
        else:
            streams = evaluate_streams(learner, tasks, protocol.episodes, protocol.seed, device=self.device)
            score = streams[protocol.instance - 1]
        use_protocol(learner, self.recipe.train)
        return score.mean

    def _owed(self) -> bool:
        """Whether these weights are to be validated and have not been; of several processes one does."""
        step = self.training.step
        due = step % self.recipe.validate_every == 0 or step == self.recipe.schedule.steps
        return due and step != self.validated and first()

    def _choose(self) -> tuple[float, bool]:
        """Validate; keep the weights if they are the best so far."""
        value = self.validate()
        lower_is_better = self.recipe.regression
        best = self.best is None or (value < self.best if lower_is_better else value > self.best)
        if best:
            self._keep(value)
        self.validated = self.training.step
        if best:
            self.save()  # who finds these weights finds their run too
        return value, best

    def _keep(self, value: float) -> None:
        """Write the weights with their value. Interrupted, it is not the best: a resumed run writes them."""
        former = self.best
        try:
            self.best = value
            write(self.path, self.training.learner.state_dict(), self._about())
        except BaseException:
            self.best = former
            raise

    def _resume(self) -> None:
        """Raises MetaKitError where the saved state is of another run."""
        tensors, about = read(self.state_path)
        if (about["recipe"], about["seed"]) != (self.recipe.name, str(self.seed)):
            raise MetaKitError(
                f"{self.state_path} is of {about['recipe']}, seed {about['seed']}: name these, or leave --resume out."
            )
        self.training.restore(tensors)
        self.best = float(about["best"]) if about["best"] else None
        self.validated = int(about.get("validated", about["step"]))

    def _about(self) -> dict[str, str]:
        best = "" if self.best is None else repr(self.best)
        about = {
            "recipe": self.recipe.name,
            "seed": self.seed,
            "step": self.training.step,
            "best": best,
            "validated": self.validated,
            "commit": commit(),
        }
        return {key: str(value) for key, value in about.items()}
