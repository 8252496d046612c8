"""Who may import whom; the contracts stand in pyproject.toml."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def python(program, *arguments):
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_contracts_are_kept():
    done = python("from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache")
    assert done.returncode == 0, done.stdout


def test_mathematics_starts_neither_jupyter_nor_pictures(settings):
    contract = next(c for c in settings["tool"]["importlinter"]["contracts"] if "without Jupyter" in c["name"])
    imports = ", ".join(contract["source_modules"])
    done = python(f"import sys, {imports}; print(*sorted(sys.modules.keys() & {set(contract['forbidden_modules'])}))")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
