"""The meta-gradient as one compiled program (opt-in): for small networks, whose time goes into starting operations.

`make_fx` writes down the plain operations that the meta-loss and its gradients come to; `torch.compile` fuses
them. That takes a C++ compiler and about a minute for each new shape of the tasks, then each step is several times
as fast. Convolutions gain nothing: they are not bound by the number of operations.
"""

import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.fx.experimental.proxy_tensor import make_fx

from metakit.core import MetaKitError, MetaLearner, Task, with_targets

Descent = Callable[[Task], Tensor]  # adds the meta-gradient to every parameter's `.grad`; returns the meta-loss


class MetaLoss(nn.Module):
    """A learner whose forward pass is its meta-loss, so that `functional_call` can replace its parameters."""

    def __init__(self, learner: MetaLearner) -> None:
        super().__init__()
        self.learner = learner

    def forward(self, *tasks: Tensor) -> Tensor:
        return self.learner.meta_loss(Task(*tasks))


def eager_descent(learner: MetaLearner, bf16: bool = False) -> Descent:
    """The plain way: eager operations and autograd; with `bf16`, autocast of the forward pass."""

    def step(tasks: Task) -> Tensor:
        with torch.autocast(tasks.support_x.device.type, torch.bfloat16, enabled=bf16):
            loss = learner.meta_loss(tasks)
        loss.backward()
        return loss.detach()

    return step


def compiled_descent(learner: MetaLearner) -> Descent:
    """The compiled way. Each new shape of the tasks is compiled when it first comes.

    Raises MetaKitError for a learner with running averages or one that changes with its progress, and where there is
    no C++ compiler.
    """
    if learner.one_by_one:
        raise MetaKitError(f"{type(learner).__name__} keeps running averages: train it without --compile.")
    if type(learner).use_progress is not MetaLearner.use_progress:
        raise MetaKitError(f"{type(learner).__name__} changes while it is trained: train it without --compile.")
    outer, programs = MetaLoss(learner), {}
    link_around_spaces()

    def step(tasks: Task) -> Tensor:
        tasks = with_targets(tasks)
        values = {name: weight.detach() for name, weight in outer.named_parameters()}
        shapes = tuple(part.shape for part in tasks)
        if shapes not in programs:
            programs[shapes] = torch.compile(_written_down(outer, values, tasks))
        slopes, loss = _run(programs[shapes], values, tasks)
        for name, weight in outer.named_parameters():
            weight.grad = slopes[name] if weight.grad is None else weight.grad + slopes[name]
        return loss

    return step


def link_around_spaces() -> None:
    """Let torch find itself by a link without a space: torch 2.13 hands its own path to the linker unquoted."""
    from torch._inductor.runtime.cache_dir_utils import cache_dir  # noqa: PLC0415 - slow, and only for compiling
    from torch.utils import cpp_extension  # noqa: PLC0415

    place = cpp_extension._TORCH_PATH  # noqa: SLF001
    if " " not in place or os.name == "nt":
        return
    link = Path(cache_dir()) / f"torch-{sha256(place.encode()).hexdigest()[:12]}"
    if not link.exists():
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)  # to a torch that has moved away
        link.symlink_to(place, target_is_directory=True)
    cpp_extension._TORCH_PATH, cpp_extension.TORCH_LIB_PATH = str(link), str(link / "lib")  # noqa: SLF001


def _written_down(outer: MetaLoss, values: dict[str, Tensor], tasks: Task) -> Callable[..., Any]:
    """Gradient and value of the meta-loss as a graph of plain operations."""

    def slopes_and_loss(values: dict[str, Tensor], *tasks: Tensor) -> Any:
        weights = {name: value.detach().requires_grad_() for name, value in values.items()}
        loss = functional_call(outer, weights, tasks)
        slopes = torch.autograd.grad(loss, [*weights.values()], materialize_grads=True)
        return dict(zip(weights, slopes, strict=True)), loss.detach()

    graph: Callable[..., Any] = make_fx(slopes_and_loss)(values, *tasks)
    return graph


def _run(program: Callable[..., Any], values: dict[str, Tensor], tasks: Task) -> tuple[dict[str, Tensor], Tensor]:
    try:
        slopes, loss = program(values, *tasks)
    except RuntimeError as error:
        mend = "install a C++ compiler (g++), or leave --compile out"
        raise MetaKitError(f"torch could not compile this: {mend}.") from error
    return slopes, loss
