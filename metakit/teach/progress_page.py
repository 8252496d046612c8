"""The progress page: lesson by lesson, which predictions are answered and right, and which exercises are solved."""

import json
from pathlib import Path
from typing import Any

import anywidget
import traitlets as t

from metakit.core import MetaKitError
from metakit.teach.lessons import Lesson, exercise, lessons
from metakit.teach.progress import Progress, forget_all, progress, progress_file
from metakit.widgets.front_end import STATIC as SHARED

STATIC = Path(__file__).parent / "static"
NOWHERE = "Nothing is kept here: METAKIT_PROGRESS is set to nothing."


class ProgressPage(anywidget.AnyWidget):
    """What the learner has done, with buttons to look again, to take it away as a file, and to begin anew.

    `folder` holds the lessons. The file is read, never sent: *Download* saves what the page already shows.
    """

    _esm = "\n".join(path.read_text(encoding="utf-8") for path in (SHARED / "charts.js", STATIC / "progress_page.js"))
    _css = "\n".join(path.read_text(encoding="utf-8") for path in (SHARED / "charts.css", STATIC / "progress_page.css"))

    lessons = t.List(t.Dict()).tag(sync=True)
    trouble = t.Unicode().tag(sync=True)
    place = t.Unicode().tag(sync=True)  # where the progress is kept
    document = t.Unicode().tag(sync=True)  # what Download saves
    look = t.Int(0, min=0, max=2**31 - 1).tag(sync=True)  # the browser adds one to look again
    forget = t.Int(0, min=0, max=2**31 - 1).tag(sync=True)  # the browser adds one to begin anew

    def __init__(self, folder: Path | str = ".") -> None:
        self._folder = Path(folder)
        super().__init__()
        self._show()

    def shown(self) -> dict[str, object]:
        """What the picture holds."""
        return {"lessons": self.lessons, "trouble": self.trouble}

    @t.observe("look")
    def _show(self, _change: object = None) -> None:
        known, file = progress(), progress_file()
        try:
            rows, trouble = [_row(lesson, known) for lesson in lessons(self._folder)], known.trouble
        except MetaKitError as error:
            rows, trouble = [], str(error)
        with self.hold_sync():
            self.lessons, self.trouble = rows, trouble
            self.place = f"Kept in {file}, on this machine alone: nothing is sent." if file else NOWHERE
            self.document = json.dumps(json.loads(known.document()) | {"lessons": rows}, indent=1, ensure_ascii=False)

    @t.observe("forget")
    def _begin_anew(self, _change: object) -> None:
        trouble = forget_all()
        self._show()
        self.trouble = trouble or self.trouble


def _row(lesson: Lesson, known: Progress) -> dict[str, Any]:
    """One lesson: a mark for each prediction (True, False, or None: not answered), and its exercises."""
    said = {question: known.answers.get(question) for question in lesson.questions}
    return {
        "title": lesson.title,
        "file": f"{lesson.name}.ipynb",
        "predictions": [
            {"question": question, "right": None if (word := said[question]) is None else word == right}
            for question, right in lesson.questions.items()
        ],
        "exercises": [_exercise(key, known) for key in lesson.exercises],
    }


def _exercise(key: str, known: Progress) -> dict[str, Any]:
    found = exercise(key)
    about = f"{found.difficulty}, {found.minutes} min" if found else ""
    return {"title": found.title if found else key, "about": about, "solved": key in known.solved}
