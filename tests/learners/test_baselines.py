"""The baselines keep the contract of a meta-learner, and are what they say."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from metakit.core import cross_entropy
from metakit.learners.baselines.fine_tuning import FineTuning
from metakit.learners.baselines.nearest_neighbour import NearestNeighbour
from metakit.nets.encoders import Conv4
from metakit.tasks.base import generator
from metakit.tasks.episodes import Episodes
from metakit.tasks.supervised import Supervised
from metakit.train import Schedule, Training, meta_train
from tests import conformance


def test_nearest_neighbour_keeps_the_contract(episodes):
    learner, tasks = NearestNeighbour(), conformance.as_double(episodes.sample(3, generator(1)))
    conformance.check_trace_ends_where_adaptation_ends(learner, tasks)
    conformance.check_tasks_do_not_leak(learner, tasks)
    conformance.check_query_labels_reach_no_prediction(learner, tasks)
    conformance.check_relabelling_permutes_logits(learner, tasks)
    conformance.check_support_order_is_irrelevant(learner, tasks)


def test_nearest_neighbour_names_the_class_of_the_nearest_image(episodes):
    tasks = episodes.sample(2, generator(3))
    answers = NearestNeighbour().solve(tasks).argmax(-1)
    for t in range(2):
        for q, query in enumerate(tasks.query_x[t]):
            distances = [float((query - image).square().sum()) for image in tasks.support_x[t]]
            assert answers[t, q] == tasks.support_y[t, distances.index(min(distances))]


@pytest.fixture(scope="module")
def learner() -> FineTuning:
    torch.manual_seed(0)
    return FineTuning(Conv4(4, "running", pool=True), 4, classes=12, steps=3).eval()


def test_fine_tuning_keeps_the_contract(learner, episodes):
    double, tasks = learner.double(), conformance.as_double(episodes.sample(3, generator(1)))
    conformance.check_trace_ends_where_adaptation_ends(double, tasks)
    conformance.check_tasks_do_not_leak(double, tasks)
    conformance.check_query_labels_reach_no_prediction(double, tasks)
    conformance.check_relabelling_permutes_logits(double, tasks)
    conformance.check_support_order_is_irrelevant(double, tasks)


def test_fine_tuning_descends_the_support_loss_in_the_rows_alone(learner, episodes):
    task = conformance.as_double(episodes.sample(1, generator(2))).at(0)
    y = F.one_hot(task.support_y, 3).double()
    rows = [step.state.rows for step in learner.double().adapt_steps(task.support_x, y)]
    start = rows[0].clone().requires_grad_()
    points = F.normalize(learner.encoder(task.support_x), dim=-1)
    loss = cross_entropy(10.0 * points @ F.normalize(start, dim=-1).T, y)
    (slope,) = torch.autograd.grad(loss, start)
    torch.testing.assert_close(rows[1], start.detach() - slope)


def test_pretraining_on_all_classes_lowers_the_loss(episodes):
    tasks = Supervised(episodes.images, batch=24)
    learner = FineTuning(Conv4(4, "running", pool=True), 4, classes=len(episodes.images))
    losses = [r.loss for r in meta_train(Training(learner, tasks, Schedule(40, 1, 1e-2, decay="constant")))]
    assert sum(losses[-5:]) < sum(losses[:5])


def test_supervised_batches_have_the_labels_of_their_images(episodes):
    images = episodes.images
    tasks = Supervised(images, batch=50).sample(2, generator(0))
    assert tasks.support_x.shape == (2, 0, 1, 28, 28)
    for x, y in zip(tasks.query_x[1], tasks.query_y[1].argmax(-1), strict=True):
        assert ((images.images[y].float() / 255 - x).abs().flatten(1).amax(1) < 1e-6).any()


def test_supervised_batches_skip_missing_examples(episodes: Episodes):
    images = episodes.images
    few = type(images)(images.images.clone(), images.names, torch.full((12,), 2))
    few.images[:, 2:] = 255
    assert Supervised(few, batch=100).sample(1, generator(0)).query_x.amin((-1, -2)).max() < 1


def test_fine_tuning_trains_no_head_while_it_adapts(learner, episodes):
    before = learner.classes.detach().clone()
    learner.float().solve(episodes.sample(1, generator(0)))
    assert torch.equal(before, learner.classes.detach())
    assert isinstance(learner.classes, nn.Parameter)
