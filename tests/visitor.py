"""A visitor without a browser: fetches the page, speaks to its kernel as `page.js` does, and times the answers."""

import asyncio
import json
import re
import struct
from contextlib import suppress
from itertools import pairwise
from time import perf_counter
from typing import Any, Self
from uuid import uuid4

from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

PROTOCOL = "v1.kernel.websocket.jupyter.org"
QUERY, DRAWERS, PICTURE = 50, 8, 392  # metakit/widgets/drawings.py: the query's cell, examples a class, bytes of one
PATIENCE = 30  # seconds


class Visitor:
    """One visitor of the demo at `url`. Use as `async with Visitor(url) as visitor`; leaving says farewell."""

    def __init__(self, url: str) -> None:
        self.url, self.session, self.asked = url, uuid4().hex, 0
        self.answers: dict[int, float] = {}  # number of the question -> when it was answered in full
        self.errors: list[str] = []
        self.heard = asyncio.Event()

    async def __aenter__(self) -> Self:
        page = (await fetch(self.url)).body.decode()
        found = re.search(r'<script id="kernel" type="application/json">(.+?)</script>', page)
        views = re.findall(r'<script class="view" type="application/json">(.+?)</script>', page)
        assert found, "the page has no kernel"
        self.kernel, self.model = json.loads(found[1])["id"], json.loads(views[0])["model_id"]
        await self.connect()
        self.listening = asyncio.create_task(self._listen())
        control = uuid4().hex
        self.send(
            "comm_open", {"comm_id": control, "target_name": "jupyter.widget.control", "data": {}}, version="1.0.0"
        )
        self.send("comm_msg", {"comm_id": control, "data": {"method": "request_states"}})
        self.examples: bytes = b""
        await self.until(lambda: bool(self.examples))
        return self

    async def connect(self) -> None:
        """Open the line to the kernel."""
        place = f"{self.line}{self.session}"
        self.socket: WebSocketClientConnection = await websocket_connect(place, subprotocols=[PROTOCOL])

    @property
    def line(self) -> str:
        """Where the kernel listens; the name of a session is to follow."""
        return f"{self.url.replace('http', 'ws', 1)}api/kernels/{self.kernel}/channels?session_id="

    async def __aexit__(self, *_: object) -> None:
        self.listening.cancel()
        self.socket.close()
        with suppress(Exception):  # the server may have been killed
            await fetch(f"{self.url}voila/api/shutdown/{self.kernel}", method="POST", body="")

    def send(self, kind: str, content: dict[str, Any], buffers: tuple[bytes, ...] = (), version: str = "2.1.0") -> None:
        """One message on the shell channel."""
        header = {"msg_id": uuid4().hex, "msg_type": kind, "session": self.session, "username": "", "version": "5.3"}
        parts = [json.dumps(part).encode() for part in (header, {}, {"version": version}, content)]
        self.socket.write_message(framed(b"shell", *parts, *buffers), binary=True)

    def request_state(self) -> None:
        """Ask for all traits of the page's first widget."""
        self.send("comm_msg", {"comm_id": self.model, "data": {"method": "request_state"}})

    def set(self, **state: Any) -> None:
        """Set traits of the page's first widget."""
        raw = {name: value for name, value in state.items() if isinstance(value, bytes)}
        plain = {name: value for name, value in state.items() if name not in raw}
        data = {"method": "update", "state": plain, "buffer_paths": [[name] for name in raw]}
        self.send("comm_msg", {"comm_id": self.model, "data": data}, tuple(raw.values()))

    async def ask(self, characters: int = 0, drawer: int = 0) -> float:
        """Put five characters and a query on the board; seconds until both learners have answered."""
        self.asked += 1
        number, started = self.asked, perf_counter()
        self.set(drawings=self.board(characters, drawer), asked=number)
        await self.until(lambda: number in self.answers or max(self.answers, default=0) > number)
        return perf_counter() - started

    def board(self, characters: int, drawer: int) -> bytes:
        """Five characters once each, and a query: pictures of kind 2."""

        def picture(cell: int, row: int, who: int) -> bytes:
            start = ((row % 10) * DRAWERS + who % DRAWERS) * PICTURE
            return bytes([cell, 2]) + self.examples[start : start + PICTURE]

        support = b"".join(picture(5 * row, characters + row, 0) for row in range(5))
        return support + picture(QUERY, characters, 1 + drawer % (DRAWERS - 1))

    async def until(self, holds: Any) -> None:
        """Wait until it holds; raises TimeoutError after half a minute."""
        async with asyncio.timeout(PATIENCE):
            while not holds():
                self.heard.clear()
                await self.heard.wait()

    async def _listen(self) -> None:
        while (message := await self.socket.read_message()) is not None:
            header, content, buffers = parsed(message)
            self._take(header["msg_type"], content, buffers)
            self.heard.set()

    def _take(self, kind: str, content: dict[str, Any], buffers: list[bytes]) -> None:
        if kind == "error":
            self.errors.append(content["ename"])
        if kind != "comm_msg":
            return
        data = content["data"]
        if data["method"] == "update_states":
            place = data["buffer_paths"].index([self.model, "state", "examples"])
            self.examples = buffers[place]
        elif data["method"] == "update" and "adaptation" in data["state"]:
            self.answers[data["state"]["adaptation"]["asked"]] = perf_counter()


async def fetch(url: str, **settings: Any) -> Any:
    """The answer of the server, whatever its status."""
    request = HTTPRequest(url, request_timeout=60, connect_timeout=60, **settings)
    return await AsyncHTTPClient(max_clients=100).fetch(request, raise_error=False)


def framed(*chunks: bytes) -> bytes:
    """Jupyter's binary framing: the number of offsets, the offsets, the chunks."""
    offsets = [8 * (len(chunks) + 2)]
    for chunk in chunks:
        offsets.append(offsets[-1] + len(chunk))
    return struct.pack(f"<{len(offsets) + 1}Q", len(offsets), *offsets) + b"".join(chunks)


def parsed(message: bytes) -> tuple[dict[str, Any], dict[str, Any], list[bytes]]:
    """Header, content and buffers of a framed message."""
    (n,) = struct.unpack_from("<Q", message)
    offsets = struct.unpack_from(f"<{n}Q", message, 8)
    _, header, _, _, content, *buffers = (message[a:b] for a, b in pairwise(offsets))
    return json.loads(header), json.loads(content), buffers
