"""Interrupts that wait: who presses Ctrl-C in the midst of something is heard when it is whole."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from typing import Any

NAMES = ("SIGINT", "SIGTERM", "SIGHUP")  # Windows has no SIGHUP


@contextmanager
def interrupts_wait() -> Iterator[None]:
    """Within this block no handler of an interrupt runs; behind it the first that came does.

    Python calls handlers in the main thread alone: in another there is nothing to wait for. An interrupt that nobody
    handles (one that is ignored, or ends the process at once) stays as it is.
    """
    came: list[int] = []
    handlers = _handlers() if current_thread() is main_thread() else {}
    try:
        for number in handlers:
            signal.signal(number, lambda number, _: came.append(number))
        yield
    finally:
        _put_back(handlers)
        if came:
            signal.raise_signal(came[0])


def _handlers() -> dict[int, Any]:
    numbers = [getattr(signal, name) for name in NAMES if hasattr(signal, name)]
    return {number: handler for number in numbers if callable(handler := signal.getsignal(number))}


def _put_back(handlers: dict[int, Any]) -> None:
    """All of them, even where one that is back already is called meanwhile, and raises."""
    try:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    except BaseException:
        _put_back(handlers)
        raise
