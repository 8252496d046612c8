"""What a course is made with is an extra: who has not installed it is told how."""

from importlib.util import find_spec

from metakit.core import MetaKitError


def need(*modules: str) -> None:
    """Raise MetaKitError, with the command that mends it, when one of these top-level modules is not installed."""
    if missing := [name for name in modules if find_spec(name) is None]:
        names = ", ".join(missing)
        raise MetaKitError(f"This needs {names}: install what a course is made with, `pip install -e '.[course]'`.")
