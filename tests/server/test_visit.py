"""A kernel tells the page that a callback failed, and no more than that."""

import logging

import pytest

from metakit.server.visit import FaultTeller


class Kernel:
    """As much of a kernel as a `FaultTeller` uses."""

    iopub_socket = "iopub"

    def __init__(self) -> None:
        self.session, self.sent = self, []

    def topic(self, kind):
        return kind.encode()

    def send(self, socket, kind, content, ident):
        self.sent.append((socket, kind, content, ident))


def telling(kernel: Kernel) -> logging.Logger:
    log = logging.getLogger("a log of this test")
    log.handlers = [FaultTeller(kernel)]
    return log


@pytest.fixture
def kernel():
    return Kernel()


def test_an_exception_is_told_by_its_name_alone(kernel: Kernel) -> None:
    try:
        int("a path of the server")
    except ValueError:
        telling(kernel).exception("Exception in comm_msg")
    assert kernel.sent == [("iopub", "error", {"ename": "ValueError", "evalue": "", "traceback": []}, b"error")]


def test_a_warning_is_not_told(kernel: Kernel) -> None:
    telling(kernel).warning("slow")
    assert kernel.sent == []
