"""An exercise judges whatever a learner may write, in one sentence and without a traceback."""

import sys
from dataclasses import replace

import pytest
import torch

from metakit.plots import small
from metakit.teach import Exercise


def draw(answer, *_):
    return small.bars({"a": answer[0], "b": answer[1]}, "value")


doubling = Exercise(
    title="Twice",
    minutes=1,
    difficulty="easy",
    oracle=lambda x: x + x,
    cases=lambda seed: [(torch.tensor([1.0 + seed, 2.0]),), (torch.tensor([3.0, 5.0]),)],
    mistakes={"You square; doubling adds.": lambda x: x * x, "You give `x` back as it came.": lambda x: x},
    picture=draw,
    shows="two bars.",
)


def right(x):
    return 2 * x


def stub(x):
    return ...


def half_written(x):
    factor = ...
    return factor * x


def unwritten_at_nbgrader(x):
    raise NotImplementedError()  # noqa: RSE102 - as nbgrader writes it


def endless(x):
    return endless(x)


def in_place(x):
    x *= 2
    return x


def interrupted(x):
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("attempt", "outcome", "words"),
    [
        (right, "right", "`right` agrees with the reference on 2 cases"),
        (in_place, "right", "agrees"),
        (lambda x: [2 * float(v) for v in x], "right", "agrees"),
        (lambda x: x**2, "common mistake", "You square; doubling adds."),
        (lambda x: 1 * x, "common mistake", "You give `x` back"),
        (stub, "not written yet", "Replace the `...` in `stub`"),
        (half_written, "not written yet", "Replace"),
        (lambda x: (x, ...), "not written yet", "Replace"),
        (
            unwritten_at_nbgrader,
            "not written yet",
            "Replace the `raise NotImplementedError()` in `unwritten_at_nbgrader`",
        ),
        (lambda x: x.long().softmax(-1), "failed", "not implemented for 'Long'"),
        (lambda _: None, "not written yet", "end it with `return`"),
        (lambda x: 3 * x, "differs", "Case 1 of 2: you return 6 at [1], the reference 4."),
        (lambda x: x.sum(), "differs", "shape [], the reference [2]"),
        (lambda x: 2 * x / 0, "differs", "division by zero"),
        (lambda _: "two", "differs", "you return a str, the reference a tensor of shape [2]"),
        (lambda _: object(), "differs", "you return an object"),
        (lambda x: {"a": x}, "differs", "a dict of 1"),
        (lambda x: x.nothing, "failed", "AttributeError, in line"),
        (lambda: 0, "failed", "TypeError"),
        (endless, "failed", "RecursionError"),
        (interrupted, "failed", "does your loop come to an end"),
        (lambda _: sys.exit(), "failed", "SystemExit"),
        (3, "failed", "not callable"),
    ],
)
def test_every_attempt_gets_a_sentence(attempt, outcome, words):
    verdict = doubling.check(attempt)
    assert (verdict.outcome, bool(verdict)) == (outcome, outcome == "right")
    assert words in verdict.text
    assert outcome.capitalize() in replace(verdict, drawings=())._repr_html_()


def test_a_trial_asks_several_times_and_answers_are_judged_together():
    def twice(function, x):
        return torch.stack([function(x), function(x)])

    def facts(found, x):
        return {"differs from draw to draw": bool((found[0] != found[1]).any())}

    drawn = Exercise("", 1, "easy", lambda x: x + torch.rand(2), lambda _: [(torch.zeros(2),)], {}, twice, facts)
    assert drawn.check(torch.rand_like)
    assert "differs from draw to draw: you return False" in drawn.check(lambda x: x).text
    assert drawn.check(stub).outcome == "not written yet"


def test_another_seed_is_another_case():
    by_heart = Exercise("", 1, "easy", doubling.oracle, lambda s: doubling.cases(s)[:1], {})
    assert by_heart.check(lambda _: torch.tensor([2.0, 4.0]))
    assert not by_heart.check(lambda _: torch.tensor([2.0, 4.0]), seed=1)


def test_an_attempt_that_draws_at_random_is_judged_the_same_each_time():
    verdicts = set()
    for seed in (1, 2):
        before = torch.manual_seed(seed).get_state()
        verdicts.add(doubling.check(lambda x: x * torch.rand(2)).text)
        assert torch.equal(torch.get_rng_state(), before)
    assert len(verdicts) == 1


@pytest.mark.parametrize(("attempt", "pictures"), [(right, 1), (stub, 1), (endless, 1), (lambda x: 3 * x, 2)])
def test_the_expected_picture_is_shown_and_the_learners_own_where_it_differs(attempt, pictures):
    page = doubling.check(attempt)._repr_html_()
    assert page.count("<img alt=") == page.count("<figcaption>") == pictures
    assert "Expected picture: two bars." in page
    assert ("Yours" in page) == (pictures == 2)


def test_a_result_that_cannot_be_drawn_leaves_the_expected_picture():
    assert doubling.check(lambda x: x[:1])._repr_html_().count("<img") == 1


def test_facts_are_compared_by_name_where_answers_may_differ():
    odd_number = Exercise(
        title="Any odd number",
        minutes=1,
        difficulty="easy",
        oracle=lambda least: least | 1,
        cases=lambda _: [(4,), (10,)],
        mistakes={},
        facts=lambda found, least: {"remainder": found % 2, "large enough": found >= least},
    )
    assert odd_number.check(lambda least: 2 * least + 1)
    assert odd_number.check(lambda least: least).text == "Case 1 of 2: remainder: you return 0, the reference 1."
    assert odd_number.check(lambda _: 5).text == "Case 2 of 2: large enough: you return False, the reference True."
    assert "cannot be compared" in odd_number.check(lambda _: "seven").text
