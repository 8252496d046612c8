"""The meta-gradient taken apart: against dense Hessians, autograd and finite differences, in float64."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from metakit.core import MetaKitError, Task, mean_squared_error
from metakit.learners.optimization_based.maml import MAML
from metakit.learners.optimization_based.meta_gradient import angle, by_layer, carried
from metakit.learners.optimization_based.meta_sgd import MetaSGD
from metakit.nets.encoders import mlp
from metakit.nets.fully_connected import FullyConnected
from metakit.tasks.base import generator
from metakit.tasks.sinusoids import Sinusoids

RATE = 0.05


def sine_maml(**settings: object) -> MAML:
    torch.manual_seed(0)
    *body, head = mlp(1, 6, 6, 1, activation=nn.Tanh)
    return MAML(nn.Sequential(*body), head, rate=RATE, loss=mean_squared_error, **settings).double()


@pytest.fixture
def tasks() -> Task:
    return Task(*(part.double() for part in Sinusoids(5, 7).sample(3, generator(1))))


def flat(weights: dict[str, Tensor]) -> Tensor:
    return torch.cat([weight.flatten() for weight in weights.values()])


def by_dense_hessians(learner: MAML, task: Task, rate: Tensor) -> list[Tensor]:
    """eq. 1 to 3 word for word, for one task; rate [D]."""
    start = dict(learner.named_parameters())
    shapes = {name: weight.shape for name, weight in start.items()}

    def loss(theta: Tensor, x: Tensor, y: Tensor) -> Tensor:
        parts = theta.split([shape.numel() for shape in shapes.values()])
        weights = {name: part.view(shape) for (name, shape), part in zip(shapes.items(), parts, strict=True)}
        return mean_squared_error(learner.network(weights, x), y)

    def support(theta: Tensor) -> Tensor:
        return loss(theta, task.support_x, task.support_y)

    thetas = [flat(start).detach()]
    for _ in range(learner.steps):
        thetas.append(thetas[-1] - rate * torch.autograd.functional.jacobian(support, thetas[-1]))  # eq. 1
    v = [torch.autograd.functional.jacobian(lambda theta: loss(theta, task.query_x, task.query_y), thetas[-1])]  # eq. 2
    for theta in reversed(thetas[:-1]):
        v.insert(0, v[0] - torch.autograd.functional.hessian(support, theta) @ (rate * v[0]))  # eq. 3
    return v


def assert_close(found: list[Tensor], expected: list[Tensor]) -> None:
    assert len(found) == len(expected)
    for a, b in zip(found, expected, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("steps", [0, 1, 3])
@pytest.mark.parametrize("head_rate", [RATE, 0.2])
def test_every_step_back_is_a_hessian_vector_product(tasks, steps, head_rate):
    learner = sine_maml(steps=steps, head_rate=head_rate)
    rates = {name: RATE if name.startswith("body") else head_rate for name, _ in learner.named_parameters()}
    rate = flat({name: torch.full_like(w, rates[name]) for name, w in learner.named_parameters()})
    one_by_one = [torch.stack(by_dense_hessians(learner, tasks.at(t), rate)) for t in range(3)]
    assert_close([flat(v) for v in carried(learner, tasks)], list(sum(one_by_one) / 3))


@pytest.mark.parametrize("kind", [MAML, MetaSGD])
def test_the_whole_is_what_training_descends(tasks, kind):
    body, head = mlp(1, 6, activation=nn.Tanh), nn.Linear(6, 1)
    learner = kind(body, head, steps=2, rate=RATE, loss=mean_squared_error).double()
    whole = carried(learner, tasks)[0]
    slopes = torch.autograd.grad(learner.meta_loss(tasks), [*body.parameters(), *head.parameters()])
    assert_close([*whole.values()], [*slopes])


def test_the_meta_gradient_agrees_with_finite_differences(tasks):
    learner = sine_maml(steps=3)
    slope = flat(carried(learner, tasks)[0])
    here, way = parameters_to_vector(learner.parameters()).detach(), torch.randn(len(slope), dtype=torch.float64)
    losses = []
    for side in (1, -1):
        vector_to_parameters(here + side * 1e-6 * way, learner.parameters())
        losses.append(float(learner.meta_loss(tasks).detach()))
    assert (losses[0] - losses[1]) / 2e-6 == pytest.approx(float(slope @ way), rel=1e-6)


def test_first_order_carries_the_query_gradient_back_unchanged(tasks):
    exact, first = (carried(sine_maml(steps=3, order=order), tasks) for order in (2, 1))
    assert_close([flat(v) for v in first], [flat(exact[-1])] * 4)
    assert angle(flat(exact[0]), flat(first[0])) > 1


def test_a_learner_that_leaves_weights_alone_is_refused(tasks):
    with pytest.raises(MetaKitError, match="adapts all of them"):
        carried(sine_maml(adapts="head", steps=2), tasks)


def test_layers_of_two_networks():
    assert {k: len(v) for k, v in by_layer(dict(sine_maml().named_parameters())).items()} == {
        "layer 1": 12, "layer 2": 42, "head": 7, "all": 61,
    }  # fmt: skip
    characters = MAML(FullyConnected(9, 4, 3), nn.Linear(3, 5))
    assert {k: len(v) for k, v in by_layer(dict(characters.named_parameters())).items()} == {
        "layer 1": 44, "layer 2": 18, "head": 20, "all": 82,
    }  # fmt: skip


def test_angles():
    x, y = torch.eye(2)
    assert [angle(x, 3 * x), angle(x, y), angle(x, -y - x), angle(x, 0 * x)] == pytest.approx([0, 90, 135, 0], abs=1e-3)
