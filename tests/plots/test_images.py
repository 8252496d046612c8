"""Pictures of few-shot results: what is drawn, not how it looks."""

import pytest
import torch

from metakit.evaluate import score
from metakit.plots.accuracy import accuracy_by, interval_by_episodes
from metakit.plots.confusion import confusion, confusion_counts
from metakit.plots.embedding import embedding
from metakit.plots.projection import plane


def test_confusion_counts():
    counts = confusion_counts(torch.tensor([0, 0, 1, 2]), torch.tensor([0, 1, 1, 0]), 3)
    assert counts.tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 0]]


def test_confusion_says_how_many_are_right():
    figure = confusion(torch.tensor([[3, 1], [0, 4]]), torch.rand(2, 1, 28, 28))
    assert figure.axes[0].get_title(loc="left") == "87.5 % of 8 answers are right"
    assert sorted(text.get_text() for text in figure.axes[0].texts) == ["100", "25", "75"]


def test_the_interval_is_that_of_the_ledger():
    values = (torch.rand(600, generator=torch.manual_seed(0)) > 0.1).float()
    texts = [text.get_text() for text in interval_by_episodes(values).axes[0].texts]
    assert texts[-1] == f"600 episodes: ± {100 * score(values).ci95:.1f} %"


def test_accuracy_by_shows_chance():
    found = [score(torch.tensor([0.9, 1.0])), score(torch.tensor([0.7, 0.9]))]
    axes = accuracy_by((5, 20), {"prototypes": found}, "N", ways=(5, 20)).axes[0]
    assert axes.lines[-1].get_ydata().tolist() == [0.2, 0.05]


def test_embedding_names_every_class():
    figure = embedding(torch.rand(5, 2, 64), torch.rand(5, 3, 64))
    assert [text.get_text() for text in figure.axes[0].texts] == [*"ABCDE"]


@pytest.mark.parametrize("ways", [2, 3])
def test_up_to_three_prototypes_make_an_exact_picture(ways):
    """What a point is nearest to on paper is what it is nearest to in 64 dimensions."""
    rng = torch.Generator().manual_seed(0)
    prototypes, points = torch.randn(ways, 64, generator=rng), torch.randn(50, 64, generator=rng)
    chosen = plane(prototypes, points)
    assert torch.allclose(chosen.axes.T @ chosen.axes, torch.eye(2), atol=1e-5)
    assert chosen.share == pytest.approx(1)
    truly, on_paper = torch.cdist(points, prototypes), torch.cdist(chosen(points), chosen(prototypes))
    assert torch.equal(truly.argmin(1), on_paper.argmin(1))


def test_a_plane_turns_within_itself_only():
    prototypes, points = torch.randn(6, 64), torch.randn(9, 64)
    first = plane(prototypes, points)
    turned = plane(prototypes, points, before=first.axes.flip(1))
    assert torch.allclose(turned.axes, first.axes.flip(1), atol=1e-4)
