"""The bench runs, and what it promises about operations holds."""

import json
import subprocess
import sys

from torch import nn

from metakit.bench import count_operations, meta_gradient, milliseconds, some_images
from metakit.core import with_targets
from metakit.learners.optimization_based.maml import MAML
from metakit.nets.encoders import Conv4
from metakit.tasks.base import generator
from metakit.tasks.episodes import Episodes


def test_operations_do_not_grow_with_tasks():
    learner = MAML(Conv4(4), nn.Linear(4, 5), steps=1, rate=0.4)
    episodes = Episodes(some_images(20), 5, 1, 1)
    counts = []
    for n_tasks in (2, 8):
        tasks = with_targets(episodes.sample(n_tasks, generator(0)))
        counts.append(count_operations(lambda tasks=tasks: meta_gradient(learner, tasks)))
    assert counts[0] == counts[1] <= 1000


def test_times_are_medians_of_all_repetitions():
    calls = []
    times = milliseconds({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, 3)
    assert calls == ["a", "b"] * 4
    assert all(value >= 0 for value in times.values())


def test_the_command_prints_json():
    command = [sys.executable, "-m", "metakit", "bench", "--repeats", "1", "--json"]
    results = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert results["machine"]["convolution_gflop_per_s"] > 0
    assert results["maml_1_step"]["operations"] > 0
    assert results["prototypical_60_way"]["share_of_peak"] > 0
