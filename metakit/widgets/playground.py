"""The web demo: draw characters, and see live what a prototypical network and MAML make of them.

The page sends its board; what arrives has been checked (`playground_traits.py`). Python answers with `comparison` and
`adaptation`, and with `opinions` where the page asks more learners.
"""

import asyncio
from functools import cache
from typing import Any, cast

import torch
import traitlets as t
from torch import Tensor
from traitlets.utils.bunch import Bunch

from metakit.checkpoints import load
from metakit.core import MetaLearner
from metakit.learners.metric_based.prototypical import PrototypicalNetwork
from metakit.learners.optimization_based.maml import MAML
from metakit.widgets.example_episodes import ExampleEpisodes, available
from metakit.widgets.in_slices import fail_loudly
from metakit.widgets.playground_page import SCRIPT, STYLE, footnotes
from metakit.widgets.playground_traits import MAX_STEPS, PlaygroundTraits
from metakit.widgets.presets import DRAWN
from metakit.widgets.questions import Question, question_on, rows_of
from metakit.widgets.roster import Opinion, asked, entries
from metakit.widgets.steady_map import SteadyMap
from metakit.widgets.verdicts import Comparison, Studied

DEBOUNCE = 0.005  # seconds: what arrives together is answered once
REST = 0.6  # seconds without a new question until the slower rest of the answer: every inner step, and the panel


@cache
def _own(name: str) -> MetaLearner:
    """The page's own two learners, loaded once; those of the panel are others, with inner steps of their own."""
    return load(name)


class Playground(PlaygroundTraits):
    """The whole page. By default with the shipped learners, and examples from the data that is there."""

    _esm, _css = SCRIPT, STYLE

    def __init__(
        self,
        prototypical: PrototypicalNetwork | None = None,
        maml: MAML | None = None,
        sources: dict[str, ExampleEpisodes] | None = None,
    ) -> None:
        self._prototypical = prototypical or cast("PrototypicalNetwork", _own("prototypical-omniglot-background"))
        self._maml = maml or cast("MAML", _own("maml-omniglot"))
        for learner in (self._prototypical, self._maml):
            learner.eval().use_norm("inductive")
        self._maml.steps = MAX_STEPS + 1  # a step tells the loss before it
        self._sources = available() if sources is None else sources
        self._map = SteadyMap()
        self._studied: Studied | None = None  # the support set that was asked about last
        self._task: asyncio.Task[None] | None = None
        super().__init__(
            sources=list(self._sources),
            source=next(iter(self._sources)),
            notes=footnotes(),
            roster=entries(),
            presets=[one._asdict() for one in DRAWN if one.source in self._sources],
        )
        self._lay_out_examples()

    @t.observe("episode", "source")
    def _lay_out_examples(self, _change: Bunch | None = None) -> None:
        with self.hold_sync():
            self.laid = {"source": self.source, "episode": self.episode}
            self.examples, self.names = self._sources[self.source].draw(self.episode)

    @t.observe("steps")
    def _another_moment(self, _change: Bunch) -> None:
        """The page knows every step when the last answer is complete."""
        if self.adaptation.get("rows") and "losses" not in self.adaptation:
            self._answer_soon()

    @t.observe("drawings", "ways", "shots", "asked", "panel")
    def _answer_soon(self, _change: Bunch | None = None) -> None:
        """Answer on the kernel's event loop, the latest question only; at once where no loop runs."""
        if self._task is not None:
            self._task.cancel()
        try:
            self._task = asyncio.get_running_loop().create_task(self._answer(DEBOUNCE, REST))
            self._task.add_done_callback(fail_loudly)
        except RuntimeError:
            asyncio.run(self._answer(0, 0))

    async def _answer(self, wait: float, rest: float) -> None:
        await asyncio.sleep(wait)
        about: dict[str, Any] = {"asked": self.asked, "rows": []}
        question, cells = question_on(self.drawings, self.ways, self.shots)
        if question is None:
            self.comparison, self.adaptation, self.opinions = about, about, about
            return
        about["rows"] = rows_of(cells)
        if self._studied is None or not self._studied.is_of(question):
            self._studied = Studied(self._prototypical, self._maml, question)
        await self._tell_the_verdict(self._studied, question.query_x, cells, about)
        await asyncio.sleep(rest)
        await self._tell_every_step(self._studied, question.query_x, about)
        await self._ask_the_panel(question, about)

    async def _tell_the_verdict(self, studied: Studied, query: Tensor, cells: list[int], about: dict[str, Any]) -> None:
        """What both learners say now, MAML after the chosen inner steps."""
        for _ in studied.walk(self.steps):
            await asyncio.sleep(0)  # a newer question may come in, and cancel this one
        with self.hold_sync():
            self.comparison = about | self._on_the_map(studied.compare(query), cells, about["rows"])
            unknown = [None] * self.steps
            self.adaptation = about | {"probabilities": [*unknown, studied.adapted(self.steps, query)]}
            self.opinions = about | {"said": []}

    async def _tell_every_step(self, studied: Studied, query: Tensor, about: dict[str, Any]) -> None:
        """MAML's probabilities after every inner step, and its losses."""
        for _ in studied.walk(MAX_STEPS + 1):
            await asyncio.sleep(0)
        told = []
        for steps in range(MAX_STEPS + 1):
            told.append(studied.adapted(steps, query))
            await asyncio.sleep(0)
        self.adaptation = about | {"probabilities": told, "losses": studied.losses}

    async def _ask_the_panel(self, question: Question, about: dict[str, Any]) -> None:
        """One learner after the other; a newer question cancels what is left."""
        said: list[Opinion] = []
        for name in self.panel:
            for opinion in asked(name, question):
                await asyncio.sleep(0)
                said += [opinion] if opinion is not None else []
            self.opinions = about | {"said": [one._asdict() for one in said]}

    def _on_the_map(self, found: Comparison, cells: list[int], rows: list[int]) -> dict[str, Any]:
        """The comparison in plain numbers, its map turned to resemble the one before."""
        flat = self._map.turn(torch.cat([found.support, found.prototypes, found.query[None]]), cells)
        xy = iter(flat.tolist())
        return {
            "probabilities": found.probabilities.tolist(),
            "support": [[cell, *next(xy)] for cell in cells],
            "prototypes": [[row, *next(xy)] for row in rows],
            "query": next(xy),
            "kept": found.kept,
        }
