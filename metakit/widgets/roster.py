"""Every learner that was trained on Omniglot, ready to give its opinion on one question."""

from collections.abc import Iterator
from functools import cache
from time import perf_counter
from typing import NamedTuple

import torch

from metakit.checkpoints import load, shipped
from metakit.core import MetaKitError, MetaLearner, Step, as_targets
from metakit.recipes import RECIPES
from metakit.recipes.base import Recipe
from metakit.recipes.titles import title
from metakit.widgets.drawings import ROWS
from metakit.widgets.questions import Question


class Opinion(NamedTuple):
    """What one learner makes of the query."""

    recipe: str
    probabilities: list[float]  # [N]; empty where it cannot answer
    milliseconds: float  # of its own time
    why_not: str = ""  # it cannot answer


@cache
def roster() -> tuple[str, ...]:
    """The recipes that can be asked: on Omniglot, with weights that are here (or none to train)."""
    fitting = (found for found in RECIPES.values() if found.data.startswith("omniglot") and _fits_the_board(found))
    return tuple(found.name for found in fitting if found.untrained or shipped(found.name).exists())


def _fits_the_board(found: Recipe) -> bool:
    """A head for twenty classes has no answer where there are ten."""
    return any((target.protocol.ways or 0) <= ROWS for target in found.targets)


def entries() -> list[dict[str, str]]:
    """For the page: name, title and family of each."""
    return [{"name": name, "title": title(name), "family": RECIPES[name].family} for name in roster()]


def asked(name: str, question: Question) -> Iterator[Opinion | None]:
    """`consider` by the shipped learner; who cannot be loaded says so, and the others go on."""
    try:
        learner = ready(name)
    except MetaKitError:  # its sentence names a path: not for visitors
        yield Opinion(name, [], 0.0, "The weights of this learner cannot be read.")
    else:
        yield from consider(name, learner, question)


def consider(name: str, learner: MetaLearner, question: Question) -> Iterator[Opinion | None]:
    """Learn the support set and answer the query; None after every step that is not the last, then the opinion.

    Between two steps the caller may do something else, or stop asking.
    """
    spent, state = 0.0, None
    steps = learner.adapt_steps(question.support_x, as_targets(question.support_y))
    try:
        while (found := _timed(steps))[0] is not None:
            state, spent = found[0].state, spent + found[1]
            yield None
        started = perf_counter()
        with torch.no_grad():
            probabilities = learner.predict(state, question.query_x).softmax(-1)[0].tolist()
        yield Opinion(name, probabilities, 1e3 * (spent + perf_counter() - started))
    except MetaKitError as error:  # a head for another N
        yield Opinion(name, [], 0.0, str(error))


def _timed(steps: Iterator[Step]) -> tuple[Step | None, float]:
    """The next step and the seconds it took."""
    started = perf_counter()
    with torch.no_grad():
        step = next(steps, None)
    return step, perf_counter() - started


@cache
def ready(name: str) -> MetaLearner:
    """The shipped learner with the inner steps that its recipe reports; loaded once."""
    learner, steps = load(name), RECIPES[name].targets[-1].protocol.steps
    if steps is not None:
        learner.steps = steps
    return learner
