"""Which frames are messages."""

import random

import pytest

from metakit.server.wary import is_message
from tests.malice import message, messages

GOOD = message(b"shell", "comm_msg", {"comm_id": "a", "data": {}})


def test_a_message_is_one() -> None:
    assert is_message(GOOD)


@pytest.mark.parametrize(
    "frame",
    [
        b"", b"\xff" * 8, b"\xff" * 4000, GOOD[:-1], GOOD + b"x", "text", None, GOOD[8:],
        message(b"iopub", "comm_msg", {}), GOOD.replace(b'"msg_type"', b'"msg_kind"'), GOOD.replace(b"{", b"["),
        message(b"shell", "comm_msg", {}).replace(b"{}", b"[]"),
    ],
)  # fmt: skip
def test_anything_else_is_none(frame) -> None:
    assert not is_message(frame)


def test_no_flipped_bit_in_the_offsets_passes() -> None:
    for bit in range(56 * 8):
        frame = bytearray(GOOD)
        frame[bit // 8] ^= 1 << bit % 8
        assert not is_message(bytes(frame)), bit


def test_evil_messages_are_told_apart_at_once() -> None:
    random.seed(0)
    assert {is_message(frame) for frame in messages(500, 3, "model")} == {True, False}
