"""The `metakit` command. Mistakes end in one sentence that says what to do, and exit status 2."""

import os
import sys


def main() -> None:
    """Entry point. The commands are imported when they are needed, so that `metakit --help` answers at once."""
    from metakit.core import MetaKitError  # noqa: PLC0415

    try:
        _run()
    except MetaKitError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:  # `metakit list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _run() -> None:
    import tyro  # noqa: PLC0415

    from metakit.cli.bench import bench  # noqa: PLC0415
    from metakit.cli.data import data  # noqa: PLC0415
    from metakit.cli.evaluate import evaluate  # noqa: PLC0415
    from metakit.cli.list import list_recipes  # noqa: PLC0415
    from metakit.cli.results import results  # noqa: PLC0415
    from metakit.cli.serve import demo, lab  # noqa: PLC0415
    from metakit.cli.train import train  # noqa: PLC0415

    commands = {
        "list": list_recipes, "evaluate": evaluate, "train": train, "results": results, "data": data, "bench": bench,
        "lab": lab, "demo": demo,
    }  # fmt: skip
    tyro.extras.subcommand_cli_from_dict(commands, prog="metakit", description="Learn meta-learning by running it.")
