"""`metakit demo` and `metakit lab` before they serve: mistakes end in one sentence, and the settings are strict."""

import json
import os
import socket
from pathlib import Path

import pytest

from metakit.cli import serve
from metakit.core import MetaKitError


@pytest.mark.parametrize("start", [serve.demo, serve.lab])
def test_a_port_in_use_is_named(start) -> None:
    with socket.create_server(("localhost", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(MetaKitError, match=f"Port {port} .* --port {port + 1}"):
            start(port=port)


@pytest.mark.parametrize("port", [-1, 70_000])
def test_a_port_that_is_none_is_named(port: int) -> None:
    with pytest.raises(MetaKitError, match="choose another"):
        serve.demo(port=port)


@pytest.mark.parametrize(
    ("wishes", "told"),
    [
        ({"port": 0}, "from 1 to 65535"),
        ({"host": "nosuch.invalid"}, "--host localhost"),
        ({"visitors": 0}, "--visitors of 1 or more"),
    ],
)
def test_where_nobody_could_come_it_does_not_start(wishes: dict, told: str) -> None:
    with pytest.raises(MetaKitError, match=told):
        serve.demo(**wishes)


def test_it_says_hello_when_somebody_can_come(capsys: pytest.CaptureFixture[str]) -> None:
    from tornado.ioloop import IOLoop

    def start() -> None:
        assert "runs" not in capsys.readouterr().out  # it does not listen yet
        loop = IOLoop.current()
        loop.add_callback(loop.stop)
        loop.start()

    serve.run_quietly(start, "The demo runs.")
    assert capsys.readouterr().out == "The demo runs.\nStopped.\n"


def test_missing_notebooks_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(serve, "NOTEBOOKS", tmp_path / "nowhere")
    with pytest.raises(MetaKitError, match="clone MetaKit"):
        serve.demo()


def test_the_page_gives_nothing_away() -> None:
    from metakit.server.voila_app import PUBLIC, settings

    config = settings(8866, "localhost", PUBLIC._replace(visitors=7))
    page = config.VoilaConfiguration
    assert (page.file_allowlist, page.show_tracebacks, page.strip_sources) == ([], False, True)
    assert page.allow_template_override == page.allow_theme_override == "NO"
    assert config.FewKernels.most in {7, 8}  # where kernels cannot be forked one waits in a pool
    assert "default-src 'self'" in config.Voila.tornado_settings["headers"]["Content-Security-Policy"]


def test_voila_finds_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_PATH", "")
    serve.prepare_environment()
    template = Path(os.environ["JUPYTER_PATH"], "voila", "templates", "metakit")
    assert {path.name for path in template.iterdir()} >= {"conf.json", "index.html.j2", "static"}
    assert "http" not in (template / "index.html.j2").read_text("utf-8")  # nothing from elsewhere


def test_the_demo_notebook_is_small_and_stored_without_outputs() -> None:
    cells = json.loads(serve.existing("demo.ipynb").read_text("utf-8"))["cells"]
    assert len(cells) <= 4
    assert all(not cell.get("outputs") for cell in cells)


def test_jupyterlab_does_not_ask_about_its_news() -> None:
    wishes = json.loads(Path(serve.LAB_SETTINGS, "labconfig", "default_setting_overrides.json").read_text("utf-8"))
    assert wishes["@jupyterlab/apputils-extension:notification"] == {"checkForUpdates": False, "fetchNews": "false"}
