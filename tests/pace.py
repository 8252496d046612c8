"""How much slower this machine is just now than an idle one: a promise in seconds is for an idle machine."""

from time import thread_time

import torch
from torch.nn.functional import linear, relu

IDLE = 0.015  # seconds of a thread for `yardstick()` where a new picture must be there within 100 ms
MOST = 3.0  # more is no excuse


def yardstick() -> float:
    """Seconds of this thread for a fixed piece of work that is like a widget's: many small operations."""
    started, weight = thread_time(), torch.eye(64, requires_grad=True)
    for _ in range(40):
        x = torch.ones(64, 64)
        for _ in range(3):
            x = relu(linear(x, weight))
        torch.autograd.grad(x.mean(), weight)
    return thread_time() - started


def slowness() -> float:
    """1 on an idle machine, 2 where everything takes twice as long."""
    return min(MOST, max(1.0, min(yardstick() for _ in range(3)) / IDLE))


def within(seconds: float, promised: float) -> bool:
    """Whether an idle machine would have kept the promise."""
    return seconds <= promised or seconds <= promised * slowness()
