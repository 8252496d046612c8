"""A class on one server: `make hub` starts a JupyterHub with these settings. README.md in this folder says how.

They are chosen by variables of the environment:

- `METAKIT_CLASS_PASSWORD`: one password for the class, under any name. No accounts, and no walls between students.
  Without it students log in with accounts of this server, and the hub must run as root.
- `METAKIT_TEACHERS`: who may see the hub's control panel (ada,grace), and `METAKIT_TEACHER_PASSWORD` beside a class
  password: theirs, 32 characters or more.
- `METAKIT_CLASS`: the folder for the hub's own files, and with a class password for the students' (`~/metakit-class`).
- `METAKIT_LESSONS`: the notebooks that students get a copy of (the student edition once it was built, else all).
- `METAKIT_DATA`: data and checkpoints that all share (this checkout's `data`). They stay as they are when you take away
  the right to write.
- `METAKIT_MEMORY`: the most that one process of a student gets (2G).
"""

import os
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
PROXY = CHECKOUT / ".venv/proxy/node_modules/.bin/configurable-http-proxy"
STUDENT_EDITION = CHECKOUT / "build/student/notebooks"
LESSONS = STUDENT_EDITION if STUDENT_EDITION.is_dir() else CHECKOUT / "notebooks"
HOUR = 3600  # seconds

c = get_config()  # noqa: F821 - JupyterHub gives it to this file
password = os.environ.get("METAKIT_CLASS_PASSWORD")
if not password and os.geteuid() != 0:
    sys.exit("Choose a password for the class with METAKIT_CLASS_PASSWORD, or start the hub as root to use accounts.")
folder = Path(os.environ.get("METAKIT_CLASS", "~/metakit-class")).expanduser().resolve()
folder.mkdir(mode=0o700, parents=True, exist_ok=True)

# Who may come in
if password:
    c.JupyterHub.authenticator_class = "shared-password"
    c.SharedPasswordAuthenticator.user_password = password
    c.SharedPasswordAuthenticator.admin_password = os.environ.get("METAKIT_TEACHER_PASSWORD")
    c.JupyterHub.spawner_class = "simple"  # all run as the user who started the hub, each in a folder of their own
    c.SimpleLocalProcessSpawner.home_dir_template = f"{folder}/{{username}}"
else:
    c.JupyterHub.authenticator_class = "pam"
    c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"
c.Authenticator.allow_all = True  # all who have the password, or an account here
c.Authenticator.admin_users = {name for name in os.environ.get("METAKIT_TEACHERS", "").split(",") if name}

# What each of them gets
c.Spawner.cmd = [sys.executable, str(CHECKOUT / "deploy/student_server.py")]
c.Spawner.mem_limit = os.environ.get("METAKIT_MEMORY", "2G")
c.Spawner.notebook_dir = "~/metakit"
c.Spawner.default_url = "/lab/tree/00_start_here.ipynb"
c.Spawner.start_timeout = c.Spawner.http_timeout = 120  # seconds: thirty begin at once
c.JupyterHub.concurrent_spawn_limit = 10  # the eleventh waits for a moment
c.Spawner.environment = {
    "METAKIT_DATA": os.environ.get("METAKIT_DATA", str(CHECKOUT / "data")),
    "METAKIT_LESSONS": os.environ.get("METAKIT_LESSONS", str(LESSONS)),
    "JUPYTER_PATH": str(CHECKOUT / "metakit/widgets"),  # where Voila finds the demo's page
    "OMP_NUM_THREADS": "1",  # thirty kernels share the processors
}
c.Spawner.args = [
    f"--MappingKernelManager.cull_idle_timeout={HOUR // 2}",
    "--MappingKernelManager.cull_interval=120",
    "--VoilaConfiguration.template=metakit",
    "--VoilaConfiguration.strip_sources=True",
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
]

if not password:
    c.Spawner.args += ["--KernelManager.transport=ipc"]  # files of the student's own: ports are open to all accounts

# Who leaves makes room for others
CULLER = [sys.executable, "-m", "jupyterhub_idle_culler", f"--timeout={HOUR}", "--cull-every=300"]
c.JupyterHub.services = [{"name": "culler", "command": CULLER}]
MAY = ["list:users", "read:users:activity", "read:servers", "delete:servers"]
c.JupyterHub.load_roles = [{"name": "culler", "services": ["culler"], "scopes": MAY}]

# What outlives the hub: the students' servers, and who is logged in
c.JupyterHub.cleanup_servers = False
c.JupyterHub.db_url = f"sqlite:///{folder}/jupyterhub.sqlite"
c.JupyterHub.cookie_secret_file = str(folder / "cookie_secret")
c.ConfigurableHTTPProxy.pid_file = str(folder / "proxy.pid")
if PROXY.exists():
    c.ConfigurableHTTPProxy.command = [str(PROXY)]
