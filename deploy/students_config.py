"""What every student gets, on one server as on The Littlest JupyterHub: their lessons, their share, the demo.

Chosen by variables of the hub's environment:

- `METAKIT_LESSONS`: the notebooks that students get a copy of (the student edition once it was built, else all).
- `METAKIT_DATA`: data and checkpoints that all share (this checkout's `data`).
- `METAKIT_MEMORY`: the most that one process of a student gets (2G).
"""

import os
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
STUDENT_EDITION = CHECKOUT / "build/student/notebooks"
LESSONS = STUDENT_EDITION if STUDENT_EDITION.is_dir() else CHECKOUT / "notebooks"
PYTHON = sys.executable.replace("/tljh/hub/", "/tljh/user/")  # The Littlest JupyterHub keeps the students' apart

c = get_config()  # noqa: F821 - JupyterHub gives it to this file
c.Spawner.cmd = [PYTHON, str(CHECKOUT / "deploy/student_server.py")]
c.Spawner.mem_limit = os.environ.get("METAKIT_MEMORY", "2G")
c.Spawner.notebook_dir = "~/metakit"
c.Spawner.default_url = "/lab/tree/00_start_here.ipynb"
c.Spawner.start_timeout = c.Spawner.http_timeout = 600  # seconds: thirty begin at once, on two processors if need be
c.JupyterHub.concurrent_spawn_limit = 0  # none: a limit does not let the others wait, it turns them away
c.Spawner.environment = {
    "METAKIT_DATA": os.environ.get("METAKIT_DATA", str(CHECKOUT / "data")),
    "METAKIT_LESSONS": os.environ.get("METAKIT_LESSONS", str(LESSONS)),
    "JUPYTER_CONFIG_PATH": str(CHECKOUT / "metakit/server"),  # JupyterLab does not ask thirty students about its news
    "JUPYTER_PATH": str(CHECKOUT / "metakit/widgets"),  # where Voila finds the demo's page
    "OMP_NUM_THREADS": "1",  # thirty kernels share the processors
}
c.Spawner.args = [
    "--MappingKernelManager.cull_idle_timeout=1800",
    "--MappingKernelManager.cull_interval=120",
    "--KernelManager.transport=ipc",  # files of the student's own: a port is open to all, and two may want it
    "--MappingKernelManager.kernel_info_timeout=600",  # seconds: thirty kernels import torch at once
    "--VoilaConfiguration.template=metakit",
    "--VoilaConfiguration.strip_sources=True",
]
