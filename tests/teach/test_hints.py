"""What goes wrong in a first inner loop: torch's own words, and behind them what to do."""

import pytest
import torch

from metakit.teach.course.lesson_01 import one_step


def in_place(theta, x, y, rate):
    theta.requires_grad_()
    (theta[0] + theta[1] * x - y).square().mean().backward()
    theta -= rate * theta.grad
    return theta


def never_recorded(theta, x, y, _):
    (theta[0] + theta[1] * x - y).square().mean().backward()


def before_backward(theta, _x, _y, rate):
    return theta - rate * theta.grad


def losses_not_averaged(theta, x, y, _):
    theta.requires_grad_()
    (theta[0] + theta[1] * x - y).square().backward()


def twice(theta, x, y, _):
    theta.requires_grad_()
    loss = (theta[0] + theta[1] * x - y).square().mean()
    loss.backward()
    loss.backward()


def another_theta(theta, x, y, _):
    theta.requires_grad_()
    loss = (theta[0] + theta[1] * x - y).square().mean()
    return torch.autograd.grad(loss, theta.clone())


def shapes(theta, x, y, _):
    return theta + x


def matrices(theta, x, y, _):
    return theta[None] @ x[None]


def no_name(theta, x, y, _):
    return nothing_of_that_name  # noqa: F821


@pytest.mark.parametrize(
    ("attempt", "words"),
    [
        (in_place, "make a new one"),
        (never_recorded, "requires_grad_"),
        (before_backward, "until `.backward()` has run"),
        (losses_not_averaged, "take the mean"),
        (twice, "compute the loss again"),
        (another_theta, "copied or detached"),
        (shapes, "the stub's comment"),
        (matrices, "the stub's comment"),
        (no_name, "first cells again"),
    ],
)
def test_an_error_is_told_with_what_to_do(attempt, words):
    verdict = one_step.check(attempt)
    assert verdict.outcome == "failed"
    assert words in verdict.text
    assert "Case 1 stops with" in verdict.text


def test_any_other_error_is_told_as_it_is():
    def odd(theta, x, y, rate):
        raise KeyError("nobody has heard of this")

    assert one_step.check(odd).text.endswith("nobody has heard of this'.")
