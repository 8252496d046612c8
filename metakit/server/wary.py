"""What a visitor may say to a kernel: whole messages in the framing of `kernel.js`, of the kinds that a page sends.

Jupyter believes what a frame says of itself: eight bytes that promise 10^18 offsets keep the whole server busy for ever
(jupyter_server 2.21, `deserialize_msg_from_ws_v1`). So a frame is read here first, and whoever sends nonsense is hung
up on. Voila reads the frames that go out in the same way (0.5.12, `read_header_from_binary_message`) and takes those in
the older framing for ones that promise as much. So the older framing is never spoken.
"""

import json
from itertools import pairwise
from typing import Any

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

PROTOCOL = "v1.kernel.websocket.jupyter.org"
LONGEST = 1 << 18  # bytes of a message: a full board has 70 kB
PARTS, MOST_BUFFERS = 5, 8  # channel, header, parent, metadata, content; then buffers
CHANNELS = (b"shell", b"control")
NONSENSE = 1003  # the closing code for data that cannot be accepted


class WaryConnection(ZMQChannelsWebsocketConnection):
    """The line between a page and its kernel; nonsense ends it."""

    @property
    def subprotocol(self) -> str:
        """The framing, whatever the page asked for, and on a line that is being closed too."""
        return PROTOCOL

    def handle_outgoing_message(self, stream: str, outgoing_msg: list[Any]) -> None:
        """Pass on what somebody can still hear."""
        if self.websocket_handler.ws_connection is not None:
            super().handle_outgoing_message(stream, outgoing_msg)

    def handle_incoming_message(self, incoming_msg: Any) -> None:
        """Pass on what is a message."""
        if is_message(incoming_msg):
            super().handle_incoming_message(incoming_msg)
        else:
            self.websocket_handler.close(NONSENSE, "That was no message.")


def is_message(frame: Any) -> bool:
    """Whether a frame is a whole message: offsets that rise to its end, a known channel, four parts of JSON."""
    if not isinstance(frame, bytes):
        return False
    count = int.from_bytes(frame[:8], "little")
    start = 8 * (count + 1)
    if not PARTS < count <= PARTS + MOST_BUFFERS + 1 or len(frame) < start:
        return False
    offsets = [int.from_bytes(frame[8 * i : 8 * (i + 1)], "little") for i in range(1, count + 1)]
    if offsets[0] != start or offsets[-1] != len(frame) or any(a > b for a, b in pairwise(offsets)):
        return False
    channel, header, *others = (frame[a:b] for a, b in pairwise(offsets))
    return channel in CHANNELS and is_object(header, "msg_type") and all(map(is_object, others[: PARTS - 2]))


def is_object(part: bytes, name: str | None = None) -> bool:
    """Whether this is a JSON object; with `name`: which has a text of this name."""
    try:
        found = json.loads(part)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and (name is None or isinstance(found.get(name), str))
