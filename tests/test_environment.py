"""environment.yml and constraints.txt stay in step with pyproject.toml, the only place for dependencies."""

import re
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from rattler import MatchSpec

ROOT = Path(__file__).parents[1]
CONDA_NAMES = {"torch": "pytorch-cpu", "matplotlib": "matplotlib-base", "jupyter-server": "jupyter_server"}
LINES = (ROOT / "environment.yml").read_text("utf-8").splitlines()
CONDA = [entry for entry in yaml.safe_load("\n".join(LINES))["dependencies"] if isinstance(entry, str)]
PINS = [Requirement(line) for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines() if line[0] != "#"]


def requirements(settings):
    extras = settings["project"]["optional-dependencies"].values()
    lines = (*settings["project"]["dependencies"], *(line for extra in extras for line in extra))
    return [Requirement(line) for line in lines if not line.startswith("metakit[")]


def test_conda_installs_what_pyproject_asks_for(settings):
    wanted = {
        (CONDA_NAMES.get(r.name, r.name), str(r.specifier))
        for r in map(Requirement, settings["project"]["dependencies"])
    }
    listed = {(spec.name.normalized, str(spec.version or "")) for spec in map(MatchSpec, CONDA)}
    assert listed - {("python", "3.12.*"), ("pip", "")} == wanted


def test_conda_installs_metakit_itself():
    assert yaml.safe_load("\n".join(LINES))["dependencies"][-1] == {"pip": ["-e ."]}


@pytest.mark.parametrize(
    "line", [line for line in LINES if re.match(r"\s+- \S+(?<!:)( |$)", line) and "conda-forge" not in line]
)
def test_every_line_says_who_needs_it(line):
    assert re.fullmatch(r" +- (\S+|-e \.)  # .+", line)


def test_every_dependency_has_one_exact_version(settings):
    pinned = {canonicalize_name(pin.name): pin for pin in PINS}
    assert all(re.fullmatch(r"==[^*,]+", str(pin.specifier)) for pin in PINS)
    for requirement in requirements(settings):
        pin = pinned[canonicalize_name(requirement.name)]
        assert Version(str(pin.specifier)[2:]) in requirement.specifier, f"constraints.txt: {pin}"


def test_readme_names_the_pinned_torch():
    named = set(re.findall(r"torch==[\d.]+", (ROOT / "README.md").read_text("utf-8")))
    assert named == {str(pin) for pin in PINS if pin.name == "torch"}
