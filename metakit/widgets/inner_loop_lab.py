"""Image adaptation with two knobs for every learner: how fast it descends, and what it normalises with."""

import copy
from collections.abc import Mapping
from typing import Any

from traitlets import Int, List, TraitError, Unicode, observe, validate

from metakit.core import MetaLearner
from metakit.learners.optimization_based.inner_loop import FastWeightLearner
from metakit.tasks.episodes import ImageSet
from metakit.widgets.image_adaptation import ImageAdaptation

NORMS = ("transductive", "inductive")
SPEED = 3  # rates from an eighth to eight times the learner's own


class InnerLoopLab(ImageAdaptation):
    """The knobs belong to the chosen learner and stay with it; the other learners keep theirs, to compare with."""

    speed = Int(0, min=-SPEED, max=SPEED).tag(sync=True)  # inner rates: 2 ** speed times the learner's own
    norm = Unicode(NORMS[0]).tag(sync=True)
    norms = List(Unicode(), list(NORMS)).tag(sync=True)

    _ranges = {"speed": [-SPEED, SPEED]}  # noqa: RUF012 - never written to

    def __init__(
        self, images: ImageSet, learners: Mapping[str, FastWeightLearner], ways: int = 5, shots: int = 1, step: int = 1
    ) -> None:
        self._gradient_learners = dict(learners)
        self._knobs = dict.fromkeys(learners, (0, NORMS[0]))
        super().__init__(images, learners, ways, shots, step)

    @validate("norm")
    def _keep_a_mode(self, proposal: dict[str, Any]) -> str:
        if proposal["value"] not in NORMS:
            raise TraitError(f"Choose one of {', '.join(NORMS)}.")
        return str(proposal["value"])

    @observe("learner")
    def _take_its_knobs(self, _change: object) -> None:
        with self.hold_trait_notifications():  # both, before anyone looks
            self.speed, self.norm = self._knobs[self.learner]

    @observe("speed", "norm")
    def _turn(self, _change: object) -> None:
        if self._knobs[self.learner] != (self.speed, self.norm):
            self._knobs[self.learner] = self.speed, self.norm
            self._frames.pop(self.learner, None)
            self._carry_out(self._catch_up())

    def _learner(self, name: str) -> MetaLearner:
        speed, norm = self._knobs[name]
        learner = copy.copy(self._gradient_learners[name])  # the weights are shared, the settings are not
        learner.pace = 2.0**speed
        learner.use_norm("inductive" if norm == "inductive" else "transductive")
        return learner

    def shown(self) -> dict[str, object]:
        return {**super().shown(), "knobs": self._knobs[self.learner]}
