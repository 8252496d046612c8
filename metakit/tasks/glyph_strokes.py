"""Strokes of invented alphabets: walks of a pen, a few moves each.

A move has a length and a bend, and may begin with a corner. An alphabet has a style: the moves it likes, how often it
turns a corner, whether its curves wind or sway.
"""

from math import cos, pi
from typing import NamedTuple

import torch
from torch import Tensor

from metakit.tasks.dice import Dice

MOVES = 4  # of a stroke, at most
SAMPLES, POINTS = 24, 112  # points along a move while it is invented, and along a stroke afterwards

KINDS = torch.tensor(  # of move: length (1: the height of a letter), bend, popularity among scripts
    [
        (1.0, 0.0, 3.0),  # line
        (0.5, 0.0, 2.0),  # short line
        (0.9, 0.25 * pi, 1.0),  # shallow curve
        (0.8, 0.5 * pi, 1.5),  # quarter
        (1.1, pi, 2.0),  # bowl
        (0.5, pi, 1.0),  # hook
        (1.7, 1.5 * pi, 1.0),  # nearly round
        (1.6, 2 * pi, 0.7),  # circle
        (0.8, 2 * pi, 0.7),  # small loop
        (0.04, 0.0, 0.3),  # dot
    ]
)
HEADINGS = pi * torch.tensor([0.5, 0.0, 0.25, 0.75, -0.25, -0.5, 1.0])  # down, right, between, ...: y grows downwards
HEADING_ODDS = torch.tensor([0.42, 0.34, 0.07, 0.07, 0.03, 0.04, 0.03])
SHARPEST = 0.85 * pi  # corner


class Style(NamedTuple):
    """What the characters of each of A alphabets have in common; every tensor is [A, 1, ...]."""

    kinds: Tensor  # [A, 1, 1, K] popularity of moves
    strokes: Tensor  # mean number a character
    moves: Tensor  # mean number a stroke
    corners: Tensor  # how often two moves meet in a corner
    turning: Tensor  # how often the next move bends the other way
    symmetry: Tensor  # how often the second stroke mirrors the first
    apart: Tensor  # how often a stroke touches no other
    size: Tensor  # of the letters
    slant: Tensor
    width: Tensor  # over height


def styles(alphabets: int, strokes: float, dice: Dice) -> Style:
    """One style for each alphabet; `strokes` is the mean number of strokes a character."""

    def between(low: float, high: float) -> Tensor:
        return dice.uniform(alphabets, 1, low=low, high=high)

    popularity = KINDS[:, 2] * dice.uniform(alphabets, 1, 1, len(KINDS)).clamp(1e-6).log().square()
    return Style(
        kinds=popularity,
        strokes=strokes * between(0.6, 1.4),
        moves=between(1.3, 2.6),
        corners=between(0.2, 1.0),
        turning=between(0.1, 0.7),
        symmetry=between(0.0, 0.4),
        apart=between(0.0, 0.35),
        size=between(0.75, 1.0),
        slant=0.08 * dice.normal(alphabets, 1),
        width=between(0.75, 1.3),
    )


def strokes(style: Style, n: int, dice: Dice) -> Tensor:
    """`n` strokes for each of A alphabets: POINTS points along each, [A, n, POINTS, 2]."""
    shape = (len(style.size), n)
    kind = dice.choice(style.kinds, *shape, MOVES)
    present = torch.arange(MOVES) < dice.count(style.moves, MOVES, *shape)[..., None]
    length = KINDS[kind, 0] * (1 + 0.15 * dice.normal(*shape, MOVES)).clamp(0.6, 1.5) * present
    side = 1.0 - 2 * (dice.chance(0.5, *shape)[..., None] ^ dice.chance(style.turning[..., None], *shape, MOVES))
    bend = side * KINDS[kind, 1] * (1 + 0.06 * dice.normal(*shape, MOVES))
    corner = dice.chance(style.corners[..., None], *shape, MOVES)
    aim = HEADINGS[dice.choice(HEADING_ODDS, *shape, MOVES)] + 0.06 * dice.normal(*shape, MOVES)
    return evenly(walk(aim, corner, length, bend))


def walk(aim: Tensor, corner: Tensor, length: Tensor, bend: Tensor) -> Tensor:
    """Points [..., MOVES * SAMPLES, 2] of a pen. It sets out along `aim` first and at corners, else goes straight on.

    All arguments are [..., MOVES]; bends and aims are in radians. A corner is never so sharp that the pen goes back.
    """
    along = (torch.arange(SAMPLES) + 0.5) / SAMPLES
    headings = [aim[..., 0]]
    for move in range(1, MOVES):
        ahead = headings[-1] + bend[..., move - 1]
        back = torch.cos(aim[..., move] - ahead) < cos(SHARPEST)
        headings.append(torch.where(corner[..., move] & ~back, aim[..., move], ahead + corner[..., move] * pi / 2))
    angle = torch.stack(headings, -1)[..., None] + bend[..., None] * along
    steps = torch.stack([angle.cos(), angle.sin()], -1) * length[..., None, None] / SAMPLES
    return steps.flatten(-3, -2).cumsum(-2)


def evenly(path: Tensor) -> Tensor:
    """The paths [..., n, 2] with POINTS points at equal distances."""
    ends = torch.cat([torch.zeros_like(path[..., :1, 0]), path.diff(dim=-2).norm(dim=-1).cumsum(-1)], -1)
    wanted = torch.linspace(0, 1, POINTS) * ends[..., -1:]
    after = torch.searchsorted(ends, wanted).clamp(1, path.shape[-2] - 1)
    low, high = ends.gather(-1, after - 1), ends.gather(-1, after)
    share = ((wanted - low) / (high - low).clamp(1e-9))[..., None]
    start, end = (path.gather(-2, index[..., None].expand(*index.shape, 2)) for index in (after - 1, after))
    return start.lerp(end, share)
