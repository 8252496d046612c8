"""`metakit evaluate RECIPE`: the shipped weights on unseen classes, with the protocol and a 95 % interval."""

import json as jsonlib
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from time import perf_counter
from typing import Literal, get_args

import tyro

from metakit.checkpoints import commit, load, read, shipped
from metakit.cli.train import pick_device
from metakit.errors import MetaKitError
from metakit.evaluate import Score, evaluate_streams, use_protocol
from metakit.evaluate import evaluate as measure
from metakit.ledger import Metric, Row, machine, record_rows
from metakit.nets.memory import keep_freed_memory
from metakit.recipes import Recipe, Target
from metakit.recipes import recipe as find
from metakit.tasks.base import Protocol, Tasks
from metakit.tasks.by_name import Data, tasks_for
from metakit.tasks.episodes import Episodes
from metakit.tasks.functions import FUNCTIONS, Shift
from metakit.tasks.images import load_images

SHIFTS = get_args(Shift)
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


def evaluate(
    recipe: tyro.conf.Positional[str],
    episodes: int | None = None,
    way: int | None = None,
    shot: int | None = None,
    queries: int | None = None,
    instance: int | None = None,
    steps: int | None = None,
    bn: Literal["inductive", "transductive"] | None = None,
    split: Literal["random", "background", "glyphs"] | Shift | None = None,
    images: str | None = None,
    device: str = "cpu",
    seed: int = 0,
    weights: Path | None = None,
    record: bool = False,
    json: bool = False,
) -> None:
    """Evaluate the shipped weights of a recipe on test tasks.

    Args:
        recipe: its name; `metakit list` shows them.
        episodes: test tasks (default: what the recipe reports, 1,000 episodes or 5,000 sinusoids).
        way: classes a task (N).
        shot: support examples a class, or points of a sinusoid (K).
        queries: query examples a class (default: 15, fewer where a class of your images has fewer), or points.
        instance: of an online stream in which each class comes K times, instead of queries: its accuracy.
        steps: inner steps at test time.
        bn: where batch-normalisation statistics of a query come from.
        split: random (unseen characters), background (unseen alphabets) or glyphs; of functions: how inputs shift.
        images: your own images, by the name that `metakit data images --from FOLDER` gave them.
        device: cpu, cuda, …; auto takes a GPU when there is one.
        seed: of the test tasks.
        weights: another weights file than the shipped one.
        record: measure all that the recipe reports, and write it to data/results.json.
        json: print one JSON object and nothing else.
    """
    keep_freed_memory()
    found = find(recipe)
    changes: dict[str, object] = {
        "ways": way, "shots": shot, "queries": queries, "episodes": episodes,
        "instance": instance, "norm": bn, "steps": steps, "split": images or split, "seed": seed,
    }  # fmt: skip
    asked = {key: value for key, value in changes.items() if value is not None}
    wanted = found.targets if record else found.targets[:1]
    targets = [
        replace(t, protocol=_changed(t.protocol, asked), published=t.published if record else None) for t in wanted
    ]
    if images is not None and queries is None and targets[0].protocol.instance is None:
        targets = [replace(t, protocol=_with_queries_left(t.protocol, images)) for t in targets]
    _check_kind(found, classes=way is not None or instance is not None or split in SPLITS, shift=split in SHIFTS)
    results = [
        result
        for _, group in groupby(targets, key=lambda target: replace(target.protocol, instance=None))
        for result in _measure(found, list(group), images, pick_device(device), weights)
    ]
    if record:
        record_rows(_row(found, result, weights or shipped(recipe)) for result in results)
    for result in results:
        print(jsonlib.dumps(result.as_json(recipe)) if json else _sentence(result))


def _check_kind(recipe: Recipe, *, classes: bool, shift: bool) -> None:
    if recipe.regression and classes:
        raise MetaKitError("Functions have no classes: leave --way, --instance and the splits of characters out.")
    if shift and recipe.data not in FUNCTIONS:
        raise MetaKitError("Only the functions of in-context learning have shifted inputs: choose another --split.")


def _changed(protocol: Protocol, asked: dict[str, object]) -> Protocol:
    whole = {"instance": None} if "queries" in asked else {"queries": 0} if "instance" in asked else {}
    changed = replace(protocol, **(whole | asked))  # type: ignore[arg-type]
    if changed.instance is not None and not 1 <= changed.instance <= changed.shots:
        raise MetaKitError(f"Each class comes {changed.shots} times in a stream: choose an --instance up to that.")
    return replace(changed, rotations=changed.split == "random")


def _measure(
    recipe: Recipe, targets: list[Target], images: str | None, device: str, weights: Path | None
) -> list[Measured]:
    """One number, or those of several instances of one stream."""
    protocol, started = targets[0].protocol, perf_counter()
    learner = load(recipe.name, weights).to(device)
    use_protocol(learner, protocol)
    tasks = _tasks(recipe, protocol, images, device)
    if protocol.instance is None:
        scores = [measure(learner, tasks, protocol.episodes, protocol.seed, device=device)]
    else:
        scores = evaluate_streams(learner, tasks, protocol.episodes, protocol.seed, device=device)
        scores = [scores[(target.protocol.instance or 1) - 1] for target in targets]
    seconds = perf_counter() - started
    metric: Metric = "mse" if recipe.regression else "accuracy"
    return [Measured(target, score, seconds, metric) for target, score in zip(targets, scores, strict=True)]


def _tasks(recipe: Recipe, protocol: Protocol, images: str | None, device: str) -> Tasks:
    if images is None:
        return tasks_for(SPLITS.get(protocol.split, recipe.data), "test", protocol, device)
    if protocol.ways is None:
        raise MetaKitError(f"{recipe.name} learns curves, not images: choose a recipe for Omniglot or glyphs.")
    return Episodes(load_images(images).to(device), protocol.ways, protocol.shots, protocol.queries)


def _with_queries_left(protocol: Protocol, images: str) -> Protocol:
    """The protocol with as many of its queries as every class of one's own images has beside the support set."""
    left = load_images(images).fewest - protocol.shots
    return replace(protocol, queries=max(1, min(protocol.queries, left)))


def _sentence(result: Measured) -> str:
    protocol, score, unit = result.target.protocol, result.score, result.unit
    number = (
        f"{score.mean * unit:.2f} ± {score.ci95 * unit:.2f} %"
        if result.metric == "accuracy"
        else f"{score.mean:.4f} ± {score.ci95:.4f} MSE"
    )
    told = ", ".join(f"{key} {value}" for key, value in protocol.as_dict().items() if value is not None)
    return f"{number}  ({told}; 95 % interval over {len(score.per_task)} tasks; {result.seconds:.0f} s)"


def _row(recipe: Recipe, result: Measured, weights: Path) -> Row:
    protocol = result.target.protocol
    about = {"seed": 0, "step": 0} if recipe.untrained else read(weights)[1]
    return Row(
        recipe=recipe.name,
        command=f"metakit evaluate {recipe.name} --record",
        seed=int(about["seed"]),
        protocol=protocol.as_dict(),
        metric=result.metric,
        mean=round(result.score.mean * result.unit, 4),
        ci95=round(result.score.ci95 * result.unit, 4),
        episodes=len(result.score.per_task),
        paper=result.target.published,
        paper_source=recipe.paper,
        seconds=round(result.seconds, 1),
        machine=machine(),
        commit=commit(),
        train_steps=int(about["step"]),
    )
