"""The transformer: what is read at once, in parts, or asked one by one is the same; nothing looks ahead."""

import pytest
import torch

from metakit.nets.transformer import Cache, Transformer


@pytest.fixture(params=["softmax", "linear", "normed heads"])
def transformer(request):
    torch.manual_seed(0)
    kind, normed = ("softmax", True) if request.param == "normed heads" else (request.param, False)
    return Transformer(width=12, layers=2, heads=3, kind=kind, normed_heads=normed).double()


def rows(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, 12, dtype=torch.float64)


def test_questions_are_the_last_row_of_what_is_read(transformer):
    past, questions = rows(7), rows(3)
    _, caches = transformer.read(past)
    longhand = torch.stack([transformer.read(torch.cat([past, q[None]]))[0][-1] for q in questions])
    torch.testing.assert_close(transformer.ask(caches, questions), longhand)


def test_reading_goes_on_where_it_stopped(transformer):
    x = rows(2, 9)
    whole, caches = transformer.read(x)
    first, past = transformer.read(x[:, :4])
    second, grown = transformer.read(x[:, 4:], past)
    torch.testing.assert_close(torch.cat([first, second], 1), whole)
    torch.testing.assert_close(grown, caches)
    torch.testing.assert_close(tuple(cache.first(4) for cache in caches), past)


def test_an_empty_prompt_can_be_asked(transformer):
    questions = rows(2)
    _, caches = transformer.read(rows(3))
    nothing = tuple(Cache.first(cache, 0) for cache in caches)
    alone = torch.cat([transformer.read(q[None])[0] for q in questions])
    torch.testing.assert_close(transformer.ask(nothing, questions), alone)


def test_no_row_looks_ahead(transformer):
    x = rows(6)
    changed = x.clone()
    changed[4:] += 1
    torch.testing.assert_close(transformer.read(changed)[0][:4], transformer.read(x)[0][:4])
    assert not torch.allclose(transformer.read(changed)[0][4:], transformer.read(x)[0][4:])


def test_softmax_attention_is_torchs():
    """One block's attention against `scaled_dot_product_attention`, and its weights against its result."""
    torch.manual_seed(0)
    block = Transformer(width=12, layers=1, heads=3).double().blocks[0]
    x = rows(5)
    q, k, v = block._heads(x)
    weights = block.attention(x)
    fused = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True, scale=1.0)
    torch.testing.assert_close(weights @ v, fused)
    torch.testing.assert_close(weights.sum(-1), torch.ones(3, 5, dtype=torch.float64))


def test_long_sequences_take_the_fused_way_to_the_same_place(monkeypatch):
    torch.manual_seed(0)
    long, transformer = rows(2, 60), Transformer(width=12, layers=2, heads=3).double()
    monkeypatch.setattr("metakit.nets.transformer.FUSE_FROM", 1000)
    written_out, _ = transformer.read(long)
    slopes = torch.autograd.grad(written_out.square().sum(), list(transformer.parameters()))
    monkeypatch.setattr("metakit.nets.transformer.FUSE_FROM", 1)
    fused, _ = transformer.read(long)
    torch.testing.assert_close(fused, written_out)
    torch.testing.assert_close(torch.autograd.grad(fused.square().sum(), list(transformer.parameters())), slopes)


def test_linear_attention_is_a_running_mean():
    torch.manual_seed(0)
    block = Transformer(width=12, layers=1, heads=1, kind="linear").double().blocks[0]
    x = rows(5)
    (q,), (k,), (v,) = block._heads(x)
    memory = torch.stack([torch.outer(k[s], v[s]) for s in range(5)]).cumsum(0)  # its fast weights
    longhand = torch.stack([q[s] @ memory[s] / (s + 1) for s in range(5)])
    torch.testing.assert_close((block.attention(x) @ v)[0], longhand)


def test_normed_heads_ask_and_answer_at_one_length():
    """However long the rows of the projection are, queries and keys have the length that their norms' weights say."""
    torch.manual_seed(0)
    block = Transformer(width=12, layers=1, heads=3, normed_heads=True).double().blocks[0]
    q, k, _ = block._heads(rows(5))
    with torch.no_grad():
        block.project.weight.mul_(7)
    longer_q, longer_k, _ = block._heads(rows(5))
    for vectors in (q, k, longer_q, longer_k):
        torch.testing.assert_close(
            vectors.norm(dim=-1), torch.full((3, 5), 2.0, dtype=torch.float64), rtol=1e-4, atol=0
        )
    assert not any("norm_q" in name for name in Transformer(12, 1, 3).state_dict())
