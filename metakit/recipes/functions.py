"""In-context learners of functions, and the estimators that they are measured against on the very same prompts."""

from collections.abc import Callable
from dataclasses import replace
from itertools import chain
from typing import Literal

from torch import nn

from metakit.core import MetaLearner, mean_squared_error
from metakit.learners.baselines.greedy_tree import GreedyTree
from metakit.learners.baselines.lasso import Lasso
from metakit.learners.baselines.linear_estimators import Averaging, LeastSquares, Ridge
from metakit.learners.baselines.nearest_examples import NearestExamples
from metakit.learners.model_based.in_context import InContextLearner, Scored, Tokens
from metakit.learners.optimization_based.reptile import Reptile
from metakit.nets.encoders import mlp
from metakit.nets.transformer import Transformer
from metakit.recipes.base import TESTED, Recipe, Target, sinusoid
from metakit.tasks.base import Protocol
from metakit.tasks.by_name import Data
from metakit.train import Schedule

GARG = "Garg et al. 2022, arXiv:2208.01066; its figures are curves, without printed numbers"


def prompts(*shots: int, split: str = "test") -> tuple[Target, ...]:
    """Squared error, as a share of predicting zero, behind so many examples: 1,280 prompts of 10 queries."""
    return tuple(Target(Protocol(shots=k, queries=10, episodes=1280, split=split, seed=TESTED)) for k in shots)


def under_shifts(shots: int, fewer: int) -> tuple[Target, ...]:
    """The five shifts of the inputs; a query is outside the span of `fewer` examples than inputs alone."""
    usual = (prompts(shots, split=split) for split in ("skewed", "scaled", "noisy", "orthants"))
    return (*chain.from_iterable(usual), *prompts(fewer, split="orthogonal"))


LINEAR_5 = (*prompts(3, 5, 10, 15), *under_shifts(10, 4))
LINEAR_20 = (*prompts(10, 20, 40), *under_shifts(40, 16))
NOISY_20 = prompts(10, 20, 40)
SPARSE_20 = prompts(5, 10, 20)
CURVED_5 = prompts(5, 10, 20, 30)


def in_context(
    dims: int,
    width: int = 64,
    layers: int = 4,
    tokens: Tokens = "merged",
    normed_heads: bool = False,
    scored: Scored = "mostly queries",
) -> Callable[[], InContextLearner]:
    """A transformer for functions of `dims` inputs."""

    def learner() -> InContextLearner:
        transformer = Transformer(width, layers, 4, normed_heads=normed_heads)
        return InContextLearner(dims, 1, transformer, tokens=tokens, scored=scored)

    return learner


def deep(dims: int, width: int = 64, scored: Scored = "mostly queries") -> Callable[[], InContextLearner]:
    """Eight layers with normed heads: trained by SOAP they need a tenth of the steps, and go further."""
    return in_context(dims, width, layers=8, normed_heads=True, scored=scored)


def _recipe(
    data: Data,
    learner: Callable[[], MetaLearner],
    targets: tuple[Target, ...],
    steps: int,
    longest: int,
    known: int,
    optimizer: Literal["adam", "soap"] = "adam",
) -> Recipe:
    """Trained on prompts of `longest` examples, mostly on answers from `known` or more; error there chooses."""
    rate = 2e-3 if optimizer == "adam" else 3e-3
    return Recipe(
        f"in-context-{data}", "model-based", data, learner,
        train=Protocol(shots=known, queries=longest - known),
        schedule=Schedule(steps, 64, rate, optimizer, warmup=200, clip=1.0),
        validation=Protocol(shots=known, queries=10, episodes=1280),
        targets=targets, paper=GARG, validate_every=steps // 15,
    )  # fmt: skip


def _long(recipe: Recipe, more: int) -> Recipe:
    """Trained `more` steps behind the end of its schedule, with the rate at its height again."""
    schedule = recipe.schedule
    return replace(recipe, schedule=replace(schedule, steps=schedule.steps + more, restart=schedule.steps))


def _from(start: str, recipe: Recipe) -> Recipe:
    """Trained from the weights of another, at a third of the rate."""
    return replace(recipe, warm_start=start, schedule=replace(recipe.schedule, rate=1e-3))


def _reference(name: str, data: Data, learner: Callable[[], MetaLearner], targets: tuple[Target, ...]) -> Recipe:
    return Recipe(
        f"{name}-{data}", "baseline", data, learner,
        train=Protocol(shots=1), schedule=Schedule(0), validation=Protocol(shots=1), targets=targets, paper="",
    )  # fmt: skip


def _fitted_network(steps: int = 100) -> MetaLearner:
    """A two-layer network at its random start, fitted to the examples by Adam: `Reptile` before any training."""
    *body, head = mlp(5, 100, 1)
    assert isinstance(head, nn.Linear)  # noqa: S101 - for the type checker
    return Reptile(nn.Sequential(*body), head, steps=steps, rate=1e-2, optimizer="adam", loss=mean_squared_error)


FUNCTION_RECIPES = (
    _recipe("linear-5", deep(5), LINEAR_5, 40_000, 16, 5, "soap"),
    _reference("least-squares", "linear-5", LeastSquares, LINEAR_5),
    _reference("ridge", "linear-5", lambda: Ridge(1.0), LINEAR_5),
    _reference("averaging", "linear-5", Averaging, LINEAR_5),
    _reference("nearest-examples", "linear-5", NearestExamples, LINEAR_5),
    _recipe("noisy-5", deep(5, scored="all"), prompts(5, 10, 15), 6_000, 16, 15, "soap"),  # one query: it has no noise
    _reference("ridge", "noisy-5", lambda: Ridge(1.0), prompts(5, 10, 15)),
    _reference("least-squares", "noisy-5", LeastSquares, prompts(10, 15)),  # at K = 5 its expected error is infinite
    _long(replace(_recipe("linear-20", deep(20, 96), LINEAR_20, 30_000, 40, 20, "soap"), grows_from=(5, 5)), 20_000),
    _reference("least-squares", "linear-20", LeastSquares, LINEAR_20),
    _reference("ridge", "linear-20", lambda: Ridge(1.0), LINEAR_20),
    _reference("averaging", "linear-20", Averaging, LINEAR_20),
    _reference("nearest-examples", "linear-20", NearestExamples, LINEAR_20),
    _from("in-context-linear-20", _recipe("noisy-20", deep(20, 96, "all"), NOISY_20, 3_000, 41, 40, "soap")),
    _reference("ridge", "noisy-20", lambda: Ridge(1.0), NOISY_20),
    _reference("least-squares", "noisy-20", LeastSquares, prompts(10, 40)),  # at K = 20 its expected error is infinite
    replace(_recipe("sparse-20", deep(20), SPARSE_20, 12_000, 24, 10, "soap"), grows_from=(5, 5)),
    _reference("least-squares", "sparse-20", LeastSquares, SPARSE_20),
    _reference("lasso", "sparse-20", Lasso, SPARSE_20),
    _recipe("network-5", deep(5), CURVED_5, 8_000, 31, 5, "soap"),
    _reference("fitted-network", "network-5", _fitted_network, CURVED_5),
    _reference("least-squares", "network-5", LeastSquares, prompts(10, 20, 30)),
    _reference("nearest-examples", "network-5", NearestExamples, CURVED_5),
    _recipe("tree-5", deep(5), CURVED_5, 8_000, 31, 5, "soap"),
    _reference("greedy-tree", "tree-5", GreedyTree, CURVED_5),
    _reference("nearest-examples", "tree-5", NearestExamples, CURVED_5),
    replace(
        _recipe("sinusoids", deep(1), (sinusoid(10, None), sinusoid(5, None)), 8000, 15, 10, "soap"),
        name="in-context-sinusoid", validation=Protocol(shots=10, queries=100, episodes=500),
    ),
)  # fmt: skip
