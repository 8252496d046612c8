"""Any picture as ink on paper: dark on light, light on dark, colour photographs, drawings on a transparent ground.

The paper is whatever the border shows; ink is how far a pixel's colour is from it. So polarity needs no guess, and
what differs from its surroundings in a photograph becomes the drawing.
"""

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor
from torch.nn.functional import pad

SIDE = 1024  # pixels; larger pictures are shrunk to at most twice this before anything else, to save memory
HALF = 0.5  # of full opacity, of white, of the border
COARSEST = 0.3  # more variation than this along the border is taken for picture, not for paper
FAINTEST = 0.04  # a picture whose colours differ by less is blank: stretching it would show noise only


def ink_of(image: Image.Image) -> Tensor:
    """Float32 [H, W]: paper 0, and 1 for the colour farthest from the paper's. Nothing is cropped or recentred."""
    pixels = torch.from_numpy(np.array(_rgba(image), dtype=np.float32) / 255)
    colour, opaque = pixels[..., :3], pixels[..., 3]
    ink = (colour - _paper(colour, opaque)).abs().amax(-1) * opaque
    if ink.amax() <= FAINTEST:
        return torch.zeros_like(ink)
    ink = ink / ink.amax()
    grain = _border(ink).quantile(0.98).clamp(max=COARSEST)  # how much the paper itself varies
    return ((ink - grain) / (1 - grain)).clamp(min=0)


def squared(ink: Tensor) -> Tensor:
    """[H, W] with paper added around it, alike on both sides, until it is square."""
    height, width = ink.shape
    side = max(height, width)
    top, left = (side - height) // 2, (side - width) // 2
    return pad(ink, (left, side - width - left, top, side - height - top))


def _rgba(image: Image.Image) -> Image.Image:
    """Upright, in 8-bit colours with opacity, not much larger than `SIDE`."""
    image = ImageOps.exif_transpose(image)
    if image.mode[0] in "IF":  # 16 or 32 bits a pixel: the range in use becomes 0 to 255
        values = np.nan_to_num(np.asarray(image, dtype=np.float64))
        spread = max(float(np.ptp(values)), 1e-9)
        image = Image.fromarray(((values - values.min()) / spread * 255).astype(np.uint8))
    if image.mode == "La":
        image = image.convert("LA")
    image = image.convert("RGBA" if image.has_transparency_data else "RGB").convert("RGBA")
    shrink = max(image.size) // SIDE
    return image.reduce(shrink) if shrink > 1 else image


def _paper(colour: Tensor, opaque: Tensor) -> Tensor:
    """The paper's colour [3]: the median of the border; where that is transparent, what contrasts with the drawing."""
    solid = _border(opaque) > HALF
    if solid.float().mean() > HALF:
        return _border(colour)[solid].median(0).values
    drawn = colour[opaque > HALF]
    return torch.full((3,), 0.0 if len(drawn) and drawn.mean() > HALF else 1.0)


def _border(pixels: Tensor) -> Tensor:
    """The outermost pixels [n, ...] of [H, W, ...]."""
    return torch.cat([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
