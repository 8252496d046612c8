"""What the documents say is so."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = [
    ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "notebooks/STYLE.md", "data/README.md")
] + [ROOT / "deploy/README.md", *sorted((ROOT / "docs").rglob("*.md"))]
TEXTS = {".css", ".ipynb", ".js", ".json", ".md", ".py", ".toml", ".txt", ".yml", ""}
ELSEWHERE = re.compile(r"(?<![\w.])/(home|root|tmp|opt|work)/\w")


def relative(path):
    return str(path.relative_to(ROOT))


def tracked():
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("this is no git checkout")
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).exists()]


@pytest.fixture(scope="module")
def verbs():
    return set(re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


@pytest.fixture(scope="module")
def commands():
    done = subprocess.run([sys.executable, "-m", "metakit", "--help"], capture_output=True, text=True, check=True)
    return set(re.search(r"\{([a-z,]+)\}", done.stdout)[1].split(","))


@pytest.mark.parametrize("document", DOCUMENTS, ids=relative)
def test_make_verbs_exist(document, verbs):
    assert set(re.findall(r"(?:`|^)make ([a-z]+)", document.read_text("utf-8"), re.MULTILINE)) <= verbs


@pytest.mark.parametrize("document", DOCUMENTS, ids=relative)
def test_commands_exist(document, commands):
    assert set(re.findall(r"(?:`|^)metakit ([a-z]+)", document.read_text("utf-8"), re.MULTILINE)) <= commands


@pytest.mark.parametrize("document", DOCUMENTS, ids=relative)
def test_relative_links_lead_somewhere(document):
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text("utf-8"))
    assert [target for target in targets if not (document.parent / target).exists()] == []


def test_readme_runs():
    programs = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    done = subprocess.run([sys.executable, "-c", "\n".join(programs)], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_readme_shows_the_real_tree():
    listed = listing((ROOT / "README.md").read_text("utf-8").split("## The files")[1].split("```")[1])
    assert [path for path in listed if not (ROOT / path).exists()] == []
    shown = {path.rstrip("/") for path in listed}
    there = {name for path in tracked() for name in parts_to_show(path) if not name.startswith(".")}
    assert there - shown == set()


def listing(block):
    """The paths of an indented tree."""
    folders, paths = {0: ""}, []
    for line in block.strip("\n").splitlines():
        name, depth = line.split()[0], len(line) - len(line.lstrip())
        paths.append(folders[depth] + name)
        folders[depth + 2] = paths[-1]
    return paths


def parts_to_show(path):
    """Top-level names, and all that stands directly in metakit/ or in metakit/learners/."""
    parts = path.relative_to(ROOT).parts
    depth = 3 if parts[:2] == ("metakit", "learners") else 2 if parts[0] == "metakit" else 1
    return ["/".join(parts[:depth])] if parts[depth - 1 :] != ("__init__.py",) else []


def test_no_file_names_a_place_on_its_authors_machine():
    texts = [path for path in tracked() if path.suffix in TEXTS and path != Path(__file__)]
    assert [relative(path) for path in texts if ELSEWHERE.search(path.read_text("utf-8"))] == []
