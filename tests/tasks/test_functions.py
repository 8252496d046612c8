"""Functions in context: the families are what they say, the shifts shift what they should and nothing else."""

import pytest
import torch

from metakit.core import MetaKitError
from metakit.tasks.base import Protocol, generator
from metakit.tasks.by_name import tasks_for
from metakit.tasks.function_families import Linear, Network, Tree
from metakit.tasks.functions import FUNCTIONS, Curriculum, Functions
from tests.conformance_tasks import check_tasks


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_contract(name):
    check_tasks(tasks_for(name, "train", Protocol(shots=6, queries=3)))


@pytest.mark.parametrize("kind", ["linear", "sparse", "network", "tree"])
def test_predicting_zero_has_error_one(kind):
    tasks = Functions(kind, dims=8, shots=1, queries=4).sample(20_000, generator(1))
    assert float(tasks.query_y.square().mean()) == pytest.approx(1, abs=0.04)


def test_a_sparse_function_has_three_weights():
    weight = Linear.draw(50, 8, generator(0), nonzero=3).weight
    assert ((weight != 0).sum(-1) == 3).all()
    assert ((weight != 0).sum(0) > 5).all()  # any of the inputs


def test_a_network_is_its_formula():
    f, x = Network.draw(2, 3, generator(0), hidden=5), torch.randn(2, 4, 3)
    longhand = sum(f.second[1, i, 0] * torch.relu(x[1, 2] @ f.first[1, :, i]) for i in range(5))
    torch.testing.assert_close(f(x)[1, 2, 0], longhand)


def test_a_tree_is_walked_from_its_root():
    f, x = Tree.draw(3, 4, generator(0), depth=3), torch.randn(3, 20, 4)
    for task in range(3):
        for row, answer in zip(x[task], f(x)[task], strict=True):
            node = 0
            while node < 7:
                node = 2 * node + (2 if row[f.coordinate[task, node]] > 0 else 1)
            assert answer == f.value[task, node - 7]


def test_noise_is_in_the_examples_alone():
    clean, noisy = (Functions("linear", 5, shots=6, queries=4, noise=s).sample(500, generator(2)) for s in (0.0, 0.5))
    assert torch.equal(clean.query_y, noisy.query_y)
    assert float((clean.support_y - noisy.support_y).std()) == pytest.approx(0.5, abs=0.03)


def test_a_query_may_lie_outside_the_span_of_the_examples():
    task = Functions("linear", 6, shots=3, queries=2, shift="orthogonal").sample(5, generator(0))
    assert float((task.query_x @ task.support_x.mT).abs().max()) < 1e-4
    with pytest.raises(MetaKitError, match="fewer for a query outside their span"):
        Functions("linear", 6, shots=6, shift="orthogonal")


def test_orthants_keep_signs_together():
    task = Functions("linear", 6, shots=4, queries=2, shift="orthants").sample(50, generator(0))
    assert (task.support_x.sign() == task.support_x[:, :1].sign()).all()
    assert not (task.query_x.sign() == task.support_x[:, :1].sign()).all()


def test_skewed_inputs_have_falling_eigenvalues_and_the_same_mean_square():
    task = Functions("linear", 4, shots=4000, queries=1, shift="skewed").sample(2, generator(0))
    spread = torch.linalg.eigvalsh(task.support_x.mT @ task.support_x / 4000).flip(-1)
    torch.testing.assert_close(spread[0] / spread[0, 0], 1 / torch.arange(1.0, 5) ** 2, rtol=0.15, atol=0.01)
    assert float(task.support_x.square().mean()) == pytest.approx(1, abs=0.05)


def test_scaled_inputs_are_twice_as_large():
    plain, scaled = (Functions("linear", 5, shift=shift).sample(3, generator(0)) for shift in ("test", "scaled"))
    torch.testing.assert_close(scaled.support_x, 2 * plain.support_x)
    torch.testing.assert_close(scaled.query_y, 2 * plain.query_y)


def test_a_pool_has_so_many_tasks_and_a_larger_one_contains_it():
    few, many = (Functions("linear", 4, shots=4, queries=1, pool=n) for n in (3, 9))
    torch.testing.assert_close(many.pooled()[:3], few.pooled())
    tasks = few.sample(200, generator(0))
    found = torch.linalg.solve(tasks.support_x, tasks.support_y)[..., 0]
    nearest = torch.cdist(found, few.pooled()).min(-1)
    assert float(nearest.values.median()) < 1e-3
    assert set(nearest.indices.tolist()) == {0, 1, 2}


def test_a_curriculum_grows_inputs_and_examples():
    curriculum = Curriculum(Functions("linear", 20, shots=40), dims=5, shots=10, until=0.5)
    assert (curriculum.at(0.0).active, curriculum.at(0.0).shots) == (5, 10)
    assert (curriculum.at(0.25).active, curriculum.at(0.25).shots) == (13, 25)
    assert (curriculum.at(0.9).active, curriculum.at(0.9).shots) == (20, 40)
    x = curriculum.at(0.0).sample(3, generator(0)).support_x
    assert x[..., :5].all()
    assert not x[..., 5:].any()


def test_functions_of_a_young_curriculum_live_on_its_inputs():
    """All three weights of a sparse function lie among the inputs that differ from zero: none is a constant zero."""
    young = Curriculum(Functions("sparse", 20, shots=10), dims=5, shots=5).at(0.0)
    assert float(young.sample(10_000, generator(1)).support_y.square().mean()) == pytest.approx(1, abs=0.05)


def test_uniform_inputs_are_shifted_as_well():
    plain, scaled = (Functions("linear", 5, shift=s, uniform=True).sample(3, generator(0)) for s in ("test", "scaled"))
    assert float(plain.support_x.abs().max()) <= 3**0.5
    torch.testing.assert_close(scaled.query_x, 2 * plain.query_x)


def test_a_prompt_needs_something():
    with pytest.raises(MetaKitError, match="2 inputs at least"):
        Functions("linear", 1)
    with pytest.raises(MetaKitError, match="choose a size between"):
        Functions("linear", 4, pool=0)
