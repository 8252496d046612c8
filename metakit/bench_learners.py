"""How long each learner takes to learn one task, how fast it meta-trains, and what its inner steps cost in memory."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter
from typing import Any
from weakref import ReferenceType, ref

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_leaves

from metakit.bench import Numbers, meta_gradient, some_images
from metakit.checkpoints import load, shipped
from metakit.core import MetaKitError, MetaLearner, Task
from metakit.learners.optimization_based.maml import MAML
from metakit.nets.encoders import Conv4
from metakit.recipes import RECIPES, Recipe
from metakit.tasks.base import generator
from metakit.tasks.episodes import Episodes

EPISODES = {"5w1s": (5, 1), "20w5s": (20, 5)}


def learners(repeats: int) -> Iterator[tuple[str, Numbers]]:
    """Each learner on Omniglot that has weights: milliseconds to learn a task and answer a query; training speed."""
    for found in RECIPES.values():
        if found.data.startswith("omniglot") and (found.untrained or shipped(found.name).exists()):
            yield found.name, latencies(found, repeats) | training_speed(found, repeats)


def latencies(found: Recipe, repeats: int) -> Numbers:
    """Median and 95th percentile over tasks; only of those N that the learner serves."""
    learner, numbers = load(found.name), Numbers()
    steps = found.targets[-1].protocol.steps
    learner.steps = learner.steps if steps is None else steps
    for name, (ways, shots) in EPISODES.items():
        tasks = Episodes(some_images(100), ways, shots, 1).sample(8 * repeats, generator(0))
        with suppress(MetaKitError):  # a head for another N
            times = sorted(answer_times(learner, tasks, least=repeats))
            numbers |= {f"{name}_p50_ms": times[len(times) // 2], f"{name}_p95_ms": times[int(0.95 * len(times))]}
    return numbers


def answer_times(learner: MetaLearner, tasks: Task, least: int, seconds: float = 2.0) -> list[float]:
    """Of as many of the tasks as fit into `seconds`, after one to warm up."""
    answer_time(learner, tasks.at(0))
    times: list[float] = []
    while len(times) < len(tasks.support_x) and (len(times) < least or sum(times) < 1e3 * seconds):
        times.append(answer_time(learner, tasks.at(len(times))))
    return times


@torch.no_grad()
def answer_time(learner: MetaLearner, task: Task) -> float:
    """Milliseconds from a support set to the answer to one query."""
    started = perf_counter()
    learner.predict(learner.adapt(task.support_x, task.support_y), task.query_x[:1])
    return 1e3 * (perf_counter() - started)


@torch.no_grad()
def state_bytes(learner: MetaLearner, task: Task) -> int:
    """Bytes of what a learner keeps of a task when it has learned it, less what it has anyway: its own weights."""
    own = {part.data_ptr() for part in (*learner.parameters(), *learner.buffers())}
    state = tree_leaves(learner.adapt(task.support_x, task.support_y))
    return sum(part.nbytes for part in state if torch.is_tensor(part) and part.data_ptr() not in own)


def training_speed(found: Recipe, repeats: int) -> Numbers:
    """Meta-training episodes a second, as the recipe trains."""
    if found.untrained or found.supervised is not None or found.train.ways is None:
        return {}
    learner, told, batch = found.learner().train(), found.train, found.schedule.meta_batch
    if told.steps is not None:
        learner.steps = told.steps
    tasks = Episodes(some_images(100), told.ways or 5, told.shots, told.queries).sample(batch, generator(0))
    times = []
    for _ in range(repeats + 1):
        started = perf_counter()
        meta_gradient(learner, tasks)
        times.append(perf_counter() - started)
    return {"training_episodes_per_s": batch / sorted(times[1:])[repeats // 2]}


def memory(most_steps: int = 5) -> Numbers:
    """Megabytes kept for the meta-gradient of one Omniglot task, by inner steps: second order grows, first does not."""
    numbers, task = Numbers(), Episodes(some_images(100), 5, 1, 15).sample(1, generator(0))
    for order in (1, 2):
        for steps in (1, most_steps):
            learner = MAML(Conv4(64), nn.Linear(64, 5), steps=steps, rate=0.4, order=1 if order == 1 else 2)
            kept = bytes_kept(lambda learner=learner: learner.meta_loss(task)) / 1e6  # type: ignore[misc]
            numbers[f"order_{order}_steps_{steps}_mb"] = kept
    return numbers


def bytes_kept(action: Callable[[], Any]) -> int:
    """Bytes of the tensors that autograd still keeps for the backward pass when `action` has returned its result."""
    boxes: list[ReferenceType[Box]] = []

    def keep(tensor: Tensor) -> Box:
        box = Box(tensor)
        boxes.append(ref(box))
        return box

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda box: box.tensor):
        result = action()
    storages = [box.tensor.untyped_storage() for box in (found() for found in boxes) if box is not None]
    del result  # its graph lived until here
    return sum({storage.data_ptr(): storage.nbytes() for storage in storages}.values())


@dataclass
class Box:
    """A tensor in a graph: it goes when the graph goes."""

    tensor: Tensor
