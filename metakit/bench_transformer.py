"""How fast a transformer is trained on short prompts, and whether to fuse attention at such lengths."""

from collections.abc import Callable
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from metakit.bench import Numbers, machine_peaks, meta_gradient, milliseconds
from metakit.learners.model_based.in_context import InContextLearner
from metakit.nets.transformer import Transformer
from metakit.tasks.base import generator
from metakit.tasks.functions import Functions

WIDTH, LAYERS, HEADS, PROMPTS = 64, 4, 4, 64


def training(repeats: int, rows: int = 16) -> Numbers:
    """A step on prompts of `rows` rows: tokens a second, and the share of the peak of matrix products."""
    learner = InContextLearner(5, 1, Transformer(WIDTH, LAYERS, HEADS))
    tasks = Functions("linear", 5, rows - 1, 1).sample(PROMPTS, generator(0))
    time = milliseconds({"step": lambda: meta_gradient(learner, tasks)}, 2 * repeats)["step"]
    tokens = PROMPTS * rows
    products = 12 * WIDTH**2 + 2 * rows * WIDTH  # of a token in a layer: four maps, two of four times the width, q k v
    rate = 3 * 2 * tokens * LAYERS * products / time / 1e6  # there, and back twice
    peak = machine_peaks(repeats)["matrix_product_gflop_per_s"]
    return {"step_ms": time, "tokens_per_s": 1e3 * tokens / time, "gflop_per_s": rate, "share_of_peak": rate / peak}


def attention(repeats: int) -> Numbers:
    """Time of fused attention over that of attention written out, forward and backward, as a block calls them."""
    numbers: Numbers = {}
    for rows in (16, 64, 256):
        projected = torch.randn(PROMPTS, rows, 3 * WIDTH, requires_grad=True)
        actions = {"plain": partial(_descend, _plain, projected), "fused": partial(_descend, _fused, projected)}
        times = milliseconds(actions, 4 * repeats)
        numbers[f"fused_over_plain_{rows}_rows"] = times["fused"] / times["plain"]
    return numbers


def _descend(attend: Callable[[Tensor, Tensor, Tensor], Tensor], projected: Tensor) -> None:
    q, k, v = (part.unflatten(-1, (HEADS, -1)).transpose(-2, -3) for part in projected.chunk(3, -1))
    attend(q, k, v).transpose(-2, -3).flatten(-2).square().sum().backward()


def _plain(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    later = torch.ones(q.shape[-2], k.shape[-2], dtype=torch.bool).triu(1)
    return (q @ k.mT).masked_fill(later, -torch.inf).softmax(-1) @ v


def _fused(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return F.scaled_dot_product_attention(q, k, v, is_causal=True, scale=1.0)
