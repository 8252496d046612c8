"""A warm process that has imported and loaded all that a visitor needs, and forks one kernel a visitor.

A fork shares its parent's memory until one of the two writes to it: torch, the page's code and the learners' weights
are there once for all visitors, and a kernel starts without importing anything. Linux only: elsewhere a process that
has imported torch cannot be forked safely.

It serves one parent over a socket of packets. A packet asks for a kernel as JSON ("connection", "env", "cwd",
"memory"); the answer is its process id. When the parent goes, so does the nursery, and all its kernels with it.
"""

import ctypes
import gc
import json
import os
import random
import resource
import select
import signal
import socket
import sys
import threading
import traceback
from pathlib import Path
from typing import Any, NoReturn

from metakit.server import visit
from metakit.server.provisioner import LONGEST

END_WITH_PARENT = 1  # prctl's PR_SET_PDEATHSIG
QUIET = 0.2  # seconds
PAGE = resource.getpagesize()


def main(descriptor: int) -> None:
    """Serve the socket `descriptor` until its other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's to hear
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who ends is forgotten at once
    with socket.socket(fileno=descriptor) as parent:
        warm_up()
        parent.send(b"warm")
        rest = visit.load_the_rest()
        while True:
            if not select.select([parent], [], [], QUIET)[0]:
                next(rest, None)  # nobody asks: there is time
            elif not (packet := parent.recv(LONGEST)):
                return
            elif child := forked():
                parent.send(str(child).encode())
            else:
                parent.close()
                become_kernel(json.loads(packet))


def forked() -> int:
    """As `os.fork`; -1 where the machine has no process or memory left."""
    try:
        return os.fork()
    except OSError:
        return -1


def warm_up() -> None:
    """Import and load what every visitor needs, answer a first question, and keep it all out of the collector's way."""
    import torch  # noqa: PLC0415 - after the settings of the process
    from ipykernel.kernelapp import IPKernelApp  # noqa: F401, PLC0415

    torch.set_num_threads(1)
    visit.rehearse()
    if threading.active_count() > 1 or len(list(Path("/proc/self/task").iterdir())) > 1:
        sys.exit("The warm process has threads, which do not survive a fork: set OMP_NUM_THREADS=1 and start again.")
    gc.collect()
    gc.freeze()


def become_kernel(order: dict[str, Any]) -> NoReturn:
    """Be a kernel, in a process of its own, with its own dice and no more memory than it is given."""
    status = 1
    try:
        os.setsid()
        ctypes.CDLL(None).prctl(END_WITH_PARENT, signal.SIGKILL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.environ.clear()
        os.environ.update(order["env"])
        os.environ.pop("JPY_PARENT_PID", None)  # no need to look out for a parent
        os.chdir(order["cwd"])
        roll_dice()
        if order["memory"]:
            limit_memory(order["memory"])
        serve(order["connection"])
        status = 0
    except Exception:  # noqa: BLE001 - the last place where it can be told
        traceback.print_exc()
    finally:
        os._exit(status)


def roll_dice() -> None:
    """Forks begin with the same random numbers; each visitor gets their own."""
    import numpy as np  # noqa: PLC0415 - imported long ago
    import torch  # noqa: PLC0415

    random.seed()
    np.random.seed(random.getrandbits(32))  # noqa: NPY002 - whoever uses the old generator
    torch.manual_seed(random.getrandbits(63))


def limit_memory(megabytes: int) -> None:
    """So much more than now, and no more: beyond it Python raises MemoryError and torch RuntimeError.

    `RLIMIT_DATA` counts private writable memory, and what a fork shares with its parent.
    """
    data = int(Path("/proc/self/statm").read_text("ascii").split()[5]) * PAGE
    most = data + megabytes * 2**20
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def serve(connection: str) -> None:
    """Run the kernel until it is told to stop."""
    from ipykernel.kernelapp import IPKernelApp  # noqa: PLC0415 - imported long ago

    app: Any = IPKernelApp.instance()
    app.initialize(["-f", connection, "--HistoryManager.enabled=False", "--quiet"])
    visit.receive(app.kernel)
    app.start()


if __name__ == "__main__":
    main(int(sys.argv[1]))
