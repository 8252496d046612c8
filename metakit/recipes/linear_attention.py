"""Linear attention against gradient descent, layer against step (von Oswald et al. 2023, section 3).

Inputs have mean square 1 and targets too, so an error is a share of what predicting zero makes: the paper's half
squared errors for d = 10 and inputs in [-0.5, 0.5] are these numbers times 10 / 24.
"""

from collections.abc import Callable

from metakit.core import MetaLearner
from metakit.learners.model_based.linear_attention import LinearAttention, PreconditionedDescent
from metakit.recipes.base import TESTED, Family, Recipe, Target
from metakit.tasks.base import Protocol
from metakit.train import Schedule

OSWALD = "von Oswald et al. 2023, arXiv:2212.07677; its figures are curves, without printed numbers"
DIMS, LAYERS = 10, (1, 2, 3, 5)


def _recipe(name: str, family: Family, learner: Callable[[], MetaLearner], schedule: Schedule) -> Recipe:
    """Ten examples of a linear function of ten inputs."""
    return Recipe(
        f"{name}-uniform-10", family, "uniform-10", learner,
        train=Protocol(shots=10, queries=10), schedule=schedule,
        validation=Protocol(shots=10, queries=10, episodes=4000),
        targets=(Target(Protocol(shots=10, queries=10, episodes=20_000, seed=TESTED)),), paper=OSWALD,
        validate_every=schedule.steps // 10,
    )  # fmt: skip


def _layers(number: int) -> Recipe:
    schedule = Schedule(2000 + 1000 * number, 200, 1e-2 if number == 1 else 3e-3, warmup=50, clip=1.0)
    return _recipe(f"linear-attention-{number}", "model-based", lambda: LinearAttention(DIMS, number), schedule)


def _steps(number: int, *, preconditioned: bool) -> Recipe:
    name = "preconditioned-descent" if preconditioned else "descent"
    schedule = Schedule(1000 + 300 * number, 200, 1e-2, warmup=50, clip=1.0)
    learner = lambda: PreconditionedDescent(number, preconditioned=preconditioned)  # noqa: E731
    return _recipe(f"{name}-{number}", "baseline", learner, schedule)


LINEAR_ATTENTION = (
    *(_layers(number) for number in LAYERS),
    *(_steps(number, preconditioned=False) for number in LAYERS),
    *(_steps(number, preconditioned=True) for number in LAYERS),
)
