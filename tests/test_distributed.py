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

PROGRAMS = Path(__file__).parent / "programs"
ROOT = Path(__file__).parents[1]


def torchrun(n: int, program: str, out: Path, *options: str) -> str:
    """What `n` processes of a program print."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={n}", *options]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [*command, str(PROGRAMS / program), str(out)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_two_and_four_processes_find_the_meta_gradient_of_one(tmp_path) -> None:
    found = {}
    for n in (1, 2, 4):
        torchrun(n, "meta_gradient.py", tmp_path / f"{n}.pt")
        found[n] = torch.load(tmp_path / f"{n}.pt")
    assert max(part.abs().max() for name, part in found[1].items() if name != "loss") > 1e-3
    for n in (2, 4):  # seven tasks: the parts are not equal
        torch.testing.assert_close(found[n], found[1], rtol=1e-12, atol=1e-14)


def test_a_killed_worker_is_started_again_and_the_run_goes_on(tmp_path) -> None:
    out = tmp_path / "run.safetensors"
    said = torchrun(2, "killed_worker.py", out, "--max-restarts=1")
    begun = [int(step) for step in re.findall(r"begins at (\d+)", said)]
    assert begun[:2] == [0, 0]
    assert len(begun) == 4
    assert min(begun[2:]) >= 10  # what the killed start had saved
    alone = Run(recipe("fomaml-sinusoid"), tmp_path / "alone.safetensors")
    list(alone.moments(30))
    state = read(out.with_suffix(".run.safetensors"))[0]
    assert int(state["step"]) == 30
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
