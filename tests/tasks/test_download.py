"""Downloads, from a server on this machine: whole, or not at all."""

import errno
import os
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from metakit.core import MetaKitError
from metakit.tasks import storage
from metakit.tasks.download import download

CONTENT = bytes(range(256)) * 1000


class Server(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/missing":
            return self.send_error(404)
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT if self.path == "/whole" else CONTENT[:70_000])
        return None

    def log_message(self, *_args):
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as http:
        Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")


def test_a_download_reports_and_arrives(server, tmp_path):
    heard = []
    download(server + "/whole", tmp_path / "file", lambda *report: heard.append(report))
    assert (tmp_path / "file").read_bytes() == CONTENT
    assert heard[-1] == ("file", len(CONTENT), len(CONTENT))
    assert [done for _, done, _ in heard] == sorted({done for _, done, _ in heard})


@pytest.mark.parametrize(
    ("page", "sentence"),
    [("/missing", "The server answers 404"), ("/half", "stopped after 70,000 of 256,000 bytes")],
)
def test_what_does_not_arrive_leaves_what_was_there(server, tmp_path, page, sentence):
    (tmp_path / "file").write_bytes(b"before")
    with pytest.raises(MetaKitError, match=sentence):
        download(server + page, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == b"before"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_without_a_network_the_next_step_is_told(tmp_path):
    with pytest.raises(MetaKitError, match=r"cannot be reached .* connect to the internet, .* with --from"):
        download("http://127.0.0.1:9/file", tmp_path / "file", timeout=2)
    assert not any(tmp_path.iterdir())


def test_a_full_disk_is_not_taken_for_the_network(server, tmp_path, monkeypatch):
    def full(_handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(storage.os, "fsync", full)
    with pytest.raises(MetaKitError, match="The disk is full"):
        download(server + "/whole", tmp_path / "file")
    assert not any(tmp_path.iterdir())
