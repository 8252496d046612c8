"""The protocol switchboard, without a browser."""

import asyncio

import pytest
import torch
from traitlets import TraitError

from metakit.core import MetaKitError
from metakit.evaluate import evaluate
from metakit.tasks.episodes import Episodes
from metakit.widgets.contestants import TRAINED_ON, Contestant, characters
from metakit.widgets.protocol_switchboard import MOST_ROWS, ProtocolSwitchboard
from tests.conformance_widgets import check_widget
from tests.widgets.images import drawings, maml, prototypical


def switchboard(**changes) -> ProtocolSwitchboard:
    images = drawings()
    learners = {"prototypes": Contestant(prototypical(), images.select(range(5))), "MAML": Contestant(maml(steps=2))}
    return ProtocolSwitchboard(
        learners, {"all": images, "half": images.select(range(11))}, episodes=6, first_episodes=3, **changes
    )


def test_conformance():
    check_widget(
        switchboard,
        ProtocolSwitchboard.shown,
        learner=("prototypes", "MAML"),
        split=("all", "half", TRAINED_ON),
        rotations=(False, True),
        norm=("inductive", "transductive"),
        ways=(2, 5, 20),
        shots=(1, 2, 10),
        queries=(1, 5, 15),
    )


def test_inner_steps_only_where_there_are_any():
    def make() -> ProtocolSwitchboard:
        widget = switchboard()
        widget.learner = "MAML"
        return widget

    check_widget(make, ProtocolSwitchboard.shown, steps=(0, 2, 50))
    widget = switchboard()
    widget.steps = 3
    assert widget.steps == -1
    widget.learner = "MAML"
    assert widget.steps == 2


def test_the_first_rows_say_what_changed():
    widget = switchboard(first=({}, {"ways": 2}))
    first, second = widget.rows
    assert [changed for _, changed in first["words"]] == [False] * 8
    assert [word for word, changed in second["words"] if changed] == ["2-way"]
    assert "moved" not in first
    assert second["moved"][0] == pytest.approx(second["mean"] - first["mean"])
    assert second["moved"][1] ** 2 == pytest.approx(second["ci95"] ** 2 + first["ci95"] ** 2)


def test_a_row_is_the_number_that_evaluate_finds():
    widget = switchboard()
    widget.norm = "transductive"
    asyncio.run(widget.measure())
    learner = prototypical()
    learner.use_norm("transductive")
    unseen = drawings().select(range(5, 22))  # without what it was trained on
    found = evaluate(learner, Episodes(unseen, 5, 1, 5), episodes=6, batch=1)
    assert (widget.rows[-1]["mean"], widget.rows[-1]["ci95"]) == pytest.approx((found.mean, found.ci95))
    assert widget.rows[-1]["episodes"] == 6
    assert not widget.running


def test_the_learner_that_was_handed_in_stays_as_it_was():
    widget = switchboard()
    widget.learner, widget.steps, widget.norm = "MAML", 1, "inductive"
    asyncio.run(widget.measure())
    kept = widget._learners["MAML"].learner
    assert (kept.steps, kept.norm) == (2, "transductive")


def test_stop_keeps_what_was_measured_and_clear_forgets_it():
    async def stopped() -> ProtocolSwitchboard:
        widget = switchboard()
        widget.episodes = 10**6
        widget.running = True
        while len(widget.rows) < 2:  # noqa: ASYNC110 - as a page would see it
            await asyncio.sleep(0.01)
        widget.running = False
        widget.ways = 2
        widget.episodes = 5
        await widget.measure()  # at once: the stopped one may still be in its last slice
        return widget

    widget = asyncio.run(stopped())
    assert 2 <= widget.rows[1]["episodes"] < 10**6
    assert [word for word, changed in widget.rows[2]["words"] if changed] == ["2-way"]
    assert widget.rows[2]["episodes"] == 5
    assert not widget.running
    widget.clear += 1
    assert widget.rows == []
    assert not any(changed for _, changed in widget.plan)


def test_a_mistake_is_a_sentence_and_no_row():
    widget = switchboard()
    widget.shots, widget.queries = 10, 15
    asyncio.run(widget.measure())
    assert "choose a smaller K" in widget.error
    assert len(widget.rows) == 1
    widget.queries = 5
    assert widget.error == ""


def test_a_learner_is_not_tested_on_what_it_was_trained_on_unless_asked():
    images = drawings()
    one = Contestant(prototypical(), images.select([0, 1]))
    assert characters(one, "all", {"all": images}).names == images.names[2:]
    assert characters(one, TRAINED_ON, {"all": images}).names == images.names[:2]
    with pytest.raises(MetaKitError, match="choose another split"):
        characters(Contestant(prototypical()), TRAINED_ON, {"all": images})


def test_old_rows_make_room():
    widget = switchboard(first=({},) * (MOST_ROWS + 2))
    assert len(widget.rows) == MOST_ROWS


@pytest.mark.parametrize("switch", ["learner", "split"])
def test_what_is_not_there_is_refused(switch):
    with pytest.raises(TraitError):
        setattr(switchboard(), switch, "nobody")


def test_a_row_does_not_depend_on_torchs_own_generator():
    torch.manual_seed(1)
    a = switchboard().rows
    torch.manual_seed(2)
    assert switchboard().rows == a
