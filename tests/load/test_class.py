"""A class of thirty (or METAKIT_STUDENTS) logs in at once and opens lesson 01, as `make hub` serves it."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from time import monotonic, perf_counter, sleep
from typing import Any

import nbformat
import psutil
import pytest

from tests.deploy.hub import PASSWORD, Hub
from tests.deploy.student import Student
from tests.load.test_manners import megabytes

pytestmark = pytest.mark.load
STUDENTS = int(os.environ.get("METAKIT_STUDENTS", "30"))
LESSON = "01_sinusoid_regression.ipynb"
LONGEST = 600  # seconds, on the slowest machine


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    found = Hub(tmp_path_factory.mktemp("class"))
    found.start()
    yield found
    found.end()


def test_thirty_log_in_at_once_and_run_the_first_cell(hub: Hub, tell) -> None:
    students = [Student(f"student-{number}", hub.url) for number in range(STUDENTS)]
    alone = memory(hub)
    tell(f"{psutil.cpu_count()} cores; the hub alone takes {alone:.0f} MB")

    seconds, lessons = at_once(arrive, students)
    tell(f"{STUDENTS} students are in lesson 01 after {median(seconds):.0f} s (median), {max(seconds):.0f} s at most")
    servers = memory(hub)
    tell(f"a student's server takes {(servers - alone) / STUDENTS:.0f} MB")
    assert all(lesson == lessons[0] for lesson in lessons)
    assert all((hub.folder / student.name / "metakit" / LESSON).is_file() for student in students)

    first = next(cell.source for cell in nbformat.from_dict(lessons[0]).cells if cell.cell_type == "code")
    seconds, said = at_once(lambda student: student.run(student.kernel(), f"{first}\nprint('ready')"), students)
    tell(f"the first cell has run after {median(seconds):.0f} s (median), {max(seconds):.0f} s at most")
    tell(f"a student's kernel takes {(memory(hub) - servers) / STUDENTS:.0f} MB")
    assert all(words == "ready\n" for words in said)


def test_ctrl_c_ends_them_all(hub: Hub, tell) -> None:
    started = monotonic()
    hub.interrupt()
    while hub.processes() and monotonic() < started + LONGEST:
        sleep(0.5)
    tell(f"Ctrl-C ends the class in {monotonic() - started:.0f} s")
    assert not hub.processes()


def arrive(student: Student) -> dict[str, Any]:
    """Log in, wait on the hub's page, open the lesson: what a browser does; the lesson."""
    page = student.log_in(PASSWORD, f"/hub/user-redirect/lab/tree/{LESSON}")
    assert page.ok, f"{student.name} sees {page.status_code}: {page.text}"
    assert student.watched(LONGEST)["ready"]
    assert "<title>JupyterLab" in student.visit(f"lab/tree/{LESSON}")
    return student.ask("GET", f"api/contents/{LESSON}").json()["content"]


def at_once(does: Callable[[Student], Any], students: list[Student]) -> tuple[list[float], list[Any]]:
    """All of them at the same moment: everybody's seconds, and what they got."""

    def timed(student: Student) -> tuple[float, Any]:
        started = perf_counter()
        found = does(student)
        return perf_counter() - started, found

    with ThreadPoolExecutor(len(students)) as pool:
        seconds, found = zip(*pool.map(timed, students), strict=True)
    return list(seconds), list(found)


def memory(hub: Hub) -> float:
    """Megabytes of all that belongs to the class; what is shared is counted once."""
    return sum(megabytes(process, "Pss") for process in hub.processes())
