"""Model-based learners keep the contract, and do what their papers' equations say."""

import pytest
import torch

from metakit.core import MetaKitError
from metakit.learners.model_based.snail import SNAIL
from metakit.nets.causal import Attention, DenseBlock, dense_blocks
from metakit.nets.encoders import Conv4
from metakit.tasks.base import generator
from metakit.tasks.episodes import Episodes, ImageSet
from tests.conformance import as_double, check_learner


@pytest.fixture(scope="module")
def episodes() -> Episodes:
    """Each class is a random pattern; its examples are noisy copies."""
    rng = generator(0)
    patterns = torch.rand((12, 1, 28, 28), generator=rng)
    noisy = patterns + 0.2 * torch.randn((12, 6, 28, 28), generator=rng)
    pixels = (noisy.clamp(0, 1) * 255).to(torch.uint8)
    return Episodes(ImageSet(pixels, tuple(map(str, range(12)))), ways=3, shots=2, queries=2)


def small_snail() -> SNAIL:
    return SNAIL(Conv4(4, "running", pool=True), ways=4, filters=4, longest=8)


def test_snail(episodes):
    check_learner(small_snail(), episodes, ordered=True, relabels=False, rate=1e-2)


@pytest.mark.parametrize("layer", [Attention(5, 4, 3), *dense_blocks(5, 3, 8)[:1], DenseBlock(5, 3, 4)], ids=repr)
def test_a_question_is_the_last_row_of_the_sequence(layer):
    """The independent truth: read the sequence with the question behind it, whole, for each question."""
    x, q = torch.randn(6, 5).double(), torch.randn(4, 5).double()
    layer = layer.double()
    for length in range(7):
        asked = layer.ask(x[:length], q)
        read = torch.stack([layer(torch.cat([x[:length], row[None]]))[-1] for row in q])
        torch.testing.assert_close(asked, read)


def test_dense_block_by_hand():
    """eq. 1, row by row."""
    block, x = DenseBlock(2, 3, dilation=2).double(), torch.randn(5, 2).double()
    for s, row in enumerate(block(x)):
        before = x[s - 2] if s >= 2 else torch.zeros(2).double()
        signal, gate = (block.now.weight @ x[s] + block.now.bias + block.past.weight @ before).chunk(2)
        torch.testing.assert_close(row, torch.cat([x[s], signal.tanh() * gate.sigmoid()]))


def test_snail_reads_from_left_to_right(episodes):
    """What follows in the support set changes nothing that was computed before; what came before does."""
    learner, task = small_snail().double().eval(), as_double(episodes.sample(1, generator(0)).at(0))
    changed = task._replace(support_x=task.support_x.clone())
    changed.support_x[3] += 1
    frames, others = learner.trace(task), learner.trace(changed)
    same = [torch.allclose(a.prediction, b.prediction, rtol=1e-12) for a, b in zip(frames, others, strict=True)]
    assert same == [True] * 4 + [False] * 3


def test_snail_starts_as_a_matching_network(episodes):
    """At first it answers with the labels of the support examples whose features are near."""
    learner, task = small_snail().double().eval(), as_double(episodes.sample(1, generator(0)).at(0))
    features, asked = learner.encoder(task.support_x), learner.encoder(task.query_x)
    near = (-torch.cdist(asked, features).square()).softmax(-1)
    torch.testing.assert_close(learner.attention(learner.adapt(task.support_x, task.support_y), task.query_x)[0], near)


def test_snail_has_a_most_ways(episodes):
    with pytest.raises(MetaKitError, match="2 classes apart at most"):
        SNAIL(Conv4(4), ways=2, filters=4, longest=4).solve(episodes.sample(1, generator(0)))
