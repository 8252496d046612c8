"""A recipe's learner measured under its protocols: the number, the sentence that tells it, the row of the ledger."""

from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from metakit.checkpoints import commit, load, read
from metakit.errors import MetaKitError
from metakit.evaluate import Score, evaluate, evaluate_streams, use_protocol
from metakit.ledger import Metric, Row, machine
from metakit.recipes import Recipe, Target
from metakit.tasks.base import Protocol, Tasks
from metakit.tasks.by_name import Data, tasks_for
from metakit.tasks.episodes import Episodes
from metakit.tasks.images import load_images

SPLITS: dict[str, Data] = {"random": "omniglot", "background": "omniglot-background", "glyphs": "glyphs"}


@dataclass(frozen=True)
class Measured:
    """One number and how it came about."""

    target: Target
    score: Score
    seconds: float
    metric: Metric

    @property
    def unit(self) -> float:
        """Accuracies are told in percent."""
        return 1.0 if self.metric == "mse" else 100.0

    def as_json(self, recipe: str) -> dict[str, object]:
        """What --json prints."""
        return {
            "recipe": recipe,
            "mean": self.score.mean * self.unit,
            "ci95": self.score.ci95 * self.unit,
            "episodes": len(self.score.per_task),
            "protocol": self.target.protocol.as_dict(),
            "seconds": round(self.seconds, 2),
        }


def measure(
    recipe: Recipe, targets: list[Target], images: str | None, device: str, weights: Path | None
) -> list[Measured]:
    """One number, or those of several instances of one stream."""
    protocol, started = targets[0].protocol, perf_counter()
    learner = load(recipe.name, weights).to(device)
    use_protocol(learner, protocol)
    tasks = _tasks(recipe, protocol, images, device)
    if protocol.instance is None:
        scores = [evaluate(learner, tasks, protocol.episodes, protocol.seed, device=device)]
    else:
        scores = evaluate_streams(learner, tasks, protocol.episodes, protocol.seed, device=device)
        scores = [scores[(target.protocol.instance or 1) - 1] for target in targets]
    seconds = perf_counter() - started
    for score in scores:
        _check_finite(score, protocol)
    metric: Metric = "mse" if recipe.regression else "accuracy"
    return [Measured(target, score, seconds, metric) for target, score in zip(targets, scores, strict=True)]


def _check_finite(score: Score, protocol: Protocol) -> None:
    lost = int((~score.per_task.isfinite()).sum())
    if lost:
        tasks = f"On {lost:,} of {len(score.per_task):,} tasks the predictions overflow"
        taken = "" if protocol.steps is None else f" after {protocol.steps} inner steps"
        raise MetaKitError(f"{tasks}{taken}: choose fewer --steps, or other weights.")


def _tasks(recipe: Recipe, protocol: Protocol, images: str | None, device: str) -> Tasks:
    if images is None:
        return tasks_for(SPLITS.get(protocol.split, recipe.data), "test", protocol, device)
    if protocol.ways is None:
        raise MetaKitError(f"{recipe.name} learns curves, not images: choose a recipe for Omniglot or glyphs.")
    return Episodes(load_images(images).to(device), protocol.ways, protocol.shots, protocol.queries)


def sentence(result: Measured) -> str:
    """The number, its interval, and the protocol it belongs to."""
    protocol, score, unit = result.target.protocol, result.score, result.unit
    number = f"{score.mean * unit:.2f} ± {score.ci95 * unit:.2f} %" if result.metric == "accuracy" else f"{score} MSE"
    told = ", ".join(f"{key} {value}" for key, value in protocol.as_dict().items() if value is not None)
    return f"{number}  ({told}; 95 % interval over {len(score.per_task)} tasks; {result.seconds:.0f} s)"


def row(recipe: Recipe, result: Measured, weights: Path, device: str) -> Row:
    """What the ledger keeps."""
    protocol = result.target.protocol
    about = {"seed": 0, "step": 0} if recipe.untrained else read(weights)[1]
    return Row(
        recipe=recipe.name,
        command=f"metakit evaluate {recipe.name} --record",
        seed=int(about["seed"]),
        protocol=protocol.as_dict(),
        metric=result.metric,
        mean=round(result.score.mean * result.unit, 6),
        ci95=round(result.score.ci95 * result.unit, 6),
        episodes=len(result.score.per_task),
        paper=result.target.published,
        paper_source="; trained for ".join(filter(None, (recipe.paper, recipe.paper_trained))),
        seconds=round(result.seconds, 1),
        machine=machine(device),
        commit=commit(),
        train_steps=int(about["step"]),
    )
