"""A demo for a crowd and a hub for a class: measured numbers are printed, promised ones asserted."""

import sys
from collections.abc import Iterator

import pytest

from tests.serving import demo


@pytest.fixture(scope="module")
def public() -> Iterator[tuple[str, int]]:
    """(address, process id)."""
    with demo(public=True, host="localhost") as served:
        yield served


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]):
    """Print a line that is seen although pytest captures output."""

    def telling(line: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n    {line}\n")

    return telling
