"""The Voila server of the demo: one notebook, nothing else to see, nobody waits long and nothing is left behind."""

import logging
import os
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.web import HTTPError
from traitlets import Int
from traitlets.config import Config
from voila.app import Voila

IDLE = 20 * 60  # seconds without a sign of life until a visitor's kernel is ended
LONGEST_CELL = 120  # seconds
ONLY_HERE = (  # the browser itself refuses every request to another server
    "default-src 'self'; script-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self' ws: wss:; frame-ancestors 'self'"
)


class ThisPython(KernelSpecManager):
    """Kernels run in this very Python, whatever kernels are installed elsewhere on the machine."""

    def _kernel_dirs_default(self) -> list[str]:
        return []


class FewKernels(AsyncMappingKernelManager):
    """So many visitors at once, and no more: the next one is told so, in 60 ms."""

    most = Int(40, config=True)

    async def start_kernel(self, *args: Any, **settings: Any) -> str:  # type: ignore[override]
        """Start a kernel, or answer 503 Service Unavailable."""
        if len(self.list_kernel_ids()) > self.most:  # one waits in the pool
            raise HTTPError(503, "The demo is full at the moment: try again in a few minutes.")
        return str(await super().start_kernel(*args, **settings))


PAGE = {
    "template": "metakit",
    "allow_template_override": "NO",
    "allow_theme_override": "NO",
    "show_tracebacks": False,
    "strip_sources": True,
    "file_allowlist": [],
    "preheat_kernel": True,
    "default_pool_size": 1,
    "kernel_spec_manager_class": ThisPython,
    "multi_kernel_manager_class": FewKernels,
}


def server(notebook: Path, port: int, host: str, visitors: int) -> Voila:
    """The server, ready to `start()`."""
    app = Voila(config=settings(port, host, visitors), notebook_path=str(notebook), log_level=logging.ERROR)
    app.initialize([])
    logging.getLogger("tornado.general").setLevel(logging.ERROR)  # it reads jupyter_server's milliseconds as seconds
    return app


def settings(port: int, host: str, visitors: int) -> Config:
    """All that is not Voila's default, and why: voila's issues 1428, 1446, 1458 and 67."""
    config = Config()
    config.Voila.port, config.Voila.ip, config.Voila.port_retries = port, host, 0
    config.Voila.open_browser = False
    config.Voila.tornado_settings = {
        "disable_check_xsrf": True,  # or the page's farewell is refused, and its kernel stays
        "headers": {"Content-Security-Policy": ONLY_HERE},
    }
    config.VoilaConfiguration.update(PAGE)
    config.VoilaExecutor.update({"timeout": LONGEST_CELL, "interrupt_on_timeout": True})
    config.MappingKernelManager.update({"cull_idle_timeout": IDLE, "cull_interval": 60, "cull_connected": True})
    config.FewKernels.most = visitors
    if os.name == "posix":
        config.KernelManager.transport = "ipc"  # files of the user's own, where TCP ports are open to everyone here
    return config
