"""What a prompt learner answers, in plain values; and what the catalogue of transformations says of the same pairs."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch

from metakit.learners.model_based.prompts import PromptLearner, ReadPrompt
from metakit.tasks.strings import targets
from metakit.tasks.transformations import (
    ALPHABET,
    LONGEST,
    MOST,
    SHORTEST,
    Transformation,
    catalogue,
    decode,
    encode,
    outputs,
)

Pair = tuple[str, str]
SHOWN = 4  # alternatives a character
SMALL, LETTERS = frozenset(ALPHABET[1:27]), frozenset(ALPHABET[1:])


def word_problem(word: str) -> str:
    """Why this is no input; empty where it is one."""
    if SHORTEST <= len(word) <= LONGEST and SMALL.issuperset(word):
        return ""
    return f"needs {SHORTEST} to {LONGEST} small letters, a to z"


def output_problem(word: str) -> str:
    """Why this is no output; empty where it is one."""
    if len(word) <= MOST and LETTERS.issuperset(word):
        return ""
    return f"takes letters only, a to z and A to Z, {MOST} at most"


class Answer(NamedTuple):
    """One continuation: the likeliest character at every place, the end mark last."""

    text: str
    confidence: float  # probability of this very text
    characters: list[list[tuple[str, float]]]  # the likeliest few at each place, with their probabilities


@torch.no_grad()
def answers(learner: PromptLearner, pairs: Sequence[Pair], query: str) -> list[Answer]:
    """What is said of `query` after 0, 1, … all of the pairs."""
    x, y, asked = (
        encode([x for x, _ in pairs], LONGEST),
        targets(encode([y for _, y in pairs])),
        encode([query], LONGEST),
    )
    return [_answer(learner, step.state, asked[0]) for step in learner.adapt_steps(x, y)]


def _answer(learner: PromptLearner, state: ReadPrompt, word: torch.Tensor) -> Answer:
    chances = learner.continued(state, word).softmax(-1)
    said = chances.argmax(-1)
    text = decode(said[None])[0]
    spoken = chances[: min(len(text) + 1, len(chances))]
    likeliest = spoken.topk(SHOWN)
    characters = [
        [(ALPHABET[code], round(chance, 4)) for code, chance in zip(codes, values, strict=True)]
        for codes, values in zip(likeliest.indices.tolist(), likeliest.values.tolist(), strict=True)
    ]
    return Answer(text, float(spoken.amax(-1).prod()), characters)


@torch.no_grad()
def looks(learner: PromptLearner, pairs: Sequence[Pair], query: str, said: str) -> tuple[str, list[list[float]]]:
    """The prompt with its answer as a text, and where the network looks for each character of the answer.

    Shares [characters of the answer and the end mark][text]: means over heads and layers, the largest is 1.
    """
    x, y = encode([*(x for x, _ in pairs), query], LONGEST), targets(encode([*(y for _, y in pairs), said]))
    text = learner.text(x, y)
    shares = torch.stack(learner.transformer.attention(learner.rows(text))).mean((0, 1))  # [L, L]
    start = len(shares) - len(said) - 2  # the row of the last arrow says the first character
    rows = shares[start:-1]
    rows = rows / rows.amax(-1, keepdim=True)
    letters = ALPHABET + ">"
    return "".join(letters[c] for c in text.character), (rows * 100).round().div(100).tolist()


class Explained(NamedTuple):
    """What the catalogue says: found by trying all of it, not by the network."""

    functions: list[Transformation]  # that make every output of its input
    answers: list[str]  # of theirs for the query, each once


def explained(pairs: Sequence[Pair], query: str) -> Explained:
    """The functions that fit all pairs, and what they make of the query."""
    made = outputs([*(x for x, _ in pairs), query])
    fits = (made[:, :-1] == encode([y for _, y in pairs])).flatten(1).all(1)
    functions = [f for f, fit in zip(catalogue(), fits.tolist(), strict=True) if fit]
    return Explained(functions, sorted(set(decode(made[fits, -1]))))


def sentence(found: Explained, pairs: int) -> str:
    """The same in words."""
    if not pairs:
        return "Without a pair every transformation is possible: the network can only guess."
    if not found.functions:
        return (
            f"None of the {len(catalogue())} transformations makes all these pairs: the network has met no such task."
        )
    first, others = found.functions[0], len(found.functions) - 1
    if not others:
        return f"One transformation makes all these pairs: {first.name}."
    also = f"{first.name}, and {others} more {'does' if others == 1 else 'do'}, too"
    if len(found.answers) > 1:
        return f"These pairs leave it open: {also}, and they disagree about the query. One more pair may settle it."
    return f"More than one transformation makes all these pairs: {also}. For this query it is all the same."


def training(found: Explained, pairs: int) -> str:
    """Whether tasks like this one were in training: "seen", "unseen", or "" where that cannot be said."""
    if not pairs or not found.functions:
        return ""
    return "unseen" if found.functions[0].unseen else "seen"


def as_view(learner: PromptLearner, pairs: Sequence[Pair], query: str) -> dict[str, Any]:
    """All that the page shows of one question."""
    found, said = explained(pairs, query), answers(learner, pairs, query)
    truth = found.answers[0] if pairs and len(found.answers) == 1 else None
    text, shares = looks(learner, pairs, query, said[-1].text[:MOST])
    steps = [
        {"text": a.text, "confidence": round(a.confidence, 4), "right": None if truth is None else a.text == truth}
        for a in said
    ]
    return {
        "steps": steps,
        "characters": said[-1].characters,
        "text": text,
        "looks": shares,
        "truth": truth,
        "sentence": sentence(found, len(pairs)),
        "training": training(found, len(pairs)),
    }
