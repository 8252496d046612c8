"""What somebody may send who means no good: paths to files, and messages that are none."""

import json
import random
from typing import Any

from tornado.iostream import StreamClosedError
from tornado.websocket import WebSocketClosedError

from tests.visitor import Visitor, framed

PATHS = (  # every one asks for a file that is not public
    "../../../etc/passwd", "..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/%2e%2e/etc/passwd", "....//....//etc/passwd",
    "..\\..\\..\\etc\\passwd", "..%5c..%5cetc%5cpasswd", "%252e%252e%252fetc%252fpasswd", "/etc/passwd", "//etc/passwd",
    "etc/passwd%00.png", "file:///etc/passwd", "notebooks/demo.ipynb", "demo.ipynb", "../demo.ipynb",
    "voila/files/demo.ipynb", "voila/files/../demo.ipynb", "voila/files/%2e%2e/pyproject.toml",
    "voila/files/.git/config",
    "voila/files//etc/passwd", "voila/render/demo.ipynb", "voila/tree", "voila/tree/notebooks",
    "voila/static/../../../../etc/passwd", "voila/static/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "voila/templates/metakit/", "voila/templates/", "voila/templates/metakit/static/../index.html.j2",
    "voila/templates/metakit/static/%2e%2e/index.html.j2",
    "voila/templates/metakit/static/..%2f..%2f..%2f..%2fplayground.py", "voila/templates/metakit/index.html.j2",
    "voila/templates/../../etc/passwd", "voila/templates/lab/static/../../../../../../etc/passwd",
    "voila/labextensions/../../../../../etc/passwd", "voila/labextensions/%2e%2e/%2e%2e/etc/passwd",
    "voila/api/themes/../../../../etc/passwd", "voila/api/contents", "voila/api/contents/demo.ipynb", "api/kernels",
    "api/contents", "api/sessions", "api/terminals", "api/kernels/00000000-0000-0000-0000-000000000000",
    "files/demo.ipynb", "nbconvert/html/demo.ipynb", "proc/self/environ", "voila/files/proc/self/environ",
)  # fmt: skip
SECRETS = (b"root:", b"[core]", b"import ", b'"cells"', b"PATH=", b"{%", b"[project]")  # none of it may come back


def messages(n: int, seed: int, model: str) -> list[bytes]:
    """`n` frames: noise, broken framing, nonsense, messages of kinds that are not a visitor's, bad traits."""
    dice = random.Random(seed)
    return [dice.choice(KINDS)(dice, model) for _ in range(n)]


async def pour(visitor: Visitor, frames: list[bytes]) -> None:
    """Send them all; where the server hangs up, call again."""
    for frame in frames:
        try:
            await visitor.socket.write_message(frame, binary=True)
        except (WebSocketClosedError, StreamClosedError):
            await visitor.connect()


def _noise(dice: random.Random, _: str) -> bytes:
    return dice.randbytes(dice.randrange(2000))


def _broken_offsets(dice: random.Random, model: str) -> bytes:
    frame = bytearray(_bad_trait(dice, model))
    frame[dice.randrange(64)] ^= 1 << dice.randrange(8)
    return bytes(frame)


def _cut(dice: random.Random, model: str) -> bytes:
    frame = _bad_trait(dice, model)
    return frame[: dice.randrange(len(frame))]


def _forbidden(dice: random.Random, _: str) -> bytes:
    kind = dice.choice(
        ["execute_request", "complete_request", "inspect_request", "debug_request", "history_request", ""]
    )
    code = "open('metakit-was-here', 'w').write('executed')"
    return message(dice.choice([b"shell", b"control", b"stdin", b"nowhere"]), kind, {"code": code, "silent": False})


def _bad_trait(dice: random.Random, model: str) -> bytes:
    name = dice.choice(
        ["ways", "shots", "steps", "drawings", "source", "panel", "examples", "_esm", "layout", "__class__"]
    )
    value = dice.choice(
        [None, -1, 1e308, 10**30, "../../etc/passwd", [], {}, ["x"] * 500, {"a": {"b": [1]}}, "x" * 9000]
    )
    return message(b"shell", "comm_msg", {"comm_id": model, "data": {"method": "update", "state": {name: value}}})


def _nonsense(dice: random.Random, model: str) -> bytes:
    data = dice.choice(
        [None, 7, "x", [], {"method": "custom"}, {"method": "update"}, {"method": "__init__", "state": {}}]
    )
    return message(b"shell", "comm_msg", {"comm_id": dice.choice([model, "nobody", 7]), "data": data})


KINDS = (_noise, _broken_offsets, _cut, _forbidden, _bad_trait, _nonsense)


def message(channel: bytes, kind: str, content: dict[str, Any]) -> bytes:
    """A message of the kernel protocol in its binary framing."""
    header = {"msg_id": "m", "msg_type": kind, "session": "s", "username": "", "version": "5.3"}
    return framed(channel, *(json.dumps(part).encode() for part in (header, {}, {}, content)))
