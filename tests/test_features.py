"""Encoding every image once changes no answer, and is left alone where it would."""

import pytest
import torch
from torch import nn

from metakit.evaluate import evaluate
from metakit.features import encode, encoded
from metakit.learners.metric_based.prototypical import PrototypicalNetwork
from metakit.learners.optimization_based.maml import MAML
from metakit.nets.encoders import Conv4
from metakit.tasks.base import generator
from metakit.tasks.episodes import Episodes, ImageSet


@pytest.fixture
def tasks() -> Episodes:
    pixels = torch.randint(256, (8, 6, 28, 28), dtype=torch.uint8, generator=generator(0))
    return Episodes(ImageSet(pixels, tuple("abcdefgh")), ways=3, shots=2, queries=3)


@pytest.fixture
def learner() -> PrototypicalNetwork:
    found = PrototypicalNetwork(Conv4(4, "running", pool=True)).eval()
    found.encoder[0].norm.running_mean.fill_(0.1)
    return found


def test_the_answers_are_the_same(learner, tasks):
    rest, features = encoded(learner, tasks, 10)
    assert rest is not learner
    ours = rest.solve(features.sample(4, generator(1)))
    torch.testing.assert_close(ours, learner.solve(tasks.sample(4, generator(1))), rtol=1e-4, atol=1e-5)


def test_encoding_in_parts_is_encoding_at_once(learner, tasks):
    images = tasks.images.images
    torch.testing.assert_close(
        encode(learner.encoder, images, 5), encode(learner.encoder, images), rtol=1e-4, atol=1e-5
    )


def test_an_evaluation_encodes_each_image_once(learner, tasks):
    seen = []
    learner.encoder.register_forward_hook(lambda _, inputs, __: seen.append(len(inputs[0])))
    evaluate(learner, tasks, episodes=20)
    assert sum(seen) == 8 * 6
    assert not isinstance(learner.encoder, nn.Identity)


@pytest.mark.parametrize("why", ["transductive", "few episodes", "a learner that adapts its features"])
def test_it_is_left_alone_where_it_is_no_gain_or_wrong(learner, tasks, why):
    if why == "transductive":
        learner.use_norm("transductive")
    asked = MAML(Conv4(4), nn.Linear(4, 3)) if why.startswith("a learner") else learner
    assert encoded(asked, tasks, 1 if why == "few episodes" else 20) == (asked, tasks)
