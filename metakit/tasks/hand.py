"""A drawing by any hand, with any pen, as if it were one of Omniglot's: placed, sized and as thick as theirs.

Measured on 3,000 drawings of Omniglot, 105 x 105 pixels each: the longer side of the bounding box is 43 to 89 pixels
long (5 % to 95 %), its centre in the middle within 5 pixels (standard deviation), the strokes 4.4 pixels wide.
"""

from math import ceil

import torch
from torch import Tensor
from torch.nn.functional import max_pool2d, pad

from metakit.tasks.scaling import area_scale

SHORTEST, LONGEST, STROKE = 43 / 105, 89 / 105, 4.4 / 105  # shares of the picture's side
SIDE = 420  # pixels: fine enough to mend a stroke by an eighth of its width
EDGE = 0.5  # more ink than this belongs to the drawing
FILLED = 0.25  # "strokes" wider than this share of the drawing are areas: their width is left alone


def centred(ink: Tensor) -> Tensor:
    """Ink [H, W] as [420, 420]: the drawing in the middle and not tiny, with strokes as wide as Omniglot's."""
    drawn = ink > EDGE
    if not drawn.any():
        return torch.zeros(SIDE, SIDE)
    rows, columns = (drawn.any(axis).nonzero().flatten() for axis in (1, 0))
    drawing = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    width, longer = stroke_width(drawing), max(drawing.shape)
    if width > FILLED * longer:
        return _in_the_middle(_scaled(drawing, _clamped(longer / max(ink.shape)) / longer))
    path = longer - width  # what the pen's centre went along
    size = (_clamped(path / max(ink.shape) + STROKE) - STROKE) / path
    return _with_stroke(_in_the_middle(_scaled(drawing, size)))


def _clamped(share: float) -> float:
    return min(max(share, SHORTEST), LONGEST)


def _scaled(drawing: Tensor, size: float) -> Tensor:
    """The drawing, a pixel of it `size` of the picture's side."""
    height, width = (min(SIDE, max(1, ceil(side * size * SIDE))) for side in drawing.shape)
    return area_scale(drawing, height, width)


def _in_the_middle(drawing: Tensor) -> Tensor:
    top, left = ((SIDE - side) // 2 for side in drawing.shape)
    return pad(drawing, (left, SIDE - drawing.shape[1] - left, top, SIDE - drawing.shape[0] - top))


def stroke_width(ink: Tensor) -> float:
    """Twice the area over the outline's length (in city blocks): the width of a line, in pixels. 0 without ink."""
    outline = pad(ink, (1, 1, 1, 1))
    length = outline.diff(dim=0).abs().sum() + outline.diff(dim=1).abs().sum()
    return float(2 * ink.sum() / length.clamp(min=1e-9))


def _with_stroke(ink: Tensor) -> Tensor:
    """Thicken or thin the lines, one pixel on both sides at a time, until they are as wide as Omniglot's."""
    width, wanted = stroke_width(ink), STROKE * SIDE
    sign = 1 if width < wanted else -1
    for _ in range(round(0.75 * abs(wanted - width))):  # half of it would do but for corners and crossings
        if sign * (wanted - stroke_width(ink)) < 1:
            break
        ink = sign * max_pool2d(sign * ink[None], 3, stride=1, padding=1)[0]
    return ink
