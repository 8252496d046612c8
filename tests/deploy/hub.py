"""A real JupyterHub on this very machine, with the class's configuration: what a teacher's `make hub` starts."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from time import monotonic, sleep

import psutil
import pytest
import requests

from metakit.tasks.glyphs import glyphs
from metakit.tasks.storage import cache_folder
from tests.deploy.student import PATIENCE

ROOT = Path(__file__).parents[2]
PROXY = ROOT / ".venv/proxy/node_modules/.bin/configurable-http-proxy"
PASSWORD = "learning-to-learn"


class Hub:
    """The hub of `deploy/jupyterhub_config.py`, on free ports and in a folder of its own."""

    def __init__(self, folder: Path, memory: str = "2G") -> None:
        if not PROXY.exists() and not shutil.which("configurable-http-proxy"):
            pytest.skip("no proxy for JupyterHub: install Node.js 18 or newer with npm, then type `make proxy`")
        self.folder, self.config, self.memory = folder, folder / "config.py", memory
        glyphs()  # drawn once, for all
        shutil.copytree(cache_folder() / "glyphs", folder / "data/glyphs")
        port, self.api, proxy = free_ports(3)
        self.url = f"http://127.0.0.1:{port}"
        self.config.write_text(
            dedent(f"""
            load_subconfig({str(ROOT / "deploy/jupyterhub_config.py")!r})
            c.JupyterHub.bind_url, c.JupyterHub.hub_port = {self.url!r}, {self.api}
            c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy}"
            c.Spawner.args = [*c.Spawner.args, "--log-level=ERROR"]
            """),
            "utf-8",
        )

    def start(self) -> None:
        """Start the hub, and wait until it answers."""
        environment = os.environ | {
            "METAKIT_ALLOW_ROOT": "yes",  # tests may run as root
            "METAKIT_CLASS": str(self.folder),
            "METAKIT_CLASS_PASSWORD": PASSWORD,
            "METAKIT_DATA": str(self.folder / "data"),
            "METAKIT_LESSONS": str(ROOT / "notebooks"),
            "METAKIT_MEMORY": self.memory,
            "PYTHONPATH": str(ROOT),
        }
        command = [sys.executable, "-m", "jupyterhub", "--config", str(self.config), "--log-level=WARN"]
        self.process = subprocess.Popen(command, env=environment, cwd=self.folder, start_new_session=True)
        deadline = monotonic() + PATIENCE
        while not self.answers():
            assert monotonic() < deadline, "The hub did not start."
            assert self.process.poll() is None, "The hub did not stay."
            sleep(0.1)

    def answers(self) -> bool:
        """Whether the hub is there."""
        try:
            return requests.get(f"{self.url}/hub/health", timeout=5).ok
        except requests.RequestException:
            return False

    def interrupt(self) -> None:
        """Ctrl-C, as a terminal sends it."""
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(PATIENCE)

    def end(self) -> None:
        """End what is left."""
        left = self.processes()
        for process in left:
            process.kill()
        psutil.wait_procs(left, timeout=10)

    def processes(self) -> list[psutil.Process]:
        """All that was started for this class: the hub, its proxy and culler, servers and kernels."""
        signs = (str(self.folder), f"127.0.0.1:{self.api}/hub/api")
        return [process for process in psutil.process_iter() if any(sign in said_by(process) for sign in signs)]


def said_by(process: psutil.Process) -> str:
    """Its command, and what its environment says about whose it is."""
    try:
        about = map(process.environ().get, ("METAKIT_CLASS", "HOME", "JUPYTERHUB_API_URL"))
        return " ".join([*process.cmdline(), *filter(None, about)])
    except psutil.Error:  # it has just ended, or is another user's
        return ""


def free_ports(n: int) -> list[int]:
    found = [socket.create_server(("127.0.0.1", 0)) for _ in range(n)]
    ports = [one.getsockname()[1] for one in found]
    for one in found:
        one.close()
    return ports
