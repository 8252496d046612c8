"""The function playground, without a browser."""

import pytest
import torch
from traitlets import TraitError

from metakit.learners.model_based.in_context import InContextLearner
from metakit.nets.transformer import Transformer
from metakit.tasks.functions import Functions
from metakit.widgets.function_playground import FunctionPlayground
from metakit.widgets.prompt_readings import QUERIES
from metakit.widgets.prompts_about import LinearSubject, Shift
from tests.conformance_widgets import check_widget


def playground(**settings) -> FunctionPlayground:
    torch.manual_seed(0)
    learners = [InContextLearner(n, 1, Transformer(16, 2, 2)).eval() for n in (1, 5)]
    widget = FunctionPlayground(*learners)
    for name, value in settings.items():
        setattr(widget, name, value)
    return widget


def test_conformance():
    check_widget(
        lambda: playground(subject="linear functions"),
        FunctionPlayground.shown,
        seed=(0, 7, 999),
        read=(0, 7, 15),
        asked=(0, 40, 80),
        prompt=(0, 1, 999),
        scale=(-2, 0, 2),
        skew=(0.0, 1.0, 2.0),
        noise=(0.0, 0.5, 1.0),
        orthant=(False, True),
        subject=("sinusoids", "linear functions"),
        examples=([], [[0.0] * 6], [[i / 9, 0.5, 0, 0, 1, 0] for i in range(15)]),
    )


@pytest.mark.parametrize("subject", ["sinusoids", "linear functions"])
def test_the_best_estimator_finds_the_function(subject):
    """Two points settle a sinusoid, five a linear function; nobody knows anything before the first."""
    widget = playground(subject=subject)
    needed = {"sinusoids": 2, "linear functions": 5}[subject]
    wrong = widget.view["errors"]["best"]
    assert wrong[needed] < 1e-2 < wrong[0]
    assert wrong[15] < 1e-4
    best, truth = torch.tensor(widget.view["best"][15]), torch.tensor(widget.view["truth"])
    torch.testing.assert_close(best, truth, atol=0.01, rtol=0)


def test_the_answers_are_the_learners_own():
    widget = playground(subject="linear functions", seed=5)
    table, learner = torch.tensor(widget.examples), widget._made["linear functions"].learner
    state = learner.adapt(table[:4, :-1], table[:4, -1:])
    line = widget._made["linear functions"].line(5)
    with torch.no_grad():
        answers = learner.predict(state, line)[:, 0]
    torch.testing.assert_close(torch.tensor(widget.view["ours"][4]), answers, atol=2e-3, rtol=0)


def test_attention_has_a_bar_for_every_layer_and_example_read():
    widget = playground(read=6)
    assert [len(layer) for layer in widget.looks] == [6, 6]
    assert all(0 <= share <= 1 for layer in widget.looks for share in layer)


def test_targets_follow_from_inputs_unless_the_reader_says_otherwise():
    widget = playground()
    widget.examples = [[0.0, 99.0], [1.0, -99.0]]
    on = widget.examples
    widget.on_function = False
    widget.examples = [[0.0, 3.0]]
    assert abs(on[0][1]) <= 5 >= abs(on[1][1])
    assert widget.examples == [[0.0, 3.0]]


def targets(widget) -> list[float]:
    return [row[-1] for row in widget.examples]


def test_the_readers_targets_wait_while_they_lie_on_the_function():
    widget = playground(on_function=False)
    widget.examples = [[0.0, 3.0], [1.5, -2.5]]
    widget.on_function = True
    assert targets(widget) != [3.0, -2.5]
    widget.examples = [*widget.examples, [2.0, 0.0]]
    widget.on_function = False
    assert targets(widget)[:2] == [3.0, -2.5]


def test_two_targets_of_the_same_input_wait_each_for_its_own():
    widget = playground(on_function=False)
    widget.examples = [[1.0, 2.0], [1.0, -2.0], [3.0, 1.0]]
    widget.on_function = True
    widget.on_function = False
    assert targets(widget) == [2.0, -2.0, 1.0]


@pytest.mark.parametrize("shift", [{"scale": 2}, {"skew": 1.0}, {"noise": 1.0}, {"orthant": True}])
def test_a_shift_leaves_what_the_reader_typed_until_new_examples_are_asked_for(shift):
    widget = playground(subject="linear functions")
    typed = [row if i else [9.0, *row[1:]] for i, row in enumerate(widget.examples)]
    widget.examples = typed
    for name, value in shift.items():
        setattr(widget, name, value)
    assert [row[:-1] for row in widget.examples] == [row[:-1] for row in typed]
    assert widget.own
    widget.prompt += 1
    assert not {tuple(row) for row in widget.examples} & {tuple(row) for row in typed}
    assert not widget.own


def test_noise_moves_targets_on_the_function_and_leaves_the_readers():
    widget = playground()
    widget.examples = [[0.0, 0.0], [1.0, 0.0]]
    clean = targets(widget)
    widget.noise = 1.0
    assert targets(widget) != clean
    widget.on_function = False
    widget.examples = [[0.0, 3.0]]
    widget.noise = 0.5
    assert widget.examples == [[0.0, 3.0]]


@pytest.mark.parametrize("subject", ["sinusoids", "linear functions"])
def test_inputs_are_as_much_larger_as_the_control_says(subject):
    sizes = [
        sum(abs(row[0]) for row in playground(subject=subject, scale=scale).examples) for scale in (-2, -1, 0, 1, 2)
    ]
    assert [one / sizes[2] for one in sizes] == pytest.approx([0.25, 0.5, 1, 2, 4], rel=0.01)


def test_the_picture_of_waves_shows_all_examples():
    for scale in (-2, 0, 2):
        widget = playground(scale=scale)
        assert max(abs(x) for x, _ in widget.examples) <= widget.far


def test_a_situation_without_examples_has_those_that_are_drawn():
    widget, fresh = playground(), playground().examples
    widget.examples = [[0.0, 3.0]]
    assert widget.restore({"subject": "sinusoids", "seed": 0, "read": 2})
    assert (widget.examples, widget.read) == (fresh, 2)


def test_no_more_examples_are_read_than_there_are():
    widget = playground()
    widget.examples = widget.examples[:4]
    widget.set_state({"read": 9})
    assert widget.read == 4


@pytest.mark.parametrize("bad", [[[0, 0]] * 16, [[1]], [["a", 2]], [[float("nan"), 1]]])
def test_examples_that_are_none_are_refused(bad):
    with pytest.raises(TraitError, match="at most 15 examples"):
        playground().examples = bad


def test_a_visitor_sets_controls_and_nothing_else():
    widget = playground()
    held = widget.view
    widget.set_state({"view": {}, "typical": {"ours": []}, "read": 4, "seed": "x", "subject": "nonsense"})
    assert (widget.view, widget.read, widget.seed, widget.subject) == (held, 4, 0, "sinusoids")


def test_noise_asks_for_ridge():
    widget = playground(subject="linear functions", noise=1.0)
    assert widget.view["errors"]["best"][15] > 0.01
    assert widget.typical["best"][5] < 1.2  # least squares would be far off at five noisy examples


def test_shifted_prompts_are_those_of_the_tasks():
    x = LinearSubject(InContextLearner(5)).inputs(400, 15 + QUERIES, 3, Shift(skew=1.0))
    reference = Functions("linear", 5, 15, QUERIES, shift="skewed").sample(400, torch.Generator().manual_seed(0))
    assert float(x.square().mean()) == pytest.approx(float(reference.support_x.square().mean()), rel=0.1)
    assert float(x[..., 0].square().mean()) == pytest.approx(25 * float(x[..., 4].square().mean()), rel=0.2)
