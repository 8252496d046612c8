"""The ledger of results, `data/results.json`: every number with the command, protocol and machine it came from."""

import json
import os
import platform
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import torch

import metakit
from metakit.core import MetaKitError
from metakit.tasks.storage import replacing

Metric = Literal["accuracy", "mse"]
LEDGER = Path(metakit.__file__).parents[1] / "data" / "results.json"


@dataclass(frozen=True)
class Row:
    """One measured number; `ci95` is the half width of its 95 % interval over tasks. Accuracies are percent."""

    recipe: str
    protocol: dict[str, object]  # `Protocol.as_dict()`
    metric: Metric
    mean: float
    ci95: float
    episodes: int
    seed: int  # of the training run
    command: str  # measures it again
    seconds: float
    machine: str
    commit: str
    train_steps: int | None = None
    paper: float | None = None  # the published number under this protocol
    paper_source: str = ""


def read(path: Path = LEDGER) -> list[Row]:
    """The rows, in the order of the file; none where there is no ledger. Raises MetaKitError when it is broken."""
    if not path.exists():
        return []
    try:
        return [Row(**entry) for entry in json.loads(path.read_text("utf-8"))]
    except (TypeError, ValueError) as error:
        raise MetaKitError(f"The ledger {path} is broken: restore it from git.") from error


def record(row: Row, path: Path = LEDGER) -> None:
    """Write one row; see `record_rows`."""
    record_rows([row], path)


def record_rows(rows: Iterable[Row], path: Path = LEDGER) -> None:
    """Write rows, each in place of an older one of the same recipe and protocol; atomic and sorted."""
    kept = {_identity(row): row for row in (*read(path), *rows)}
    entries = [asdict(kept[identity]) for identity in sorted(kept)]
    with replacing(path) as file:
        file.write((json.dumps(entries, indent=1, ensure_ascii=False) + "\n").encode())


def machine(device: str = "cpu") -> str:
    """The processor and its cores (or the accelerator), and torch's version."""
    place = f"{_processor()}, {os.cpu_count()} cores" if device == "cpu" else torch.cuda.get_device_name(device)
    return f"{place}, torch {torch.__version__}"


def _identity(row: Row) -> tuple[str, str]:
    return row.recipe, json.dumps(row.protocol, sort_keys=True)


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text("utf-8").splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
