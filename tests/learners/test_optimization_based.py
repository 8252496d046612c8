"""The optimization-based family: every learner keeps the contract, and each agrees with an independent truth."""

import pytest
import torch
from torch import nn

from metakit.core import Task, mean_squared_error, with_targets
from metakit.learners.optimization_based.crammer_singer import SMALLEST, support_vector_machine
from metakit.learners.optimization_based.inner_loop import slot
from metakit.learners.optimization_based.lstm_meta_learner import LSTMMetaLearner, readable
from metakit.learners.optimization_based.maml import MAML
from metakit.learners.optimization_based.maml_plus_plus import MAMLPlusPlus
from metakit.learners.optimization_based.meta_opt_net import MetaOptNet, ridge
from metakit.learners.optimization_based.meta_sgd import MetaSGD
from metakit.learners.optimization_based.t_net import TNet
from metakit.nets.encoders import Conv4, mlp
from metakit.tasks.base import generator
from metakit.tasks.episodes import Episodes, ImageSet
from metakit.tasks.sinusoids import Sinusoids
from tests.conformance import as_double, check_learner, gradients

RATE = 1 / 32  # the same number in single and in double precision
SINUSOIDS = Sinusoids(shots=5, queries=5)


@pytest.fixture(scope="module")
def episodes() -> Episodes:
    """Each class is a random pattern; its examples are noisy copies."""
    rng = generator(0)
    patterns = torch.rand((12, 1, 28, 28), generator=rng)
    noisy = patterns + 0.2 * torch.randn((12, 6, 28, 28), generator=rng)
    pixels = (noisy.clamp(0, 1) * 255).to(torch.uint8)
    return Episodes(ImageSet(pixels, tuple(map(str, range(12)))), ways=3, shots=2, queries=2)


def sine_net() -> tuple[nn.Module, nn.Linear]:
    torch.manual_seed(3)
    layers = mlp(1, 20, 20, 1, activation=nn.Tanh)
    return layers[:-1], layers[-1]


def conv_net(rows: int = 1) -> tuple[nn.Module, nn.Linear]:
    torch.manual_seed(3)
    return Conv4(4), nn.Linear(4, rows)


def sines() -> Task:
    return as_double(SINUSOIDS.sample(3, generator(1)))


def same(a, b, tolerance=1e-12):
    assert torch.allclose(a, b, rtol=tolerance, atol=tolerance), float((a - b).abs().max())


def agree(one, other, tasks):
    """Same answers, and the same meta-gradient for every weight that both have."""
    one, other = one.double().eval(), other.double().eval()
    same(one.solve(tasks), other.solve(tasks))
    mine, theirs = (gradients(learner, learner.meta_loss(tasks)) for learner in (one, other))
    for name in mine.keys() & theirs.keys():
        same(mine[name], theirs[name])


LEARNERS = {
    "meta-sgd": (MetaSGD, {"steps": 2}),
    "maml++": (MAMLPlusPlus, {"steps": 3, "rate": 0.01}),
    "t-net": (TNet, {"steps": 2}),
    "mt-net": (TNet, {"steps": 2, "masked": True}),
    "lstm": (LSTMMetaLearner, {"steps": 2, "hidden": 6}),
}


@pytest.mark.parametrize("name", LEARNERS)
def test_contract_on_sinusoids(name):
    kind, settings = LEARNERS[name]
    check_learner(kind(*sine_net(), loss=mean_squared_error, **settings), SINUSOIDS, relabels=False, steps=25)


@pytest.mark.parametrize("name", LEARNERS)
def test_contract_on_images(episodes, name):
    kind, settings = LEARNERS[name]
    learner = kind(*conv_net(), **settings | {"rate": 0.3}, head_rows="shared")
    learner.use_norm("inductive")
    check_learner(learner, episodes, rate=1e-2, steps=8)


def test_meta_sgd_with_equal_rates_is_maml():
    maml = MAML(*sine_net(), steps=2, rate=RATE, loss=mean_squared_error)
    agree(MetaSGD(*sine_net(), steps=2, rate=RATE, loss=mean_squared_error), maml, sines())


def test_a_rate_of_zero_keeps_the_weight():
    learner = MetaSGD(*sine_net(), loss=mean_squared_error)
    nn.init.zeros_(learner.alpha[slot("body.0.weight")])
    start, end = (frame.state.weights for frame in learner.trace(SINUSOIDS.sample(1, generator(0)).at(0)))
    moved = {name for name in start if not torch.equal(start[name], end[name])}
    assert moved == learner.rates.keys() - {"body.0.weight"}


def test_maml_plus_plus_at_its_end_with_equal_rates_is_maml():
    maml = MAML(*sine_net(), steps=3, rate=RATE, loss=mean_squared_error)
    agree(MAMLPlusPlus(*sine_net(), steps=3, rate=RATE, loss=mean_squared_error), maml, sines())


def test_maml_plus_plus_hears_every_step_in_the_beginning():
    learner = MAMLPlusPlus(*sine_net(), steps=3, rate=RATE, loss=mean_squared_error).double()
    learner.use_progress(0.0)
    task = sines().at(0)
    after = [frame.loss for frame in learner.trace(task)][1:]
    assert float(learner.task_loss(task)) == pytest.approx(sum(after) / 3, rel=1e-12)


@pytest.mark.parametrize(("share", "weights"), [(0.0, [1 / 3] * 3), (0.15, [1 / 6, 1 / 6, 2 / 3]), (0.9, [0, 0, 1])])
def test_the_weights_of_the_steps_move_to_the_last(share, weights):
    learner = MAMLPlusPlus(*sine_net(), steps=3, annealed=0.3)
    learner.use_progress(share)
    assert learner.importance == pytest.approx(weights)


def test_maml_plus_plus_begins_with_first_order_gradients():
    first = MAML(*sine_net(), steps=1, rate=RATE, order=1, loss=mean_squared_error)
    learner = MAMLPlusPlus(*sine_net(), steps=1, rate=RATE, first_order=0.5, loss=mean_squared_error)
    learner.use_progress(0.2)
    agree(learner, first, sines())


def test_steps_beyond_the_trained_use_the_last_rate():
    learner = MAMLPlusPlus(*sine_net(), steps=1, rate=RATE, loss=mean_squared_error)
    learner.steps = 3
    agree(learner, MAML(*sine_net(), steps=3, rate=RATE, loss=mean_squared_error), sines())


def test_t_net_with_identity_is_maml():
    maml = MAML(*sine_net(), steps=2, rate=RATE, loss=mean_squared_error)
    agree(TNet(*sine_net(), steps=2, rate=RATE, loss=mean_squared_error), maml, sines())


def test_t_net_runs_layers_followed_by_transforms():
    """The product T W against T and W as layers of their own, and the step against a loop over the layers' weights."""
    learner = TNet(*sine_net(), steps=1, rate=RATE, loss=mean_squared_error).double()
    for transform in learner.transforms.values():
        transform.data += 0.3 * torch.randn_like(transform)
    task = sines().at(0)
    w = {name: value.detach().clone().requires_grad_() for name, value in learner.initial_weights(1).items()}
    t = {key.replace("/", "."): value.detach() for key, value in learner.transforms.items()}

    def plain(w, x):
        for layer in ("body.0", "body.2", "head"):
            x = (x @ w[f"{layer}.weight"].T + w[f"{layer}.bias"]) @ t[layer].T
            x = x if layer == "head" else x.tanh()
        return x

    slopes = torch.autograd.grad((plain(w, task.support_x) - task.support_y).square().mean(), list(w.values()))
    stepped = {name: value - RATE * slope for (name, value), slope in zip(w.items(), slopes, strict=True)}
    same(learner.trace(task)[-1].prediction, plain(stepped, task.query_x))


def test_masked_rows_stay():
    learner = TNet(*conv_net(3), rate=0.3, masked=True).eval()
    learner.zeta[slot("body.1")].data[2] = -1e9  # this row is never updated
    x, y = torch.rand(6, 1, 28, 28, generator=generator(0)), torch.eye(3).repeat(2, 1)
    start, end = (step.state.weights for step in learner.adapt_steps(x, y))
    for name in ("body.1.weight", "body.1.norm.weight"):
        moved = (start[name] != end[name]).flatten(1 if start[name].dim() > 1 else 0)
        rows = moved.any(1) if moved.dim() > 1 else moved
        assert rows.tolist() == [True, True, False, True]


def test_masks_are_drawn_in_training_and_pass_a_gradient():
    learner = TNet(*sine_net(), masked=True, loss=mean_squared_error)
    zeta = learner.zeta[slot("body.0")]
    zeta.data.fill_(1.0)
    draws = torch.stack([learner.masks()["body.0"] for _ in range(400)])
    assert set(draws.unique().tolist()) == {0.0, 1.0}
    assert float(draws.mean()) == pytest.approx(float(torch.tensor(1.0).sigmoid()), abs=0.02)
    (slope,) = torch.autograd.grad(draws.sum(), zeta)
    assert (slope > 0).all()


def test_lstm_with_open_forget_gate_and_constant_input_gate_is_sgd():
    learner = LSTMMetaLearner(*sine_net(), steps=3, rate=RATE, loss=mean_squared_error).double()
    for gate in (learner.input_gate, learner.forget_gate):
        nn.init.zeros_(gate.weight)
    nn.init.constant_(learner.input_gate.bias, float(torch.tensor(RATE, dtype=torch.float64).logit()))
    nn.init.constant_(learner.forget_gate.bias, 50.0)
    agree(learner, MAML(*sine_net(), steps=3, rate=RATE, order=1, loss=mean_squared_error), sines())


def test_lstm_shows_its_gates():
    learner = LSTMMetaLearner(*sine_net(), steps=2, loss=mean_squared_error)
    last = learner.trace(SINUSOIDS.sample(1, generator(0)).at(0))[-1]
    n = sum(w.numel() for w in last.state.weights.values())
    assert all(last.info[key].shape == (n,) for key in ("gradient", "input_gate", "forget_gate"))
    assert float(last.info["forget_gate"].mean()) > 0.99


def test_readable_numbers_keep_sign_and_size():
    v = torch.tensor([2.0, -2.0, 1e-6, -1e-6, 0.0], dtype=torch.float64)
    found = readable(v)
    big, tiny = torch.tensor(2.0).double().log() / 10, torch.tensor(10.0).double().exp() * 1e-6
    wanted = [[big, 1], [big, -1], [-1, tiny], [-1, -tiny], [-1, 0]]
    same(found, torch.tensor(wanted, dtype=torch.float64))


def test_learners_serve_what_they_were_not_told(episodes):
    """A shared head takes any number of ways, for every learner of the family."""
    wide = Episodes(episodes.images, ways=6, shots=1, queries=2).sample(2, generator(0))
    for kind, settings in LEARNERS.values():
        learner = kind(*conv_net(), **settings, head_rows="shared")
        assert learner.solve(with_targets(wide)).shape == (2, 12, 6)


@pytest.mark.parametrize("head", ["ridge", "svm"])
@pytest.mark.parametrize("together", [False, True])
def test_meta_opt_net_keeps_the_contract(episodes, head, together):
    torch.manual_seed(3)
    learner = MetaOptNet(Conv4(4, "stored" if together else "running", pool=True), head=head)
    learner.one_by_one = not together
    check_learner(learner, episodes, rate=1e-2, steps=8)


def points(n: int, k: int, d: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Features [n k, d] of n overlapping classes, and their one-hot labels."""
    rng = generator(5)
    y = torch.eye(n, dtype=torch.float64).repeat(k, 1)
    return y @ torch.randn(n, d, generator=rng, dtype=torch.float64) + torch.randn(
        n * k, d, generator=rng, dtype=torch.float64
    ), y


@pytest.mark.parametrize("d", [3, 30])
def test_ridge_solves_the_least_squares_problem(d):
    """Both systems of eq. 1 against the normal equations, solved by an inverse."""
    x, y = points(3, 4, d)
    same(ridge(x, y, 0.7).T, torch.linalg.inv(x.T @ x + 0.7 * torch.eye(d, dtype=x.dtype)) @ x.T @ y, 1e-10)


@pytest.mark.parametrize(("n", "k", "d", "c"), [(2, 1, 8, 0.1), (5, 1, 8, 0.1), (3, 6, 4, 0.5), (20, 5, 64, 0.1)])
def test_support_vector_machine_closes_the_duality_gap(n, k, d, c):
    """Cost of the classifier and value of the dual: equal at the optimum only, and mu apart for each of S N numbers."""
    x, y = points(n, k, d)
    kernel = x @ x.T + 1e-9 * torch.eye(n * k, dtype=x.dtype)
    alpha = support_vector_machine(kernel, y, c)
    assert (alpha <= c * y).all()
    same(alpha.sum(1), torch.zeros(n * k, dtype=x.dtype))
    scores = kernel @ alpha
    hinge = (scores - y + 1 - (scores * y).sum(1, keepdim=True)).amax(1)
    norm = 0.5 * (alpha * scores).sum()
    cost, value = norm + c * hinge.sum(), (alpha * y).sum() - norm
    assert 0 <= float(cost - value) < 1.01 * y.numel() * SMALLEST * c


def test_support_vector_machine_has_the_right_derivative():
    """Against finite differences of the whole solver; every part of the solution is in play: free and bounded alpha."""
    x, y = points(3, 2, 4)
    x.requires_grad_()

    def classifier(x):
        return support_vector_machine(x @ x.T + torch.eye(6, dtype=x.dtype), y, 0.3).T @ x

    assert torch.autograd.gradcheck(classifier, x, eps=1e-6, atol=1e-6)


def test_a_wide_margin_needs_few_examples():
    """Examples far inside their class have no say: the classifier stays when they go."""
    x = torch.tensor([[1.0, 0.0], [-1.0, 0.0], [9.0, 1.0], [-9.0, 1.0]], dtype=torch.float64)
    y = torch.eye(2, dtype=torch.float64).repeat(2, 1)
    kernel = x @ x.T + 1e-9 * torch.eye(4, dtype=x.dtype)
    every, nearest = support_vector_machine(kernel, y, 10.0), support_vector_machine(kernel[:2, :2], y[:2], 10.0)
    same(every.T @ x, nearest.T @ x[:2], 1e-3)
    assert float(every[2:].abs().max()) < 1e-4 < float(every[:2].abs().max())
