"""How many tasks does it take until a transformer learns to learn? Fewer, and it remembers the tasks instead.

Every task is five characters, in an order of its own, seen through a random projection of its own. Four probes: tasks
of the training set, new tasks of the same characters, and tasks of two other data sets, glyphs and scanned digits.

Louis Kirsch, James Harrison, Jascha Sohl-Dickstein, Luke Metz: General-Purpose In-Context Learning by Meta-Learning
Transformers, 2022, arXiv:2212.04458, figures 2 and 3. Deviations: five ways instead of ten; 20 examples in the prompt
instead of 100; frozen features of Omniglot characters instead of the pixels of MNIST; two layers.
"""

from collections.abc import Callable
from functools import partial
from typing import Literal

from metakit.core import MetaLearner, cross_entropy
from metakit.learners.model_based.in_context import InContextLearner
from metakit.nets.transformer import Transformer
from metakit.studies.base import Study, StudyRun
from metakit.studies.frozen import features
from metakit.tasks.base import Tasks
from metakit.tasks.by_name import Part
from metakit.tasks.episodes import Episodes
from metakit.tasks.projected import Projected
from metakit.train import Schedule

WAYS, SHOTS, NUMBERS = 5, 4, 32
POWERS = (0, 2, 4, 6, 8, 10, 14)
SEEN, UNSEEN, GLYPHS, DIGITS = "tasks seen", "new tasks", "new tasks of glyphs", "new tasks of digits"


def learner() -> MetaLearner:
    """The same in all runs."""
    return InContextLearner(NUMBERS, WAYS, Transformer(64, 2, 4), loss=cross_entropy)


def projected(
    tasks: int | None, data: Literal["omniglot", "glyphs", "digits"] = "omniglot", part: Part = "train"
) -> Projected:
    """Randomly projected and relabelled images; tasks=None: a new task every time."""
    return Projected(Episodes(features(data, part), WAYS, SHOTS, queries=1), tasks, NUMBERS)


def _run(tasks: int) -> StudyRun:
    probes: dict[str, Callable[[], Tasks]] = {
        SEEN: partial(projected, tasks), UNSEEN: partial(projected, None),
        GLYPHS: partial(projected, None, "glyphs", "test"), DIGITS: partial(projected, None, "digits", "test"),
    }  # fmt: skip
    return StudyRun(
        f"tasks-{tasks}", {"tasks": tasks}, learner, probes[SEEN],
        Schedule(600, 32, 2e-3, warmup=50, decay="constant", clip=1.0), probes, probe_every=100,
        protocol="5 ways, 4 examples a class, 5 queries; 32 projections of the features of prototypical-omniglot; 32 "
        "tasks a step, the loss on every example",
        episodes=200, chance=dict.fromkeys(probes, 1 / WAYS),
    )  # fmt: skip


GPICL = Study("gpicl", "How many tasks does it take to learn to learn?", tuple(_run(2**power) for power in POWERS))
