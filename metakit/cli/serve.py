"""`metakit demo` serves the web demo, `metakit lab` opens JupyterLab on the notebooks."""

import os
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from subprocess import Popen, TimeoutExpired
from typing import Any

import metakit
from metakit.errors import MetaKitError

NOTEBOOKS = Path(metakit.__file__).parents[1] / "notebooks"
TEMPLATES = Path(metakit.__file__).parent / "widgets"  # holds voila/templates/metakit
LAB_SETTINGS = Path(metakit.__file__).parent / "server"  # holds labconfig: JupyterLab does not ask about its news


def demo(port: int = 8866, host: str | None = None, visitors: int = 40, public: bool = False) -> None:
    """Serve the web demo until Ctrl-C.

    Args:
        port: where; 8866 by default.
        host: localhost is this machine alone (the default), 0.0.0.0 the whole network (with --public the default).
        visitors: how many may play at once.
        public: for strangers: each visitor is held to 400 MB more than what all share, and whoever does nothing for ten
            minutes gives up the place. docs/public_demo.md says what that promises, and how to put it behind TLS.
    """
    if visitors < 1:
        raise MetaKitError("Nobody could enter: choose --visitors of 1 or more.")
    host = host or ("0.0.0.0" if public else "localhost")  # noqa: S104 - that is what was asked for
    notebook = existing("demo.ipynb")
    free(port, host)
    prepare_environment()
    examples = prepare_examples()
    from metakit.server.voila_app import PRIVATE, PUBLIC, server  # noqa: PLC0415 - it reads the environment

    wait_for(examples)
    limits = (PUBLIC if public else PRIVATE)._replace(visitors=visitors)
    app = server(notebook, port, host, limits)
    run_quietly(app.start, f"The demo runs at http://{shown(host)}:{port} - press Ctrl-C to stop it.")


def lab(port: int = 8888) -> None:
    """Open JupyterLab on the notebooks, until Ctrl-C.

    Args:
        port: where; 8888 by default.
    """
    folder = existing("").resolve()
    free(port, "localhost")
    before("JUPYTER_CONFIG_PATH", LAB_SETTINGS)
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder}", f"--ServerApp.port={port}"]
    command += ["--ServerApp.port_retries=0", "--ServerApp.answer_yes=True", "--LabApp.news_url=None"]
    command += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    if running_as_root():
        command.append("--allow-root")
    os.execv(sys.executable, command)  # noqa: S606 - JupyterLab takes over this process, and its Ctrl-C


def existing(name: str) -> Path:
    """A notebook, or the folder of them. Raises MetaKitError when MetaKit was installed without them."""
    path = NOTEBOOKS / name
    if not path.exists():
        raise MetaKitError(f"{path} is missing: clone MetaKit and run `pip install -e .` there.")
    return path


def free(port: int, host: str) -> None:
    """Raises MetaKitError when nothing can listen there: a port in use, forbidden or none; a host that is not ours."""
    try:
        socket.getaddrinfo(host, None)
    except OSError as error:
        raise MetaKitError(f"{host} is no address of this machine: choose --host localhost or 0.0.0.0.") from error
    if port == 0:
        raise MetaKitError("A port is a number from 1 to 65535: choose one with --port.")
    try:
        with socket.create_server((host, port)):
            pass
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or "a port is a number up to 65535"
        another = port + 1 if 1024 <= port < 65535 else 8866  # noqa: PLR2004 - the ports of users
        raise MetaKitError(
            f"Port {port} of {host} cannot be used ({reason}): choose another, with --port {another}."
        ) from error


def prepare_examples() -> Popen[bytes]:
    """See to it that the example characters are drawn: in a process of its own, while this one starts the server."""
    command = [sys.executable, "-c", "from metakit.tasks.glyphs import glyphs; glyphs()"]
    return Popen(command, start_new_session=True)  # noqa: S603 - ours; Ctrl-C lets it finish


def wait_for(examples: Popen[bytes]) -> None:
    """The first start draws for some seconds; no visitor shall wait for that."""
    with suppress(TimeoutExpired):
        examples.wait(2)
        return
    print("Drawing the example characters, once …", flush=True)
    examples.wait()


def prepare_environment() -> None:
    """One thread per visitor, no echo of what a page itself has set, and Voila finds our page."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("JUPYTER_WIDGETS_ECHO", "0")
    before("JUPYTER_PATH", TEMPLATES)


def before(variable: str, folder: Path) -> None:
    """Put a folder in front of a search path of the environment."""
    known = os.environ.get(variable)
    os.environ[variable] = os.pathsep.join([str(folder), *([known] if known else [])])


def run_quietly(start: Callable[[], Any], hello: str) -> None:
    """Serve, and say hello as soon as somebody can come; Ctrl-C ends it without a traceback, whoever catches it."""
    from tornado.ioloop import IOLoop  # noqa: PLC0415 - the server's

    IOLoop.current().add_callback(print, hello, flush=True)
    with suppress(KeyboardInterrupt):
        start()
    print("Stopped.")


def shown(host: str) -> str:
    """The host as one types it into a browser."""
    return "localhost" if host in {"", "0.0.0.0", "127.0.0.1"} else host  # noqa: S104 - compared, not bound


def running_as_root() -> bool:
    """Whether the administrator runs this; JupyterLab wants to be told."""
    return hasattr(os, "geteuid") and os.geteuid() == 0
