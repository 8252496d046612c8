"""Where `vmap` puts the task axis: into the channels, so that T small operations become one large one.

Images [B, C, H, W] of T tasks are kept as [B, T*C, H, W] in channels-last memory, and whatever has one row a channel
as [T*C, ...]. Taking the task axis out again, or folding in another one, is then a view: nothing is copied between
the operations of a network.
"""

from dataclasses import dataclass

import torch
from torch import Tensor


def under_transform() -> bool:
    """Whether a `torch.func` transform (vmap, grad, …) is at work around this call."""
    return torch._C._functorch.maybe_current_level() is not None  # noqa: SLF001 - there is no public question for it


def channels_last(x: Tensor) -> Tensor:
    """The same [B, C, H, W] in channels-last memory. `vmap` knows the question by the other name only."""
    if under_transform():
        return x.movedim(1, -1).contiguous().movedim(-1, 1)
    return x.contiguous(memory_format=torch.channels_last)


@dataclass(frozen=True)
class Fold:
    """Folds the axis of T tasks into channels that are R stacks already: [R*K] becomes [R*T*K].

    `dim`, below, is where the task axis is; None when all tasks share the tensor.
    """

    tasks: int  # T
    repeats: int = 1  # R

    def images(self, x: Tensor, dim: int | None) -> Tensor:
        """[B, R*K, H, W] of each task -> [B, R*T*K, H, W], channels-last."""
        x = self._axis(x, dim, 1)
        if self.repeats > 1:
            x = x.unflatten(2, (self.repeats, -1)).transpose(1, 2).flatten(1, 2)
        return channels_last(x.flatten(1, 2))

    def split_images(self, x: Tensor) -> Tensor:
        """Undo `images`, with the task axis at 1."""
        if self.repeats == 1:
            return x.unflatten(1, (self.tasks, -1))
        return x.unflatten(1, (self.repeats, self.tasks, -1)).transpose(1, 2).flatten(2, 3)

    def rows(self, v: Tensor, dim: int | None) -> Tensor:
        """[R*K, ...] of each task -> [R*T*K, ...]."""
        if dim is None and self.repeats == 1:
            return v.repeat(self.tasks, *(1 for _ in v.shape[1:]))
        v = self._axis(v, dim, 0)
        if self.repeats > 1:
            v = v.unflatten(1, (self.repeats, -1)).transpose(0, 1).flatten(0, 1)
        return v.flatten(0, 1)

    def split_rows(self, v: Tensor) -> Tensor:
        """Undo `rows`, with the task axis at 0."""
        if self.repeats == 1:
            return v.unflatten(0, (self.tasks, -1))
        return v.unflatten(0, (self.repeats, self.tasks, -1)).transpose(0, 1).flatten(1, 2)

    def _axis(self, x: Tensor, dim: int | None, place: int) -> Tensor:
        """The task axis moved to `place`, or made there."""
        if dim is None:
            x = x.unsqueeze(place)
            return x.expand(*x.shape[:place], self.tasks, *x.shape[place + 1 :])
        return x if dim == place else x.movedim(dim, place)
