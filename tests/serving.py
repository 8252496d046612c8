"""The demo's server as tests use it: started on a free port, looked into, and ended without anything left behind."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from urllib.request import urlopen

import psutil
import pytest

ROOT = Path(__file__).parents[1]


@contextmanager
def demo(**settings: object) -> Iterator[tuple[str, int]]:
    """(address, process id) of a demo; it must end cleanly, and take its kernels with it."""
    with socket.create_server(("localhost", 0)) as found:
        port = found.getsockname()[1]
    wishes = "".join(f", {name}={value!r}" for name, value in settings.items())
    command = [sys.executable, "-c", f"from metakit.cli.serve import demo; demo(port={port}{wishes})"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True)
    url = f"http://localhost:{port}/"
    await_answer(url, process)
    try:
        yield url, process.pid
    finally:
        family = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        process.send_signal(signal.SIGINT)
        code = process.wait(30)
        _, alive = psutil.wait_procs(family, timeout=10)
    assert code in {0, -signal.SIGKILL}  # the second when the test killed it
    assert not alive, "Processes were left behind."


def await_answer(url: str, process: subprocess.Popen[str]) -> None:
    """Wait until the server answers."""
    deadline = monotonic() + 90
    while monotonic() < deadline and process.poll() is None:
        try:
            with urlopen(f"{url}voila/templates/metakit/static/favicon.svg", timeout=5):
                return
        except OSError:
            sleep(0.1)
    pytest.fail("The demo's server did not start.")


def kernels(server: int) -> dict[str, psutil.Process]:
    """Kernel id -> process of the server's kernels, by the sockets that they listen on."""
    found = {}
    for process in psutil.Process(server).children(recursive=True):
        with suppress(psutil.Error):  # it has just ended
            places = " ".join(str(connection.laddr) for connection in process.net_connections("unix"))
            found |= dict.fromkeys(re.findall(r"kernel-([\w-]{36})-ipc", places), process)
    return found
