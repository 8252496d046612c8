"""Inventing scripts: what the characters of an alphabet look like before anybody draws them.

A character is a stroke of its own with some strokes of its alphabet's stock attached to it. The idea of strokes, parts
and relations is that of Lake et al. 2015 (Science 350, Bayesian program learning); the distributions are ours.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from metakit.tasks.dice import Dice
from metakit.tasks.glyph_strokes import POINTS, Style, strokes
from metakit.tasks.pen import SIDE, WIDTH, ink, lengths, sparse

STROKES = 4  # of a character, at most
STOCK = 8  # strokes that an alphabet's characters share
CANDIDATES = 6  # characters composed for each one that is kept
CHUNK = 160  # candidates judged at a time: their bitmaps stay in the processor's cache
USUAL, SPREAD = 170.0, 0.35  # pixels of line in a character of Omniglot: median, standard deviation of the logarithm
OFF_CENTRE = 0.03  # standard deviation
LETTER = 1.52  # width and height of a drawn letter in the square [-1, 1] x [-1, 1], at most

PLACES = torch.tensor([0.0, 1.0, 0.5, 0.25, 0.75])  # along a stroke: where two may touch
PARENT_ODDS = torch.tensor([0.3, 0.25, 0.25, 0.1, 0.1])
CHILD_ODDS = torch.tensor([0.55, 0.1, 0.25, 0.05, 0.05])


class Characters(NamedTuple):
    """C characters, ideal: the middle of the square [-1, 1] x [-1, 1], y downwards."""

    points: Tensor  # [C, STROKES, POINTS, 2] along each stroke
    drawn: Tensor  # bool [C, STROKES]: false for a stroke that the character does not have

    def inked(self) -> Tensor:
        """Which points [C, STROKES * POINTS] leave ink."""
        return (sparse(self.points) & self.drawn[..., None]).flatten(1)


def invent(style: Style, characters: int, dice: Dice) -> Characters:
    """`characters` for each of A alphabets, one alphabet after the other: C = A * characters."""
    found = compose(style, characters * CANDIDATES, dice)
    wanted = USUAL * (SPREAD * dice.normal(len(style.size) * characters)).exp()
    best = legibility(found, wanted.repeat_interleave(CANDIDATES)).view(-1, CANDIDATES).argmax(-1)
    rows = torch.arange(len(best)) * CANDIDATES + best
    return Characters(found.points[rows], found.drawn[rows])


def legibility(characters: Characters, wanted: Tensor) -> Tensor:
    """A score [C], the higher the better: little ink on top of ink, and about `wanted` [C] pixels of line."""
    length = (lengths(characters.points) * characters.drawn).sum(-1)
    parts = zip(characters.points.flatten(1, 2).split(CHUNK), characters.inked().split(CHUNK), strict=True)
    area = torch.cat([ink(points[:, None], inked).float().mean((1, 2, 3)) for points, inked in parts]) / 255 * SIDE**2
    overlap = 1 - area / (WIDTH * (length + WIDTH))
    return -2 * overlap.clamp(0.1) - (length / wanted).clamp(1e-3).log().square()


def compose(style: Style, characters: int, dice: Dice) -> Characters:
    """The first idea of `characters` for each of A alphabets."""
    shape = (len(style.size), characters)
    count = dice.count(style.strokes.clamp(1, STROKES), STROKES, *shape)  # [A, n]
    own, stock = strokes(style, characters, dice), strokes(style, STOCK, dice)
    points = [own]
    for number in range(1, STROKES):
        stroke = stock[torch.arange(shape[0])[:, None], dice.choice(torch.ones(STOCK), *shape)]
        stroke = stroke * dice.uniform(*shape, 1, 1, low=0.5, high=1.0)
        if number == 1:
            symmetric = dice.chance(style.symmetry, *shape)[..., None, None]
            stroke = torch.where(symmetric, own * torch.tensor([-1.0, 1.0]), stroke)
        parent = torch.where(dice.chance(0.6, *shape)[..., None, None], own, points[-1])
        points.append(_attached(stroke, parent, style, dice))
    drawn = torch.arange(STROKES) < count[..., None]
    return _fitted(torch.stack(points, 2), drawn, style, dice)


def _attached(stroke: Tensor, parent: Tensor, style: Style, dice: Dice) -> Tensor:
    """The stroke moved so that it touches its parent, or stands beside it."""
    shape = stroke.shape[:2]
    here = _at(parent, PLACES[dice.choice(PARENT_ODDS, *shape)])
    there = _at(stroke, PLACES[dice.choice(CHILD_ODDS, *shape)])
    gap = 0.35 * dice.normal(*shape, 2) * dice.chance(style.apart, *shape)[..., None]
    return stroke + (here - there + gap)[..., None, :]


def _at(points: Tensor, place: Tensor) -> Tensor:
    """The point [A, n, 2] at `place` (0: the start, 1: the end) of each stroke."""
    index = (place * (POINTS - 1)).round().long()
    return points.gather(-2, index[..., None, None].expand(*index.shape, 1, 2))[..., 0, :]


def _fitted(points: Tensor, drawn: Tensor, style: Style, dice: Dice) -> Characters:
    """Slanted, centred, and as large as the alphabet's letters are."""
    slant, width, size = (part[..., None, None] for part in (style.slant, style.width, style.size))
    x, y = points.unbind(-1)
    points = torch.stack([(x - slant * y) * width, y], -1)
    absent = ~drawn[..., None, None]
    low, high = points.masked_fill(absent, torch.inf).amin((2, 3)), points.masked_fill(absent, -torch.inf).amax((2, 3))
    side = (high - low).amax(-1, keepdim=True).clamp(min=0.5)[..., None, None]
    scale = size[..., None] * dice.uniform(*drawn.shape[:2], 1, 1, 1, low=0.8, high=1.0) * LETTER / side
    middle = ((low + high) / 2)[:, :, None, None]
    place = OFF_CENTRE * dice.normal(*drawn.shape[:2], 1, 1, 2)
    return Characters(((points - middle) * scale + place).flatten(0, 1), drawn.flatten(0, 1))
