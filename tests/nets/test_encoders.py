"""Conv4 without vmap: the first layer by patches, running averages, evaluation, autocast."""

import platform

import psutil
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from metakit.nets.encoders import Centred, Conv4, ConvBlock, mlp
from metakit.nets.memory import give_back_freed_memory, keep_freed_memory
from metakit.nets.norms import has_batch_norm, use_statistics
from metakit.nets.residual import Residual, ResidualEncoder


def reference(block: ConvBlock) -> tuple[nn.BatchNorm2d, nn.Module]:
    theirs = nn.BatchNorm2d(len(block.weight)).double()
    theirs.load_state_dict(block.norm.state_dict() | {"num_batches_tracked": torch.tensor(0)})
    return theirs


@pytest.mark.parametrize("pool", [False, True])
@pytest.mark.parametrize("n_in", [1, 3, 8], ids=lambda n: f"{n} channels in")
def test_a_block_is_convolution_norm_relu_and_half_the_size(n_in, pool):
    block, x = ConvBlock(n_in, 32, "running", pool).double(), torch.rand(4, n_in, 9, 9, dtype=torch.float64)
    nn.init.normal_(block.norm.weight)
    theirs = reference(block)
    for _ in ("training", "evaluation"):
        y = theirs(F.conv2d(x, block.weight, stride=1 if pool else 2, padding=1))
        expected = F.relu(F.max_pool2d(y, 2) if pool else y)
        torch.testing.assert_close(block(x), expected)
        torch.testing.assert_close(
            *(torch.autograd.grad(v.square().sum(), block.weight)[0] for v in (block(x), expected))
        )
        block.eval(), theirs.eval()
        theirs.load_state_dict(block.norm.state_dict() | {"num_batches_tracked": torch.tensor(0)})


def test_running_averages_are_torchs():
    block, x = ConvBlock(1, 32, "running", pool=True).double(), torch.rand(4, 1, 8, 8, dtype=torch.float64)
    theirs = reference(block)
    block(x), theirs(F.conv2d(x, block.weight, padding=1))
    torch.testing.assert_close(block.norm.running_mean, theirs.running_mean)
    torch.testing.assert_close(block.norm.running_var, theirs.running_var)


def test_batch_statistics_leave_the_running_averages_alone():
    encoder = Conv4(16)
    encoder(torch.rand(4, 1, 28, 28))
    assert all(torch.equal(block.norm.running_mean, torch.zeros(16)) for block in encoder)
    assert has_batch_norm(encoder)
    use_statistics(encoder, "running")
    assert not has_batch_norm(encoder)


def test_names_of_the_weights():
    parts = ("weight", "norm.weight", "norm.bias", "norm.running_mean", "norm.running_var")
    assert list(Conv4(8).state_dict()) == [f"{i}.{part}" for i in range(4) for part in parts]


def test_bf16_autocast_trains_close_to_float32():
    encoder, x = Conv4(16, statistics="running", pool=True), torch.rand(8, 1, 28, 28)
    exact = encoder(x)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        rough = encoder(x)
    torch.testing.assert_close(rough.float(), exact, rtol=0.1, atol=0.1)
    rough.float().square().sum().backward()
    assert all(torch.isfinite(weight.grad).all() for weight in encoder.parameters())


def test_autocast_does_not_touch_second_order_precision():
    encoder, x = Conv4(16), torch.rand(2, 4, 1, 28, 28)
    exact = torch.func.vmap(encoder)(x)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        torch.testing.assert_close(torch.func.vmap(encoder)(x), exact)


def test_mlp_has_no_activation_at_the_end():
    assert [type(layer) for layer in mlp(1, 4, 1)] == [nn.Linear, nn.ReLU, nn.Linear]


def test_the_allocator_can_be_asked_more_than_once():
    assert keep_freed_memory() == keep_freed_memory()


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc's allocator can be asked: runs with glibc")
def test_freed_memory_goes_back_to_the_system():
    blocks = [torch.ones(250_000) for _ in range(300)]  # 1 MB each, 300 MB
    last, before = torch.ones(1000), psutil.Process().memory_info().rss
    del blocks
    give_back_freed_memory()
    assert psutil.Process().memory_info().rss < before - 2e8
    assert last.all()


def test_centred_features_have_the_mean_zero_and_keep_their_differences():
    body, x = Centred(Conv4(8, "stored", pool=True)), torch.rand(6, 1, 28, 28)
    before = body(x)
    body.centre(x)
    torch.testing.assert_close(body(x).mean(0), torch.zeros(8), atol=1e-6, rtol=0)
    torch.testing.assert_close(body(x) - body(x)[:1], before - before[:1])


def test_features_of_one_length_keep_their_directions():
    free, bound = Centred(Conv4(8, "stored", pool=True)), Centred(Conv4(8, "stored", pool=True), length=3.0)
    bound.load_state_dict(free.state_dict())
    x = torch.rand(6, 1, 28, 28)
    torch.testing.assert_close(bound(x).norm(dim=-1), torch.full((6,), 3.0))
    torch.testing.assert_close(torch.cosine_similarity(bound(x), free(x)), torch.ones(6))


def test_the_residual_encoder_adds_to_what_it_was_given():
    """With its convolutions at zero a residual block is the ReLU of its input."""
    block = Residual(4, "running").eval()
    torch.nn.init.zeros_(block.weight)
    x = torch.randn(2, 4, 7, 7)
    torch.testing.assert_close(block(x), x.relu())
    assert ResidualEncoder(4)(torch.rand(2, 1, 28, 28)).shape == (2, 32)
