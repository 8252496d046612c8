"""Exercises that check themselves: the learner's function against a slow and obvious one, and known mistakes."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch

from metakit.plots.style import Picture
from metakit.teach.attempts import Function, NoAnswerError, answer, name_of
from metakit.teach.difference import TOLERANCE, described, difference
from metakit.teach.progress import keep_solved
from metakit.teach.verdict import Drawing, Verdict

Cases = Sequence[tuple[Any, ...]]
COURSE = "metakit.teach.course"  # one module a lesson, its exercises as constants


def _once(function: Function, *arguments: Any) -> Any:
    return function(*arguments)


@dataclass(frozen=True)
class Exercise:
    """One function to write, with all that is needed to judge it. The lessons' own stand in `metakit.teach.course`."""

    title: str
    minutes: int
    difficulty: Literal["easy", "medium", "hard"]
    oracle: Function  # slow and obvious, never the clever way
    cases: Callable[[int], Cases]  # seed -> argument tuples; the notebook uses seed 0, hidden tests other seeds
    mistakes: dict[str, Function]  # a sentence to the learner -> the wrong function that it is about
    trial: Function = _once  # (function, *arguments) -> answer; several calls, where one draw says too little
    facts: Function | None = None  # (answer, *arguments) -> named properties to compare where answers may differ
    picture: Callable[..., Picture] | None = None  # (answer, *arguments) -> the picture of the first case
    shows: str = ""  # what is on the picture, in words
    tolerance: float = TOLERANCE

    @property
    def key(self) -> str:
        """Lesson and constant, "lesson_04.prototypes"; empty for an exercise that is in no lesson."""
        module = sys.modules.get(self.cases.__module__)
        names = [name for name, value in vars(module).items() if value is self] if module else []
        package, _, lesson = self.cases.__module__.rpartition(".")
        return f"{lesson}.{names[0]}" if names and package == COURSE else ""

    def check(self, attempt: Function, seed: int = 0) -> Verdict:
        """Compare `attempt` with the oracle on every case of `seed`, and say what differs. Raises nothing.

        A `...` that is left in place, returned or calculated with, is "not written yet".
        """
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return self._verdict(attempt, seed)

    def _verdict(self, attempt: Function, seed: int) -> Verdict:
        try:
            answers = self._answers(attempt, seed)
        except NoAnswerError as no_answer:
            return Verdict(no_answer.outcome, no_answer.text, self._drawings(seed))
        if not (told := self._first_difference(answers, self.oracle, seed)):
            text = f"`{name_of(attempt)}` agrees with the reference on {len(answers)} cases."
            trouble = keep_solved(self.key) if self.key and seed == 0 else ""
            return Verdict("right", f"{text} {trouble}".rstrip(), self._drawings(seed))
        drawings = self._drawings(seed, answers[0])
        for sentence, wrong in self.mistakes.items():
            if not self._first_difference(answers, wrong, seed):
                return Verdict("common mistake", sentence, drawings)
        return Verdict("differs", told, drawings)

    def _answers(self, attempt: Function, seed: int) -> list[Any]:
        """What `attempt` returns in each case. The arguments are fresh, so it may change them."""
        return [answer(self.trial, attempt, case, n) for n, case in enumerate(self.cases(seed), 1)]

    def _first_difference(self, answers: list[Any], other: Function, seed: int) -> str:
        """Compare case by case. `other` gets arguments of its own: it may draw from a generator among them."""
        both = zip(answers, self.cases(seed), self.cases(seed), strict=True)
        for n, (found, own, case) in enumerate(both, 1):
            if told := self._difference(found, self.trial(other, *own), case):
                return f"Case {n} of {len(answers)}: {told}"
        return ""

    def _difference(self, found: Any, wanted: Any, case: tuple[Any, ...]) -> str:
        try:
            pair = (self.facts(found, *case), self.facts(wanted, *case)) if self.facts else (found, wanted)
            return difference(*pair, self.tolerance)
        except Exception:  # noqa: BLE001 - the learner's answer may be anything
            return f"you return {described(found)}, which cannot be compared with {described(wanted)}."

    def _drawings(self, seed: int, *found: Any) -> tuple[Drawing, ...]:
        """The expected picture, and the learner's own beside it where there is one that differs."""
        if self.picture is None:
            return ()
        draw, (case, *_) = self.picture, self.cases(seed)
        wanted = self.trial(self.oracle, *self.cases(seed)[0])
        expected = Drawing("Expected", f"Expected picture: {self.shows}", lambda: draw(wanted, *case))
        if not found or not self._difference(found[0], wanted, case):
            return (expected,)
        return (
            Drawing("Yours", f"The same picture of your result: {self.shows}", lambda: draw(found[0], *case)),
            expected,
        )
