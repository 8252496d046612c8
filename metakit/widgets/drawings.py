"""What comes from the page: a board of drawn characters as bytes, read with suspicion.

The board has 10 rows (classes) of 5 cells (shots), and one cell for the query. The bytes are a chain of records,
one for every cell that is not empty:

    1 byte   the cell: 5 * row + shot, or 50 for the query
    1 byte   its kind
    kind 1   a drawing: 105 x 105 bits, rows top to bottom, first pixel in the highest bit, ink 1 (Omniglot's format)
    kind 2   an example: 28 x 28 pixels of 4 bits, 0 paper, 15 ink, two a byte, the left one in the high half
"""

from functools import lru_cache
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from traitlets import TraitType

from metakit.core import MetaKitError
from metakit.tasks.images import to_glyph

ROWS, SHOTS = 10, 5
QUERY = ROWS * SHOTS
SIDES = {1: (105, 1), 2: (28, 4)}  # kind -> pixels a side, bits a pixel
LEVELS = 15


def n_bytes(kind: int) -> int:
    """Length of the picture in a record of this kind."""
    side, bits = SIDES[kind]
    return -(-side * side * bits // 8)


MAX_BYTES = (QUERY + 1) * (2 + max(n_bytes(kind) for kind in SIDES))


class Ink(TraitType[bytes, Any]):
    """Bytes of limited length. `Bytes` refuses a browser's memoryview; `CBytes` makes 8 GB of the number 8e9."""

    default_value = b""
    info_text = f"at most {MAX_BYTES} bytes that describe a board"

    def validate(self, obj: Any, value: Any) -> bytes:
        """The value as bytes; refuses other types, other lengths and records that make no sense."""
        if isinstance(value, bytes | bytearray | memoryview) and memoryview(value).nbytes <= MAX_BYTES:
            data = bytes(value)
            if _records(data) is not None:
                return data
        self.error(obj, value)
        raise AssertionError  # `error` has raised


def read_board(data: bytes) -> dict[int, Tensor]:
    """Cell -> glyph float32 [1, 28, 28], ink 1, in the order of the cells.

    Raises MetaKitError when the bytes are not a board.
    """
    records = _records(data)
    if records is None:
        raise MetaKitError("These bytes are not a board: send whole records, one for every cell that is not empty.")
    return {cell: _picture(*records[cell]) for cell in sorted(records)}


def pack_examples(images: Tensor) -> bytes:
    """uint8 images [.., 28, 28], ink 255, as pictures of kind 2."""
    levels = ((images.to(torch.int16) * LEVELS + 127) // 255).to(torch.uint8).flatten()
    return bytes((levels[0::2] * 16 + levels[1::2]).numpy())


def _records(data: bytes) -> dict[int, tuple[int, bytes]] | None:
    """Cell -> (kind, picture), or None when the bytes are anything else."""
    found, at = {}, 0
    while at < len(data):
        cell, kind = data[at], data[at + 1] if at + 1 < len(data) else 0
        if cell > QUERY or cell in found or kind not in SIDES:
            return None
        start, at = at + 2, at + 2 + n_bytes(kind)
        found[cell] = kind, data[start:at]
    return found if at == len(data) else None


@lru_cache(maxsize=256)
def _picture(kind: int, data: bytes) -> Tensor:
    """The glyph in one record. A drawing is placed, sized and thickened like Omniglot's."""
    packed = np.frombuffer(data, np.uint8)
    if kind == 1:
        ink = np.unpackbits(packed)[: 105 * 105].reshape(105, 105)
        return to_glyph(Image.fromarray((1 - ink) * np.uint8(255)), centred=True)
    levels = np.stack([packed >> 4, packed & LEVELS], axis=-1).reshape(1, 28, 28)
    return torch.from_numpy(levels.astype(np.float32) / LEVELS)
