"""A run of a study can be killed anywhere and goes on to the same weights and curves; its file says how it was made."""

import os
import signal
import subprocess
import sys

import pytest
import torch

from metakit import studies
from metakit.checkpoints import read as weights_in
from metakit.cli import study as command
from metakit.core import MetaKitError, Task
from metakit.evaluate import evaluate
from metakit.learners.model_based.in_context import InContextLearner
from metakit.nets.transformer import Transformer
from metakit.studies import Study, StudyRun, curves
from metakit.studies.follow import PROBE_SEED, Follow, per_task
from metakit.tasks.sinusoids import Sinusoids
from metakit.train import Schedule


def learner():
    return InContextLearner(1, 1, Transformer(16, 1, 2))


def run(label, shots, **settings):
    return StudyRun(
        label, {"shots": shots}, learner, lambda: Sinusoids(shots, 1), Schedule(25, 4, 3e-3),
        {"five": lambda: Sinusoids(5, 3), "two": lambda: Sinusoids(2, 3)}, probe_every=10, protocol="4 tasks a step",
        episodes=20, metric="mse", chance={"five": 4.25}, **settings,
    )  # fmt: skip


TINY = Study("tiny", "Do more shots help?", (run("shots-3", 3, keeps_weights=True), run("shots-6", 6)))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(curves, "FOLDER", tmp_path)
    monkeypatch.setitem(studies.STUDIES, "tiny", TINY)
    return tmp_path / "tiny"


def identical(a, b):
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def test_a_finished_run_tells_everything(folder):
    following = Follow("tiny", TINY.run("shots-3"), curves.place("tiny", "shots-3"))
    list(following.moments())
    told = studies.curves_of("tiny")
    assert [each.label for each in told] == ["shots-3"]
    (first,) = told
    assert set(first.curves) == {"five", "two"}
    assert all([point.step for point in curve] == [0, 10, 20, 25] for curve in first.curves.values())
    assert first.settings == {"shots": 3}
    assert first.chance == {"five": 4.25}
    assert (first.steps, first.episodes, first.metric, first.seed) == (25, 20, "mse", 0)
    assert first.schedule["meta_batch"] == 4
    assert first.parameters == sum(weight.numel() for weight in learner().parameters())
    assert first.seconds > 0
    assert "torch" in first.machine
    assert identical(weights_in(folder / "shots-3.safetensors")[0], following.training.learner.state_dict())
    assert not list(folder.glob("*.run.safetensors"))


def test_a_probe_is_the_same_tasks_every_time(folder):
    following = Follow("tiny", TINY.run("shots-6"), curves.place("tiny", "shots-6"))
    list(following.moments())
    again = evaluate(following.training.learner, Sinusoids(5, 3), 20, PROBE_SEED, batch=100)
    assert studies.curves_of("tiny")[0].last("five").mean == pytest.approx(again.mean, rel=1e-5)


def test_an_interrupted_measurement_is_made_again(folder, monkeypatch):
    straight = Follow("tiny", TINY.run("shots-6"), folder / "straight.json")
    list(straight.moments())
    cut_short = Follow("tiny", TINY.run("shots-6"), folder / "cut.json")
    measured, score = 0, Follow._score

    def until_the_last_probe(self, drawn):
        nonlocal measured
        measured += 1
        if measured == 8:  # two probes after 0, 10, 20 and 25 steps
            raise KeyboardInterrupt
        return score(self, drawn)

    monkeypatch.setattr(Follow, "_score", until_the_last_probe)
    with pytest.raises(KeyboardInterrupt):
        list(cut_short.moments())
    list(Follow("tiny", TINY.run("shots-6"), folder / "cut.json").moments())
    assert curves.read(folder / "cut.json").curves == curves.read(folder / "straight.json").curves


def test_a_step_cut_in_two_is_not_saved(folder):
    following = Follow("tiny", TINY.run("shots-6"), folder / "cut.json")
    next(moments := following.moments())
    following.save()
    saved = weights_in(following.state_path)[0]
    following.training.optimizer.step = lambda: (_ for _ in ()).throw(KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        next(moments)
    assert identical(weights_in(following.state_path)[0], saved)


def test_one_hot_answers_are_scored_as_classes():
    y = torch.eye(3)[None]
    tasks = Task(y, y, y, y)
    assert per_task(torch.tensor([[[2.0, 1, 0], [0, 1, 0], [1, 0, 0]]]), tasks, "accuracy").tolist() == [
        pytest.approx(2 / 3)
    ]


KILLED = """
import sys
from pathlib import Path
from metakit.studies.follow import Follow
from tests.studies.test_follow import TINY
for moment in Follow("tiny", TINY.run("shots-3"), Path(sys.argv[1])).moments(save_seconds=0):
    print(moment.record.step, flush=True)
"""


def test_sigkill_and_resume(tmp_path):
    straight = Follow("tiny", TINY.run("shots-3"), tmp_path / "straight" / "shots-3.json")
    list(straight.moments())
    killed = tmp_path / "killed" / "shots-3.json"
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(sys.path),
        "OMP_NUM_THREADS": str(torch.get_num_threads()),
    }
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(killed)], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        for line in process.stdout:
            if int(line) >= 14:
                process.send_signal(signal.SIGKILL)
                break
        process.stdout.close()
    assert not killed.exists()
    last = Follow("tiny", TINY.run("shots-3"), killed)
    assert 10 < last.training.step < 25
    list(last.moments())
    assert identical(straight.training.state(), last.training.state())
    assert curves.read(straight.path).curves == curves.read(killed).curves


def test_the_command_makes_what_is_missing(folder, capsys):
    command.study("tiny", steps=5)
    assert not list(folder.glob("*.json"))
    command.study("tiny", run="shots-6")
    command.study("tiny")
    assert [each.label for each in studies.curves_of("tiny")] == ["shots-3", "shots-6"]
    before = (folder / "shots-3.json").stat().st_mtime_ns
    command.study("tiny")
    assert "finished already" in capsys.readouterr().err
    assert (folder / "shots-3.json").stat().st_mtime_ns == before
    command.study()
    assert "2 of 2" in capsys.readouterr().out


def test_mistakes_are_told(folder):
    with pytest.raises(MetaKitError, match="no study 'tinny'"):
        studies.study("tinny")
    with pytest.raises(MetaKitError, match="choose one of shots-3, shots-6"):
        TINY.run("shots-4")
    with pytest.raises(MetaKitError, match="`metakit study tiny` does it"):
        studies.curves_of("tiny")
    with pytest.raises(MetaKitError, match="metakit study tiny --run shots-3"):
        curves.read(curves.place("tiny", "shots-3"))
    folder.mkdir()
    (folder / "shots-3.json").write_text("{}")
    with pytest.raises(MetaKitError, match="broken"):
        studies.curves_of("tiny")
