"""The protocol switchboard: one learner's number under every protocol that you choose, with its interval.

A number of few-shot learning hangs on switches that papers seldom print. Here each is a control; every measured
protocol stays as a row, so that one sees how far a switch moves the number, beside how sure the number is.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, cast

import anywidget
import traitlets as t

from metakit.core import MetaKitError, NormMode
from metakit.tasks.base import Protocol
from metakit.tasks.episodes import Episodes, ImageSet
from metakit.widgets.contestants import TRAINED_ON, Contestant, characters
from metakit.widgets.front_end import STATIC
from metakit.widgets.protocol_measurement import Measurement

SLICE = 0.15  # seconds of measuring between two pictures
MOST_ROWS = 12
NO_STEPS = -1  # a learner that takes no inner steps


class ProtocolSwitchboard(anywidget.AnyWidget):
    """Switches for a protocol, and a row for every protocol that was measured.

    `first`: changes of the switches, one after the other, whose rows are there from the beginning.
    """

    _esm = "\n".join((STATIC / f"{n}.js").read_text(encoding="utf-8") for n in ("charts", "protocol_switchboard"))
    _css = "\n".join((STATIC / f"{n}.css").read_text(encoding="utf-8") for n in ("charts", "protocol_switchboard"))
    SWITCHES: ClassVar = ("learner", "split", "rotations", "norm", "ways", "shots", "queries", "steps")

    learner = t.Unicode().tag(sync=True)
    split = t.Unicode().tag(sync=True)
    rotations = t.Bool(default_value=False).tag(sync=True)
    norm = t.Enum(["inductive", "transductive"], "inductive").tag(sync=True)
    ways = t.Int(5, min=2, max=20).tag(sync=True)
    shots = t.Int(1, min=1, max=10).tag(sync=True)
    queries = t.Int(5, min=1, max=15).tag(sync=True)  # per class
    steps = t.Int(NO_STEPS, min=NO_STEPS, max=50).tag(sync=True)
    running = t.Bool(default_value=False).tag(sync=True)  # the browser sets it to measure, and to stop
    clear = t.Int(0, min=0, max=2**31 - 1).tag(sync=True)  # the browser adds one to begin anew

    choices = t.Dict().tag(sync=True)  # of learner and split
    own_steps = t.Dict().tag(sync=True)  # learner -> its inner steps, or NO_STEPS
    episodes = t.Int(300, min=2).tag(sync=True)  # after so many a measurement ends
    plan: t.List[Any] = t.List().tag(
        sync=True
    )  # the protocol that is set, as [words, whether it differs from the last row]
    rows = t.List(t.Dict()).tag(sync=True)
    error = t.Unicode().tag(sync=True)

    def __init__(
        self,
        learners: Mapping[str, Contestant],
        sets: Mapping[str, ImageSet],
        first: Sequence[Mapping[str, Any]] = ({},),
        episodes: int = 300,
        first_episodes: int = 40,
    ) -> None:
        self._learners, self._sets = dict(learners), dict(sets)
        self._task: asyncio.Task[None] | None = None
        self._turn: object = None  # of the measurement that may go on
        splits, name = [*sets, TRAINED_ON], next(iter(learners))
        own = {key: NO_STEPS if one.learner.steps is None else one.learner.steps for key, one in learners.items()}
        super().__init__(
            learner=name, split=splits[0], episodes=episodes, own_steps=own, steps=own[name],
            choices={"learner": list(learners), "split": splits},
        )  # fmt: skip
        for changes in first:
            for switch, value in changes.items():
                setattr(self, switch, value)
            measurement = self._begin()
            measurement.advance(first_episodes, float("inf"))
            self.rows = measurement.rows()
        self._say_plan()

    def shown(self) -> dict[str, object]:
        """What the picture holds."""
        return {"plan": self.plan, "rows": self.rows, "error": self.error}

    async def measure(self) -> None:
        """Measure the protocol that is set, in slices, on a thread beside the event loop: the page stays free."""
        self.running = True
        if self._task is not None:
            await self._task

    @t.validate("learner", "split")
    def _known(self, proposal: Any) -> str:
        there = self.choices.get(proposal.trait.name, [proposal.value])
        if proposal.value not in there:
            raise t.TraitError(f"Choose one of {', '.join(there)}.")
        return str(proposal.value)

    @t.validate("steps")
    def _only_where_there_are_any(self, proposal: Any) -> int:
        own = self.own_steps.get(self.learner, NO_STEPS)
        return NO_STEPS if own == NO_STEPS else max(0, int(proposal.value))

    @t.observe("learner")
    def _its_own_steps(self, _change: object) -> None:
        self.steps = self.own_steps.get(self.learner, NO_STEPS)

    @t.observe(*SWITCHES)
    def _say_plan(self, _change: object = None) -> None:
        self.plan, self.error = self.words(), ""

    @t.observe("clear")
    def _forget(self, _change: object) -> None:
        self.running, self.rows = False, []
        self._say_plan()

    @t.observe("running")
    def _start_or_stop(self, _change: object) -> None:
        if not self.running:
            return
        try:
            self._task = asyncio.get_running_loop().create_task(self._follow())
        except RuntimeError:  # no event loop: nobody could press Stop
            asyncio.run(self._follow())

    async def _follow(self) -> None:
        mine = self._turn = object()  # a measurement that was stopped does not go on when the next one starts
        try:
            measurement = self._begin()
            while self._goes_on(mine) and measurement.count < self.episodes:
                await asyncio.to_thread(measurement.advance, self.episodes, SLICE)
                if self._goes_on(mine):
                    self.rows = measurement.rows()
        except MetaKitError as error:
            self.error = str(error)
        finally:
            if self._turn is mine:
                self.running = False
                self.plan = self.words()

    def _begin(self) -> Measurement:
        """What is set, below the rows that are there. Raises MetaKitError when the images are too few for it."""
        one, protocol = self._learners[self.learner], self.protocol()
        images = characters(one, self.split, self._sets)
        images = images.rotated() if protocol.rotations else images
        tasks = Episodes(images, self.ways, self.shots, self.queries)
        return Measurement(one.learner, tasks, protocol, self.words(), self.rows[-MOST_ROWS + 1 :])

    def _goes_on(self, turn: object) -> bool:
        return bool(self.running) and self._turn is turn

    def protocol(self) -> Protocol:
        """What is set."""
        return Protocol(
            self.ways, self.shots, self.queries, self.episodes, self.split, self.rotations,
            cast("NormMode", self.norm),
            steps=None if self.steps == NO_STEPS else self.steps,
        )  # fmt: skip

    def words(self) -> list[list[object]]:
        """The protocol that is set, switch by switch, and whether each differs from the last row's."""
        said = [
            self.learner,
            self.split,
            "turned characters are classes too" if self.rotations else "upright",
            f"BatchNorm {self.norm}",
            f"{self.ways}-way",
            f"{self.shots}-shot",
            f"{self.queries} quer{'y' if self.queries == 1 else 'ies'} a class",
            "no inner steps" if self.steps == NO_STEPS else f"{self.steps} inner step{'s' * (self.steps != 1)}",
        ]
        before = [part[0] for part in self.rows[-1]["words"]] if self.rows else said
        return [[now, now != then] for now, then in zip(said, before, strict=True)]
