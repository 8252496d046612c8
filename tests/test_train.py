"""Training can be stopped anywhere, killed included, and goes on to bit-identical weights."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from threading import Thread

import pytest
import torch
from torch import Tensor

from metakit.checkpoints import read, write
from metakit.core import MetaKitError, Task, mean_squared_error
from metakit.interrupts import interrupts_wait
from metakit.learners.model_based.in_context import InContextLearner
from metakit.learners.optimization_based.maml import MAML
from metakit.learners.optimization_based.reptile import Reptile
from metakit.nets.transformer import Transformer
from metakit.recipes import recipe
from metakit.recipes.sinusoids import sinusoid_network
from metakit.runs import Run
from metakit.tasks.base import Protocol
from metakit.tasks.sinusoids import Sinusoids
from metakit.train import Schedule, Training, meta_train

SMALL = replace(
    recipe("maml-sinusoid"),
    schedule=Schedule(60, 4, 1e-2, warmup=5),
    validate_every=20,
    validation=Protocol(shots=10, queries=10, episodes=20, steps=1),
)


def training(optimizer="adam"):
    torch.manual_seed(0)
    kind, rate = (Reptile, 0.5) if optimizer == "sgd" else (MAML, 1e-2)
    learner = kind(*sinusoid_network(), loss=mean_squared_error)
    return Training(learner, Sinusoids(), Schedule(8, 4, rate, optimizer, warmup=2, clip=1.0))


def identical(a, b):
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def test_an_interrupted_step_has_not_happened():
    def interrupt(tasks: Task) -> Tensor:
        raise KeyboardInterrupt

    ours, other = training(), training()
    descend = ours.descend
    ours.advance(), other.advance()
    ours.descend = interrupt
    with pytest.raises(KeyboardInterrupt):
        ours.advance()
    assert ours.whole
    ours.descend = descend
    ours.advance(), other.advance()
    assert identical(ours.state(), other.state())


def test_an_interrupt_between_gradient_and_step_undoes_the_draw(monkeypatch):
    """Python hears it when handlers are set: as `interrupts_wait` begins."""

    @contextmanager
    def heard_at_once():
        raise KeyboardInterrupt
        yield

    ours, other = training(), training()
    ours.advance(), other.advance()
    with monkeypatch.context() as patched:
        patched.setattr("metakit.train.interrupts_wait", heard_at_once)
        with pytest.raises(KeyboardInterrupt):
            ours.advance()
    ours.advance(), other.advance()
    assert identical(ours.state(), other.state())


def test_handlers_are_all_put_back_when_one_that_is_back_is_called_meanwhile(monkeypatch):
    def one(*_):
        raise KeyboardInterrupt

    def another(*_):
        """Of the other signal."""

    before = [signal.signal(signal.SIGINT, one), signal.signal(signal.SIGTERM, another)]
    put, calls = signal.signal, []

    def put_and_interrupt(number, handler):
        calls.append(put(number, handler))
        if handler is one and len(calls) < 5:  # the first that is put back, once
            os.kill(os.getpid(), signal.SIGINT)
        return calls[-1]

    try:
        with pytest.raises(KeyboardInterrupt), interrupts_wait():
            monkeypatch.setattr(signal, "signal", put_and_interrupt)
        assert signal.getsignal(signal.SIGINT) is one
        assert signal.getsignal(signal.SIGTERM) is another
    finally:
        monkeypatch.undo()
        for number, handler in zip((signal.SIGINT, signal.SIGTERM), before, strict=True):
            signal.signal(number, handler)


def test_weights_whose_writing_is_interrupted_are_written_by_the_resumed_run(tmp_path, monkeypatch):
    run = Run(SMALL, tmp_path / "w.safetensors")

    def interrupted(path, *_):
        if path == run.path:
            raise KeyboardInterrupt
        return write(path, *_)

    with monkeypatch.context() as patched:
        patched.setattr("metakit.runs.write", interrupted)
        with pytest.raises(KeyboardInterrupt):
            list(run.moments())
    assert not run.path.exists()
    resumed = Run(SMALL, tmp_path / "w.safetensors", resume=True)
    next(resumed.moments())
    assert resumed.path.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_in_the_midst_of_the_optimizers_step_waits_for_its_end(number):
    ours, other = training(), training()
    step, handler = ours.optimizer.step, signal.signal(number, signal.default_int_handler)

    def interrupted():
        signal.raise_signal(number)
        step()

    ours.optimizer.step = interrupted
    with pytest.raises(KeyboardInterrupt):
        ours.advance()
    other.advance()
    assert ours.whole
    assert identical(ours.state(), other.state())
    assert signal.getsignal(number) is signal.default_int_handler
    signal.signal(number, handler)


def test_a_training_beside_the_main_thread_has_no_interrupts_to_wait_for():
    ours = training()
    thread = Thread(target=ours.advance)
    thread.start()
    thread.join()
    assert ours.step == 1


def test_a_curriculum_grows_with_the_training():
    """At the first step the prompts of `in-context-linear-20` have 5 inputs and 5 examples; later 20 of each."""
    drawn = []

    class Looks(InContextLearner):
        def meta_loss(self, tasks: Task) -> Tensor:
            drawn.append((int((tasks.support_x != 0).any(1).sum(-1).max()), tasks.support_x.shape[1]))
            return super().meta_loss(tasks)

    looks = Looks(20, 1, Transformer(8, 1, 1))
    training = Training(looks, recipe("in-context-linear-20").training_tasks(), Schedule(4, 3, 1e-3))
    list(meta_train(training))
    assert drawn[0] == (5, 5)
    assert drawn[-1] == (20, 20)


@pytest.mark.parametrize("optimizer", ["adam", "sgd", "soap"])
def test_a_restored_training_goes_on_bit_for_bit(optimizer, tmp_path):
    straight = training(optimizer)
    records = list(meta_train(straight))
    stopped, resumed = training(optimizer), training(optimizer)
    for _ in range(3):
        stopped.advance()
    write(tmp_path / "state.safetensors", stopped.state(), {})  # a file knows no strides
    resumed.restore(read(tmp_path / "state.safetensors")[0])
    rest = list(meta_train(resumed))
    assert identical(straight.state(), resumed.state())
    assert [r.loss for r in rest] == [r.loss for r in records[3:]]


def test_a_state_of_another_learner_is_refused():
    state = training().state()
    del state["learner.head.bias"]
    with pytest.raises(MetaKitError, match="another learner"):
        training().restore(state)


def test_the_schedule_rises_and_falls():
    schedule = Schedule(100, rate=1.0, warmup=10)
    rates = [schedule.rate_at(step) for step in range(100)]
    assert rates[0] == pytest.approx(0.1)
    assert max(rates) == pytest.approx(1, abs=0.05)
    assert rates[-1] < 0.001
    assert Schedule(10, rate=2.0, decay="constant").rate_at(9) == 2.0
    assert Schedule(10, rate=2.0, decay="linear").rate_at(5) == 1.0


def test_a_restart_gives_the_full_rate_again_and_leaves_what_has_grown():
    once, again = Schedule(60, rate=1.0, warmup=10), Schedule(100, rate=1.0, warmup=10, restart=60)
    assert [again.rate_at(step) for step in range(60)] == [once.rate_at(step) for step in range(60)]
    assert again.rate_at(60) == 1.0
    assert again.rate_at(80) == pytest.approx(0.5)
    assert again.rate_at(99) < 0.01
    assert [again.progress(step) for step in (0, 30, 60, 99)] == [0, 0.5, 1, 1]


KILLED = """
import sys
from dataclasses import replace
from pathlib import Path
from metakit.runs import Run
from tests.test_train import SMALL
for moment in Run(SMALL, Path(sys.argv[1]), resume=True).moments(save_seconds=0):
    print(moment.record.step, flush=True)
"""


def test_sigkill_and_resume(tmp_path):
    straight = Run(SMALL, tmp_path / "straight.safetensors")
    list(straight.moments())
    killed = tmp_path / "killed.safetensors"
    command = [sys.executable, "-c", KILLED, str(killed)]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(sys.path),
        "OMP_NUM_THREADS": str(torch.get_num_threads()),
    }
    for after in (7, 31):  # die twice: in the middle of nowhere, and between two validations
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
            for line in process.stdout:
                if int(line) >= after:
                    process.send_signal(signal.SIGKILL)
                    break
            process.stdout.close()
        assert process.returncode == -signal.SIGKILL
    last = Run(SMALL, killed, resume=True)
    assert 0 < last.training.step < 60
    list(last.moments())
    assert identical(straight.training.state(), last.training.state())
    assert identical(read(straight.path)[0], read(killed)[0])
    assert read(straight.path)[1]["best"] == read(killed)[1]["best"]


def test_a_validation_cut_short_is_made_up_for(tmp_path, monkeypatch):
    straight = Run(SMALL, tmp_path / "straight.safetensors")
    list(straight.moments())
    cut, validate = Run(SMALL, tmp_path / "cut.safetensors"), Run.validate

    def but_not_the_last(self):
        if self.training.step == SMALL.schedule.steps:
            raise KeyboardInterrupt
        return validate(self)

    monkeypatch.setattr(Run, "validate", but_not_the_last)
    with pytest.raises(KeyboardInterrupt):
        list(cut.moments())
    monkeypatch.undo()
    resumed = Run(SMALL, cut.path, resume=True)
    list(resumed.moments())
    assert resumed.validated == SMALL.schedule.steps
    assert resumed.best == straight.best
    assert identical(read(straight.path)[0], read(cut.path)[0])


def test_the_state_of_another_run_is_refused(tmp_path):
    list(Run(SMALL, tmp_path / "run.safetensors").moments(2))
    with pytest.raises(MetaKitError, match="seed 0: name these"):
        Run(SMALL, tmp_path / "run.safetensors", seed=7, resume=True)
    with pytest.raises(MetaKitError, match=f"is of {SMALL.name}"):
        Run(replace(SMALL, name="another"), tmp_path / "run.safetensors", resume=True)


def test_the_best_weights_by_validation_are_kept(tmp_path):
    run = Run(SMALL, tmp_path / "run.safetensors")
    values = [moment.validation for moment in run.moments() if moment.validation is not None]
    assert run.best == min(values)
    assert float(read(run.path)[1]["best"]) == min(values)
