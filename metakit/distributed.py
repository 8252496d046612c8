"""One meta-training on several processes, on one machine or many: each descends its part of every meta-batch.

All of them draw the same tasks from the same seed, take their own part, and average the meta-gradients; so all make the
same step, and the result is that of one process up to rounding. (A learner that draws while it trains, as MT-net its
masks, draws in every process anew: as random as in one, not the same.) `torchrun` starts the processes, and starts them
again when one is lost; then the run goes on from its last saved state:

    torchrun --standalone --nproc-per-node 4 --max-restarts 3 -m metakit train RECIPE --out FILE --resume
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch
import torch.distributed as dist
from torch import Tensor
from torch.distributed import PrefixStore  # type: ignore[attr-defined]
from torch.distributed.rendezvous import rendezvous

from metakit.compiled import Descent
from metakit.core import MetaKitError, MetaLearner, Task


def processes() -> int:
    """How many processes train together; 1 when this one is alone."""
    return dist.get_world_size() if dist.is_initialized() else 1


def first() -> bool:
    """Whether this process is the one that writes files, validates and prints."""
    return rank() == 0


def rank() -> int:
    """The number of this process among those that train together, from 0."""
    return dist.get_rank() if dist.is_initialized() else 0


@contextmanager
def joined(device: str) -> Iterator[str]:
    """Join the processes that `torchrun` has started, if it has; the device of this one, `cuda:1` of `cuda`."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield device
        return
    mine = f"cuda:{os.environ['LOCAL_RANK']}" if device == "cuda" else device
    if mine.startswith("cuda"):
        torch.cuda.set_device(mine)
    store, rank, world = next(rendezvous("env://"))
    attempt = os.environ.get(
        "TORCHELASTIC_RESTART_COUNT", "0"
    )  # or the addresses of the dead are found (pytorch#135712)
    backend = "nccl" if mine.startswith("cuda") else "gloo"
    dist.init_process_group(backend, store=PrefixStore(attempt, store), rank=rank, world_size=world)
    try:
        yield mine
    finally:
        dist.destroy_process_group()


def shared_descent(learner: MetaLearner, descend: Descent, meta_batch: int) -> Descent:
    """`descend` on this process's part of the tasks, then the mean of all meta-gradients, and of the meta-losses.

    Raises MetaKitError where the tasks cannot be divided.
    """
    if learner.one_by_one:
        raise MetaKitError(f"{type(learner).__name__} keeps running averages: train it in one process.")
    if meta_batch < processes():
        raise MetaKitError(
            f"A meta-batch of {meta_batch} cannot be divided among {processes()} processes: start at most {meta_batch}."
        )

    def step(tasks: Task) -> Tensor:
        mine = part_of(tasks, dist.get_rank(), processes())
        share = len(mine.support_x) / len(tasks.support_x)
        loss = share * descend(mine)
        for weight in learner.parameters():
            weight.grad = torch.zeros_like(weight) if weight.grad is None else share * weight.grad
            dist.all_reduce(weight.grad)
        dist.all_reduce(loss)
        return loss

    return step


def part_of(tasks: Task, number: int, parts: int) -> Task:
    """Part `number` (from 0) of T tasks: every `parts`-th of them."""
    return Task(*(axis[number::parts] for axis in tasks))
