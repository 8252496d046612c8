"""The prompt learner on string transformations. No paper has these tasks: the numbers stand on their own.

Trained on single transformations and on compositions by turns; two thirds of the prompts are short, which is cheaper.
"""

from metakit.core import MetaLearner
from metakit.learners.model_based.prompts import PromptLearner
from metakit.nets.transformer import Transformer
from metakit.recipes.base import Recipe, Target
from metakit.tasks.base import Protocol
from metakit.train import Schedule


def _reader() -> MetaLearner:
    return PromptLearner(Transformer(64, 4, 4))


def _shown(pairs: int, split: str) -> Target:
    """1,280 prompts, each of its own words and with one query: the whole output must be right."""
    return Target(Protocol(shots=pairs, queries=1, episodes=1280, split=split))


MIXED = tuple(
    Protocol(shots=pairs, queries=1, split=part) for pairs, part in ((3, "single"), (3, "trained"), (5, "trained"))
)
PROMPTS = (
    Recipe(
        "prompts-strings", "model-based", "strings", _reader,
        train=Protocol(shots=5, queries=1), schedule=Schedule(8000, 16, 3e-3, warmup=100, clip=1.0),
        mixture=MIXED,
        validation=Protocol(shots=5, queries=1, episodes=150, split="trained", seed=1),
        targets=tuple(_shown(k, split) for split in ("trained", "unseen", "single") for k in (5, 2)),
        paper="", validate_every=1000,
    ),
)  # fmt: skip
