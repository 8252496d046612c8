"""The prompt playground without a browser: what it answers, and what it makes of what a visitor may send."""

import pytest
import torch

from metakit.learners.model_based.prompts import PromptLearner
from metakit.nets.transformer import Transformer
from metakit.tasks.transformations import catalogue, find
from metakit.widgets.prompt_answers import answers, explained, looks, sentence
from metakit.widgets.prompt_playground import PRESETS, PromptPlayground, preset
from tests.conformance_widgets import check_widget

REVERSED = [["abc", "cba"], ["hello", "olleh"]]


def learner() -> PromptLearner:
    torch.manual_seed(0)
    return PromptLearner(Transformer(16, 2, 2))


def playground() -> PromptPlayground:
    return PromptPlayground(learner())


def test_every_control_answers():
    pairs = ([], REVERSED, [["abcde", "abcdeabcde"]] * 5)
    check_widget(playground, lambda w: w.view, pairs=pairs, query=("abc", "zoo", "plane"), asked=(1, 2))


def test_one_answer_for_every_number_of_examples():
    view = playground().view
    assert len(view["steps"]) == 3
    last = view["steps"][-1]
    assert len(view["characters"]) == min(len(last["text"]) + 1, 11)
    confidence = 1.0
    for alternatives in view["characters"]:
        chances = [chance for _, chance in alternatives]
        assert chances == sorted(chances, reverse=True)
        confidence *= chances[0]
    assert last["confidence"] == pytest.approx(confidence, rel=0.05)
    said = "".join(alternatives[0][0] for alternatives in view["characters"]).rstrip(";")
    assert said == last["text"]


def test_no_answer_depends_on_later_pairs():
    pairs = [("abc", "cba"), ("hello", "olleh")]
    both, one = answers(learner(), pairs, "zoom"), answers(learner(), pairs[:1], "zoom")
    assert [answer.text for answer in both[:2]] == [answer.text for answer in one]
    assert [answer.confidence for answer in both[:2]] == pytest.approx([answer.confidence for answer in one], rel=1e-4)


def test_the_attention_is_that_of_the_answer():
    text, shares = looks(learner(), [("abc", "cba")], "zoom", "mooz")
    assert text == "abc>cba;zoom>mooz;"
    assert len(shares) == 5  # four letters and the end mark
    for letter, row in enumerate(shares):
        assert max(row) == 1
        assert not any(row[len(text) - 5 + letter :])  # nothing looks at what comes later


def test_the_catalogue_explains():
    found = explained([("abc", "cba"), ("hat", "tah")], "cat")
    assert (len(found.functions), found.answers) == (2, ["tac"])
    assert "For this query it is all the same" in sentence(found, 2)
    assert "they disagree" in sentence(explained([("abc", "cba"), ("hat", "tah")], "bird"), 2)
    assert "None of the" in sentence(explained([("abc", "xyz")], "zoom"), 1)
    assert "can only guess" in sentence(explained([], "zoom"), 0)


def test_right_is_told_only_where_the_catalogue_knows():
    widget = playground()
    assert {step["right"] for step in widget.view["steps"]} <= {True, False}
    assert widget.view["truth"] == "mooz"
    widget.pairs = []
    assert [step["right"] for step in widget.view["steps"]] == [None]


@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_what_they_say(name):
    pairs, query = preset(name)
    found = explained([tuple(pair) for pair in pairs], query)
    assert find(*name.split(", then ")) in found.functions
    assert len(found.answers) == 1
    assert PromptPlayground(learner()).presets[list(PRESETS).index(name)]["pairs"] == pairs


def test_two_presets_were_held_out():
    unseen = [one["name"] for one in PromptPlayground(learner()).presets if one["unseen"]]
    assert unseen == ["swap neighbours, then capitalise", "drop the last, then double the word"]


@pytest.mark.parametrize(
    ("pairs", "query", "told"),
    [
        ([["ab1", "cba"]], "zoom", "The input of pair 1 needs 3 to 5 small letters"),
        ([["abc", "cba"], ["Abc", "cba"]], "zoom", "The input of pair 2"),
        ([["abc", "c a"]], "zoom", "The output of pair 1 takes letters only"),
        ([["abc", "a" * 11]], "zoom", "10 at most"),
        (REVERSED, "", "The query needs 3 to 5"),
        (REVERSED, "größe", "The query needs 3 to 5"),
        (REVERSED, "toolong", "The query needs 3 to 5"),
    ],
)
def test_what_cannot_be_read_is_told(pairs, query, told):
    widget = playground()
    widget.pairs, widget.query = pairs, query
    assert told in widget.view["problem"]
    widget.pairs, widget.query = REVERSED, "zoom"
    assert widget.view["problem"] == ""


def test_an_unfinished_pair_waits():
    widget = playground()
    widget.pairs = [["abc", "cba"], ["hel", ""], ["", ""]]
    assert (widget.view["problem"], widget.view["pairs"]) == ("", 1)


@pytest.mark.parametrize(
    "value", [None, 5, "x", [["a"]], [["a", "b", "c"]], [["a", 1]], [["a" * 25, ""]], [["a", "b"]] * 6]
)
def test_nonsense_is_refused(value):
    widget = playground()
    before = widget.view
    widget.set_state({"pairs": value, "query": value if value != "x" else 3})
    assert widget.view == before


@pytest.mark.parametrize("name", ["view", "presets", "measured", "limits", "_esm"])
def test_what_is_not_the_visitors_stays(name):
    widget = playground()
    before = getattr(widget, name)
    widget.set_state({name: {"x": 1}})
    assert getattr(widget, name) == before


def test_one_message_is_one_answer():
    widget, heard = playground(), []
    widget.observe(lambda change: heard.append(change.new["asked"]), "view")
    widget.set_state({"pairs": [["abc", "abc"]], "query": "plane", "asked": 7})
    assert heard == [7]
    assert "plane>" in widget.view["text"]


def test_the_catalogue_has_no_more_functions_than_it_says():
    assert str(len(catalogue())) in sentence(explained([("abc", "xyz")], "zoom"), 1)
