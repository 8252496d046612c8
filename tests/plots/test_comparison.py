"""Pictures that compare learners: what is drawn, not how it looks."""

import pytest
import torch

from metakit.evaluate import calibration, calibration_error, score
from metakit.plots.comparison import by_learner, lines
from metakit.plots.reliability import reliability

SCORES = {"a": score(torch.tensor([0.9, 1.0])), "b": score(torch.tensor([0.5, 0.7, 0.6]))}


def test_a_row_a_learner_and_a_panel_a_quantity():
    figure = by_learner({"accuracy": SCORES, "ms": {"a": 1.0, "b": 30.0}}, logarithmic=["ms"])
    left, right = figure.axes
    assert [text.get_text() for text in left.get_yticklabels()] == ["a", "b"]
    assert (left.get_xscale(), right.get_xscale()) == ("linear", "log")
    assert [line.get_xdata()[0] for line in right.lines] == [1.0, 30.0]


def test_a_difference_that_may_be_zero_is_hollow():
    gaps = {"a": score(torch.tensor([0.1, 0.1, 0.12])), "b": score(torch.tensor([-0.1, 0.1]))}
    axes = by_learner({"gap": gaps}, difference="gap").axes[0]
    inside = [line.get_markerfacecolor() for line in axes.lines if line.get_marker() == "o"]
    assert inside[0] != "white"
    assert inside[1] == "white"


def test_lines_of_errors_show_what_is_missing_to_one():
    axes = lines((5, 20), {"a": [SCORES["a"], SCORES["b"]]}, "N", errors=True).axes[0]
    assert axes.lines[0].get_ydata() == pytest.approx([0.05, 0.4])
    assert (axes.get_yscale(), axes.get_ylabel()) == ("log", "wrong answers")


def test_reliability_says_the_expected_calibration_error():
    logits, y = torch.randn(500, 5, generator=torch.manual_seed(0)), torch.zeros(500, dtype=torch.long)
    bins = calibration(logits, y)
    words = [text.get_text() for text in reliability({"a": bins}).legends[0].get_texts()]
    assert words == ["calibrated", f"a: error {100 * calibration_error(bins):.1f} points"]


def test_the_calibration_error_is_that_of_a_loop():
    logits, y = 3 * torch.randn(300, 4, generator=torch.manual_seed(1)), torch.randint(4, (300,))
    chances = logits.softmax(-1)
    told = [(float(chance.max()), float(chance.argmax() == truth)) for chance, truth in zip(chances, y, strict=True)]
    error = 0.0
    for number in range(10):
        inside = [(sure, right) for sure, right in told if min(int(10 * sure), 9) == number]
        error += abs(sum(sure - right for sure, right in inside)) / len(told)
    assert calibration_error(calibration(logits, y)) == pytest.approx(error, abs=1e-6)
