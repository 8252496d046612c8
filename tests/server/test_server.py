"""The public demo's limits: who is let in, what is let out, and that one visitor's evil is no other's."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from time import monotonic, perf_counter, sleep
from types import SimpleNamespace
from urllib.parse import urlparse

import psutil
import pytest
from tornado.web import HTTPError
from tornado.websocket import websocket_connect

from metakit.server import nursery
from metakit.server.provisioner import Nursery
from tests.malice import PATHS, SECRETS, messages, pour
from tests.serving import demo, kernels
from tests.visitor import Visitor, fetch, parsed

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only: runs there")
PLACES = 3


@pytest.fixture(scope="module")
def public() -> Iterator[tuple[str, int]]:
    with demo(public=True, host="localhost", visitors=PLACES) as served:
        yield served


def test_one_too_many_is_told_so_and_gets_the_place_that_becomes_free(public) -> None:
    async def play() -> None:
        visitors = [await Visitor(public[0]).__aenter__() for _ in range(PLACES)]
        started = perf_counter()
        answer = await fetch(public[0])
        assert perf_counter() - started < 1
        assert answer.code == 503
        assert b"Every place is taken" in answer.body
        await visitors.pop().__aexit__()
        async with Visitor(public[0]) as late:
            await late.ask()
        for visitor in visitors:
            await visitor.__aexit__()

    asyncio.run(play())
    assert gone(public[1])


def gone(server: int) -> bool:
    """Whether no kernel is left, after a moment."""
    deadline = monotonic() + 10
    while kernels(server) and monotonic() < deadline:
        sleep(0.1)
    return not kernels(server)


@pytest.mark.parametrize("path", PATHS)
def test_only_what_is_public_is_served(public, path: str) -> None:
    connection = HTTPConnection(urlparse(public[0]).netloc, timeout=20)
    connection.request("GET", f"/{path}")  # as it is: clients tidy paths up
    answer = connection.getresponse()
    body = answer.read()
    assert 300 <= answer.status < 500
    assert not any(secret in body for secret in SECRETS)


def test_a_wrong_address_leads_to_the_demo(public) -> None:
    answer = asyncio.run(fetch(f"{public[0]}nowhere"))
    assert answer.code == 404
    assert b"There is no such page here." in answer.body
    assert b'<a href="/">Go to the demo</a>' in answer.body


def test_an_endless_address_starts_no_kernel(public) -> None:
    answer = asyncio.run(fetch(f"{public[0]}?a={'%C3%A9' * 5_000}"))  # the server must still end cleanly
    assert answer.code == 414
    assert b"That did not work." in answer.body
    assert not kernels(public[1])


def test_where_no_process_is_left_the_next_visitor_is_refused_and_the_others_stay(monkeypatch) -> None:
    def no_fork() -> int:
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", no_fork)
    assert nursery.forked() == -1
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    monkeypatch.setattr(Nursery, "process", SimpleNamespace(poll=lambda: None))
    monkeypatch.setattr(Nursery, "link", ours, raising=False)
    for answer in (lambda: theirs.send(b"-1"), lambda: theirs.shutdown(socket.SHUT_WR), theirs.close):
        answer()
        with pytest.raises(HTTPError, match="503"):
            Nursery.fork({})


def test_messages_that_make_no_sense_do_nothing_and_others_do_not_notice(public, tmp_path) -> None:
    async def play() -> None:
        async with Visitor(public[0]) as evil, Visitor(public[0]) as other:
            await pour(evil, messages(40, 0, evil.model))
            assert await other.ask() < 20
            assert other.errors == []

    asyncio.run(play())
    assert not list(tmp_path.parent.glob("**/metakit-was-here"))
    assert gone(public[1])


def test_a_new_warm_process_follows_one_that_was_killed(public) -> None:
    (nursery,) = psutil.Process(public[1]).children()
    nursery.kill()
    sleep(0.5)
    asyncio.run(one_question(public[0]))


async def one_question(url: str) -> None:
    async with Visitor(url) as visitor:
        await visitor.ask()


def test_a_server_that_is_killed_takes_everything_along() -> None:
    with demo() as (url, server):
        asyncio.run(one_question(url))
        family = psutil.Process(server).children(recursive=True)
        assert family
        os.kill(server, signal.SIGKILL)
        _, alive = psutil.wait_procs(family, timeout=10)
        assert not alive


def test_a_visitor_who_asks_for_too_much_memory_is_refused_and_lives_on() -> None:
    program = """
import torch
from metakit.server.nursery import limit_memory
limit_memory(200)
for ask in (lambda: bytearray(2**30), lambda: torch.zeros(2**28)):
    try:
        ask()
    except (MemoryError, RuntimeError):
        print("refused")
print(int(torch.ones(1000).sum()))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["refused", "refused", "1000"]


def test_an_answer_to_somebody_who_was_just_hung_up_on_is_dropped(public) -> None:
    async def play() -> None:
        async with Visitor(public[0]) as hasty:
            hasty.request_state()  # the answer has buffers
            await hasty.socket.write_message(b"nonsense", binary=True)
            sleep(1)  # noqa: ASYNC251 - it does not hear that the line is closed
            assert (await asyncio.wait_for(fetch(public[0]), 20)).code == 200

    asyncio.run(play())


def test_the_older_framing_is_not_spoken(public) -> None:
    async def play() -> None:
        async with Visitor(public[0]) as visitor:
            older = await websocket_connect(f"{visitor.line}older")  # it names no protocol
            asking = asyncio.create_task(keep_asking(visitor))  # it hears only what is said after it has subscribed
            while parsed(await older.read_message())[0]["msg_type"] != "comm_msg":
                pass
            asking.cancel()

    async def keep_asking(visitor: Visitor) -> None:
        while True:
            visitor.request_state()
            await asyncio.sleep(1)

    asyncio.run(asyncio.wait_for(play(), 30))


def test_the_older_framing_is_hung_up_on(public) -> None:
    async def play() -> int | None:
        async with Visitor(public[0]) as visitor:
            older = await websocket_connect(f"{visitor.line}older")  # it names no protocol
            await older.write_message(b"\x00\xff\xff\xff" * 8, binary=True)
            while await older.read_message() is not None:
                pass
            return older.close_code

    assert asyncio.run(asyncio.wait_for(play(), 30)) == 1003
