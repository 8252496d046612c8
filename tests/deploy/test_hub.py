"""A class on this very machine: a real JupyterHub with its proxy, and three students who work at the same time."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlencode

import nbformat
import psutil
import pytest
import requests

from tests.deploy.hub import PASSWORD, ROOT, Hub, said_by
from tests.deploy.student import PATIENCE, Student

pytestmark = pytest.mark.hub
NAMES = ("ada", "emmy", "grace")
GREEDY = "hoard = []\nfor _ in range(50):\n    hoard.append(b'x' * 50 * 2**20)\nprint('2.5 GB')"
CALM = "import time\ncalm = []\nfor n in range(4):\n    time.sleep(0.3)\n    calm.append(n)\nprint(calm)"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    found = Hub(tmp_path_factory.mktemp("class"), memory="1000M")
    found.start()
    yield found
    found.end()


@pytest.fixture(scope="module")
def students(hub: Hub) -> list[Student]:
    """Three students with a server each; all started at the same time."""
    found = [Student(name, hub.url) for name in NAMES]
    assert all(student.log_in(PASSWORD).ok for student in found)
    at_once(Student.start, found)
    return found


@pytest.fixture(scope="module")
def kernels(students: list[Student]) -> list[str]:
    """A kernel for each of them."""
    return at_once(Student.kernel, students)


def at_once(does: Callable[..., Any], *lists: list) -> list[Any]:
    with ThreadPoolExecutor(len(NAMES)) as pool:
        return list(pool.map(does, *lists))


def test_nobody_comes_in_without_the_password(hub: Hub):
    assert Student("mallory", hub.url).log_in("guessing").status_code == 403


def test_each_runs_a_lesson_of_their_own(hub: Hub, students: list[Student], kernels: list[str]):
    lesson = nbformat.reads((hub.folder / "ada/metakit/00_start_here.ipynb").read_text("utf-8"), as_version=4)
    first, second = [cell.source for cell in lesson.cells if cell.cell_type == "code"][:2]
    for cell in (first, second, "print(len(data.test), torch.get_num_threads())"):
        said = at_once(Student.run, students, kernels, [cell] * len(students))
    assert said == ["495 1\n"] * len(students)
    for name in NAMES:
        copied = {path.name for path in (hub.folder / name / "metakit").iterdir()}
        assert {"glossary.md", *(path.name for path in (ROOT / "notebooks").glob("0*.ipynb"))} <= copied
        assert not (hub.folder / name / ".cache/metakit/glyphs").exists(), "The class shares one file of glyphs."


def test_each_opens_the_demo_and_leaves_no_kernel(students: list[Student]):
    pages = at_once(Student.visit, students, ["voila/render/demo.ipynb"] * 3)
    for student, page in zip(students, pages, strict=True):
        assert 'class="view"' in page
        assert 'class="failed"' not in page
        script = student.visit(re.search(r'src="/user/\w+/(\S+page\.js)', page)[1])
        assert "voila/api/shutdown/${info.id}" in script
        assert "?_xsrf=" in script, "Without it a hub refuses the page's farewell."
        kernel = re.search(r'id="kernel" type="application/json">\{[^}]*"id": "([\w-]+)"', page)[1]
        assert student.farewell(f"voila/api/shutdown/{kernel}").status_code == 204


def test_the_first_page_is_the_lesson_and_asks_nothing(students: list[Student]):
    assert "<title>JupyterLab" in students[0].visit("lab/tree/00_start_here.ipynb")
    settings = json.loads(students[0].visit("lab/api/settings/@jupyterlab/apputils-extension:notification"))
    asked = settings["schema"]["properties"]
    assert (asked["fetchNews"]["default"], asked["checkForUpdates"]["default"]) == ("false", False)


def test_a_link_brings_a_new_lesson_and_keeps_what_was_written(hub: Hub, students: list[Student]):
    repository, copy = hub.folder / "course", hub.folder / "emmy/metakit/course"
    repository.mkdir()
    asked = urlencode({"repo": str(repository), "branch": "main", "targetpath": "course"})
    publish(repository, {"11.ipynb": "lesson 11"})
    assert "course" in students[1].visit(f"git-pull?{asked}")  # the page, which then asks for what follows
    assert '"phase": "finished"' in students[1].visit(f"git-pull/api?{asked}")
    (copy / "11.ipynb").write_text("my answer", "utf-8")
    publish(repository, {"12.ipynb": "lesson 12"})
    assert '"phase": "finished"' in students[1].visit(f"git-pull/api?{asked}")
    assert [(copy / name).read_text("utf-8") for name in ("11.ipynb", "12.ipynb")] == ["my answer", "lesson 12"]


def publish(repository: Path, files: dict[str, str]) -> None:
    """A teacher's commit."""
    for name, text in files.items():
        (repository / name).write_text(text, "utf-8")
    who = ["-c", "user.name=teacher", "-c", "user.email=teacher@example.org"]
    for command in (["init", "-q", "-b", "main"], ["add", "."], [*who, "commit", "-q", "-m", "More lessons"]):
        subprocess.run(["git", *command], cwd=repository, check=True)


def test_nobody_enters_the_server_of_another(students: list[Student]):
    ada, emmy, _ = students
    address = f"{ada.hub}/user/{emmy.name}/api/contents"
    assert requests.get(address, headers=ada.token, timeout=PATIENCE).status_code == 403


def test_one_who_hoards_memory_is_stopped_and_the_others_go_on(students: list[Student], kernels: list[str]):
    said = at_once(Student.run, students, kernels, [GREEDY, CALM, CALM])
    assert said == ["MemoryError", "[0, 1, 2, 3]\n", "[0, 1, 2, 3]\n"]
    assert students[0].run(kernels[0], "del hoard; print('well again')") == "well again\n"


def test_a_killed_hub_comes_back_and_nobody_lost_anything(hub: Hub, students: list[Student], kernels: list[str]):
    at_once(Student.run, students, kernels, [f"mine = {name!r}" for name in NAMES])
    before = [student.server()["started"] for student in students]
    hub.process.kill()
    hub.process.wait()
    assert at_once(Student.run, students, kernels, ["print(mine)"] * 3) == [f"{name}\n" for name in NAMES]
    hub.start()
    cullers = [process for process in hub.processes() if "idle_culler" in said_by(process)]
    assert len(cullers) == (1 if shutil.which("setpriv") else 2), "the killed hub's culler ended with it"
    assert [student.server()["started"] for student in students] == before
    assert at_once(Student.run, students, kernels, ["print(mine)"] * 3) == [f"{name}\n" for name in NAMES]
    assert Student("hypatia", hub.url).log_in(PASSWORD).ok


def test_who_stops_their_server_leaves_nothing_behind(hub: Hub, students: list[Student]):
    answer = requests.delete(f"{students[0].api}/server", headers=students[0].token, timeout=PATIENCE)
    assert answer.ok
    deadline = monotonic() + PATIENCE
    while any(str(hub.folder / NAMES[0]) in said_by(process) for process in psutil.process_iter()):
        assert monotonic() < deadline
        sleep(0.2)


def test_ctrl_c_ends_the_class(hub: Hub, students: list[Student]):
    assert students[1].server()["ready"]
    hub.interrupt()
    there = [one for one in hub.processes() if str(hub.folder) in said_by(one) or shutil.which("setpriv")]
    _, left = psutil.wait_procs(there, timeout=PATIENCE)
    assert not left
