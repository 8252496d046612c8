"""`metakit evaluate RECIPE`: the shipped weights on unseen classes, with the protocol and a 95 % interval."""

import json as jsonlib
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Literal, get_args

import tyro

from metakit.checkpoints import shipped
from metakit.cli.measuring import SPLITS, measure, row, sentence
from metakit.cli.train import check_seed, pick_device
from metakit.errors import MetaKitError
from metakit.ledger import record_rows
from metakit.nets.memory import keep_freed_memory
from metakit.recipes import Recipe
from metakit.recipes import recipe as find
from metakit.tasks.base import Protocol
from metakit.tasks.functions import FUNCTIONS, Shift
from metakit.tasks.images import load_images

Words = Literal["single", "trained", "unseen"]
SHIFTS, WORDS = get_args(Shift), get_args(Words)


def evaluate(
    recipe: tyro.conf.Positional[str],
    episodes: int | None = None,
    way: int | None = None,
    shot: int | None = None,
    queries: int | None = None,
    instance: int | None = None,
    steps: int | None = None,
    bn: Literal["inductive", "transductive"] | None = None,
    split: Literal["random", "background", "glyphs"] | Shift | Words | None = None,
    images: str | None = None,
    device: str = "cpu",
    seed: int | None = None,
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
        split: random (unseen characters), background (unseen alphabets) or glyphs; of functions: how inputs shift; of
            strings: single transformations, compositions that were trained, or unseen ones.
        images: your own images, by the name that `metakit data images --from FOLDER` gave them.
        device: cpu, cuda, …; auto takes a GPU when there is one.
        seed: of the test tasks (default: what the recipe reports).
        weights: another weights file than the shipped one.
        record: measure all that the recipe reports, and write it to data/results.json.
        json: print one JSON object and nothing else.
    """
    keep_freed_memory()
    check_seed(seed or 0)
    found, place = find(recipe), pick_device(device)
    changes: dict[str, object] = {
        "ways": way, "shots": shot, "queries": queries, "episodes": episodes,
        "instance": instance, "norm": bn, "steps": steps, "split": images or split, "seed": seed,
    }  # fmt: skip
    asked = {key: value for key, value in changes.items() if value is not None}
    if record and (asked or weights):
        raise MetaKitError("--record measures what the recipe reports: leave the other options out.")
    wanted = found.targets if record else found.targets[:1]
    targets = [
        replace(t, protocol=_changed(t.protocol, asked), published=t.published if record else None) for t in wanted
    ]
    if images is not None and queries is None and targets[0].protocol.instance is None:
        targets = [replace(t, protocol=_with_queries_left(t.protocol, images)) for t in targets]
    _check_kind(found, split, classes=way is not None or instance is not None or split in SPLITS)
    results = [
        result
        for _, group in groupby(targets, key=lambda target: replace(target.protocol, instance=None))
        for result in measure(found, list(group), images, place, weights)
    ]
    if record:
        record_rows(row(found, result, shipped(recipe), place) for result in results)
    for result in results:
        print(jsonlib.dumps(result.as_json(recipe)) if json else sentence(result))


def _check_kind(recipe: Recipe, split: str | None, *, classes: bool) -> None:
    if recipe.train.ways is None and classes:
        raise MetaKitError(
            "Functions and strings have no classes: leave --way, --instance and the splits of characters out."
        )
    trained_here = recipe.data.startswith("omniglot") and not recipe.untrained
    if trained_here and split in ("random", "background") and SPLITS[split] != recipe.data:
        raise MetaKitError(
            f"{recipe.name} was trained on many test characters of that split: leave --split out, or choose glyphs."
        )
    if split in WORDS and recipe.data != "strings":
        raise MetaKitError("Only string transformations are single, trained or unseen: choose another --split.")
    if split in SHIFTS and recipe.data not in FUNCTIONS:
        raise MetaKitError("Only the functions of in-context learning have shifted inputs: choose another --split.")


def _changed(protocol: Protocol, asked: dict[str, object]) -> Protocol:
    whole = {"instance": None} if "queries" in asked else {"queries": 0} if "instance" in asked else {}
    changed = replace(protocol, **(whole | asked))  # type: ignore[arg-type]
    if changed.shots < 1 or (changed.queries < 1 and changed.instance is None):
        raise MetaKitError("A task needs a support example and a query: choose --shot and --queries of 1 or more.")
    if changed.instance is not None and not 1 <= changed.instance <= changed.shots:
        raise MetaKitError(f"Each class comes {changed.shots} times in a stream: choose an --instance up to that.")
    return replace(changed, rotations=changed.split == "random")


def _with_queries_left(protocol: Protocol, images: str) -> Protocol:
    """The protocol with as many of its queries as every class of one's own images has beside the support set."""
    left = load_images(images).fewest - protocol.shots
    return replace(protocol, queries=max(1, min(protocol.queries, left)))
