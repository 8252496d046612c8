"""Inventing scripts: what the characters of an alphabet look like before anybody draws them.

A stroke is a walk of a pen: a few moves, each with a turn before it, a length and a bend. An alphabet has a style (the
moves it likes, how often it turns a corner) and a stock of strokes that its characters share; a character is a stroke
of its own with some of that stock attached to it. The idea of strokes, parts and relations is that of Lake et al. 2015
(Science 350, Bayesian program learning); the distributions are ours.
"""

from math import cos, pi
from typing import NamedTuple

import torch
from torch import Tensor

from metakit.tasks.dice import Dice
from metakit.tasks.pen import WIDTH, ink, lengths, sparse

STROKES, MOVES = 4, 4  # at most: strokes a character, moves a stroke
SAMPLES, POINTS = 24, 112  # points along a move while it is invented, and along a stroke afterwards
STOCK = 8  # strokes that an alphabet's characters share
CANDIDATES = 5  # characters composed for each one that is kept
USUAL, SPREAD = 170.0, 0.35  # pixels of line in a character of Omniglot: median, standard deviation of the logarithm
OFF_CENTRE = 0.03  # standard deviation
LETTER = 1.52  # width and height of a drawn letter in the square [-1, 1] x [-1, 1], at most

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
HEADING_ODDS = torch.tensor([0.36, 0.3, 0.1, 0.1, 0.06, 0.04, 0.04])
SHARPEST = 0.85 * pi  # corner
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
        slant=0.1 * dice.normal(alphabets, 1),
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
    area = ink(characters.points.flatten(1, 2)[:, None], characters.inked()).sum((1, 2, 3)) / 255 * (105 / 28) ** 2
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
    gap = 0.4 * dice.normal(*shape, 2) * dice.chance(style.apart, *shape)[..., None]
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
