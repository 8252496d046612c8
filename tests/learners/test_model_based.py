"""Model-based learners keep the contract, and do what their papers' equations say."""

from dataclasses import replace

import pytest
import torch

from metakit.core import MetaKitError, Task, with_targets
from metakit.evaluate import by_instance, evaluate_streams, online
from metakit.learners.baselines.nearest_neighbour import NearestNeighbour
from metakit.learners.metric_based.prototypical import PrototypicalNetwork
from metakit.learners.model_based.attentive_neural_process import AttentiveNeuralProcess
from metakit.learners.model_based.mann import MANN
from metakit.learners.model_based.meta_networks import MetaNetwork, contrastive
from metakit.learners.model_based.snail import SNAIL
from metakit.nets.causal import Attention, DenseBlock, dense_blocks
from metakit.nets.encoders import Conv4
from metakit.tasks.base import generator
from metakit.tasks.episodes import Episodes, ImageSet
from metakit.tasks.sinusoids import Sinusoids
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


def small_mann() -> MANN:
    return MANN(Conv4(4, "stored", pool=True), ways=4, rows=6, hidden=8)


def streams(episodes) -> Episodes:
    return replace(episodes, shots=4, queries=0)


def test_mann(episodes):
    check_learner(MANN(Conv4(8, "stored", pool=True), ways=4, rows=6, hidden=8), episodes, ordered=True, relabels=False)


def test_least_recently_used_access_by_hand(episodes):
    """eq. 2 to 8 with loops over the rows, for every moment of a stream."""
    learner = small_mann().double()
    task = with_targets(as_double(streams(episodes).sample(1, generator(0)))).at(0)
    before = learner._empty(task.support_x)
    for image, step in zip(
        learner._features(task.support_x), list(learner.adapt_steps(task.support_x, task.support_y))[1:], strict=True
    ):
        after, seen = step.state[0], torch.cat([image, before.before])
        known, (alpha, beta) = torch.cat([seen, after.hidden]), learner.switches(after.hidden)
        key, note, trust = learner.key(known), learner.note(known), 1 / (1 + (2 - alpha).exp())
        rows, least = before.rows.clone(), min(range(6), key=lambda i: float(before.usage[i]))
        rows[least] = 0
        written = [trust * before.read[i] + (1 - trust) * (i == least) for i in range(6)]
        rows = torch.stack([row + w * note for row, w in zip(rows, written, strict=True)])
        likeness = [(row @ key) / (row.norm() * key.norm()).square().add(1e-6).sqrt() for row in rows]
        scores = torch.stack([(1 + (beta + 20).exp()).log() * value for value in likeness])
        read = scores.exp() / scores.exp().sum()
        torch.testing.assert_close(after.rows, rows)
        torch.testing.assert_close(after.read, read)
        torch.testing.assert_close(after.usage, 0.95 * before.usage + read + torch.stack(written))
        torch.testing.assert_close(after.found, sum(weight * row for weight, row in zip(read, rows, strict=True)))
        before = after


def test_new_images_go_to_rows_of_their_own(episodes):
    """As long as there are empty rows, and the controller does not insist on the one it has just read."""
    learner = MANN(Conv4(4, "stored", pool=True), ways=4, rows=20, hidden=8)
    task = with_targets(streams(episodes).sample(1, generator(0))).at(0)
    written = [int(step.state[0].written.argmax()) for step in learner.adapt_steps(task.support_x, task.support_y)]
    assert len(set(written[1:])) == len(task.support_x)


@pytest.mark.parametrize("make", [small_mann, small_snail])
def test_a_stream_is_named_before_its_labels_are_shown(episodes, make):
    """The label of an image changes what follows, never its own answer or an earlier one."""
    learner, drawn = make().double().eval(), as_double(streams(episodes).sample(2, generator(0)))
    changed = drawn._replace(support_y=drawn.support_y.clone())
    changed.support_y[:, 5] = (changed.support_y[:, 5] + 1) % 3
    differs = (online(learner, drawn) - online(learner, changed)).abs().amax((0, 2)) > 1e-12
    assert differs[:6].tolist() == [False] * 6
    assert differs[6:].any()


def test_mann_trains_on_what_is_reported(episodes):
    learner, drawn = small_mann().double(), as_double(streams(episodes).sample(1, generator(0)))
    labelled = with_targets(drawn)
    asked = learner.loss(online(learner, drawn)[0], labelled.support_y[0])
    torch.testing.assert_close(learner.task_loss(labelled.at(0)), asked)


def test_accuracy_by_instance():
    y = torch.tensor([[0, 1, 0, 1, 1, 0]])
    named = torch.tensor([0, 0, 0, 0, 1, 1])
    logits = torch.nn.functional.one_hot(named, 2).float()[None]
    empty = torch.zeros(1, 0)
    assert by_instance(logits, Task(torch.zeros(1, 6), y, empty, empty)).tolist() == [[0.5, 0.5, 0.5]]


def test_streams_have_a_score_for_each_instance(episodes):
    scores = evaluate_streams(small_mann(), streams(episodes), 3)
    assert len(scores) == 4
    assert all(len(score.per_task) == 3 for score in scores)
    for other in (PrototypicalNetwork(Conv4(4)), NearestNeighbour()):
        with pytest.raises(MetaKitError, match="one example after the other"):
            evaluate_streams(other, streams(episodes), 3)


def small_meta_network() -> MetaNetwork:
    """Its generators no longer as they begin."""
    learner = MetaNetwork(Conv4(4, "running", pool=True), sharpness=5.0)
    for parameter in learner.parameters():
        parameter.data += 0.1 * torch.randn_like(parameter)
    return learner.double()


def test_meta_network(episodes):
    check_learner(MetaNetwork(Conv4(4, "running", pool=True)), episodes)


def test_meta_network_by_the_papers_algorithm(episodes):
    """Algorithm 1 with a loop over the examples, and autograd for every gradient."""
    learner, task = small_meta_network().eval(), with_targets(as_double(episodes.sample(1, generator(0)))).at(0)
    slow, rows = learner.key, learner.row.detach().expand(3, -1).clone().requires_grad_()
    features = learner.encoder(task.support_x).detach()
    pairs = contrastive((features @ slow.T).relu(), task.support_y)
    fast_layer = learner.task_generator(torch.autograd.grad(pairs, slow)[0])
    keys, memory = [], []
    for image, label in zip(features, task.support_y, strict=True):
        loss = -(label * (rows @ image).log_softmax(0)).sum()
        memory.append(learner.example_generator(torch.autograd.grad(loss, rows)[0]))
        keys.append((slow @ image).relu() + (fast_layer @ image).relu())
    answers = []
    for image in learner.encoder(task.query_x):
        key = (slow @ image).relu() + (fast_layer @ image).relu()
        scores = torch.stack([learner.sharpness * (key @ k) / (key.norm() * k.norm()) for k in keys]).softmax(0)
        fast_rows = sum(score * weights for score, weights in zip(scores, memory, strict=True))
        answers.append(rows @ image + fast_rows @ image)
    torch.testing.assert_close(
        learner.predict(learner.adapt(task.support_x, task.support_y), task.query_x), torch.stack(answers)
    )


def test_contrastive_loss_by_hand():
    keys, y = torch.tensor([[1.0, 0.0], [0.6, 0.8], [0.0, 2.0]]), torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    near, far = 0.4**2 + 0.8**2, 1 - (0.6**2 + 0.2**2) ** 0.5  # the third has length 2: its direction counts
    itself = 0.0
    assert contrastive(keys, y).item() == pytest.approx((2 * near + 2 * far**2 + 3 * itself) / 9 / 2, abs=1e-5)


def test_attentive_neural_process():
    check_learner(AttentiveNeuralProcess(width=32, heads=4), Sinusoids(shots=5, queries=5), relabels=False)


def test_attention_of_the_neural_process_by_hand():
    """eq. 3, head by head and query by query, after 0, 1, … 4 examples."""
    learner, task = (
        AttentiveNeuralProcess(width=6, heads=2).double(),
        as_double(Sinusoids(4, 3).sample(1, generator(0))),
    )
    x, y, asked, _ = task.at(0)
    codes, keys, queries = learner.encoder(torch.cat([x, y], -1)), learner.key(x), learner.key(asked)
    for length, step in enumerate(learner.adapt_steps(x, y)):
        for found, query in zip(learner._look_up(step.state, asked), queries, strict=True):
            for head in (slice(0, 3), slice(3, 6)):
                scores = [(query[head] @ key[head] / 3**0.5).exp() for key in keys[:length]]
                truth = sum(s / sum(scores) * c[head] for s, c in zip(scores, codes, strict=False)) if length else 0
                torch.testing.assert_close(found[head], truth + torch.zeros(3).double())


def test_attentive_neural_process_trains_after_every_number_of_examples():
    learner, task = (
        AttentiveNeuralProcess(width=8, heads=2).double(),
        as_double(Sinusoids(4, 3).sample(1, generator(0))),
    )
    x, y, asked, truth = task.at(0)
    losses = [
        learner.distribution(step.state, asked).negative_log_likelihood(truth) for step in learner.adapt_steps(x, y)
    ]
    torch.testing.assert_close(learner.task_loss(task.at(0)), torch.stack(losses).mean())
