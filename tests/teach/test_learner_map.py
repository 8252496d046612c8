"""The map of the suite names every learner once, in the family that its recipes have."""

from metakit.recipes import RECIPES
from metakit.recipes.titles import FUNCTION, METHODS, NAME
from metakit.teach.learner_map import LEARNERS, LearnerMap


def method(recipe: str) -> str:
    found = NAME.fullmatch(recipe) or FUNCTION.fullmatch(recipe)
    return found["method"] if found else recipe


def test_every_method_of_the_recipes_has_one_place():
    placed = [one for entries in LEARNERS.values() for entry in entries for one in entry.methods]
    assert sorted(placed) == sorted(METHODS)


def test_families_are_those_of_the_recipes():
    family = {one: name for name, entries in LEARNERS.items() for entry in entries for one in entry.methods}
    differing = [name for name, recipe in RECIPES.items() if family.get(method(name), recipe.family) != recipe.family]
    assert not differing


def test_it_shows_itself_as_a_table_and_as_text():
    page, text = LearnerMap()._repr_html_(), repr(LearnerMap())
    assert page.count("<tr>") == len(text.splitlines()) + 1 + len(LEARNERS)
    assert "Prototypical network" in page
    assert "color:" not in page  # colours are the page's own


def test_one_family_alone():
    assert {family for family, _ in LearnerMap("metric-based").rows} == {"metric-based"}
