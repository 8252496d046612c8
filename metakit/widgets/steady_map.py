"""A map of embeddings that does not jump when it is drawn anew."""

import torch
from torch import Tensor


class SteadyMap:
    """Remembers where it showed each cell of the board, and turns the next map to resemble that."""

    def __init__(self) -> None:
        self.places: dict[int, Tensor] = {}

    def turn(self, flat: Tensor, cells: list[int]) -> Tensor:
        """Points [n, 2], of which the first are those of these cells, turned and mirrored as they lay before."""
        known = [i for i, cell in enumerate(cells) if cell in self.places]
        if known:
            flat = turned(flat, flat[known], torch.stack([self.places[cells[i]] for i in known]))
        self.places = dict(zip(cells, flat, strict=False))
        return flat


def plane(points: Tensor) -> tuple[Tensor, float]:
    """Points [n, D] on their first two principal axes: [n, 2], and the share of the squared spread that is kept."""
    centred = points - points.mean(0)
    _, sizes, axes = torch.linalg.svd(centred, full_matrices=False)
    kept = sizes[:2].square().sum() / sizes.square().sum().clamp_min(1e-12)
    flat = centred @ axes[:2].T
    return torch.nn.functional.pad(flat, (0, 2 - flat.shape[1])), float(kept)


def turned(flat: Tensor, now: Tensor, before: Tensor) -> Tensor:
    """Points [n, 2], turned or mirrored so that those at `now` [k, 2] lie as near as can be to `before` [k, 2].

    A map that is drawn anew should not jump (orthogonal Procrustes problem, Schoenemann 1966).
    """
    u, _, vh = torch.linalg.svd((now - now.mean(0)).T @ (before - before.mean(0)))
    return flat @ (u @ vh)
