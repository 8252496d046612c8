"""What a visitor's kernel does beyond Jupyter's: it is warm when it starts, and it tells the page when it fails."""

import gc
import logging
from collections.abc import Iterator
from typing import Any

from metakit.errors import MetaKitError

LOGGERS = ("Comm", "asyncio", "tornado.application")  # where exceptions of callbacks and of tasks end


def rehearse() -> None:
    """Answer a first question as the page will, without a page: what is imported and loaded for it stays."""
    from metakit.widgets import room  # noqa: F401, PLC0415 - ipywidgets is for kernels alone
    from metakit.widgets.playground import Playground  # noqa: PLC0415

    Playground().close()


def load_the_rest() -> Iterator[None]:
    """One after the other, the learners that a visitor may ask as well; who cannot be loaded is told to the server."""
    from metakit.widgets.roster import ready, roster  # noqa: PLC0415 - the same

    for name in roster():
        try:
            ready(name)
        except MetaKitError as error:  # the others are still worth a visit
            logging.getLogger(__name__).warning("%s", error)
        gc.freeze()
        yield


class FaultTeller(logging.Handler):
    """Sends every error to the page, in one word and nothing more: its banner offers a new start."""

    def __init__(self, kernel: Any) -> None:
        super().__init__(logging.ERROR)
        self.kernel = kernel

    def emit(self, record: logging.LogRecord) -> None:
        """Publish that something failed; what it was is for the server's log."""
        name = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else "Error"
        content = {"ename": name, "evalue": "", "traceback": []}
        self.kernel.session.send(self.kernel.iopub_socket, "error", content, ident=self.kernel.topic("error"))


def receive(kernel: Any) -> None:
    """From now on the page may ask for its widgets, and hears of exceptions in callbacks, which Jupyter only logs."""
    from ipywidgets import register_comm_target  # noqa: PLC0415 - ipywidgets is for kernels alone

    register_comm_target()  # it was imported before there was a kernel
    teller = FaultTeller(kernel)
    for name in LOGGERS:
        logging.getLogger(name).addHandler(teller)
