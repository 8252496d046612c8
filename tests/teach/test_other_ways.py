"""Exercises that many ways solve: other right ways are accepted, and what only looks right is not."""

import numpy as np
import pytest
import torch

from metakit.teach.course.lesson_01 import one_step
from metakit.teach.course.lesson_03 import accuracy_with_interval, sample_episode
from metakit.teach.course.lesson_09 import shown

MANY_SEEDS = range(60)  # nbgrader's 11, 12 and 13 are among them


def cut(images, classes, drawings, shots, queries):
    """An episode of these classes and of the first of the drawings [N, E]."""
    labels, rows = torch.arange(len(classes)), classes[:, None]
    support, query = drawings[:, :shots], drawings[:, shots : shots + queries]
    return (
        images[rows, support].flatten(0, 1),
        labels.repeat_interleave(shots),
        images[rows, query].flatten(0, 1),
        labels.repeat_interleave(queries),
    )


def shuffled(rows, columns, rng):
    return torch.rand(rows, columns, generator=rng).argsort(1)


def by_the_last(images, ways, shots, queries, rng):
    classes = torch.randperm(len(images), generator=rng)[-ways:]
    return cut(images, classes, shuffled(ways, images.shape[1], rng), shots, queries)


def by_sorting(images, ways, shots, queries, rng):
    classes = torch.rand(len(images), generator=rng).argsort()[:ways]
    return cut(images, classes, shuffled(ways, images.shape[1], rng), shots, queries)


def by_multinomial(images, ways, shots, queries, rng):
    classes = torch.multinomial(torch.ones(len(images)), ways, generator=rng)
    drawings = torch.multinomial(torch.ones(ways, images.shape[1]), shots + queries, generator=rng)
    return cut(images, classes, drawings, shots, queries)


def drawings_first(images, ways, shots, queries, rng):
    drawings = shuffled(len(images), images.shape[1], rng)
    classes = torch.randperm(len(images), generator=rng)[:ways]
    return cut(images, classes, drawings[classes], shots, queries)


def one_by_one(images, ways, shots, queries, rng):
    """As the stub says it: C, E and the size of an image from `images`, and places to fill."""
    C, E, _, height, width = images.shape
    flat = images.reshape(-1, 1, 28, 28)
    support, query = (torch.empty(ways * n, 1, height, width) for n in (shots, queries))
    for label, number in enumerate(torch.randperm(C, generator=rng)[:ways]):
        drawings = flat[number * E + torch.randperm(E, generator=rng)]
        support[label * shots : (label + 1) * shots] = drawings[:shots]
        query[label * queries : (label + 1) * queries] = drawings[shots : shots + queries]
    labels = torch.arange(ways)
    return support, labels.repeat_interleave(shots), query, labels.repeat_interleave(queries)


@pytest.mark.parametrize("way", [by_the_last, by_sorting, by_multinomial, drawings_first, one_by_one])
def test_every_way_to_draw_an_episode_is_right_at_every_seed(way):
    wrong = [(seed, verdict.text) for seed in MANY_SEEDS if not (verdict := sample_episode.check(way, seed))]
    assert wrong == []


def uneven_queries(images, ways, shots, queries, rng):
    """As many queries as there should be. Where a drawing is left, one class has one more and one has one less."""
    classes, drawings = torch.randperm(len(images), generator=rng)[:ways], shuffled(ways, images.shape[1], rng)
    x, y, query_x, query_y = cut(images, classes, drawings, shots, queries)
    if drawings.shape[1] > shots + queries:
        query_x[-1], query_y[-1] = images[classes[0], drawings[0, -1]], 0
    return x, y, query_x, query_y


def one_query_less(images, ways, shots, queries, rng):
    return by_sorting(images, ways, shots, queries - 1, rng)


def first_classes(images, ways, shots, queries, rng):
    return cut(images, torch.arange(ways), shuffled(ways, images.shape[1], rng), shots, queries)


def own_rng(images, ways, shots, queries, rng):
    return by_sorting(images, ways, shots, queries, None)


def half_own_rng(images, ways, shots, queries, rng):
    classes = torch.randperm(len(images), generator=rng)[:ways]
    return cut(images, classes, shuffled(ways, images.shape[1], None), shots, queries)


def not_flat(images, ways, shots, queries, rng):
    x, y, query_x, query_y = by_sorting(images, ways, shots, queries, rng)
    return x.unflatten(0, (ways, shots)), y, query_x.unflatten(0, (ways, queries)), query_y


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("way", "words"),
    [
        (uneven_queries, "every class has `queries` drawings in the query set: you return False"),
        (one_query_less, "query_x: your result has shape [12, 1, 28, 28], the reference [18, 1, 28, 28]."),
        (not_flat, "support_x: your result has shape [6, 2, 1, 28, 28], the reference [12, 1, 28, 28]."),
        (lambda *case: by_sorting(*case)[:3], "the number of things that you return: you return 3, the reference 4."),
        (
            lambda *case: ([*by_sorting(*case)[0]], 0, 0, 0),
            "support_x: you return a list of 12, the reference a tensor",
        ),
        (first_classes, "always the same classes: you return True"),
        (own_rng, "Not all that you draw comes from `rng`"),
        (half_own_rng, "Not all that you draw comes from `rng`"),
    ],
)
def test_what_is_wrong_with_an_episode_is_told(way, words, seed):
    verdict = sample_episode.check(way, seed)
    assert not verdict
    assert words in verdict.text


@pytest.mark.parametrize("dial", [lambda c, _: c < 0.5, lambda c, _: c < 0.6, lambda _, dial: dial > 0.5])
def test_a_dial_that_is_left_out_is_found(dial):
    verdict = shown.check(lambda nine, order, c, b: shown.oracle(nine, order, 0.0, float(dial(c, b))))
    assert verdict.outcome in {"differs", "common mistake"}


@pytest.mark.parametrize("pair", [torch.stack, np.array, list, tuple])
def test_mean_and_interval_may_come_in_one_tensor(pair):
    def found(logits, labels):
        per_task = (logits.argmax(-1) == labels).double().mean(1)
        return pair([per_task.mean(), 1.96 * per_task.std() / len(per_task) ** 0.5])

    assert accuracy_with_interval.check(found)


def test_a_wrong_step_made_with_autograd_has_its_picture():
    def uphill(theta, x, y, rate):
        theta = theta.requires_grad_()
        (slope,) = torch.autograd.grad((theta[0] + theta[1] * x - y).square().mean(), theta)
        return theta + rate * slope

    assert one_step.check(uphill)._repr_html_().count("<img") == 2
