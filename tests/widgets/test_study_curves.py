"""The curves of a study, without a browser."""

import pytest
from traitlets import TraitError

from metakit.core import MetaKitError
from metakit.studies.curves import Curves, Point
from metakit.widgets.study_curves import StudyCurves
from tests.conformance_widgets import check_widget

NAMES = {"b": "burstiness", "c": "classes", "kind": "learner"}


def run(label, b, c, kind="transformer", steps=20):
    curve = tuple(Point(step, b * step / 100, 0.01) for step in range(0, steps + 1, 10))
    settings = {"b": b, "c": c, "kind": kind}
    return Curves(
        "tiny", label, settings, {"in context": curve, "in weights": curve}, {"in context": 0.5}, "accuracy", 10, steps,
        {}, 5, "", 0, 1.0, "", "",
    )  # fmt: skip


RUNS = [run("low", 0.1, 10), run("high", 1.0, 10), run("many", 1.0, 1000), run("other", 1.0, 10, "lstm"),
        run("long", 1.0, 10, steps=90)]  # fmt: skip


def widget():
    return StudyCurves(RUNS, NAMES, chosen="high")


def test_conformance():
    check_widget(widget, StudyCurves.shown, chosen=("low", "many", "long"), kept=("", "low"), place=(0, 1, -1))


def test_dials_have_the_values_that_were_trained_in_order():
    assert [(name, list(values)) for name, values in widget().dials] == [
        ("burstiness", [0.1, 1.0]), ("classes", [10, 1000]), ("learner", ["lstm", "transformer"]),
        ("training steps", [20, 90]),
    ]  # fmt: skip
    assert [name for name, _ in StudyCurves(RUNS[:2], NAMES).dials] == ["burstiness"]


def test_a_dial_takes_the_run_most_like_the_one_before():
    one = widget()
    one.turn("learner", "lstm")
    assert one.chosen == "other"
    one.turn("classes", 1000)
    assert one.chosen == "many"
    one.turn("burstiness", 0.1)
    assert one.chosen == "low"
    one.turn("burstiness", 0.3)
    assert one.chosen == "low", "nothing was trained there"


def test_mistakes():
    with pytest.raises(TraitError, match="Choose one of low"):
        widget().chosen = "nobody"
    with pytest.raises(MetaKitError, match="metakit study"):
        StudyCurves([], NAMES)
