"""Where `vmap` puts the task axis: into the channels, so that T small operations become one large one.

Images [B, C, H, W] of T tasks are kept as [B, T*C, H, W] in channels-last memory. Taking the axis T out again, or
folding in another one, is then a view: nothing is copied between the operations of a network.
"""

import torch
from torch import Tensor


def under_transform() -> bool:
    """Whether a `torch.func` transform (vmap, grad, …) is at work around this call."""
    return torch._C._functorch.maybe_current_level() is not None  # noqa: SLF001 - there is no public question for it


def fold_images(x: Tensor, dim: int | None, size: int, repeats: int = 1) -> Tensor:
    """Channels [R*K] of `size` tasks become [R*T*K]: returns [B, R*T*K, H, W], channels-last.

    `dim` is the task axis of x; None when all tasks see the same x.
    """
    x = x.unsqueeze(1).expand(-1, size, -1, -1, -1) if dim is None else x.movedim(dim, 1)
    if repeats > 1:
        x = x.unflatten(2, (repeats, -1)).transpose(1, 2).flatten(1, 2)
    return x.flatten(1, 2).contiguous(memory_format=torch.channels_last)


def unfold_images(x: Tensor, size: int, repeats: int = 1) -> tuple[Tensor, int]:
    """Undo `fold_images`: the tensor with a task axis, and where that is."""
    if repeats > 1:
        return x.unflatten(1, (repeats, size, -1)).transpose(1, 2).flatten(2, 3), 1
    return x.unflatten(1, (size, -1)), 1


def fold_rows(w: Tensor, dim: int | None, size: int) -> Tensor:
    """Rows [K, ...] of `size` tasks become [T*K, ...]."""
    return (w.expand(size, *w.shape) if dim is None else w.movedim(dim, 0)).flatten(0, 1)


def unfold_rows(w: Tensor, size: int) -> tuple[Tensor, int]:
    """Undo `fold_rows`."""
    return w.unflatten(0, (size, -1)), 0
