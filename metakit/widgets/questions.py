"""The task on the board of the demo: drawings of N classes, and one query."""

from typing import NamedTuple

import torch
from torch import Tensor

from metakit.widgets.drawings import QUERY, SHOTS, read_board


class Question(NamedTuple):
    """Support images of N classes, and one query."""

    support_x: Tensor  # [S, 1, 28, 28]
    support_y: Tensor  # [S] class index in [0, N)
    query_x: Tensor  # [1, 1, 28, 28]


def question_on(board: bytes, ways: int, shots: int) -> tuple[Question | None, list[int]]:
    """The task and the cells of its support set, of the first `ways` rows and `shots` columns of a board.

    None without two classes and a query.
    """
    pictures = read_board(board)
    query = pictures.pop(QUERY, None)
    cells = [cell for cell in pictures if cell // SHOTS < ways and cell % SHOTS < shots]
    rows = rows_of(cells)
    if query is None or len(rows) < 2:  # noqa: PLR2004 - one class is no question
        return None, cells
    y = torch.tensor([rows.index(cell // SHOTS) for cell in cells])
    return Question(torch.stack([pictures[cell] for cell in cells]), y, query[None]), cells


def rows_of(cells: list[int]) -> list[int]:
    """The classes that these cells show, in order."""
    return sorted({cell // SHOTS for cell in cells})
