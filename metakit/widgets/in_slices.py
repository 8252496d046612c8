"""Answers that take a while, in slices: they never block the page, and a newer question ends an older one."""

import asyncio
from collections.abc import Iterator
from typing import Any

import anywidget


class InSlices(anywidget.AnyWidget):
    """A widget whose work is a generator that pauses often, and ends by showing its result.

    Where the page moved a control, the kernel's event loop does one slice after the other, and listens in between.
    Where a cell did, all is done when the next line runs.
    """

    _page_asks = False
    _going: asyncio.Task[None] | None = None

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """What the page has moved; ipywidgets calls this for its messages alone."""
        self._page_asks = True
        try:
            super().set_state(sync_data)
        finally:
            self._page_asks = False

    def close(self) -> None:
        """Nobody waits for an answer any more."""
        if self._going is not None:
            self._going.cancel()
        super().close()

    def _carry_out(self, slices: Iterator[object]) -> None:
        """Do this work, and forget what is left of an older one."""
        if self._going is not None:
            self._going.cancel()
        if not (self._page_asks and _a_loop_runs()):
            for _ in slices:
                pass
            return
        self._going = asyncio.get_running_loop().create_task(_one_by_one(slices))
        self._going.add_done_callback(fail_loudly)


def fail_loudly(task: asyncio.Task[None]) -> None:
    """An exception of the task is raised here, where the event loop tells of it."""
    if not task.cancelled():
        task.result()


async def _one_by_one(slices: Iterator[object]) -> None:
    for _ in slices:
        await asyncio.sleep(0)


def _a_loop_runs() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
