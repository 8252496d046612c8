"""Progress is kept, survives what can go wrong, and is forgotten on request."""

import json
import sys
from multiprocessing import get_context
from pathlib import Path

import pytest
from filelock import FileLock

from metakit.teach import Predict, progress
from metakit.teach.progress import forget_all, keep_answer, keep_solved


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The learner's own file."""
    monkeypatch.setattr(progress, "_waiting", [])
    monkeypatch.setattr(progress, "PATIENCE", 0.5)
    monkeypatch.setenv("METAKIT_PROGRESS", str(tmp_path / "of mine" / "progress.json"))
    return tmp_path / "of mine" / "progress.json"


def ask(choices=("one", "two")) -> Predict:
    return Predict("Which is larger?", list(choices), answer=len(choices) - 1, why="Two is one more than one.")


def test_an_answer_comes_back_when_the_cell_runs_again(kept):
    first = ask()
    assert (first.chosen, first.note) == (-1, "")
    first.chosen = 1
    again = ask()
    assert (again.chosen, again.right) == (1, True)
    assert "before" in again.note
    again.chosen = -1
    assert ask().chosen == -1
    assert json.loads(kept.read_text("utf-8"))["answers"] == {}


def test_an_answer_is_its_words_whatever_the_order_of_the_choices(kept):
    ask().chosen = 0
    assert ask(("two", "zero", "one")).chosen == 2
    assert ask(("two", "three")).chosen == -1


def test_nothing_is_written_before_anything_is_answered(kept):
    ask()
    progress.progress()
    assert not kept.parent.exists()


def test_nothing_is_kept_where_nothing_shall_be(kept, monkeypatch, tmp_path):
    monkeypatch.setenv("METAKIT_PROGRESS", "")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    ask().chosen = 1
    assert ask().chosen == -1
    assert keep_solved("lesson_04.class_means") == "" == forget_all()
    assert list(tmp_path.iterdir()) == []


def test_the_users_data_folder_holds_it_unless_told_otherwise(kept, monkeypatch, tmp_path):
    monkeypatch.delenv("METAKIT_PROGRESS")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert keep_solved("lesson_04.class_means") == ""
    assert progress.progress_file() == tmp_path / "data" / "metakit" / "progress.json"
    assert progress.progress().solved == ("lesson_04.class_means",)


@pytest.mark.skipif(sys.platform == "win32", reason="processes that share what is imported")
def test_notebooks_that_write_at_once_lose_nothing(kept, monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE", 60)

    def answer_nine(number):
        sys.exit(sum(keep_answer(f"{number} {n}", "") != "" for n in range(9)))

    writers = [get_context("fork").Process(target=answer_nine, args=(number,)) for number in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    assert len(progress.progress().answers) == 27


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\x00", b"[1]", b"[" * 100_000, b'{"answers": {}, "solved": []}'])
def test_a_file_that_is_not_ours_is_left_alone_and_put_aside_on_request(kept, content):
    kept.parent.mkdir()
    kept.write_bytes(content)
    question = ask()
    assert str(kept) in question.note
    question.chosen = 1
    assert "Begin anew" in question.note
    assert ask().chosen == 1, "until this process ends it is remembered"
    assert kept.read_bytes() == content
    assert forget_all() == ""
    assert Path(f"{kept}.1").read_bytes() == content
    ask().chosen = 0
    assert (ask().chosen, progress.progress().trouble) == (0, "")


def test_what_could_not_be_written_is_written_with_the_next(kept):
    kept.parent.write_bytes(b"a file where the folder should be")
    ask().chosen = 1
    assert "METAKIT_PROGRESS" in ask().note
    assert "METAKIT_DATA" not in ask().note
    kept.parent.unlink()
    assert keep_solved("lesson_04.class_means") == ""
    found = json.loads(kept.read_text("utf-8"))
    assert (found["answers"], found["solved"]) == ({"Which is larger?": "two"}, ["lesson_04.class_means"])


def test_a_notebook_that_hangs_while_writing_holds_nobody_up(kept):
    keep_answer("?", "x")
    with FileLock(kept.with_name(".progress.json.lock")):
        assert "another program" in keep_answer("!", "y")
    assert keep_answer("…", "z") == ""
    assert progress.progress().answers == {"?": "x", "!": "y", "…": "z"}


def test_a_home_that_cannot_be_written_costs_one_sentence(monkeypatch):
    monkeypatch.setattr(progress, "_waiting", [])
    monkeypatch.setenv("METAKIT_PROGRESS", "/proc/nowhere/progress.json")
    question = ask()
    question.chosen = 0
    assert "cannot be kept" in question.note
    assert question.note.count(".") >= 1
    assert ask().chosen == 0


def test_only_the_owner_may_look_into_the_folder(kept):
    keep_answer("?", "x")
    assert kept.parent.stat().st_mode & 0o077 == 0
