"""Training on several processes: the meta-gradient is that of one, and the run outlives its workers."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from metakit.checkpoints import read
from metakit.core import MetaKitError, Task
from metakit.distributed import joined, part_of, processes, shared_descent
from metakit.recipes import recipe
from metakit.runs import Run
from tests.programs.together import FATAL, STEPS, meta_gradient

ROOT = Path(__file__).parents[1]
PROGRAM = ROOT / "tests" / "programs" / "together.py"


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """What two processes (one is lost, and started again) and four leave in a folder; and what the two print."""
    folder = tmp_path_factory.mktemp("together")
    said = torchrun(2, folder, "--max-restarts=1")
    torchrun(4, folder)
    return folder, said


def torchrun(n: int, folder: Path, *options: str) -> str:
    """What `n` processes of the program print."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={n}", *options]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [*command, str(PROGRAM), str(folder)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("n", [2, 4])
def test_several_processes_find_the_meta_gradient_of_one(together, n: int) -> None:
    alone = meta_gradient()
    assert max(part.abs().max() for name, part in alone.items() if name != "loss") > 1e-3
    torch.testing.assert_close(
        torch.load(together[0] / f"{n}.pt"), alone, rtol=1e-12, atol=1e-14
    )  # 7 tasks: unequal parts


def test_a_killed_worker_is_started_again_and_the_run_goes_on(together, tmp_path) -> None:
    begun = [int(step) for step in re.findall(r"begins at (\d+)", together[1])]
    assert begun[:2] == [0, 0]
    assert len(begun) == 4
    assert min(begun[2:]) >= FATAL - 2  # what the first start had saved
    alone = Run(recipe("fomaml-sinusoid"), tmp_path / "alone.safetensors")
    list(alone.moments(STEPS))
    state = read(together[0] / "run.run.safetensors")[0]
    assert int(state["step"]) == STEPS
    for name, weight in alone.training.learner.state_dict().items():
        torch.testing.assert_close(state[f"learner.{name}"], weight, rtol=1e-3, atol=1e-5)


def test_parts_are_all_of_the_tasks() -> None:
    tasks = Task(*(torch.arange(7.0)[:, None] for _ in range(4)))
    parts = [part_of(tasks, number, 3).support_x.flatten().tolist() for number in range(3)]
    assert sorted(number for part in parts for number in part) == list(range(7))
    assert max(map(len, parts)) - min(map(len, parts)) == 1


def test_alone_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with joined("cpu") as device:
        assert (device, processes()) == ("cpu", 1)


def test_what_cannot_be_divided_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metakit.distributed.processes", lambda: 4)
    with pytest.raises(MetaKitError, match="at most 3"):
        shared_descent(recipe("fomaml-sinusoid").learner(), lambda tasks: tasks.support_x, 3)
    with pytest.raises(MetaKitError, match="running averages"):
        shared_descent(recipe("prototypical-omniglot").learner(), lambda tasks: tasks.support_x, 8)
