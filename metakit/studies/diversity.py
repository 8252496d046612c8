"""Task diversity: how many training tasks it takes until a transformer answers as if there were infinitely many.

Linear functions of 8 inputs with noise, as prompts of 15 examples. With a pool of few training tasks the best answer is
that of the discrete Bayes estimator, which knows the pool by heart; for a new task the best answer is ridge's. Which of
the two does the transformer give?

Allan Raventós, Mansheej Paul, Feng Chen, Surya Ganguli: Pretraining Task Diversity and the Emergence of Non-Bayesian
In-Context Learning for Regression, 2023, arXiv:2306.15063, figures 2 and 3. Deviations: a smaller transformer, 3,000
steps of 64 prompts instead of 500,000 of 256; outputs of mean square 1.
"""

from dataclasses import dataclass
from functools import partial

import torch

from metakit.core import MetaLearner, Task
from metakit.learners.baselines.linear_estimators import DiscreteBayes, Ridge
from metakit.learners.model_based.in_context import InContextLearner
from metakit.nets.transformer import Transformer
from metakit.studies.base import Study, StudyRun
from metakit.tasks.base import Tasks
from metakit.tasks.functions import Functions
from metakit.train import Schedule

DIMS, SHOTS, NOISE = 8, 15, 0.5 / 8**0.5  # the paper's noise, 0.25 of variance, in units of the outputs
POOLS = (1, 16, 64, 256, 4096, 65_536)


@dataclass(frozen=True)
class Answered:
    """`tasks` with an estimator's answers in place of the truth: an error is then the distance from the estimator."""

    tasks: Functions
    estimator: MetaLearner

    @torch.no_grad()
    def sample(self, n_tasks: int, rng: torch.Generator) -> Task:
        """Draw T tasks and let the estimator answer their queries."""
        drawn = self.tasks.sample(n_tasks, rng)
        return drawn._replace(query_y=self.estimator.solve(drawn))


def ridge() -> Ridge:
    """The best answer to a new task."""
    return Ridge(DIMS * NOISE**2)


def discrete_bayes(pool: int) -> DiscreteBayes:
    """The best answer to one of the pool."""
    return DiscreteBayes(prompts(pool).pooled(), NOISE)


def prompts(pool: int | None, shots: int = SHOTS, queries: int = 1) -> Functions:
    """Prompts about one of `pool` functions, or ever new ones."""
    return Functions("linear", DIMS, shots, queries, noise=NOISE, pool=pool)


def _learner() -> InContextLearner:
    return InContextLearner(DIMS, 1, Transformer(64, 4, 4))


def _same(tasks: Tasks) -> Tasks:
    return tasks


def _run(pool: int) -> StudyRun:
    trained, new = prompts(pool), prompts(None)
    probes: dict[str, Tasks] = {"trained tasks": trained, "new tasks": new}
    probes |= {"from ridge": Answered(new, ridge()), "from Bayes": Answered(new, discrete_bayes(pool))}
    probes |= {"from Bayes, trained tasks": Answered(trained, discrete_bayes(pool))}
    return StudyRun(
        f"tasks-{pool}", {"tasks": pool}, _learner, lambda: trained, Schedule(3000, 64, 2e-3, warmup=200, clip=1.0),
        {name: partial(_same, tasks) for name, tasks in probes.items()}, probe_every=300,
        protocol=f"{DIMS} inputs, {SHOTS} examples, noise of variance 1/32; error as a share of predicting zero; "
        "1,280 prompts",
        episodes=1280, metric="mse", keeps_weights=False,
    )  # fmt: skip


DIVERSITY = Study(
    "diversity", "How many training tasks until a transformer learns new ones?", tuple(_run(pool) for pool in POOLS)
)
