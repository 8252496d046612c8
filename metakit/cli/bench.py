"""`metakit bench`: how fast this machine is, against its own peak."""

import json as jsonlib

from rich.console import Console
from rich.table import Table

from metakit.bench import bench as measure
from metakit.bench_learners import learners as each_learner
from metakit.bench_learners import memory
from metakit.bench_transformer import attention, training
from metakit.core import MetaKitError
from metakit.nets.memory import keep_freed_memory


def bench(repeats: int = 5, compile: bool = False, learners: bool = True, json: bool = False) -> None:  # noqa: A002 - the option's name
    """Measure speed: sampling, training steps, and every fast path against the plain loop it replaces.

    Args:
        repeats: repetitions of each measurement; medians are shown.
        compile: the compiled sinusoid step as well; compiling takes a minute and a C++ compiler.
        learners: every shipped learner as well: time to learn a task, training speed, memory of inner steps.
        json: print one JSON object and nothing else.
    """
    if repeats < 1:
        raise MetaKitError("Choose --repeats of 1 or more.")
    keep_freed_memory()
    results = measure(repeats, compile) | {"transformer": training(repeats), "attention": attention(repeats)}
    if learners:
        results |= {"meta_gradient_memory": memory(), **dict(each_learner(repeats))}
    if json:
        print(jsonlib.dumps(results))
        return
    table = Table("measurement", "what", "value")
    for name, numbers in results.items():
        for what, value in numbers.items():
            table.add_row(name, what, f"{value:,.4g}")
    Console().print(table)
