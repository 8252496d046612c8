"""The bench runs, and what it promises about operations holds."""

import json
import subprocess
import sys

import torch
from torch import nn

from metakit.bench import count_operations, meta_gradient, milliseconds, some_images
from metakit.bench_learners import bytes_kept, latencies, memory, state_bytes, training_speed
from metakit.core import with_targets
from metakit.learners.metric_based.prototypical import PrototypicalNetwork
from metakit.learners.optimization_based.maml import MAML
from metakit.nets.encoders import Conv4
from metakit.recipes import recipe
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
    milliseconds({"c": lambda: calls.append("c")}, 2, in_a_row=5)
    assert calls[8:] == ["c"] * 15


def test_the_command_prints_json():
    command = [sys.executable, "-m", "metakit", "bench", "--repeats", "1", "--no-learners", "--json"]
    results = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert results["machine"]["convolution_gflop_per_s"] > 0
    assert results["maml_1_step"]["operations"] > 0
    assert results["prototypical_60_way"]["share_of_peak"] > 0
    assert results["transformer"]["tokens_per_s"] > 0
    assert results["attention"]["fused_over_plain_16_rows"] > 0


def test_second_order_keeps_every_inner_step_and_first_order_none():
    kept = memory(most_steps=4)
    first, second = (kept[f"order_{order}_steps_4_mb"] - kept[f"order_{order}_steps_1_mb"] for order in (1, 2))
    assert abs(first) < 0.1 * second


def test_bytes_kept_are_those_of_the_graph_that_is_left():
    weight = torch.rand(1000, requires_grad=True)

    def total():
        return (weight * weight.detach()).sum()

    assert bytes_kept(total) == 4000
    assert bytes_kept(lambda: torch.autograd.grad(total(), weight)) == 0


def test_a_state_is_as_large_as_its_tensors():
    task = with_targets(Episodes(some_images(20), 5, 1, 1).sample(1, generator(0))).at(0)
    learner = PrototypicalNetwork(Conv4(8))
    assert state_bytes(learner, task) == 4 * learner.adapt(*task[:2]).numel()


def test_each_learner_tells_its_times():
    numbers = latencies(recipe("nearest-neighbour-omniglot"), 2)
    assert 0 < numbers["5w1s_p50_ms"] <= numbers["5w1s_p95_ms"]
    assert "20w5s_p50_ms" in numbers
    assert "20w5s_p50_ms" not in latencies(recipe("maml-omniglot-5w1s"), 1)
    assert training_speed(recipe("maml-omniglot-5w1s"), 1)["training_episodes_per_s"] > 0
