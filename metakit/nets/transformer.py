"""A decoder transformer that reads a sequence once and is then asked any number of questions.

    (1)   a_s = sum over r <= s of softmax_r(q_s · k_r / sqrt(d)) v_r,   q, k, v = linear maps of norm(x)    attention
    (1')  a_s = (1 / s) sum over r <= s of (q_s · k_r) v_r                                            linear attention
    (2)   x <- x + W a,   x <- x + V gelu(U norm(x))                                                  one block
    (3)   q, k = norm(q), norm(k)                                                       a setting: normed heads

`read` takes a sequence x [.., L, D] and hands back a cache of keys and values; `read` goes on from a cache. `ask` puts
each of the rows q [.., Q, D] behind what was read, on its own: row i of the result is the last row of `read([x; q_i])`.

Ashish Vaswani and others: Attention Is All You Need, 2017, arXiv:1706.03762, section 3; linear attention: Angelos
Katharopoulos and others, 2020, arXiv:2006.16236; normed heads: Alex Henry and others, 2020, arXiv:2010.04245.
Deviations: norms come first and have no mean (Zhang & Sennrich 2019, arXiv:1910.07467); no positions here, whoever
needs them adds them to x. Over few rows attention is written out.
"""

from typing import Literal, NamedTuple, Self

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from metakit.nets.fold import under_transform

FUSE_FROM = 48  # rows: from here on torch's fused attention is clearly faster (`metakit bench`); vmap has none
Kind = Literal["softmax", "linear"]


class Cache(NamedTuple):
    """What a block remembers of the rows it has read."""

    keys: Tensor  # [.., H, L, d]
    values: Tensor  # [.., H, L, d]

    def first(self, length: int) -> Self:
        """As it was when `length` rows had been read."""
        return self._replace(keys=self.keys[..., :length, :], values=self.values[..., :length, :])


class Block(nn.Module):
    """Attention, then two linear layers for each row (eq. 2)."""

    def __init__(self, width: int, heads: int, kind: Kind, normed_heads: bool = False) -> None:
        super().__init__()
        self.norm_q: nn.Module = nn.Identity()
        self.norm_k: nn.Module = nn.Identity()
        if normed_heads:
            self.norm_q, self.norm_k = _head_norms(width // heads)
        self.heads, self.kind = heads, kind
        self.before_attention, self.before_mlp = nn.RMSNorm(width), nn.RMSNorm(width)
        self.project, self.merge = nn.Linear(width, 3 * width, bias=False), nn.Linear(width, width, bias=False)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def read(self, x: Tensor, past: Cache | None = None) -> tuple[Tensor, Cache]:
        """x [.., L, D] -> the same shape, and the cache of all rows so far."""
        q, k, v = self._heads(x)
        if past is not None:
            k, v = torch.cat([past.keys, k], -2), torch.cat([past.values, v], -2)
        fused = self.kind == "softmax" and past is None and x.shape[-2] >= FUSE_FROM and not under_transform()
        a = F.scaled_dot_product_attention(q, k, v, is_causal=True, scale=1.0) if fused else self._weights(q, k) @ v
        return self._finish(x, a), Cache(k, v)

    def ask(self, cache: Cache, x: Tensor, seen: Tensor | None = None) -> Tensor:
        """x [.., Q, D] -> the same shape; each row sees the cache (of it, what is `seen` [.., 1, 1, L]) and itself."""
        weights, v = self.looks(cache, x, seen), self._heads(x)[2]
        return self._finish(x, weights[..., :-1] @ cache.values + weights[..., -1:] * v)

    def looks(self, cache: Cache, x: Tensor, seen: Tensor | None = None) -> Tensor:
        """How much each question x [.., Q, D] looks at every row read and, last, at itself: [.., H, Q, L + 1]."""
        q, k, _ = self._heads(x)
        scores = torch.cat([q @ cache.keys.mT, (q * k).sum(-1, keepdim=True)], -1)
        if seen is None:
            return self._normalised(scores, scores.shape[-1])
        hidden = ~F.pad(seen, (0, 1), value=True)
        blank = -torch.inf if self.kind == "softmax" else 0.0
        return self._normalised(scores.masked_fill(hidden, blank), (~hidden).sum(-1, keepdim=True))

    def attention(self, x: Tensor) -> Tensor:
        """How much each row of x [.., L, D] looks at each: [.., H, L, L]."""
        q, k, _ = self._heads(x)
        return self._weights(q, k)

    def _heads(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        q, k, v = (
            part.unflatten(-1, (self.heads, -1)).transpose(-2, -3)
            for part in self.project(self.before_attention(x)).chunk(3, -1)
        )
        return self.norm_q(q) * q.shape[-1] ** -0.5, self.norm_k(k), v  # eq. 3

    def _weights(self, q: Tensor, k: Tensor) -> Tensor:
        """eq. 1 or 1': the last of the keys belong to the queries themselves."""
        rows, columns = q.shape[-2], k.shape[-2]
        later = torch.ones(rows, columns, dtype=torch.bool, device=q.device).triu(columns - rows + 1)
        if self.kind == "softmax":  # adding is cheaper than filling, whose backward pass fills again
            return (q @ k.mT + q.new_zeros(rows, columns).masked_fill(later, -torch.inf)).softmax(-1)
        read = torch.arange(columns - rows + 1, columns + 1, device=q.device)[:, None]
        return self._normalised((q @ k.mT).masked_fill(later, 0.0), read)

    def _normalised(self, scores: Tensor, read: Tensor | int) -> Tensor:
        return scores.softmax(-1) if self.kind == "softmax" else scores / read

    def _finish(self, x: Tensor, a: Tensor) -> Tensor:
        """eq. 2."""
        x = x + self.merge(a.transpose(-2, -3).flatten(-2))
        return x + self.down(F.gelu(self.up(self.before_mlp(x))))


def _head_norms(size: int) -> tuple[nn.RMSNorm, nn.RMSNorm]:
    """For queries and keys; scores begin with a spread of sqrt(d), so that heads can choose from the start."""
    of_queries, of_keys = nn.RMSNorm(size), nn.RMSNorm(size)
    nn.init.constant_(of_queries.weight, size**0.5)
    return of_queries, of_keys


class Transformer(nn.Module):
    """Blocks on top of one another, and a norm at the end."""

    def __init__(
        self, width: int = 64, layers: int = 3, heads: int = 2, kind: Kind = "softmax", normed_heads: bool = False
    ) -> None:
        super().__init__()
        self.width = width
        self.blocks = nn.ModuleList(Block(width, heads, kind, normed_heads) for _ in range(layers))
        self.norm = nn.RMSNorm(width)
        with torch.no_grad():  # each block starts by adding little, the less the more blocks there are
            for block in self._blocks:
                block.merge.weight.div_((2 * layers) ** 0.5)
                block.down.weight.div_((2 * layers) ** 0.5)

    @property
    def _blocks(self) -> list[Block]:
        return [block for block in self.blocks if isinstance(block, Block)]

    def read(self, x: Tensor, past: tuple[Cache, ...] | None = None) -> tuple[Tensor, tuple[Cache, ...]]:
        """x [.., L, D] -> the same shape, and a cache a block."""
        caches = []
        for number, block in enumerate(self._blocks):
            x, cache = block.read(x, None if past is None else past[number])
            caches.append(cache)
        return self.norm(x), tuple(caches)

    def ask(self, caches: tuple[Cache, ...], x: Tensor, seen: Tensor | None = None) -> Tensor:
        """x [.., Q, D] -> the same shape; no question sees another, nor a row that is not `seen` (see `Block.ask`)."""
        for block, cache in zip(self._blocks, caches, strict=True):
            x = block.ask(cache, x, seen)
        return self.norm(x)

    def looks(self, caches: tuple[Cache, ...], x: Tensor) -> list[Tensor]:
        """How much each question x [.., Q, D] looks at the rows read and, last, itself, a block: [.., H, Q, L + 1]."""
        found = []
        for block, cache in zip(self._blocks, caches, strict=True):
            found.append(block.looks(cache, x))
            x = block.ask(cache, x)
        return found

    def attention(self, x: Tensor) -> list[Tensor]:
        """How much each row of x [.., L, D] looks at each, a block: [.., H, L, L]."""
        found = []
        for block in self._blocks:
            found.append(block.attention(x))
            x, _ = block.read(x)
        return found
