"""A live training curve: a loop of training records in the background, drawn while it runs, with a stop button."""

import asyncio
from collections.abc import Iterable, Mapping
from math import isfinite
from threading import Event, Thread
from time import perf_counter
from typing import Self

import anywidget
from traitlets import Bool, Dict, Float, Int, List, Unicode, observe

from metakit.train import Record
from metakit.widgets.front_end import STATIC

EVERY = 0.2  # seconds between two pictures
MOST_DOTS = 240  # longer runs are thinned, so that a picture stays small
DIVERGED = 1e9
SMOOTHED = (5, 33)  # records that the smoothed loss looks back on: a 25th of the run, within these


class TrainingCurve(anywidget.AnyWidget):
    """Draws a run of meta-training while it runs, in a thread of its own: the page and the kernel stay free.

        curve = TrainingCurve(meta_train(training), total=2000)
        curve.start()        # the last expression of a cell: shows the curve
        await curve.wait()   # in the next cell: returns when the run has ended, was stopped, or is interrupted

    The *Stop* button (trait `stop`) and an interrupt of the kernel end the run after the step it is in; what was
    learned so far is kept. An error in the loop is raised by `wait`.
    """

    _esm = "\n".join((STATIC / f"{name}.js").read_text(encoding="utf-8") for name in ("charts", "training_curve"))
    _css = (STATIC / "charts.css").read_text(encoding="utf-8")

    label = Unicode("loss").tag(sync=True)  # of the vertical axis
    total = Int(1, min=1).tag(sync=True)  # steps of the whole run
    references = Dict(Float()).tag(sync=True)  # label -> a level to beat
    stop = Bool(default_value=False).tag(sync=True)

    status = Unicode("ready").tag(sync=True)  # ready, running, done, stopped, failed
    dots = List(List(Float())).tag(sync=True)  # [[step, loss, smoothed loss], …]
    step = Int(0).tag(sync=True)
    rate = Float(0.0).tag(sync=True)  # steps a second

    def __init__(
        self, records: Iterable[Record], total: int, label: str = "loss", references: Mapping[str, float] | None = None
    ) -> None:
        self.records: list[Record] = []
        self._source, self._stopping = records, Event()
        self._error: Exception | None = None
        self._thread = Thread(target=self._run, daemon=True, name="training")
        super().__init__(total=total, label=label, references=dict(references or {}))

    def start(self) -> Self:
        """Begin, in the background. A run begins once."""
        if self.status == "ready":
            self.status = "running"
            self._thread.start()
        return self

    async def wait(self) -> list[Record]:
        """Wait until the run has ended; the records so far. An interrupt of the kernel stops the run, not the cell.

        It awaits, because a kernel hears the *Stop* button in a waiting cell and not in a busy one.
        """
        self.start()
        try:
            while self._thread.is_alive():  # noqa: ASYNC110 - an interrupt does not wake an event loop that only waits
                await asyncio.sleep(EVERY)
        except asyncio.CancelledError:  # what an interrupt is to a waiting cell
            self.stop = True
            self._thread.join()
        if self._error is not None:
            raise self._error
        return self.records

    @observe("stop")
    def _heed(self, _change: object) -> None:
        if self.stop:
            self._stopping.set()

    def _run(self) -> None:
        try:
            self._follow()
        except Exception as error:  # noqa: BLE001 - raised again by `wait`, in the reader's thread
            self._error = error
        finished = len(self.records) >= self.total
        self.status = "failed" if self._error else "done" if finished else "stopped"

    def _follow(self) -> None:
        started = drawn = perf_counter()
        smooth: list[float] = []
        memory = 1 - 1 / min(max(self.total // 25, SMOOTHED[0]), SMOOTHED[1])
        seen, weight = 0.0, 0.0  # so that the first loss, which may be far off, has no more than its share
        for record in self._source:
            self.records.append(record)
            seen, weight = memory * seen + record.loss, memory * weight + 1
            smooth.append(seen / weight)
            now = perf_counter()
            if self._stopping.is_set():
                break
            if now - drawn > EVERY:
                drawn = now
                self._draw(smooth, len(self.records) / (now - started))
        self._draw(smooth, len(self.records) / (perf_counter() - started))

    def _draw(self, smooth: list[float], rate: float) -> None:
        if not smooth:
            return
        stride = 1 + (len(smooth) - 1) // MOST_DOTS
        chosen = [*range(0, len(smooth) - 1, stride), len(smooth) - 1]
        with self.hold_sync():
            self.dots = [[self.records[i].step, _finite(self.records[i].loss), _finite(smooth[i])] for i in chosen]
            self.step, self.rate = self.records[-1].step, rate


def _finite(loss: float) -> float:
    """Four decimals; a loss that is no number any more is drawn far above the picture."""
    return round(loss, 4) if isfinite(loss) else DIVERGED
