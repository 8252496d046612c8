"""The explorers of image episodes, without a browser."""

import pytest
from torch import nn
from traitlets import TraitError

from metakit.learners.optimization_based.maml import MAML
from metakit.nets.encoders import Conv4
from metakit.widgets.embedding_explorer import EmbeddingExplorer
from metakit.widgets.episode_explorer import EpisodeExplorer
from metakit.widgets.image_adaptation import ImageAdaptation
from metakit.widgets.inner_loop_lab import InnerLoopLab
from tests.conformance_widgets import check_widget
from tests.widgets.images import drawings, maml, prototypical


def episodes() -> EpisodeExplorer:
    return EpisodeExplorer(
        {"many": drawings(), "few": drawings(4)}, {"prototypes": prototypical(), "MAML": maml(steps=1)}
    )


def embedding() -> EmbeddingExplorer:
    return EmbeddingExplorer(drawings(), {"narrow": prototypical(), "wide": prototypical(16)})


def adaptation() -> ImageAdaptation:
    return ImageAdaptation(drawings(), {"one step": maml(steps=1), "five steps": maml()})


def test_episode_explorer() -> None:
    check_widget(
        episodes, lambda widget: widget.view, ways=(2, 10, 20), shots=(1, 3, 5), queries=(1, 3, 5),
        learner=("prototypes", "MAML"), source=("few", "many"), episode=(1, 2),
    )  # fmt: skip


def test_embedding_explorer() -> None:
    controls = {"ways": (2, 3, 20), "shots": (1, 3, 5), "network": ("narrow", "wide"), "episode": (1, 2)}
    check_widget(embedding, lambda widget: widget.view, **controls)


def test_image_adaptation() -> None:
    def shown(widget: ImageAdaptation) -> object:
        return [widget.shown(), widget.view["support"]]

    check_widget(adaptation, shown, step=(0, 2, 5), learner=("one step", "five steps"), episode=(1, 2))


def test_a_learner_that_takes_fewer_steps_later() -> None:
    learner = maml()
    widget = ImageAdaptation(drawings(), {"MAML": learner}, step=5)
    learner.steps, widget.episode = 2, 1
    assert widget.step == widget.limits["step"][1] == 2
    assert widget.shown()["learner"] == "MAML"


def test_a_learner_that_cannot_serve_so_many_ways_says_so_in_the_picture() -> None:
    fixed = MAML(Conv4(4), nn.Linear(4, 5), steps=1).eval()
    widget = EpisodeExplorer({"noise": drawings()}, {"fixed": fixed}, ways=5)
    assert not widget.view["error"]
    widget.ways = 7
    assert "choose N = 5" in widget.view["error"]
    assert (widget.view["ways"], widget.view["answers"]) == (7, [])
    widget.ways = 5
    assert len(widget.view["answers"]) == len(widget.view["truth"])


def test_sliders_keep_each_other_valid() -> None:
    widget = episodes()
    widget.shots, widget.queries = 5, 5
    widget.source = "few"
    assert widget.shots + widget.queries <= 4
    assert len(widget.task.support_x) == widget.ways * widget.shots


def test_only_known_names() -> None:
    with pytest.raises(TraitError, match="prototypes, MAML"):
        episodes().learner = "oracle"


def test_answers_are_the_nearest_prototypes() -> None:
    view = embedding().view
    assert view["answers"] == [min(range(5), key=row.__getitem__) for row in view["query_distances"]]


def lab() -> InnerLoopLab:
    return InnerLoopLab(drawings(), {"two steps": maml(steps=2), "three steps": maml(steps=3)})


def test_inner_loop_lab() -> None:
    def shown(widget: InnerLoopLab) -> object:
        return [widget.shown(), widget.view["traces"]]

    check_widget(
        lab, shown, step=(0, 1, 3), learner=("two steps", "three steps"), episode=(1, 2), speed=(-3, 0, 3),
        norm=("transductive", "inductive"),
    )  # fmt: skip


def test_every_learner_keeps_its_own_knobs() -> None:
    widget = lab()
    before = widget.view["traces"]
    widget.learner, widget.speed, widget.norm = "two steps", 2, "inductive"
    turned = widget.view["traces"]
    assert turned["two steps"] != before["two steps"]
    assert turned["three steps"] == before["three steps"]
    widget.learner = "three steps"
    assert (widget.speed, widget.norm) == (0, "transductive")
    widget.learner = "two steps"
    assert (widget.speed, widget.norm) == (2, "inductive")
    assert widget.view["traces"] == turned
