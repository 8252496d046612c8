"""The Voila server of the demo: one notebook, nothing else to see, nobody waits long and nothing is left behind."""

import logging
import os
import sys
from pathlib import Path
from typing import Any, NamedTuple

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_server._tz import utcnow
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from jupyter_server.utils import url_path_join
from tornado.web import HTTPError
from traitlets import Int
from traitlets.config import Config
from voila.app import Voila
from voila.static_file_handler import AllowListFileHandler, TemplateStaticFileHandler

from metakit.server.provisioner import ForkedPython, Nursery, register
from metakit.server.wary import LONGEST, WaryConnection
from metakit.server.wrong_addresses import Nothing, TemplateFiles

LONGEST_CELL = 120  # seconds
LONGEST_QUERY = 2000  # signs of an address behind the "?"; what a link of ours keeps stands behind a "#"
ABANDONED = 60  # seconds without a page until a kernel is ended: a phone that slept may come back, a lost tab does not
ONLY_HERE = (  # the browser itself refuses every request to another server
    "default-src 'self'; script-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "connect-src 'self' ws: wss:; object-src 'none'; base-uri 'self'; form-action 'none'; frame-ancestors 'self'"
)
FORKS = sys.platform == "linux"  # elsewhere a process that has imported torch cannot be forked


class Limits(NamedTuple):
    """What visitors may take."""

    visitors: int  # at once
    idle: int  # seconds without a sign of life until a visitor's kernel is ended
    memory: int  # megabytes that a visitor may add to what all share; 0: no limit


PRIVATE = Limits(visitors=40, idle=60 * 60, memory=0)
PUBLIC = Limits(visitors=40, idle=60, memory=400)  # a page gives no sign of life when nobody touched it for ten minutes


class ThisPython(KernelSpecManager):
    """Kernels run in this very Python, whatever kernels are installed elsewhere on the machine."""

    def _kernel_dirs_default(self) -> list[str]:
        return []


class FewKernels(AsyncMappingKernelManager):
    """So many visitors at once, and no more: the next one is told so, in 60 ms."""

    most = Int(40, config=True)
    starting = 0

    async def start_kernel(self, *args: Any, **settings: Any) -> str:  # type: ignore[override]
        """Start a kernel, or answer 503 Service Unavailable; 414 to an address that no page of ours has."""
        if len(settings.get("env", {}).get("QUERY_STRING", "")) > LONGEST_QUERY:
            raise HTTPError(414)
        if len(self.list_kernel_ids()) + self.starting >= self.most:
            raise HTTPError(503, "The demo is full at the moment: try again in a few minutes.")
        self.starting += 1
        try:
            return str(await super().start_kernel(*args, **settings))
        finally:
            self.starting -= 1
            self._forget_failures()

    def _forget_failures(self) -> None:
        """A kernel that did not start is no kernel to be ended later."""
        for name in [name for name, task in self._pending_kernels.items() if task.done()]:
            del self._pending_kernels[name]

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        """End a kernel that nobody has used for long, or whose page has gone without a word."""
        kernel: Any = self.get_kernel(kernel_id)
        quiet = utcnow() - kernel.last_activity
        if quiet.total_seconds() > ABANDONED and not self._kernel_connections.get(kernel_id):
            await self.shutdown_kernel(kernel_id)  # type: ignore[no-untyped-call]
        else:
            await super().cull_kernel_if_idle(kernel_id)  # type: ignore[no-untyped-call]


PAGE = {
    "template": "metakit",
    "allow_template_override": "NO",
    "allow_theme_override": "NO",
    "show_tracebacks": False,
    "strip_sources": True,
    "file_allowlist": [],
    "preheat_kernel": not FORKS,  # a fork is quicker than a kernel that waits, and costs nothing until it is there
    "default_pool_size": 1,
    "kernel_spec_manager_class": ForkedPython if FORKS else ThisPython,
    "multi_kernel_manager_class": FewKernels,
}


class Demo(Voila):  # type: ignore[misc]
    """Voila that serves no files, and takes its warm process with it."""

    def init_handlers(self) -> list[tuple[Any, ...]]:
        """Voila's own, without the files beside the notebook; any address but theirs and the page's is nothing."""
        nothing = Nothing, {"voila_configuration": self.voila_configuration}
        theirs = {TemplateStaticFileHandler: (TemplateFiles,), AllowListFileHandler: nothing}
        *found, page = [(path, *theirs.get(what, (what, *more))) for path, what, *more in super().init_handlers()]
        return [*found, (url_path_join(self.server_url, r"/(.+)"), *nothing), page]

    def stop(self) -> None:
        """End every kernel, and what made them."""
        try:
            super().stop()
        finally:
            Nursery.stop()


def server(notebook: Path, port: int, host: str, limits: Limits) -> Demo:
    """The server, ready to `start()`. Raises MetaKitError when its warm process does not come up."""
    if FORKS:
        register()
        Nursery.start()  # it warms up while Voila does
    app = Demo(config=settings(port, host, limits), notebook_path=str(notebook), log_level=logging.ERROR)
    app.initialize([])
    logging.getLogger("tornado.general").setLevel(logging.ERROR)  # it reads jupyter_server's milliseconds as seconds
    if FORKS:
        Nursery.await_warm()
    return app


def settings(port: int, host: str, limits: Limits) -> Config:
    """All that is not Voila's default, and why: voila's issues 1428, 1446, 1458 and 67."""
    config = Config()
    config.Voila.port, config.Voila.ip, config.Voila.port_retries = port, host, 0
    config.Voila.open_browser = False
    config.Voila.kernel_websocket_connection_class = WaryConnection
    config.Voila.tornado_settings = {
        "disable_check_xsrf": True,  # or the page's farewell is refused, and its kernel stays
        "websocket_max_message_size": LONGEST,
        "headers": {"Content-Security-Policy": ONLY_HERE, "X-Content-Type-Options": "nosniff"},
    }
    config.VoilaConfiguration.update(PAGE)
    config.VoilaExecutor.update({"timeout": LONGEST_CELL, "interrupt_on_timeout": True})
    config.MappingKernelManager.update({"cull_idle_timeout": limits.idle, "cull_interval": 15, "cull_connected": True})
    config.FewKernels.most = limits.visitors + (not FORKS)  # one waits in the pool
    config.ForkProvisioner.memory = limits.memory
    if os.name == "posix":
        config.KernelManager.transport = "ipc"  # files of the user's own, where TCP ports are open to everyone here
    return config
