"""Five one-shot rounds: one example of each new character, one question, you and the machine.

The player sees exactly what the learner sees: N support images and one query. Who answers first is the player;
the machine's answer is worked out when the round is dealt and shown after the click.
"""

from math import isfinite
from time import perf_counter
from typing import Any

import anywidget
import torch
from torch import Tensor
from traitlets import Bool, Dict, Float, Int, List, observe, validate

from metakit.core import MetaLearner, Task
from metakit.tasks.base import generator
from metakit.tasks.episodes import Episodes, ImageSet
from metakit.widgets.front_end import front_end
from metakit.widgets.image_pool import MAX_WAYS, by_alphabet, in_class_order, to_bytes

ROUNDS = 5
UNANSWERED = -1


class YouAgainstTheMachine(anywidget.AnyWidget):
    """The game. `task` is the round on the table; `played` has what happened so far."""

    _esm, _css = front_end("you_against_the_machine")

    ways = Int(5).tag(sync=True)
    look_alikes = Bool(default_value=False).tag(sync=True)  # all characters from one alphabet
    pick = Int(UNANSWERED).tag(sync=True)  # the player's answer
    seconds = Float(0.0).tag(sync=True)  # the time it took, by the browser's clock
    turn = Int(0).tag(sync=True)  # the browser adds one to go on
    limits = Dict().tag(sync=True)
    table = Dict().tag(sync=True)  # what the player sees
    played = List(Dict()).tag(sync=True)  # one dictionary a round

    def __init__(self, images: ImageSet, learner: MetaLearner, ways: int = 5, seed: int = 0) -> None:
        self._images, self._learner, self._rng = images, learner, generator(seed)
        self._alphabets = list(by_alphabet(images).values())
        self._results: list[dict[str, Any]] = []
        super().__init__(ways=ways, limits={"ways": [2, self._most_ways()]})
        self._deal()

    @validate("ways")
    def _keep_ways(self, proposal: dict[str, int]) -> int:
        return min(max(proposal["value"], 2), self._most_ways())

    def _most_ways(self) -> int:
        largest = max(map(len, self._alphabets)) if self.look_alikes else len(self._images)
        return min(MAX_WAYS, largest)

    @observe("look_alikes")
    def _on_look_alikes(self, _change: object) -> None:
        most = self._most_ways()
        self.limits = {"ways": [2, most]}
        if self.ways > most:
            self.ways = most  # starts the new game
        else:
            self._new_game()

    @observe("ways")
    def _on_ways(self, _change: object) -> None:
        if self.table:
            self._new_game()

    @observe("turn")
    def _on_turn(self, _change: object) -> None:
        if len(self._results) == ROUNDS:
            self._new_game()
        elif len(self._results) == self.table["round"]:  # this round has its answer
            self._deal()

    @observe("pick")
    def _on_pick(self, _change: object) -> None:
        if 0 <= self.pick < self.ways and len(self._results) < self.table["round"]:
            seconds = self.seconds if isfinite(self.seconds) else 0.0
            self._results.append({"you": self.pick, "seconds": max(0.0, seconds), **self._answer})
            self.played = list(self._results)

    def _new_game(self) -> None:
        self._results = []
        self.played = []
        self._deal()

    def _deal(self) -> None:
        """Put N support images and one query on the table; let the machine answer in secret."""
        self.task = deal(self._images, self._alphabets if self.look_alikes else None, self.ways, self._rng)
        self._answer = answer(self._learner, self.task)
        with self.hold_sync():
            self.pick = UNANSWERED
            self.table = {
                "round": len(self._results) + 1,
                "rounds": ROUNDS,
                "support": to_bytes(in_class_order(self.task)),
                "query": to_bytes(self.task.query_x),
            }


def deal(images: ImageSet, alphabets: list[list[int]] | None, ways: int, rng: torch.Generator) -> Task:
    """A one-shot task with one query, from all classes or from one of the alphabets that have enough."""
    if alphabets is not None:
        large = [classes for classes in alphabets if len(classes) >= ways]
        images = images.select(large[int(torch.randint(len(large), (), generator=rng))])
    task = Episodes(images, ways, 1, 1).sample(1, rng).at(0)
    return task._replace(query_x=task.query_x[:1], query_y=task.query_y[:1])


def answer(learner: MetaLearner, task: Task) -> dict[str, Any]:
    """The truth, the machine's answer, its chances for every class and the milliseconds it took."""
    start = perf_counter()
    logits: Tensor = learner.solve(Task(*(tensor[None] for tensor in task)))[0, 0].detach()
    return {
        "truth": int(task.query_y[0]),
        "machine": int(logits.argmax()),
        "chances": logits.softmax(-1).tolist(),
        "milliseconds": 1000 * (perf_counter() - start),
    }
