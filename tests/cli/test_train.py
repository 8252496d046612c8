"""Several recipes at once: side by side, each in a process of its own."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from multiprocessing import active_children

import torch

from metakit.checkpoints import read
from metakit.cli.side_by_side import Order, side_by_side
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
    outcomes, workers = {}, []
    for event in heard:
        if event.step and event.recipe == NAMES[0] and not workers:
            workers = [each for each in active_children() if each.is_alive()]
            os.kill(min(worker.pid for worker in workers), signal.SIGKILL)  # the first that was started
        if event.outcome:
            outcomes[event.recipe] = event
    assert "was killed" in outcomes[NAMES[0]].outcome
    assert outcomes[NAMES[0]].failed
    assert not outcomes[NAMES[1]].failed


SCRIPT = """
import os, signal
from pathlib import Path
from metakit.cli import train

def interrupted(orders, started=set()):
    for event in events(orders):
        yield event
        started |= {{event.recipe}} if event.step else set()
        if len(started) == len(orders):
            os.kill(os.getpid(), signal.SIGINT)

events, train.side_by_side = train.side_by_side, interrupted
train.shipped = lambda name: Path({folder!r}) / f"{{name}}.safetensors"
if __name__ == "__main__":
    train.train(("maml-sinusoid", "reptile-sinusoid"), device="cpu")
"""


def test_ctrl_c_saves_every_run(tmp_path):
    script = tmp_path / "go.py"
    script.write_text(SCRIPT.format(folder=str(tmp_path)))
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 130, done.stderr
    assert "Traceback" not in done.stderr
    assert "--resume" in done.stderr
    for name in NAMES:
        assert Run(recipe(name), tmp_path / f"{name}.safetensors", resume=True).training.step > 0
