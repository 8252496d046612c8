"""The prompt playground: type example pairs and a query, and see what a transformer makes of them, letter by letter."""

from functools import lru_cache
from typing import Any, ClassVar, cast

import traitlets as t
from traitlets.utils.bunch import Bunch

from metakit.checkpoints import load
from metakit.learners.model_based.prompts import PromptLearner
from metakit.ledger import read
from metakit.tasks.transformations import LONGEST, MOST, find
from metakit.widgets.front_end import front_end
from metakit.widgets.prompt_answers import as_view, output_problem, word_problem
from metakit.widgets.visited import Visited

RECIPE = "prompts-strings"
MOST_PAIRS, MOST_TEXT = 5, 24
PRESETS: dict[str, list[str]] = {  # the pairs as they would stand in a prompt; the query last
    "reverse": ["abc>cba", "hello>olleh", "zoom"],
    "shift by 1": ["abc>bcd", "maze>nbaf", "hello"],
    "double each letter": ["cat>ccaatt", "moon>mmoooonn", "bird"],
    "drop the first": ["table>able", "stone>tone", "plant"],
    "swap neighbours, then upper case": ["abcd>BADC", "plane>LPNAE", "bird"],
    "capitalise, then reverse": ["river>reviR", "cloud>duolC", "mist>tsiM", "frost"],
    "swap neighbours, then capitalise": ["table>Atlbe", "frost>Rfsot", "lamp"],
    "drop the last, then double the word": ["cat>caca", "bird>birbir", "moon>moomoo", "table"],
}


def preset(name: str) -> tuple[list[list[str]], str]:
    """The pairs and the query of a preset."""
    *pairs, query = PRESETS[name]
    return [pair.split(">") for pair in pairs], query


class PromptPlayground(Visited):
    """Every question is answered at once. By default by the shipped learner."""

    _esm, _css = front_end("prompt_playground")
    FROM_PAGE: ClassVar = ("pairs", "query", "asked")
    KEPT: ClassVar = ("pairs", "query")

    pairs = t.List(t.List(t.Unicode(), minlen=2, maxlen=2), maxlen=MOST_PAIRS).tag(sync=True)
    query = t.Unicode().tag(sync=True)
    asked = t.Int(0).tag(sync=True)  # number of the page's question; comes back with the answer

    view = t.Dict().tag(sync=True)
    presets = t.List(t.Dict()).tag(sync=True)
    limits = t.Dict().tag(sync=True)
    measured = t.Dict().tag(sync=True)  # accuracy from the ledger, in percent, by what was in training

    def __init__(self, learner: PromptLearner | None = None) -> None:
        self._learner = cast("PromptLearner", load(RECIPE)) if learner is None else learner.eval()
        self._waits = False
        self._seen = lru_cache(64)(self._looked_at)
        pairs, query = preset(next(iter(PRESETS)))
        super().__init__(
            pairs=pairs, query=query, presets=presets(), measured=measured(),
            limits={"pairs": MOST_PAIRS, "text": MOST_TEXT, "input": LONGEST, "output": MOST},
        )  # fmt: skip
        self._answer()

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what a visitor may set, and what makes sense; of the rest the page is told what holds. Answer once."""
        self._waits = True
        super().set_state(sync_data)
        self._waits = False
        self._answer()

    @t.validate("pairs", "query")
    def _short(self, proposal: Bunch) -> Any:
        words = [proposal.value] if proposal.trait.name == "query" else [w for pair in proposal.value for w in pair]
        if any(len(word) > MOST_TEXT for word in words):
            raise t.TraitError(f"A word has {LONGEST} letters at most.")
        return proposal.value

    @t.validate("asked")
    def _counted(self, proposal: Bunch) -> int:
        return min(max(int(proposal.value), 0), 2**31 - 1)

    @t.observe("pairs", "query", "asked")
    def _answer(self, _change: Bunch | None = None) -> None:
        if not self._waits:
            seen = self._seen(tuple(tuple(pair) for pair in self.pairs), self.query)
            self.view = {"asked": self.asked, **seen}

    def _looked_at(self, pairs: tuple[tuple[str, str], ...], query: str) -> dict[str, Any]:
        """What the page shows of these words; what is wrong with them, when something is."""
        whole = [(x, y) for x, y in pairs if x and y]
        problems = [*pair_problems(pairs), *([f"The query {why}."] if (why := word_problem(query)) else [])]
        if problems:
            return {"problem": problems[0], "pairs": len(whole)}
        return {"problem": "", "pairs": len(whole), **as_view(self._learner, whole, query)}


def pair_problems(pairs: tuple[tuple[str, str], ...]) -> list[str]:
    """A sentence for every word that is none. A pair that is not finished is no mistake: it waits."""
    found = []
    for number, (x, y) in enumerate(pairs, 1):
        if x and y and (why := word_problem(x)):
            found.append(f"The input of pair {number} {why}.")
        if why := output_problem(y):
            found.append(f"The output of pair {number} {why}.")
    return found


def presets() -> list[dict[str, Any]]:
    """The presets, each with the word whether training has seen such tasks."""
    found = []
    for name in PRESETS:
        pairs, query = preset(name)
        found.append({"name": name, "pairs": pairs, "query": query, "unseen": find(*name.split(", then ")).unseen})
    return found


def measured() -> dict[str, list[float]]:
    """Accuracy with five pairs in percent, its interval and the number of prompts, from the ledger."""
    rows = [row for row in read() if row.recipe == RECIPE and row.protocol["shots"] == MOST_PAIRS]
    return {str(row.protocol["split"]): [row.mean, row.ci95, row.episodes] for row in rows}
