"""How fast this machine runs MetaKit, against its own peaks, and each fast path against the plain loop it replaces.

Ratios are of medians of interleaved repetitions within one run: they survive a noisy machine, absolute times do not.
"""

from collections.abc import Callable, Mapping
from statistics import median
from time import perf_counter
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from metakit.compiled import compiled_descent, eager_descent
from metakit.core import MetaLearner, Task, mean_squared_error, with_targets
from metakit.learners.metric_based.prototypical import PrototypicalNetwork
from metakit.learners.optimization_based.maml import MAML
from metakit.nets.encoders import Conv4, mlp
from metakit.tasks.base import generator
from metakit.tasks.episodes import Episodes, ImageSet
from metakit.tasks.sinusoids import Sinusoids

Numbers = dict[str, float]


def bench(repeats: int = 5, compiled: bool = False) -> dict[str, Numbers]:
    """Every measurement, by name. Rates a second, times in milliseconds, sizes in units the name tells."""
    return {
        "machine": machine_peaks(repeats),
        "sampling": sampling(repeats),
        "maml_1_step": maml(1, repeats),
        "maml_5_steps": maml(5, repeats),
        "sinusoid_maml": sinusoid_maml(repeats, compiled),
        "prototypical_60_way": prototypical(repeats),
    }


def milliseconds(actions: Mapping[str, Callable[[], object]], repeats: int, in_a_row: int = 1) -> Numbers:
    """Median time of each action, one warm-up first, all in turn.

    What takes a millisecond or two is done `in_a_row`, as training does its steps, and the time is the mean of the row:
    alone, behind another action, it would mostly wait for its code and its memory.
    """
    times: dict[str, list[float]] = {name: [] for name in actions}
    for repeat in range(repeats + 1):
        for name, action in actions.items():
            started = perf_counter()
            for _ in range(in_a_row):
                action()
            if repeat:
                times[name].append(1e3 * (perf_counter() - started) / in_a_row)
    return {name: median(values) for name, values in times.items()}


def machine_peaks(repeats: int) -> Numbers:
    """Memory copy, matrix product and convolution with 64 channels, as fast as this machine does them."""
    block, matrix = torch.rand(16_000_000), torch.rand(1024, 1024)
    images = torch.rand(64, 64, 28, 28).contiguous(memory_format=torch.channels_last)
    weight = torch.rand(64, 64, 3, 3).contiguous(memory_format=torch.channels_last)
    target = torch.empty_like(block)
    actions: dict[str, Callable[[], object]] = {
        "copy": lambda: target.copy_(block),
        "product": lambda: matrix @ matrix,
        "convolution": lambda: F.conv2d(images, weight, padding=1),
    }
    times = milliseconds(actions, 3 * repeats)
    return {
        "threads": torch.get_num_threads(),
        "copy_gb_per_s": 2 * block.nbytes / times["copy"] / 1e6,
        "matrix_product_gflop_per_s": 2 * 1024**3 / times["product"] / 1e6,
        "convolution_gflop_per_s": 2 * 64 * 28 * 28 * 64 * 64 * 9 / times["convolution"] / 1e6,
    }


def some_images(classes: int = 4400) -> ImageSet:
    """Random pixels in Omniglot's layout, rotations included."""
    pixels = torch.randint(256, (classes, 20, 28, 28), dtype=torch.uint8, generator=generator(0))
    return ImageSet(pixels, tuple(map(str, range(classes))))


def sampling(repeats: int) -> Numbers:
    """Episodes of 5 ways, 1 shot and 15 queries, 32 at a time."""
    tasks, rng = Episodes(some_images(), 5, 1, 15), generator(0)
    time = milliseconds({"sample": lambda: tasks.sample(32, rng)}, 10 * repeats)["sample"]
    return {"episodes_per_s": 32e3 / time}


def maml(steps: int, repeats: int) -> Numbers:
    """A second-order meta-step over 32 tasks, 5 ways, 1 query a class: vmap against a loop of plain operations."""
    learner = MAML(Conv4(64), nn.Linear(64, 5), steps=steps, rate=0.4)
    tasks = with_targets(Episodes(some_images(100), 5, 1, 1).sample(32, generator(0)))
    times = milliseconds({"vmap": lambda: meta_gradient(learner, tasks), "loop": lambda: loop(learner, tasks)}, repeats)
    operations = count_operations(lambda: meta_gradient(learner, tasks))
    ratio = times["loop"] / times["vmap"]
    return {"vmap_ms": times["vmap"], "loop_ms": times["loop"], "ratio": ratio, "operations": operations}


def sinusoid_maml(repeats: int, compiled: bool = False) -> Numbers:
    """A second-order meta-step over 25 sinusoids: stacked, as MAML trains on them; under vmap; one after the other."""
    *body, head = mlp(1, 40, 40, 1)
    assert isinstance(head, nn.Linear)  # noqa: S101 - for the type checker
    learner = MAML(nn.Sequential(*body), head, loss=mean_squared_error)
    tasks, fast = Sinusoids().sample(25, generator(0)), compiled_descent(learner)
    ways: dict[str, Callable[[], object]] = {
        "stacked": lambda: meta_gradient(learner, tasks),
        "vmap": lambda: under_vmap(learner, tasks),
        "loop": lambda: loop(learner, tasks),
    }
    times = milliseconds(ways | ({"compiled": lambda: fast(tasks)} if compiled else {}), repeats, in_a_row=10)
    numbers = {f"{way}_ms": time for way, time in times.items()} | {"ratio": times["loop"] / times["stacked"]}
    return numbers | ({"compiled_ratio": times["loop"] / times["compiled"]} if compiled else {})


def prototypical(repeats: int) -> Numbers:
    """A training step of 60 ways, 1 shot, 5 queries, and its share of the convolution peak."""
    learner = PrototypicalNetwork(Conv4(64, statistics="running", pool=True))
    tasks = Episodes(some_images(100), 60, 1, 5).sample(1, generator(0))
    time = milliseconds({"step": lambda: meta_gradient(learner, tasks)}, repeats)["step"]
    maps = 64 * (14 * 14 + 7 * 7 + 3 * 3)  # input pixels times channels of blocks 2 to 4; block 1 has 28 * 28
    forward, unneeded = (2 * 9 * 64 * 360 * size for size in (28 * 28 + maps, 28 * 28))
    rate = (3 * forward - unneeded) / time / 1e6  # nobody asks for the gradient of the images
    peak = machine_peaks(repeats)["convolution_gflop_per_s"]
    return {"step_ms": time, "gflop_per_s": rate, "share_of_peak": rate / peak}


def meta_gradient(learner: MetaLearner, tasks: Task) -> None:
    """One meta-gradient."""
    learner.zero_grad()
    eager_descent(learner)(tasks)


def under_vmap(learner: MAML, tasks: Task) -> None:
    """The same meta-gradient where `vmap` adds the task axis, as for any learner that brings no way of its own."""
    learner.zero_grad()
    MetaLearner.meta_loss(learner, tasks).backward()


def loop(learner: MAML, tasks: Task) -> None:
    """The same meta-gradient, one task after the other, in plain operations and plain autograd."""
    learner.zero_grad()
    losses = [learner.task_loss(tasks.at(i)) for i in range(len(tasks.support_x))]
    torch.stack(losses).mean().backward()


def count_operations(action: Callable[[], object]) -> int:
    """Tensor operations that `action` dispatches, gradients included."""

    class Counter(TorchDispatchMode):
        seen = 0

        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            self.seen += 1
            return func(*args, **(kwargs or {}))

    with Counter() as counter:  # type: ignore[no-untyped-call]
        action()
    return counter.seen
