"""Training runs as streams of events: one run in this process, or several side by side in a process each.

A single training step leaves most of a GPU idle, and most of a many-core processor; several runs share it well.
"""

import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch.multiprocessing import get_context

from metakit.core import MetaKitError
from metakit.nets.memory import keep_freed_memory
from metakit.recipes import recipe as find
from metakit.runs import Run


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
    """Train all of them at once; one that fails leaves the others alone.

    Stopped, all save their state. On Windows they end at once: what they saved within the last half minute stays.
    """
    threads = max(1, torch.get_num_threads() // len(orders))
    workers = [_Worker(order, threads) for order in orders]
    running = {worker.heard: worker for worker in workers}
    try:
        while running:
            for heard in wait(list(running)):
                event = running[heard].tell()
                if event.outcome:
                    del running[heard]
                yield event
    except BaseException:  # Ctrl-C: let them save
        for worker in workers:
            worker.process.terminate()
        raise
    finally:
        for worker in workers:
            worker.process.join()


class _Worker:
    """A run in a process of its own, and the line on which it is heard.

    Each has its own: on a line that several share, who is killed while speaking would silence the others for ever.
    """

    def __init__(self, order: Order, threads: int) -> None:
        context: Any = get_context("spawn")
        self.order, self.step = order, 0
        self.heard, said = context.Pipe(duplex=False)
        self.process = context.Process(target=_work, args=(order, threads, said), name=order.recipe)
        self.process.start()
        said.close()  # the process has it; when that ends, so does the line

    def tell(self) -> Event:
        """Its next event: at the end of the line, how it ended."""
        try:
            event: Event = self.heard.recv()
        except (EOFError, OSError):  # in the midst of a word
            self.process.join()
            killed = (self.process.exitcode or 0) < 0
            words = "its process was killed, perhaps for want of memory" if killed else "it ended with the error above"
            return Event(self.order.recipe, self.step, outcome=words, failed=True)
        self.step = event.step
        return event


def _work(order: Order, threads: int, events: Any) -> None:
    """The process of one run. It stops quietly when it is interrupted: the run has saved its state by then."""
    for name in ("SIGINT", "SIGHUP"):  # they go to all processes; the first one tells the others
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    torch.set_num_threads(threads)
    with suppress(KeyboardInterrupt, BrokenPipeError):  # the first one is gone: nobody could stop this one any more
        try:
            for event in train_one(order):
                events.send(event)
        except MetaKitError as error:
            events.send(Event(order.recipe, 0, outcome=str(error), failed=True))
        except (RuntimeError, MemoryError, OSError) as error:  # no memory left on the device, …
            events.send(Event(order.recipe, 0, outcome=f"{type(error).__name__}: {error}", failed=True))
