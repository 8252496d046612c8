"""Starts one student's server: lessons of their own, a ceiling for memory, then JupyterHub's single-user server.

The hub or systemd runs this as the student, in the student's home. It needs nothing but Python. Its environment says
`METAKIT_LESSONS`, the folder with the notebooks of which every student gets a copy in `~/metakit`, and `MEM_LIMIT`, the
bytes of memory for each process of the student (the hub's `mem_limit`).
"""

import os
import shutil
import sys
from pathlib import Path
from tempfile import mkdtemp
from uuid import uuid4

SHORT = "/tmp"  # noqa: S108 - kernels listen on files there, and macOS wants less than 104 characters for a path
POLITE = 5  # the hub and its proxy come first when processors are short


def main() -> None:
    """Prepare, then become the server: same process, same arguments."""
    home = Path("~/metakit").expanduser()
    home.mkdir(parents=True, exist_ok=True)
    if lessons := os.environ.get("METAKIT_LESSONS"):
        copy_missing(Path(lessons), home)
    if limit := os.environ.get("MEM_LIMIT"):
        limit_memory(int(limit))
    os.environ["JUPYTER_RUNTIME_DIR"] = short_folder(Path("~/.metakit-kernels").expanduser())
    os.nice(POLITE)
    os.execv(sys.executable, [sys.executable, "-m", "jupyterhub.singleuser", *sys.argv[1:]])  # noqa: S606 - that is the point


def short_folder(kept: Path) -> str:
    """A folder of the student's own with a short path, the same at every start: `kept` in their home leads there."""
    if kept.exists() and not kept.is_symlink():
        kept.replace(kept.with_name(f"{kept.name}.{uuid4()}"))  # a home was restored: it is no way to a short path
    if not (kept.is_dir() and kept.stat().st_uid == os.getuid()):
        kept.unlink(missing_ok=True)
        kept.symlink_to(mkdtemp(prefix="metakit-", dir=SHORT))
    return str(kept.readlink())


def copy_missing(lessons: Path, home: Path) -> None:
    """Copy notebooks and glossary where they are not there: a student's changes stay, what they delete comes back."""
    for page in sorted([*lessons.glob("*.ipynb"), *lessons.glob("glossary.md")]):
        if not (home / page.name).exists():
            scratch = home / f".{page.name}.new"
            shutil.copyfile(page, scratch)
            scratch.replace(home / page.name)


def limit_memory(limit: int) -> None:
    """No process of the student gets more than `limit` bytes: Python raises MemoryError then, torch RuntimeError.

    The operating system holds this ceiling (`RLIMIT_DATA`, Linux alone), and only root can raise it again. It holds for
    each process: three notebooks may have three times as much. Where the sum must hold, use systemd or containers.
    """
    if sys.platform == "linux":
        import resource  # noqa: PLC0415 - not everywhere

        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash leaves no file of that size


if __name__ == "__main__":
    main()
