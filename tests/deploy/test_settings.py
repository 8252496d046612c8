"""What stands in deploy/, without a hub: lessons copied, memory limited, settings for elsewhere well formed."""

import importlib.util
import os
import resource
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest
import yaml
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"

# What the chart allows where we set something: values.schema.yaml of jupyterhub/zero-to-jupyterhub-k8s, 02dd73df.
CHART = {
    "": {"hub", "proxy", "singleuser", "cull", "prePuller", "scheduling", "ingress", "debug"},
    "hub": {"config", "concurrentSpawnLimit", "db", "extraConfig", "image"},
    "proxy": {"https", "service", "chp", "traefik"},
    "proxy.https": {"enabled", "hosts", "letsencrypt", "type", "manual", "secret"},
    "singleuser": {"cmd", "cpu", "defaultUrl", "extraEnv", "extraFiles", "image", "memory", "startTimeout", "storage"},
    "singleuser.cpu": {"guarantee", "limit"},
    "singleuser.memory": {"guarantee", "limit"},
    "singleuser.storage": {"capacity", "dynamic", "extraVolumes", "homeMountPath", "static", "type"},
    "cull": {"enabled", "users", "adminUsers", "removeNamedServers", "timeout", "every", "concurrency", "maxAge"},
    "prePuller": {"hook", "continuous", "extraImages"},
    "prePuller.hook": {"enabled", "image"},
    "prePuller.continuous": {"enabled"},
}
FREE = ("hub.config", "singleuser.extraEnv")  # the schema lets anything in


def student_server():
    spec = importlib.util.spec_from_file_location("student_server", DEPLOY / "student_server.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_students_get_what_is_missing_and_keep_what_they_changed(tmp_path: Path):
    lessons, home = tmp_path / "lessons", tmp_path / "home"
    for folder in (lessons, home):
        folder.mkdir()
    for name in ("00.ipynb", "01.ipynb", "STYLE.md"):
        (lessons / name).write_text("new", "utf-8")
    (home / "00.ipynb").write_text("mine", "utf-8")
    student_server().copy_missing(lessons, home)
    assert {path.name: path.read_text("utf-8") for path in home.iterdir()} == {"00.ipynb": "mine", "01.ipynb": "new"}


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("METAKIT_CLASS_PASSWORD", "abc"),
        ("METAKIT_CLASS_PASSWORD", "größer-als-acht"),
        ("METAKIT_TEACHER_PASSWORD", "a" * 31),
    ],
)
def test_a_password_that_nobody_could_use_is_told_before_anything_is_installed(name: str, password: str):
    environment = os.environ | {"METAKIT_ALLOW_ROOT": "1", "METAKIT_CLASS_PASSWORD": "long enough"} | {name: password}
    done = subprocess.run(
        [sys.executable, DEPLOY / "who.py"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"Let {name} have ")


def test_a_home_that_was_restored_with_its_links_followed_is_no_obstacle(tmp_path: Path):
    kept = tmp_path / "kernels"
    kept.mkdir()
    (kept / "old").write_text("kept", "utf-8")
    found = Path(student_server().short_folder(kept))
    assert kept.readlink() == found
    assert [path.read_text("utf-8") for path in tmp_path.glob("kernels.*/old")] == ["kept"]
    found.rmdir()


def test_kernels_listen_on_files_with_short_paths_where_the_student_alone_looks(tmp_path: Path):
    kept = tmp_path / "kernels"
    found = Path(student_server().short_folder(kept))
    try:
        assert student_server().short_folder(kept) == str(found)
        assert found.stat().st_mode & 0o077 == 0
        assert len(f"{found}/kernel-{uuid4()}-ipc-5") < 104  # on macOS; Linux takes four more
    finally:
        found.rmdir()
    another = Path(student_server().short_folder(kept))  # /tmp was emptied
    assert another.is_dir()
    assert another != found
    another.rmdir()


def test_no_student_is_turned_away_because_others_come_at_the_same_moment():
    found = PyFileConfigLoader("students_config.py", path=str(DEPLOY)).load_config()
    chart = yaml.safe_load((DEPLOY / "kubernetes.yaml").read_text("utf-8"))
    assert found.JupyterHub.concurrent_spawn_limit == chart["hub"]["concurrentSpawnLimit"] == 0
    assert found.Spawner.start_timeout == found.Spawner.http_timeout == 600


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds this ceiling: runs there")
def test_nobody_gets_more_memory_than_the_ceiling():
    code = "import student_server; student_server.limit_memory(300 * 2**20); b'x' * 2**20; b'x' * 400 * 2**20"
    done = subprocess.run([sys.executable, "-c", code], cwd=DEPLOY, capture_output=True, text=True, check=False)
    assert done.stderr.rstrip().endswith("MemoryError")
    assert resource.getrlimit(resource.RLIMIT_DATA)[0] != 300 * 2**20


def test_the_littlest_jupyterhub_loads_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for variable in ("METAKIT_LESSONS", "METAKIT_DATA", "METAKIT_MEMORY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(sys, "executable", "/srv/tljh/hub/bin/python3")
    (tmp_path / "metakit.py").symlink_to(DEPLOY / "students_config.py")  # as tljh.sh does
    found: Config = PyFileConfigLoader("metakit.py", path=str(tmp_path)).load_config()
    assert found.Spawner.cmd == ["/srv/tljh/user/bin/python3", str(DEPLOY / "student_server.py")]
    assert Path(found.Spawner.environment["METAKIT_DATA"]) == ROOT / "data"
    assert found.Spawner.mem_limit == "2G"


def test_the_shared_folders_exist(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("METAKIT_LESSONS", raising=False)
    found = PyFileConfigLoader("students_config.py", path=str(DEPLOY)).load_config().Spawner
    assert list(Path(found.environment["METAKIT_LESSONS"]).glob("00_*.ipynb"))
    assert Path(found.environment["JUPYTER_PATH"], "voila/templates/metakit/index.html.j2").is_file()


def test_without_password_and_without_root_one_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("METAKIT_CLASS_PASSWORD", raising=False)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(SystemExit, match="METAKIT_CLASS_PASSWORD, or start the hub as root"):
        PyFileConfigLoader("jupyterhub_config.py", path=str(DEPLOY)).load_config()


def test_a_class_password_is_for_an_ordinary_user(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("METAKIT_CLASS_PASSWORD", "learning-to-learn")
    monkeypatch.delenv("METAKIT_ALLOW_ROOT", raising=False)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    with pytest.raises(SystemExit, match="as an ordinary user"):
        PyFileConfigLoader("jupyterhub_config.py", path=str(DEPLOY)).load_config()


@pytest.mark.parametrize("script", [DEPLOY / "tljh.sh", ROOT / "postBuild"], ids=lambda path: path.name)
def test_scripts_are_well_formed(script: Path):
    assert subprocess.run(["bash", "-n", script], check=False).returncode == 0


def test_the_chart_knows_every_value():
    values = yaml.safe_load((DEPLOY / "kubernetes.yaml").read_text("utf-8"))
    assert unknown(values) == []
    names = {name for name in values["singleuser"]["extraEnv"] if name.startswith("METAKIT")}
    assert names == {"METAKIT_DATA", "METAKIT_LESSONS"}


def unknown(values: dict, place: str = "") -> list[str]:
    """Keys that the chart does not have."""
    if place in FREE:
        return []
    found = [f"{place}.{name}" for name in values.keys() - CHART[place]]
    inside = {name: value for name, value in values.items() if isinstance(value, dict)}
    return found + [key for name, value in inside.items() for key in unknown(value, f"{place}.{name}".lstrip("."))]
