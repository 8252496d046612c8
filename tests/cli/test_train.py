"""Several recipes at once: side by side, each in a process of its own."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from multiprocessing import active_children

import psutil
import pytest
import torch

from metakit.checkpoints import read
from metakit.cli.side_by_side import Order, side_by_side
from metakit.cli.train import places, train
from metakit.core import MetaKitError
from metakit.recipes import recipe
from metakit.runs import Run

NAMES = ["maml-sinusoid", "reptile-sinusoid"]


def order(name, folder):
    return Order(name, folder / f"{name}.safetensors", 1, "cpu", resume=False, compiled=False, steps=3)


def test_side_by_side_is_each_alone(tmp_path):
    outcomes = [event for event in side_by_side([order(name, tmp_path) for name in NAMES]) if event.outcome]
    assert {event.recipe for event in outcomes} == set(NAMES)
    for name in NAMES:
        alone = Run(recipe(name), tmp_path / "alone.safetensors", seed=1)
        list(alone.moments(3))
        together, straight = read(tmp_path / f"{name}.run.safetensors")[0], read(alone.state_path)[0]
        assert all(torch.equal(together[key], value) for key, value in straight.items())


def test_one_that_fails_leaves_the_others_alone(tmp_path):
    orders = [order("nearest-neighbour-omniglot", tmp_path), order("maml-sinusoid", tmp_path)]
    outcomes = {event.recipe: event for event in side_by_side(orders) if event.outcome}
    assert outcomes["nearest-neighbour-omniglot"].failed
    assert "nothing to train" in outcomes["nearest-neighbour-omniglot"].outcome
    assert not outcomes["maml-sinusoid"].failed


def test_one_that_is_killed_is_told_and_leaves_the_others_alone(tmp_path):
    heard = side_by_side([replace(order(name, tmp_path), steps=None if name == NAMES[0] else 3) for name in NAMES])
    outcomes = {}
    for event in heard:
        if event.step and event.recipe == NAMES[0]:
            for worker in active_children():
                if worker.name == NAMES[0]:
                    os.kill(worker.pid, signal.SIGKILL)
        if event.outcome:
            outcomes[event.recipe] = event
    assert "was killed" in outcomes[NAMES[0]].outcome
    assert outcomes[NAMES[0]].failed
    assert not outcomes[NAMES[1]].failed


SCRIPT = """
import os, signal
from multiprocessing import active_children
from pathlib import Path
from metakit.cli import train

def interrupted(orders, started=set()):
    for event in events(orders):
        yield event
        started |= {{event.recipe}} if event.step else set()
        if len(started) == len(orders):
            print(*[each.pid for each in active_children()], flush=True)
            os.kill(os.getpid(), signal.{signal})

events, train.side_by_side = train.side_by_side, interrupted
train.shipped = lambda name: Path({folder!r}) / f"{{name}}.safetensors"
if __name__ == "__main__":
    train.train(("maml-sinusoid", "reptile-sinusoid"), device="cpu")
"""


def ended_by(number, folder):
    """A training of two recipes whose first process gets this signal."""
    script = folder / "go.py"
    script.write_text(SCRIPT.format(folder=str(folder), signal=number.name))
    return subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_a_polite_kill_and_a_closed_terminal_save_every_run(tmp_path, number):
    done = ended_by(number, tmp_path)
    assert done.returncode == 130, done.stderr
    assert "Traceback" not in done.stderr
    assert "--resume" in done.stderr
    for name in NAMES:
        assert Run(recipe(name), tmp_path / f"{name}.safetensors", resume=True).training.step > 0


def test_a_closed_terminal_reaches_all_processes_and_every_run_is_saved(tmp_path):
    script = tmp_path / "go.py"
    text = SCRIPT.format(folder=str(tmp_path), signal="SIGHUP")
    script.write_text(text.replace("os.kill(os.getpid()", "os.killpg(0"))
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, timeout=120, check=False, start_new_session=True
    )
    assert done.returncode == 130, done.stderr
    for name in NAMES:
        assert Run(recipe(name), tmp_path / f"{name}.safetensors", resume=True).training.step > 0


def test_a_worker_that_ends_with_another_error_is_not_called_killed(tmp_path):
    wrong = replace(order("maml-sinusoid", tmp_path), seed="one")
    (outcome,) = [event for event in side_by_side([wrong]) if event.outcome]
    assert outcome.failed
    assert "ended with the error above" in outcome.outcome


def test_when_the_first_process_is_killed_no_other_goes_on(tmp_path):
    done = ended_by(signal.SIGKILL, tmp_path)
    assert done.returncode == -signal.SIGKILL
    _, alive = psutil.wait_procs(
        [psutil.Process(int(pid)) for pid in done.stdout.split() if psutil.pid_exists(int(pid))], 20
    )
    assert not alive
    for name in NAMES:
        assert Run(recipe(name), tmp_path / f"{name}.safetensors", resume=True).training.step > 0


def test_trained_weights_stay_unless_one_says_so(tmp_path):
    mine, hers = tmp_path / "mine.safetensors", tmp_path / "hers.safetensors"
    hers.write_bytes(b"trained for days")
    for resume in (False, True):
        with pytest.raises(MetaKitError, match="--replace"):
            train(("maml-sinusoid",), steps=1, device="cpu", out=hers, resume=resume)
    assert hers.read_bytes() == b"trained for days"
    train(("maml-sinusoid",), steps=1, device="cpu", out=mine)
    mine.write_bytes(b"the best so far")
    train(("maml-sinusoid",), steps=1, device="cpu", out=mine, resume=True)  # it is this run's own
    with pytest.raises(MetaKitError, match="trained weights"):
        train(("maml-sinusoid",), steps=1, device="cpu")  # the shipped ones
    train(("maml-sinusoid",), steps=1, device="cpu", out=hers, replace=True)


def test_several_recipes_go_into_one_folder(tmp_path):
    assert places(NAMES, tmp_path) == [tmp_path / f"{name}.safetensors" for name in NAMES]
    for names, out in ((NAMES, tmp_path / "x.safetensors"), (NAMES[:1], tmp_path)):
        with pytest.raises(MetaKitError, match=r"a file that ends in \.safetensors; for several recipes, a folder"):
            places(names, out)
