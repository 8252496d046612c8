"""A room of the demo: nothing is made before a visitor comes in, and nothing else can be set."""

from anywidget import AnyWidget

from metakit.core import MetaKitError
from metakit.widgets.room import Room
from metakit.widgets.rooms import curves_room, in_context_room


class Chair(AnyWidget):
    """Something to stand in a room."""

    _esm = "export default {}"


def broken() -> AnyWidget:
    raise MetaKitError("There is no checkpoint: train it.")


def test_widgets_are_made_when_somebody_comes_in_and_once():
    made = []

    def chair() -> Chair:
        made.append(Chair())
        return made[-1]

    room = Room("A room", "with two chairs", {"One": chair, "Another": chair})
    assert not made
    room.set_state({"entered": True})
    room.set_state({"entered": False})
    room.set_state({"entered": True})
    assert room.inside == [f"IPY_MODEL_{chair.model_id}" for chair in made]
    assert len(made) == 2


def test_what_cannot_be_made_is_told_and_the_rest_is_there():
    room = Room("A room", "", {"A table": broken, "A chair": Chair})
    room.set_state({"entered": True})
    assert room.inside == ["There is no checkpoint: train it.", f"IPY_MODEL_{room.widgets[0].model_id}"]


def test_a_visitor_sets_nothing_else():
    room = Room("A room", "", {"A chair": Chair})
    room.set_state({"title": "hacked", "inside": ["IPY_MODEL_x"], "entered": "yes"})
    assert (room.title, room.inside) == ("A room", [f"IPY_MODEL_{room.widgets[0].model_id}"])


def test_the_demos_room_costs_nothing_before():
    assert curves_room().widgets == in_context_room().widgets == []


def test_the_page_hears_when_a_situation_is_there_even_one_that_was_refused():
    room = Room("A room", "", {"A chair": Chair})
    room.set_state({"situation": {}, "wished": 1, "entered": True})
    assert room.settled == 1
    room.set_state({"situation": {"colour": "red"}, "wished": 2})
    assert (room.settled, room.damaged) == (2, 1)
