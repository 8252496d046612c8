"""A lesson's kernel keeps no more memory than it uses: a class of thirty shares one machine."""

from typing import Any

from IPython import get_ipython

from metakit.nets.memory import give_back_freed_memory


def stay_small() -> None:
    """Hand freed memory back after every cell (in IPython): lesson 00 ends with 0.46 GB instead of 1.48."""
    if (shell := get_ipython()) and _after_cell not in shell.events.callbacks["post_run_cell"]:
        shell.events.register("post_run_cell", _after_cell)


def _after_cell(_result: Any) -> None:
    give_back_freed_memory()
