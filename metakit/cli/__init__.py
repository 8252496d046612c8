"""The `metakit` command. Mistakes end in one sentence that says what to do, and exit status 2."""

import os
import sys
from importlib import import_module

from metakit.errors import MetaKitError

COMMANDS = {
    "list": "list.list_recipes", "evaluate": "evaluate.evaluate", "train": "train.train", "results": "results.results",
    "study": "study.study", "data": "data.data", "bench": "bench.bench", "lab": "serve.lab", "demo": "serve.demo",
}  # fmt: skip


def main() -> None:
    """Entry point."""
    try:
        _run()
    except MetaKitError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # `metakit list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _run() -> None:
    """One command imports its own file alone: `metakit demo` answers without waiting for torch."""
    import tyro  # noqa: PLC0415

    named = [name for name in sys.argv[1:2] if name in COMMANDS]
    places = {name: COMMANDS[name].split(".") for name in named or COMMANDS}
    commands = {
        name: getattr(import_module(f"metakit.cli.{file}"), function) for name, (file, function) in places.items()
    }
    tyro.extras.subcommand_cli_from_dict(commands, prog="metakit", description="Learn meta-learning by running it.")
