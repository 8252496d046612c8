"""What every test starts from: one thread, a fixed seed, and no file of the user's."""

import os
import tempfile
import tomllib
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch is imported: tests run side by side

if "PYTEST_XDIST_WORKER" not in os.environ:  # the workers share one folder
    _scratch = tempfile.TemporaryDirectory(prefix="metakit-tests-")
    for variable in ("XDG_CACHE_HOME", "IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
        os.environ[variable] = str(Path(_scratch.name, variable.lower()))
    os.environ["METAKIT_PROGRESS"] = ""  # what notebooks answer here is nobody's progress

import torch


@pytest.fixture(autouse=True)
def _fixed_seed() -> None:
    torch.manual_seed(0)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests marked `gpu` are skipped where there is none."""
    if torch.cuda.is_available():
        return
    for item in items:
        if item.get_closest_marker("gpu"):
            item.add_marker(pytest.mark.skip(reason="no GPU here: runs where torch.cuda.is_available()"))


@pytest.fixture(scope="session")
def settings() -> dict[str, Any]:
    """pyproject.toml."""
    return tomllib.loads(Path(__file__).parents[1].joinpath("pyproject.toml").read_text("utf-8"))
