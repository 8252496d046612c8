"""String transformations: every one against plain Python, and what is held out of training stays out."""

import itertools

import pytest
import torch

from metakit.core import MetaKitError
from metakit.tasks.base import generator
from metakit.tasks.strings import PARTS, Strings, functions
from metakit.tasks.transformations import (
    DOUBLING,
    KINDS,
    LONGEST,
    apply,
    as_numbers,
    catalogue,
    decode,
    encode,
    explains,
    find,
)
from tests.conformance_tasks import check_tasks


def shifted(word: str, k: int) -> str:
    return "".join(chr((ord(c.lower()) - 97 + k) % 26 + (97 if c.islower() else 65)) for c in word)


def swapped(word: str) -> str:
    letters = list(word)
    for i in range(0, len(letters) - 1, 2):
        letters[i], letters[i + 1] = letters[i + 1], letters[i]
    return "".join(letters)


ORACLE = {
    "copy": lambda w: w,
    "reverse": lambda w: w[::-1],
    "swap neighbours": swapped,
    "swap first and last": lambda w: w if len(w) < 2 else w[-1] + w[1:-1] + w[0],
    "drop the first": lambda w: w[1:],
    "drop the last": lambda w: w[:-1],
    "drop every second": lambda w: w[::2],
    "double each letter": lambda w: "".join(c + c for c in w),
    "double the word": lambda w: w + w,
    "shift by 1": lambda w: shifted(w, 1),
    "shift by 2": lambda w: shifted(w, 2),
    "shift by 3": lambda w: shifted(w, 3),
    "shift back by 1": lambda w: shifted(w, -1),
    "upper case": str.upper,
    "capitalise": lambda w: w[:1].upper() + w[1:],
}
WORDS = ["abc", "xyz", "plane", "zoo", "aaaaa", "maze", "bcd"]


def test_every_kind_has_an_oracle():
    assert set(ORACLE) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_each_transformation_and_whatever_follows_it(kind):
    for second in KINDS:
        if kind in DOUBLING and second in DOUBLING:
            continue
        numbers = (torch.tensor(KINDS.index(k)) for k in (kind, second))
        made = decode(apply(*numbers, encode(WORDS)))
        assert made == [ORACLE[second](ORACLE[kind](word)) for word in WORDS], (kind, second)


def test_the_catalogue_holds_every_function_once():
    spelt = [steps for f in catalogue() for steps in (f.steps, *f.spellings)]
    assert len(spelt) == len(set(spelt)) == 15 + 15 * 15 - 4
    words = ["".join(word) for word in itertools.product("axz", repeat=3)] + ["abcde", "uvwxy", "abcd", "vwxyz"]
    first, second = as_numbers(catalogue())
    made = apply(first[:, None], second[:, None], encode(words))
    assert len({tuple(rows.flatten().tolist()) for rows in made}) == len(catalogue())


def test_a_composition_is_unseen_in_all_its_spellings():
    assert find("shift by 1", "reverse") is find("reverse", "shift by 1")
    assert find("shift by 1", "shift by 2").steps == ("shift by 3",)
    unseen = functions("unseen")
    assert len(unseen) == 22


def test_training_sees_every_single_and_no_unseen_function():
    train, unseen = functions("train"), functions("unseen")
    assert {f.steps for f in train if f.single} == {(kind,) for kind in KINDS}
    assert not set(train) & set(unseen)
    assert len(train) + len(unseen) == len(catalogue())
    assert {kind for f in functions("trained") for kind in f.steps} >= set(KINDS) - {"copy"}


@pytest.mark.parametrize("part", PARTS)
def test_tasks_keep_the_contract_and_belong_to_their_part(part):
    tasks = Strings(shots=5, queries=2, part=part)
    check_tasks(tasks)
    drawn = tasks.sample(40, generator(1))
    allowed = set(functions(part))
    for i in range(40):
        inputs = decode(torch.cat([drawn.support_x[i], drawn.query_x[i]]).long())
        outputs = decode(torch.cat([drawn.support_y[i], drawn.query_y[i]]).argmax(-1))
        assert all(3 <= len(word) <= LONGEST and word.islower() for word in inputs)
        assert allowed & set(explains(list(zip(inputs, outputs, strict=True))))


def test_all_functions_are_drawn_alike():
    drawn = Strings(shots=5, queries=1, part="single").sample(1500, generator(2))
    counts = dict.fromkeys(KINDS, 0.0)
    for i in range(1500):
        pairs = zip(decode(drawn.support_x[i].long()), decode(drawn.support_y[i].argmax(-1)), strict=True)
        found = [f.steps[0] for f in explains(list(pairs)) if f.single]
        for kind in found:
            counts[kind] += 1 / len(found)
    assert all(60 < count < 140 for count in counts.values()), counts


def test_repeated_words_are_drawn_again(monkeypatch):
    """With two letters and words of three, repeats are the rule: none is left."""
    real = torch.randint

    def few(*bounds_and_size, **settings):
        *low, high, size = bounds_and_size
        return real(*low, {27: 3, 6: 4}.get(high, high), size, **settings)

    monkeypatch.setattr(torch, "randint", few)
    drawn = Strings(shots=3, queries=1).sample(50, generator(0))
    words = torch.cat([drawn.support_x, drawn.query_x], 1)
    assert all(len({tuple(word.tolist()) for word in task}) == 4 for task in words)


def test_what_explains_the_pairs():
    assert [f.name for f in explains([("abc", "cba"), ("hat", "tah")])] == ["reverse", "swap first and last"]
    assert [f.name for f in explains([("abc", "cba"), ("abcd", "dcba")])] == ["reverse"]
    assert explains([("abc", "xyz"), ("hat", "tah")]) == []
    assert len(explains([])) == len(catalogue())


def test_nonsense_is_told():
    with pytest.raises(MetaKitError, match="K of at least 1"):
        Strings(shots=0)
    with pytest.raises(MetaKitError, match="no part 'odd'"):
        Strings(part="odd")  # type: ignore[arg-type]
