"""Predict, then reveal: a question that the reader answers before the result shows."""

from pathlib import Path

import anywidget
from traitlets import Int, List, TraitError, Unicode, validate

from metakit.teach.progress import keep_answer, progress

STATIC = Path(__file__).parent / "static"
NO_ANSWER = -1
KEPT = "You answered this before."


class Predict(anywidget.AnyWidget):
    """A question with 2 to 5 choices. The reveal, with its why, comes after the answer, right or wrong.

    The answer stands in `chosen` (-1: none yet), is kept on this machine, and comes back when the cell runs again;
    *Ask me again* forgets it. Nothing waits for it, so "Run all" runs through.

        Predict("Which is larger?", ["1", "2"], answer=1, why="Two is one more than one.")
    """

    _esm = STATIC / "predict.js"
    _css = STATIC / "predict.css"

    question = Unicode().tag(sync=True)
    choices = List(Unicode(), minlen=2, maxlen=5).tag(sync=True)
    answer = Int().tag(sync=True)  # the right choice, counted from 0
    why = Unicode().tag(sync=True)
    chosen = Int(NO_ANSWER).tag(sync=True)
    note = Unicode().tag(sync=True)  # where the answer comes from, or why it is not kept

    def __init__(self, question: str, choices: list[str], answer: int, why: str) -> None:
        if not 0 <= answer < len(choices):
            raise TraitError(f"The right answer is number {answer}, but the choices are 0 to {len(choices) - 1}.")
        known = progress()
        said = known.answers.get(question)
        chosen, note = (choices.index(said), KEPT) if said in choices else (NO_ANSWER, "")
        super().__init__(
            question=question, choices=choices, answer=answer, why=why, chosen=chosen, note=known.trouble or note
        )
        self.observe(self._keep, "chosen")

    @property
    def right(self) -> bool | None:
        """Whether the reader was right; None before the answer."""
        return None if self.chosen == NO_ANSWER else self.chosen == self.answer

    @validate("chosen")
    def _one_of_the_choices(self, proposal: dict[str, int]) -> int:
        if not NO_ANSWER <= proposal["value"] < len(self.choices):
            raise TraitError(f"Choose a number from 0 to {len(self.choices) - 1}; -1 forgets the answer.")
        return proposal["value"]

    def _keep(self, _change: object) -> None:
        self.note = keep_answer(self.question, None if self.chosen == NO_ANSWER else self.choices[self.chosen])
