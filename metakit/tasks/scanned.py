"""Scanned handwritten digits, which scikit-learn brings along: ten classes, far from any alphabet, without a download.

E. Alpaydin, C. Kaynak: Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998,
https://doi.org/10.24432/C50P49: the 1,797 digits of its test set, 8 x 8 numbers from 0 (paper) to 16 (ink).
"""

import torch
import torch.nn.functional as F

from metakit.core import MetaKitError
from metakit.tasks.episodes import ImageSet

INK, SIDE, MARGIN = 16, 20, 4  # the darkest number; pixels of a digit's side, and of the paper around it


def digits() -> ImageSet:
    """As many of each of the ten digits as the rarest has: uint8 [10, 174, 28, 28], smoothly enlarged.

    Raises MetaKitError where scikit-learn is not installed.
    """
    try:
        from sklearn.datasets import load_digits  # noqa: PLC0415 - one study alone needs it
    except ImportError as error:
        raise MetaKitError("The digits come with scikit-learn: `pip install scikit-learn`, then try again.") from error
    images, labels = (torch.as_tensor(part) for part in load_digits(return_X_y=True))
    fewest = int(torch.bincount(labels).min())
    small = torch.stack([images[labels == digit][:fewest] for digit in range(10)]).view(-1, 1, 8, 8).float() / INK
    large = F.interpolate(small, size=(SIDE, SIDE), mode="bilinear")
    pixels = (255 * F.pad(large, [MARGIN] * 4)).round().to(torch.uint8)
    return ImageSet(pixels.view(10, fewest, 28, 28), tuple("0123456789"))
