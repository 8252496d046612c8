"""Matching, Siamese and relation networks: the contract, and each against the paper's formulas written as loops."""

import pytest
import torch
from torch import Tensor, nn

from metakit.core import Task, as_targets
from metakit.learners.metric_based.matching import FullContext, MatchingNetwork
from metakit.learners.metric_based.pairs import pair_loss
from metakit.learners.metric_based.prototypical import PrototypicalNetwork
from metakit.learners.metric_based.relation import RelationModule, RelationNetwork
from metakit.learners.metric_based.shots import labels_by_shot
from metakit.learners.metric_based.siamese import SiameseNetwork
from metakit.nets.encoders import Conv4, Maps4
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


@pytest.fixture(scope="module")
def task(episodes: Episodes) -> Task:
    return as_double(episodes.sample(1, generator(3)).at(0))


def conv4() -> Conv4:
    return Conv4(4, "running", pool=True)


def matching(reads: int | None = None) -> MatchingNetwork:
    return MatchingNetwork(conv4(), None if reads is None else FullContext(4, reads))


def relation() -> RelationNetwork:
    return RelationNetwork(Maps4(4, "running"), RelationModule(4))


@pytest.mark.parametrize(
    ("learner", "ordered"),
    [
        (matching(), False),
        (matching(2), True),
        (SiameseNetwork(conv4(), 4), False),
        (relation(), False),
        (PrototypicalNetwork(conv4(), pairs=True), False),
    ],
    ids=["matching", "matching, full context", "siamese", "relation", "prototypical, all pairs"],
)
def test_the_contract(episodes, learner, ordered):
    check_learner(learner, episodes, ordered=ordered, steps=40)


def cosine(a: Tensor, b: Tensor) -> Tensor:
    return (a * b).sum() / (a.square().sum().sqrt() * b.square().sum().sqrt())


def test_matching_is_cosine_attention_over_labels(task):
    learner = matching().double().eval()
    probability = learner.solve(Task(*(part[None] for part in task)))[0].softmax(-1)
    f, g = learner.embed(task.query_x), learner.embed(task.support_x)
    for query, found in zip(f, probability, strict=True):
        weights = torch.stack([(learner.scale * cosine(query, example)).exp() for example in g])
        expected = torch.zeros(3, dtype=torch.float64)
        for weight, label in zip(weights / weights.sum(), task.support_y, strict=True):
            expected[label] += weight
        torch.testing.assert_close(found, expected)


def test_every_pair_teaches():
    points, labels = torch.randn(7, 4, dtype=torch.float64), [0, 1, 0, 2, 1, 2, 0]
    losses = []
    for i, label in enumerate(labels):
        near = [(-(points[i] - point).square().sum()).exp() for point in points]
        others = sum(near[k] for k, other in enumerate(labels) if other != label)
        losses += [-(near[j] / (near[j] + others)).log() for j, one in enumerate(labels) if one == label and j != i]
    found = pair_loss(points, as_targets(torch.tensor(labels), dtype=torch.float64))
    torch.testing.assert_close(found, torch.stack(losses).mean())


def gates(cell: nn.Module, suffix: str, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    """One step of an LSTM, from its formulas (PyTorch keeps the gates in the order i, f, g, o)."""
    w_x, w_h, b_x, b_h = (getattr(cell, f"{name}{suffix}") for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
    i, f, g, o = (w_x @ x + b_x + w_h @ h + b_h).chunk(4)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c


def test_full_context_embeds_the_support_set_in_both_directions():
    context, points = FullContext(4).double(), torch.randn(5, 4, dtype=torch.float64)
    expected = points.clone()
    for suffix, order in (("_l0", range(5)), ("_l0_reverse", reversed(range(5)))):
        h = c = torch.zeros(4, dtype=torch.float64)
        for i in order:
            h, c = gates(context.over_support, suffix, points[i], h, c)
            expected[i] += h
    torch.testing.assert_close(context.support(points), expected)


def test_full_context_reads_the_support_set_again_for_every_query():
    context = FullContext(4, reads=3).double()
    queries, support = torch.randn(2, 4, dtype=torch.float64), torch.randn(5, 4, dtype=torch.float64)
    for query, found in zip(queries, context.query(queries, support), strict=True):
        h, c = query, torch.zeros(4, dtype=torch.float64)
        for _ in range(3):
            weights = torch.stack([(h @ example).exp() for example in support])
            r = sum(w * example for w, example in zip(weights / weights.sum(), support, strict=True))
            new, c = gates(context.attending, "", torch.cat([query, r]), h, c)
            h = query + new
        torch.testing.assert_close(found, h)


def test_siamese_loss_is_the_cross_entropy_of_every_pair(task):
    learner = SiameseNetwork(conv4(), 4).double()
    nn.init.normal_(learner.alpha)
    labelled = task._replace(
        support_y=as_targets(task.support_y, 3).double(), query_y=as_targets(task.query_y, 3).double()
    )
    losses = []
    f, g = learner.embed(task.query_x), learner.embed(task.support_x)
    for query, is_ in zip(f, task.query_y, strict=True):
        for example, label in zip(g, task.support_y, strict=True):
            p = (learner.bias - (learner.alpha * (query - example).abs()).sum()).sigmoid()
            losses.append(-(p if is_ == label else 1 - p).log())
    torch.testing.assert_close(learner.task_loss(labelled), torch.stack(losses).mean())


def test_siamese_scores_a_class_by_the_mean_over_its_shots(task):
    learner = SiameseNetwork(conv4(), 4).double().eval()
    found = learner.predict(learner.adapt(task.support_x, task.support_y), task.query_x)
    similarity = learner.similarity(learner.embed(task.query_x), learner.embed(task.support_x))
    for n in range(3):
        torch.testing.assert_close(found[:, n], similarity[:, task.support_y == n].mean(1))


def test_relation_scores_equal_those_of_stacked_maps_pair_by_pair(task):
    learner = relation().double().eval()
    found = learner.predict(learner.adapt(task.support_x, task.support_y), task.query_x)
    f, module = learner.embed(task.query_x), learner.relation
    for n in range(3):
        of_class = learner.embed(task.support_x)[task.support_y == n].mean(0)
        for i, of_query in enumerate(f):
            stacked = torch.cat([of_class, of_query])[None]
            x = torch.relu(module.norm(nn.functional.conv2d(stacked, module.weight, padding=1)))
            x = module.block(nn.functional.max_pool2d(x, 2))
            torch.testing.assert_close(found[i, n], module.score(x.flatten())[0])


@pytest.mark.parametrize("learner", [matching(), SiameseNetwork(conv4(), 4), relation(), PrototypicalNetwork(conv4())])
def test_a_trace_reads_one_more_shot_a_step(task, learner):
    """Its first frame is that of the task with one example a class."""
    learner = learner.double().eval()
    first = next(labels_by_shot(as_targets(task.support_y))).sum(-1) > 0
    alone = learner.predict(learner.adapt(task.support_x[first], task.support_y[first]), task.query_x)
    frames = learner.trace(task)
    assert len(frames) == 2
    torch.testing.assert_close(frames[0].prediction.softmax(-1), alone.softmax(-1))
