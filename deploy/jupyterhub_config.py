"""A class on one server: `make hub` starts a JupyterHub with these settings. README.md in this folder says how.

Chosen by variables of the environment, here and in `students_config.py`:

- `METAKIT_CLASS_PASSWORD`: one password for the class, under any name. No accounts, and no walls between students.
  Without it students log in with accounts of this server, and the hub must run as root.
- `METAKIT_TEACHERS`: who may see the hub's control panel (ada,grace), and `METAKIT_TEACHER_PASSWORD` beside a class
  password: theirs, 32 characters or more.
- `METAKIT_ALLOW_ROOT=yes`: a class password although the hub runs as root, where a container has no other user.
- `METAKIT_CLASS`: the folder for the hub's own files, and with a class password for the students' (`~/metakit-class`).
"""

import os
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROXY = HERE.parent / ".venv/proxy/node_modules/.bin/configurable-http-proxy"

c = get_config()  # noqa: F821 - JupyterHub gives it to this file
for part in ("who.py", "students_config.py"):
    load_subconfig(str(HERE / part))  # noqa: F821 - and this, too
password, root = os.environ.get("METAKIT_CLASS_PASSWORD"), os.geteuid() == 0
folder = Path(os.environ.get("METAKIT_CLASS", "~/metakit-class")).expanduser().resolve()
folder.mkdir(mode=0o700, parents=True, exist_ok=True)

# Who may come in
if password:
    c.JupyterHub.authenticator_class = "shared-password"
    c.SharedPasswordAuthenticator.user_password = password
    c.SharedPasswordAuthenticator.admin_password = os.environ.get("METAKIT_TEACHER_PASSWORD")
    c.JupyterHub.spawner_class = "simple"  # all run as the user who started the hub, each in a folder of their own
    c.Spawner.args += ["--allow-root"] * root
    c.SimpleLocalProcessSpawner.home_dir_template = f"{folder}/{{username}}"
else:
    c.JupyterHub.authenticator_class = "pam"
    c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"
c.Authenticator.allow_all = True  # all who have the password, or an account here
c.Authenticator.admin_users = {name for name in os.environ.get("METAKIT_TEACHERS", "").split(",") if name}

# Who leaves makes room for others
WITH_THE_HUB = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []  # Linux: ends when a hub is killed
CULLER = [*WITH_THE_HUB, sys.executable, "-m", "jupyterhub_idle_culler", "--timeout=3600", "--cull-every=300"]
c.JupyterHub.services = [{"name": "culler", "command": CULLER}]
MAY = ["list:users", "read:users:activity", "read:servers", "delete:servers"]
c.JupyterHub.load_roles = [{"name": "culler", "services": ["culler"], "scopes": MAY}]

# Ctrl-C ends everything. A hub that crashed finds the students' servers again when it is started, and who is logged in
c.JupyterHub.cleanup_servers = True
c.JupyterHub.db_url = f"sqlite:///{folder}/jupyterhub.sqlite"
c.JupyterHub.cookie_secret_file = str(folder / "cookie_secret")
c.ConfigurableHTTPProxy.pid_file = str(folder / "proxy.pid")
if PROXY.exists():
    c.ConfigurableHTTPProxy.command = [str(PROXY)]
