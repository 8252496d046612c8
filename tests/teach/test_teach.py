"""What a lesson asks and shows."""

import pytest
from traitlets import TraitError

from metakit.core import MetaLearner
from metakit.teach import Predict, show_source


def ask() -> Predict:
    return Predict("Which is larger?", ["1", "2"], answer=1, why="Two is one more than one.")


def test_a_question_knows_whether_the_answer_was_right():
    question = ask()
    assert question.right is None
    question.chosen = 0
    assert question.right is False
    question.chosen = 1
    assert question.right is True


@pytest.mark.parametrize("bad", [2, -2, "1", None])
def test_an_answer_that_is_no_choice_is_refused(bad):
    with pytest.raises(TraitError):
        ask().chosen = bad


def test_the_right_answer_must_be_among_the_choices():
    with pytest.raises(TraitError, match="choices are 0 to 1"):
        Predict("?", ["a", "b"], answer=2, why="")


def test_source_is_shown_without_words_to_tools():
    def quoted():
        return 1 == 1  # noqa: PLR0133 - it is one

    assert show_source(quoted).code.splitlines()[1] == "    return 1 == 1"


def test_source_names_its_file_and_line():
    shown = show_source(MetaLearner.adapt)
    assert shown.file == "metakit/core.py"
    assert shown.code.splitlines()[0] in {"@final", "def adapt(self, x: Tensor, y: Tensor) -> Any:"}
    assert f"line {shown.line}" in shown._repr_markdown_()
