"""The widgets that look inside model-based learners, without a browser."""

import torch

from metakit.core import as_targets
from metakit.learners.model_based.mann import MANN
from metakit.learners.model_based.meta_networks import MetaNetwork
from metakit.learners.model_based.snail import SNAIL
from metakit.nets.encoders import Conv4
from metakit.widgets.memory_stream import MemoryStream, contents
from metakit.widgets.support_attention import SupportAttention
from tests.conformance_widgets import check_widget
from tests.widgets.images import drawings


def mann() -> MANN:
    torch.manual_seed(0)
    return MANN(Conv4(8, "stored", pool=True), rows=12, hidden=8).eval()


def looking() -> SupportAttention:
    torch.manual_seed(0)
    snail = SNAIL(Conv4(8, "running", pool=True), ways=8, filters=4, longest=16)
    learners = {"SNAIL": snail.eval(), "meta network": MetaNetwork(Conv4(8, "running", pool=True)).eval()}
    return SupportAttention(drawings(), learners)


def test_memory_stream():
    check_widget(
        lambda: MemoryStream(drawings(), mann()), MemoryStream.shown,
        moment=(1, 12, 25), ways=(2, 4, 5), rows=(2, 6, 12), deal=(1, 2), episode=(1, 2),
    )  # fmt: skip


def test_support_attention():
    check_widget(
        looking, lambda widget: widget.view,
        ways=(2, 5, 8), shots=(1, 2, 3), step=(1, 3, 5), query=(0, 4, 9), learner=("SNAIL", "meta network"),
        episode=(1, 2),
    )  # fmt: skip


def test_dealing_labels_anew_keeps_the_images():
    widget = MemoryStream(drawings(), mann())
    images, truths = widget.view["images"], widget.view["truths"]
    widget.deal = 1
    assert widget.view["images"] == images
    renamed = dict(zip(truths, widget.view["truths"], strict=True))
    assert [renamed[truth] for truth in truths] == widget.view["truths"]
    assert widget.view["truths"] != truths


def test_the_picture_says_what_the_memory_holds():
    """An image's note is written one moment later; in an empty memory it lies where most of it was written."""
    learner = mann()
    widget = MemoryStream(drawings(), learner)
    x, y = widget._images.images[:5, 0].float()[:, None] / 255, as_targets(torch.arange(5))
    memories = [step.state[0] for step in learner.adapt_steps(x, y)][1:]
    kept = contents(memories)
    for moment, memory in enumerate(memories):
        assert kept[moment][int(memory.written.argmax())][-1] == moment - 1
        assert sum(len(row) for row in kept[moment]) == moment + 1
    assert learner.rows == 12


def test_a_small_memory_leaves_the_learner_as_it_was():
    learner = mann()
    widget = MemoryStream(drawings(), learner)
    widget.rows = 3
    assert len(widget.view["moments"][0]["usage"]) == 3
    assert learner.rows == 12


def test_attention_adds_up_over_what_was_read():
    widget = looking()
    widget.step = 3
    assert all(len(layer) == 3 and abs(sum(layer) - 1) < 0.01 for layer in widget.view["layers"])
    widget.learner = "meta network"
    assert [len(layer) for layer in widget.view["layers"]] == [3]
