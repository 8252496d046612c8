"""The table of four learners on one query, without a browser."""

import pytest
import torch

from metakit.core import MetaKitError, MetaLearner
from metakit.learners.metric_based.matching import MatchingNetwork
from metakit.learners.metric_based.relation import RelationModule, RelationNetwork
from metakit.learners.metric_based.siamese import SiameseNetwork
from metakit.nets.encoders import Conv4, Maps4
from metakit.widgets.comparing import Comparing
from metakit.widgets.comparisons import compare
from tests.conformance_widgets import check_widget
from tests.widgets.images import drawings, maml, prototypical


def learners() -> dict[str, MetaLearner]:
    torch.manual_seed(0)
    siamese = SiameseNetwork(Conv4(8, "running", pool=True), 8)
    matching = MatchingNetwork(Conv4(8, "running", pool=True))
    relation = RelationNetwork(Maps4(8, "running"), RelationModule(8))
    four = {"Siamese": siamese, "matching": matching, "prototypical": prototypical(), "relation": relation}
    return {name: learner.eval() for name, learner in four.items()}


def test_the_contract() -> None:
    controls = {"ways": (2, 5, 8), "shots": (1, 3, 5), "query": (0, 4, 9), "episode": (1, 2)}
    check_widget(lambda: Comparing(drawings(), learners()), lambda widget: widget.view, **controls)


def test_a_column_shows_what_decides() -> None:
    """The winner of each comparison is the learner's own answer; examples add up to what their class gets."""
    four = learners()
    widget = Comparing(drawings(), four, ways=4, shots=3)
    for query in range(8):
        widget.query = query
        for (name, learner), column, answers in zip(
            four.items(), widget.view["columns"], widget.view["answers"], strict=True
        ):
            state = learner.adapt(widget._task.support_x, widget._task.support_y)
            answer = int(learner.predict(state, widget._task.query_x[query][None])[0].argmax())
            assert column["answer"] == answer == answers[query]
            values = torch.tensor(column["values"])
            best = values.min() if name == "prototypical" else values.max()
            torch.testing.assert_close(values[answer], best, atol=2e-4, rtol=0)  # they are rounded
    attention = widget.view["columns"][1]
    torch.testing.assert_close(
        torch.tensor(attention["bars"]).sum(1), torch.tensor(attention["values"]), atol=1e-3, rtol=0
    )
    assert sum(attention["values"]) == pytest.approx(1, abs=1e-3)


def test_fewer_ways_keep_the_query_in_range() -> None:
    widget = Comparing(drawings(), learners(), ways=5)
    widget.query = 9
    widget.ways = 2
    assert widget.query == widget.view["query"] == 3


def test_a_learner_of_another_family_is_refused() -> None:
    with pytest.raises(MetaKitError, match="MAML is not metric-based"):
        compare(maml(), None, torch.zeros(1, 1, 28, 28))


def test_a_new_episode_opens_at_a_query_that_some_learner_gets_wrong() -> None:
    widget = Comparing(drawings(), learners())
    for episode in range(1, 4):
        widget.episode = episode
        wrong = [
            i for i, truth in enumerate(widget.view["truths"]) if any(row[i] != truth for row in widget.view["answers"])
        ]
        assert widget.query == widget.view["query"] == (wrong[0] if wrong else 0)
