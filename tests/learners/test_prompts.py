"""The prompt of characters: the contract, one pass against one character at a time, and the text itself."""

import pytest
import torch
import torch.nn.functional as F

from metakit.core import MetaKitError
from metakit.learners.model_based.prompts import FIELDS, PromptLearner
from metakit.nets.transformer import Transformer
from metakit.tasks.base import generator
from metakit.tasks.strings import Strings, targets
from metakit.tasks.transformations import ALPHABET, LONGEST, encode
from tests.conformance import as_double, check_learner

STRINGS = Strings(shots=3, queries=2)


def learner() -> PromptLearner:
    torch.manual_seed(0)
    return PromptLearner(Transformer(16, 2, 2))


def test_contract():
    """Among others: the loss of all tasks in one pass is the mean of one-task losses, gradients too."""
    check_learner(learner(), STRINGS, ordered=True, relabels=False, rate=1e-2)


def read_text(text) -> str:
    return "".join((ALPHABET + ">")[c] for c in text.character)


def test_a_prompt_is_a_text():
    x, y = encode(["abc", "hello", "zoo"], LONGEST), targets(encode(["cba", "HELLO", ""]))
    text = learner().text(x, y)
    assert read_text(text) == "abc>cba;hello>HELLO;zoo>;"
    assert text.place.tolist()[:8] == [0, 1, 2, LONGEST, 6, 7, 8, 9]
    assert text.left.tolist()[:4] == [2, 1, 0, LONGEST]
    assert text.pair.tolist() == [0] * 8 + [1] * 12 + [2] * 5
    assert read_text(learner().text(x[:1])) == "abc>"
    assert int(text.place.max()) < FIELDS


def test_the_loss_is_what_reading_one_character_at_a_time_gives():
    """Independent of the one pass: every character of every output from the text before it."""
    double, task = learner().double(), as_double(STRINGS.sample(1, generator(3))).at(0)
    text = double.text(torch.cat([task.support_x, task.query_x]), torch.cat([task.support_y, task.query_y]))
    losses, past = [], None
    for r in range(len(text.character) - 1):
        h, past = double.transformer.read(double.rows(type(text)(*(part[r : r + 1] for part in text))), past)
        if text.place[r + 1] > LONGEST:
            losses.append(-F.log_softmax(double.output(h[0]), -1)[text.character[r + 1]])
    torch.testing.assert_close(double.task_loss(task), torch.stack(losses).mean())


def test_the_answer_is_the_likeliest_continuation():
    """Greedy with a cache against greedy on the whole text, read again for every character."""
    double, task = learner().double(), as_double(Strings(shots=2, queries=1).sample(1, generator(4))).at(0)
    logits = double.predict(double.adapt(task.support_x, task.support_y), task.query_x)[0]
    said = torch.zeros(1, 11, dtype=torch.long)
    for place in range(11):
        y = torch.cat([task.support_y, F.one_hot(said, len(ALPHABET)).double()])
        text = double.text(torch.cat([task.support_x, task.query_x]), y)
        asked = int((text.pair < 2).sum() + (task.query_x > 0).sum()) + place
        h, _ = double.transformer.read(double.rows(text))
        expected = double.output(h[asked])
        torch.testing.assert_close(logits[place], expected)
        if not int(expected.argmax()):
            break
        said[0, place] = expected.argmax()
    assert (logits[place + 1 :].argmax(-1) == 0).all()


def test_too_many_pairs_are_told():
    with pytest.raises(MetaKitError, match="reads 5 pairs and a query"):
        learner().solve(Strings(shots=6, queries=1).sample(1, generator(0)))
