"""The learner's function is called: its answer, or a sentence on why there is none."""

import traceback
from collections.abc import Callable
from functools import partial
from typing import Any

from metakit.teach.hints import hint
from metakit.teach.verdict import Outcome

Function = Callable[..., Any]


class NoAnswerError(Exception):
    """The learner's function gave no answer that can be compared; the verdict says why."""

    def __init__(self, outcome: Outcome, text: str) -> None:
        self.outcome, self.text = outcome, text


def answer(trial: Function, attempt: Function, case: tuple[Any, ...], number: int) -> Any:
    """What `attempt` answers in this case. Raises NoAnswerError, and nothing else, where it does not."""
    try:
        return trial(partial(_written, attempt), *case)
    except NoAnswerError:
        raise
    except KeyboardInterrupt:
        text = f"You interrupted case {number}: does your loop come to an end?"
        raise NoAnswerError("failed", text) from None
    except BaseException as error:  # noqa: BLE001 - the learner's own code: what went wrong is the answer
        if left := _left_in_place(error):
            raise _not_written(left, attempt) from None
        raise NoAnswerError("failed", _explain(error, attempt, number)) from None


def _written(attempt: Function, *arguments: Any) -> Any:
    """What `attempt` returns, where it is written at all."""
    found = attempt(*arguments)
    if found is ... or (isinstance(found, tuple) and any(part is ... for part in found)):
        raise _not_written("...", attempt)
    if found is None:
        text = f"`{name_of(attempt)}` returns nothing: write its body, and end it with `return`."
        raise NoAnswerError("not written yet", text)
    return found


def _left_in_place(error: BaseException) -> str:
    """What of a stub raised this: a lesson's dots, or the line that nbgrader writes."""
    if isinstance(error, NotImplementedError) and not str(error):  # torch says what it has not implemented
        return "raise NotImplementedError()"
    told = str(error)
    return "..." if "ellipsis" in told and "indices must be" not in told else ""  # a list knows no [...]


def _not_written(left: str, attempt: Function) -> NoAnswerError:
    return NoAnswerError("not written yet", f"Replace the `{left}` in `{name_of(attempt)}` and run this cell again.")


def name_of(attempt: Function) -> str:
    """What the learner calls it."""
    return getattr(attempt, "__name__", "your function")


def _explain(error: BaseException, attempt: Function, case: int) -> str:
    """The error, and the last line of the learner's cell that it came from."""
    name = attempt.__code__.co_filename if hasattr(attempt, "__code__") else ""
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == name]
    where = f", in line {lines[-1]} of your cell" if lines else ""
    told = f": {error}".rstrip(": .")
    return f"Case {case} stops with {type(error).__name__}{where}{told}.{hint(error)}"
