"""What can be done to a word: fifteen single transformations, and every composition of two that does something new.

A transformation moves places and renames letters, so two small tables hold all of them: which letter of the input
stands at place j of the output, for every length; and what becomes of a letter. A composition looks up twice. Two
spellings that do the same to every word ("reverse, then shift by 1", "shift by 1, then reverse") are ONE function here:
only so can a composition be called unseen. A fixed fifth of the compositions is held out of training.

Words are rows of codes: 0 ends a word (and fills the row), 1 to 26 are a to z, 27 to 52 are A to Z.
"""

from collections.abc import Callable, Sequence
from functools import cache
from string import ascii_lowercase, ascii_uppercase
from typing import NamedTuple

import torch
from torch import Tensor

END = ";"
ALPHABET = END + ascii_lowercase + ascii_uppercase
SHORTEST, LONGEST = 3, 5  # letters of an input
MOST = 2 * LONGEST  # letters of an output
HELD_OUT = 5  # one in so many compositions is held out of training

PLACES: dict[str, Callable[[int], Sequence[int]]] = {  # place in the input of each letter of the output; n letters
    "copy": range,
    "reverse": lambda n: range(n)[::-1],
    "swap neighbours": lambda n: [i ^ 1 if i ^ 1 < n else i for i in range(n)],
    "swap first and last": lambda n: [n - 1 - i if i in {0, n - 1} else i for i in range(n)],
    "drop the first": lambda n: range(n)[1:],
    "drop the last": lambda n: range(n)[:-1],
    "drop every second": lambda n: range(n)[::2],
    "double each letter": lambda n: [i // 2 for i in range(2 * n)],
    "double the word": lambda n: [*range(n), *range(n)],
}
SHIFTS = {"shift by 1": 1, "shift by 2": 2, "shift by 3": 3, "shift back by 1": -1}  # z is followed by a
CASES = {"upper case": (True, True), "capitalise": (True, False)}  # of the first letter, of the others
KINDS = (*PLACES, *SHIFTS, *CASES)
DOUBLING = "double each letter", "double the word"


class Transformation(NamedTuple):
    """One function on words, by the names of its steps."""

    steps: tuple[str, ...]  # one or two of KINDS; the first is done first
    spellings: tuple[tuple[str, ...], ...]  # other ways to say the same
    unseen: bool  # held out of training

    @property
    def name(self) -> str:
        """In words."""
        return ", then ".join(self.steps)

    @property
    def single(self) -> bool:
        """Whether one step is enough."""
        return len(self.steps) == 1


def encode(words: Sequence[str], places: int = MOST) -> Tensor:
    """Words as rows of codes [n, places]."""
    codes = [[ALPHABET.index(c) for c in word] + [0] * (places - len(word)) for word in words]
    return torch.tensor(codes, dtype=torch.long).view(-1, places)


def decode(codes: Tensor) -> list[str]:
    """Rows of codes [n, places] as words, each up to its end."""
    return ["".join(ALPHABET[code] for code in row).partition(END)[0] for row in codes.tolist()]


def apply(first: Tensor, second: Tensor, words: Tensor) -> Tensor:
    """Do `first`, then `second` (numbers in KINDS, broadcast over [..]) to words [.., MOST]; the same shape."""
    return _once(second, _once(first, words))


def _once(kind: Tensor, words: Tensor) -> Tensor:
    places, letters = _tables()
    source = places[kind, (words > 0).sum(-1)]  # [.., MOST], -1 behind the end
    moved = words.expand(source.shape).gather(-1, source.clamp(min=0)) * (source >= 0)
    later = (torch.arange(MOST) > 0).long()
    return letters[kind[..., None], later, moved]


@cache
def _tables() -> tuple[Tensor, Tensor]:
    """Places [kinds, length, MOST] and letters [kinds, first or later, code]."""
    places = torch.full((len(KINDS), MOST + 1, MOST), -1)
    letters = torch.arange(len(ALPHABET)).repeat(len(KINDS), 2, 1)
    for number, kind in enumerate(KINDS):
        for length in range(MOST + 1):
            found = list(PLACES.get(kind, range)(length))[:MOST]
            places[number, length, : len(found)] = torch.tensor(found, dtype=torch.long)
        for later in (False, True):
            letters[number, int(later), 1:] = encode([_renamed(kind, c, later) for c in ALPHABET[1:]], 1)[:, 0]
    return places, letters


def _renamed(kind: str, letter: str, later: bool) -> str:
    if kind in CASES:
        return letter.upper() if CASES[kind][later] else letter
    row = ascii_lowercase if letter.islower() else ascii_uppercase
    return row[(row.index(letter) + SHIFTS.get(kind, 0)) % 26]


@cache
def catalogue() -> tuple[Transformation, ...]:
    """All functions, each once: singles first, then compositions."""
    probe = encode([letters[:n] for n in range(1, LONGEST + 1) for letters in ("abcde", "vwxyz", "mmnnm")])
    spelt: dict[tuple[int, ...], list[tuple[str, ...]]] = {}
    pairs = [(a, b) for a in KINDS for b in KINDS if not (a in DOUBLING and b in DOUBLING)]
    for steps in [*((kind,) for kind in KINDS), *pairs]:
        first, second = (torch.tensor(KINDS.index(kind)) for kind in (steps[0], (*steps, "copy")[1]))
        spelt.setdefault(tuple(apply(first, second, probe).flatten().tolist()), []).append(steps)
    compositions = [names for names in spelt.values() if len(names[0]) > 1]
    order = torch.randperm(len(compositions), generator=torch.Generator().manual_seed(0)).tolist()
    held_out = {tuple(compositions[i]) for i in order[: len(compositions) // HELD_OUT]}
    return tuple(Transformation(names[0], tuple(names[1:]), tuple(names) in held_out) for names in spelt.values())


def find(*steps: str) -> Transformation:
    """The function that these steps make, whatever it is called in the catalogue."""
    return next(function for function in catalogue() if steps in (function.steps, *function.spellings))


def explains(pairs: Sequence[tuple[str, str]]) -> list[Transformation]:
    """The functions of the catalogue that make every output of its input; all of them when there are no pairs."""
    right = (outputs([x for x, _ in pairs]) == encode([y for _, y in pairs])).flatten(1).all(1)
    return [function for function, fits in zip(catalogue(), right.tolist(), strict=True) if fits]


def outputs(words: Sequence[str]) -> Tensor:
    """What every function of the catalogue makes of every word: codes [functions, n, MOST]."""
    first, second = as_numbers(catalogue())
    return apply(first[:, None], second[:, None], encode(words))


def as_numbers(functions: Sequence[Transformation]) -> tuple[Tensor, Tensor]:
    """First and second step of each function, as numbers in KINDS: [n], [n]."""
    steps = torch.tensor([[KINDS.index(kind) for kind in (*f.steps, "copy")[:2]] for f in functions])
    return steps[:, 0], steps[:, 1]
