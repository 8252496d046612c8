"""Training runs as streams of events: one run in this process, or several side by side in a process each.

A single training step leaves most of a GPU idle, and most of a many-core processor; several runs share it well.
"""

import signal
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import parent_process
from pathlib import Path
from queue import Empty
from typing import Any, NamedTuple

import torch
from torch.multiprocessing import get_context

from metakit.core import MetaKitError
from metakit.nets.memory import keep_freed_memory
from metakit.recipes import recipe as find
from metakit.runs import Run

PATIENCE = 1.0  # seconds to wait for a word before looking who is still alive


@dataclass(frozen=True)
class Order:
    """What to train, and how."""

    recipe: str
    path: Path
    seed: int
    device: str
    resume: bool
    compiled: bool
    steps: int | None  # more; None: to the end of the schedule


class Event(NamedTuple):
    """What a run tells after an outer step; after its last it tells where its weights are, or what went wrong."""

    recipe: str
    step: int
    words: str = ""
    validation: str = ""  # when it was measured
    outcome: str = ""  # the last event of a run has one
    failed: bool = False


def train_one(order: Order) -> Iterator[Event]:
    """Train here. Raises MetaKitError where the order cannot be carried out."""
    keep_freed_memory()
    run = Run(find(order.recipe), order.path, order.seed, order.device, resume=order.resume, compiled=order.compiled)
    yield Event(order.recipe, run.training.step)
    for record, value, best in run.moments(order.steps):
        rate, so_far = 1 / max(record.seconds, 1e-9), "–" if run.best is None else f"{run.best:.4f}"
        words = f"loss {record.loss:.3f}  {rate:.1f} steps/s  best {so_far}"
        measured = "" if value is None else f"step {record.step}: validation {value:.4f}{' *' * best}"
        yield Event(order.recipe, record.step, words, measured)
    place = f"Best weights by validation: {run.path}" if run.path.exists() else f"State of the run: {run.state_path}"
    yield Event(order.recipe, run.training.step, outcome=place)


def side_by_side(orders: list[Order]) -> Iterator[Event]:
    """Train all of them at once; one that fails leaves the others alone."""
    context: Any = get_context("spawn")
    events = context.Queue()
    threads = max(1, torch.get_num_threads() // len(orders))
    workers = [context.Process(target=_work, args=(order, threads, events)) for order in orders]
    for worker in workers:
        worker.start()
    running = {order.recipe: worker for order, worker in zip(orders, workers, strict=True)}
    try:
        while running:
            for event in _heard(events, running):
                if event.outcome:
                    del running[event.recipe]
                yield event
    except BaseException:  # Ctrl-C: let them save
        for worker in workers:
            worker.terminate()
        raise
    finally:
        for worker in workers:
            worker.join()


def _heard(events: Any, running: dict[str, Any]) -> list[Event]:
    """The next event; where none comes, one for each worker that has ended before saying how."""
    ended = [recipe for recipe, worker in running.items() if worker.exitcode is not None]
    try:
        return [events.get(timeout=PATIENCE)]
    except Empty:
        words = "its process was killed, perhaps for want of memory"
        return [Event(recipe, 0, outcome=words, failed=True) for recipe in ended]


def _work(order: Order, threads: int, events: Any) -> None:
    """The process of one run. It stops quietly when it is interrupted: the run has saved its state by then."""
    parent: Any = parent_process()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all processes; the first one tells the others
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    torch.set_num_threads(threads)
    try:
        for event in train_one(order):
            events.put(event)
            if not parent.is_alive():  # killed: nobody could stop this one any more
                return events.cancel_join_thread()
    except MetaKitError as error:
        events.put(Event(order.recipe, 0, outcome=str(error), failed=True))
    except (RuntimeError, MemoryError, OSError) as error:  # no memory left on the device, …
        events.put(Event(order.recipe, 0, outcome=f"{type(error).__name__}: {error}", failed=True))
    except KeyboardInterrupt:
        events.cancel_join_thread()
