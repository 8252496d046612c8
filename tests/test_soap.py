"""SOAP: what it shares with Adam, and what sets it apart, in float64."""

import torch
from torch import nn
from torch.optim import Adam

from metakit.checkpoints import read, write
from metakit.soap import SOAP


def path(optimizer, weight, gradient_of, steps):
    """The weight after each step."""
    found = []
    for _ in range(steps):
        weight.grad = gradient_of(weight.detach())
        optimizer.step()
        found.append(weight.detach().clone())
    return found


def parameter(start):
    return nn.Parameter(start.clone())


def random(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def rotation(size, seed):
    return torch.linalg.qr(random(size, size, seed=seed)).Q


def quadratic(rows, columns, apart=2.0):
    """The gradient of the sum over places of A W B * W / 2; eigenvalues of A and B go from 1 to 10^apart."""
    a, b = (torch.diag(torch.logspace(0, apart, size, dtype=torch.float64)) for size in (rows, columns))
    return lambda w: a @ w @ b


def test_a_vector_gets_adam():
    start, scale = random(5), torch.logspace(0, 2, 5, dtype=torch.float64)
    mine, theirs = parameter(start), parameter(start)
    ours = path(SOAP([mine], lr=0.1, betas=(0.9, 0.99)), mine, lambda w: scale * w, 12)
    adams = path(Adam([theirs], lr=0.1, betas=(0.9, 0.99)), theirs, lambda w: scale * w, 12)
    torch.testing.assert_close(ours, adams, rtol=1e-10, atol=1e-12)


def test_the_first_step_of_a_matrix_only_looks():
    start = random(3, 4)
    weight = parameter(start)
    first, second = path(SOAP([weight]), weight, quadratic(3, 4), 2)
    assert torch.equal(first, start)
    assert not torch.equal(second, start)


def test_turning_the_problem_turns_the_path():
    """Adam's steps depend on the axes in which the weights are written; these do not."""
    start, gradient = random(4, 4), quadratic(4, 4, apart=0.5)
    left, right = rotation(4, 1), rotation(4, 2)
    paths = {}
    for kind in (SOAP, Adam):
        plain, turned = parameter(start), parameter(left @ start @ right)
        plainly = path(kind([plain], lr=0.05), plain, gradient, 25)
        other = path(kind([turned], lr=0.05), turned, lambda w: left @ gradient(left.T @ w @ right.T) @ right, 25)
        paths[kind] = max(float((left @ a @ right - b).abs().max()) for a, b in zip(plainly, other, strict=True))
    assert paths[SOAP] < 1e-6  # eigenvectors of nearly equal values magnify rounding
    assert paths[Adam] > 1e-2


def test_a_badly_scaled_matrix_of_mixed_directions_is_solved_sooner_than_by_adam():
    start, gradient = random(6, 6), quadratic(6, 6)
    left, right = rotation(6, 1), rotation(6, 2)

    def turned(w):
        return left @ gradient(left.T @ w @ right.T) @ right

    def left_over(kind):
        weight = parameter(start)
        last = path(kind([weight], lr=0.02), weight, turned, 300)[-1]
        return float((last * turned(last)).sum())

    assert left_over(SOAP) < 0.1 * left_over(Adam)


def test_the_basis_stays_orthogonal_and_finds_the_eigenvectors():
    """Noise whose rows and columns have spreads of their own, far apart: after many steps the basis is theirs."""
    weight, spread = (
        parameter(torch.zeros(3, 3, dtype=torch.float64)),
        torch.diag(torch.tensor([1.0, 4.0, 16.0]).double()),
    )
    left, draws = rotation(3, 1), iter(range(10_000))
    optimizer = SOAP([weight], lr=0.0, betas=(0.95, 0.995))
    path(optimizer, weight, lambda _: left @ spread @ random(3, 3, seed=next(draws)), 1500)
    basis = optimizer.state[weight]["left_basis"]
    torch.testing.assert_close(basis.T @ basis, torch.eye(3, dtype=torch.float64))
    overlap = (left.flip(1).T @ basis).abs()  # the largest spread comes first
    assert overlap.diagonal().min() > 0.97


def test_a_state_from_a_file_gives_the_same_bits(tmp_path):
    """A file knows no strides, and a product rounds by them."""
    start, gradient = random(20, 7).float(), quadratic(20, 7)
    straight, resumed = parameter(start), parameter(start)
    ours, theirs = SOAP([straight]), SOAP([resumed])
    as_float = lambda w: gradient(w.double()).float() + 0.1 * random(20, 7, seed=1).float()  # noqa: E731
    path(ours, straight, as_float, 12)
    state = {name: value.clone() for name, value in ours.state[straight].items()}
    write(tmp_path / "state.safetensors", state, {})
    theirs.state[resumed] = read(tmp_path / "state.safetensors")[0]
    resumed.data.copy_(straight.data)
    assert all(map(torch.equal, path(ours, straight, as_float, 12), path(theirs, resumed, as_float, 12)))
