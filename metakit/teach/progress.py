"""What a learner has answered and solved: kept in one file of the learner's own, which never leaves the machine.

`METAKIT_PROGRESS` names the file; set to nothing, nothing is kept. Without it, it is `metakit/progress.json` in the
user's data folder. Nothing here raises: where the file cannot be read or written, `Progress.trouble` says why and what
to do, the file stays as it is, and what is new is remembered until this process ends or the file can be written.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from filelock import FileLock, Timeout

from metakit.core import MetaKitError
from metakit.tasks.storage import replacing

FORMAT = "MetaKit progress 1"
PATIENCE = 3.0  # seconds that another notebook may take to write
NEXT_STEP = "mend that, or set METAKIT_PROGRESS to a file of your own"


@dataclass(frozen=True)
class Progress:
    """Answers to predictions, and solved exercises."""

    answers: dict[str, str] = field(default_factory=dict)  # question -> the choice, in its words
    solved: tuple[str, ...] = ()  # "lesson_04.class_means", …
    trouble: str = ""  # why nothing is kept, and what to do, in one sentence

    def document(self) -> str:
        """All of it as JSON: what the file holds, and what the learner can take away."""
        content = {"format": FORMAT, "answers": self.answers, "solved": self.solved}
        return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


Change = Callable[[Progress], Progress]
_waiting: list[Change] = []  # what could not be written yet


def progress_file() -> Path | None:
    """Where progress is kept; None where it shall not be."""
    named = os.environ.get("METAKIT_PROGRESS")
    if named is not None:
        return Path(named).absolute() if named else None
    base = os.environ.get("XDG_DATA_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(base) if base else Path("~/.local/share").expanduser()) / "metakit" / "progress.json"


def progress() -> Progress:
    """What is known now."""
    path = progress_file()
    try:
        known = _read(path) if path else Progress()
    except MetaKitError as error:
        known = Progress(trouble=str(error))
    return _with_waiting(known)


def keep_answer(question: str, choice: str | None) -> str:
    """Keep the answer to a prediction; None forgets it. Returns the trouble: empty when all is well."""

    def change(known: Progress) -> Progress:
        others = {asked: said for asked, said in known.answers.items() if asked != question}
        return replace(known, answers=others if choice is None else others | {question: choice})

    return _keep(change)


def keep_solved(exercise: str) -> str:
    """Keep that an exercise, "lesson_04.class_means", is solved. Returns the trouble: empty when all is well."""
    return _keep(lambda known: replace(known, solved=tuple(sorted({*known.solved, exercise}))))


def forget_all() -> str:
    """Begin anew; a file that cannot be read is put aside, not deleted. Returns the trouble: empty when all is well."""
    _waiting.clear()
    path = progress_file()
    if path is None:
        return ""
    try:
        with _alone_with(path):
            if progress().trouble:
                path.rename(next(aside for n in count(1) if not (aside := Path(f"{path}.{n}")).exists()))
            path.unlink(missing_ok=True)
    except MetaKitError as error:
        return str(error)
    return ""


def _keep(change: Change) -> str:
    path = progress_file()
    if path is None:
        return ""
    _waiting.append(change)
    try:
        with _alone_with(path):
            known = _with_waiting(_read(path))
            with replacing(path.resolve()) as file:
                file.write(known.document().encode())
    except MetaKitError as error:
        return str(error)
    _waiting.clear()
    return ""


def _with_waiting(known: Progress) -> Progress:
    for change in _waiting:
        known = change(known)
    return known


@contextmanager
def _alone_with(path: Path) -> Iterator[None]:
    """No other notebook writes to `path` meanwhile. Raises MetaKitError when that cannot be had, or writing fails."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(path.with_name(f".{path.name}.lock"), timeout=PATIENCE):
            yield
    except Timeout as error:
        raise MetaKitError(f"{path} is being written by another program: wait a little and try again.") from error
    except (OSError, NotImplementedError) as error:
        raise _unkept(path, error) from error
    except MetaKitError as error:
        if isinstance(error.__cause__, OSError):  # of `replacing`, whose sentence speaks of data
            raise _unkept(path, error.__cause__) from error
        raise


def _unkept(path: Path, cause: BaseException) -> MetaKitError:
    reason = getattr(cause, "strerror", None) or cause
    return MetaKitError(f"Your progress cannot be kept in {path} ({reason}): {NEXT_STEP}.")


def _read(path: Path) -> Progress:
    """What `path` holds; nothing where there is no file. Raises MetaKitError when it is not readable, or not ours."""
    try:
        content = json.loads(path.read_bytes())
        answers, solved = content["answers"], content["solved"]
        ours = content["format"] == FORMAT and isinstance(answers, dict) and isinstance(solved, list)
        if ours and all(isinstance(word, str) for word in (*answers.values(), *solved)):
            return Progress(answers, tuple(solved))
    except FileNotFoundError:
        return Progress()
    except OSError as error:
        raise _unkept(path, error) from error
    except (ValueError, TypeError, KeyError, RecursionError):
        pass  # damaged, or foreign
    next_step = "press Begin anew in progress.ipynb, which puts that file aside, or mend it"
    raise MetaKitError(f"{path} is damaged, or no progress of MetaKit's, and stays as it is: {next_step}.")
