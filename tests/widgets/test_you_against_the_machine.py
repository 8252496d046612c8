"""The game: dealt fairly, judged rightly, and sound whatever the browser sends."""

from metakit.widgets.you_against_the_machine import ROUNDS, YouAgainstTheMachine
from tests.conformance_widgets import check_widget
from tests.widgets.images import drawings, prototypical


def game() -> YouAgainstTheMachine:
    return YouAgainstTheMachine(drawings(), prototypical())


def table(widget: YouAgainstTheMachine) -> object:
    return [widget.table, widget.played]


def test_controls() -> None:
    check_widget(game, table, ways=(2, 5, 20), look_alikes=(True, False), pick=(-1, 0), turn=(0, 1))


def test_five_rounds_and_a_new_game() -> None:
    widget = game()
    for number in range(ROUNDS):
        assert widget.table["round"] == number + 1
        assert len(widget.played) == number
        widget.pick = int(widget.task.query_y[0])
        assert widget.played[-1]["you"] == widget.played[-1]["truth"]
        widget.turn += 1
    assert widget.table["round"] == 1
    assert widget.played == []


def test_an_answer_is_final() -> None:
    widget = game()
    widget.pick = 1
    widget.pick = 2
    assert [one["you"] for one in widget.played] == [1]
    assert widget.table["round"] == 1


def test_no_new_question_before_the_answer() -> None:
    widget = game()
    query = widget.table["query"]
    widget.turn += 1
    assert widget.table["query"] == query


def test_look_alikes_share_an_alphabet() -> None:
    widget = YouAgainstTheMachine(drawings(), prototypical(), ways=20)
    widget.look_alikes = True
    assert widget.ways == widget.limits["ways"][1] == 12
