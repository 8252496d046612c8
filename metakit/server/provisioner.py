"""Jupyter's side of the nursery: kernels come from a fork instead of a new Python."""

import json
import os
import select
import signal
import socket
import sys
from importlib.metadata import EntryPoint
from subprocess import Popen
from typing import Any, ClassVar

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from tornado.web import HTTPError
from traitlets import Int

from metakit.core import MetaKitError

NAME = "metakit-fork"
LONGEST = 1 << 17  # bytes of a packet to the nursery: a whole environment is in it


class Nursery:
    """The warm process, started when it is first needed and again when it has gone."""

    process: ClassVar[Popen[bytes] | None] = None
    link: ClassVar[socket.socket]

    @classmethod
    def start(cls) -> None:
        """Start it; it takes some seconds to be warm."""
        cls.link, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-m", "metakit.server.nursery", str(theirs.fileno())]
        cls.process = Popen(command, pass_fds=[theirs.fileno()], start_new_session=True)  # noqa: S603 - ours
        theirs.close()

    @classmethod
    def await_warm(cls) -> None:
        """Raises MetaKitError when it does not come up."""
        if cls.link.recv(LONGEST) != b"warm":
            cls.process = None
            raise MetaKitError("The warm process ended at once: mend what it says above, then start the demo again.")

    @classmethod
    def fork(cls, order: dict[str, Any]) -> int:
        """The process id of a new kernel. Raises HTTPError (503) where there is none to be had."""
        if cls.process is None or cls.process.poll() is not None:
            cls.start()
            cls.await_warm()
        try:
            cls.link.send(json.dumps(order).encode())
            child = int(cls.link.recv(LONGEST) or -1)
        except OSError:  # it has just ended, or the order is longer than a packet
            child = -1
        if child < 0:
            raise HTTPError(503, "No kernel can be had for another visitor: try again in a moment.")
        return child

    @classmethod
    def stop(cls) -> None:
        """End it, and with it every kernel that it made."""
        if cls.process is not None:
            cls.link.close()
            cls.process.wait(10)
            cls.process = None


class Child:
    """The few things that Jupyter asks of a `Popen`, for a process that is another one's child."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid
        try:
            self.handle: int | None = os.pidfd_open(pid)  # numbers of processes are used again; this is not
        except ProcessLookupError:
            self.handle = None

    def poll(self) -> int | None:
        """None while it runs, then 1."""
        if self.handle is None:
            return 1
        if ended(self.handle, 0):
            os.close(self.handle)
            self.handle = None
        return None if self.handle is not None else 1

    def wait(self) -> int:
        """Wait for its end."""
        if self.handle is not None:
            ended(self.handle, None)
        return self.poll() or 0

    def send_signal(self, signum: int) -> None:
        """Send it a signal, if it still runs."""
        if self.poll() is None and self.handle is not None:
            signal.pidfd_send_signal(self.handle, signum)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)


def ended(handle: int, milliseconds: int | None) -> bool:
    """Whether this process has ended, after so long at most; `select.select` would know no handle above 1023."""
    look = select.poll()
    look.register(handle, select.POLLIN)
    return bool(look.poll(milliseconds))


class ForkProvisioner(LocalProvisioner):
    """A kernel from the nursery."""

    memory = Int(0, config=True)  # megabytes that a visitor may add to what all share; 0: no limit

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork it; the command only tells the place of the connection file."""
        order = {
            "connection": cmd[cmd.index("-f") + 1],
            "env": kwargs["env"],
            "cwd": kwargs.get("cwd") or os.curdir,
            "memory": self.memory,
        }
        child = Child(Nursery.fork(order))
        self.process, self.pid, self.pgid = child, child.pid, child.pid  # type: ignore[assignment]
        return self.connection_info


class ForkedPython(KernelSpecManager):
    """The one kernel there is: this very Python, forked."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:  # noqa: ARG002 - whatever a notebook asks for
        """Where kernels come from."""
        return KernelSpec(
            argv=["python", "-f", "{connection_file}"],
            display_name="Python",
            language="python",
            metadata={"kernel_provisioner": {"provisioner_name": NAME}},
        )

    def find_kernel_specs(self) -> dict[str, str]:
        """Its name."""
        return {"python3": ""}


def register() -> None:
    """Tell Jupyter about the nursery."""
    where = f"{ForkProvisioner.__module__}:{ForkProvisioner.__name__}"
    found = EntryPoint(name=NAME, value=where, group="jupyter_client.kernel_provisioners")
    KernelProvisionerFactory.instance().provisioners[NAME] = found
