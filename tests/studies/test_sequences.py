"""The studies of sequences: what every run probes, and that features are made once."""

import pytest
import torch

from metakit.studies import frozen, sequences
from metakit.studies.sequences import FREQUENT, HELD_OUT, SEQUENCES, TRAINED
from metakit.tasks.base import generator
from metakit.tasks.episodes import ImageSet


@pytest.fixture
def small(monkeypatch):
    drawn = torch.randn(1100, 20, 16, generator=generator(0))
    monkeypatch.setattr(sequences, "projected", lambda _: ImageSet(drawn, tuple(map(str, range(1100)))))


def test_what_the_probes_ask(small):
    run = SEQUENCES.run("zipf-1")
    assert set(run.probes) == {HELD_OUT, TRAINED, FREQUENT}
    held_out = run.probes[HELD_OUT]().sample(5, generator(0))
    assert sorted(held_out.support_y[0].tolist()) == [0] * 4 + [1] * 4
    trained = run.probes[TRAINED]().sample(300, generator(0))
    assert (trained.support_y * trained.query_y).sum() == 0, "the query's class is not in the prompt"
    assert trained.query_y.argmax(-1).float().mean() == pytest.approx(550, abs=60)
    assert run.probes[FREQUENT]().sample(300, generator(0)).query_y.argmax(-1).float().median() < 60


@pytest.mark.parametrize("label", ["burstiness-0.9", "recurrent"])
def test_a_step_can_be_taken_and_scored(small, label):
    run = SEQUENCES.run(label)
    learner, held_out = run.learner(), run.probes[HELD_OUT]().sample(2, generator(0))
    assert learner.meta_loss(run.tasks().sample(2, generator(0))) > 6
    assert learner.solve(held_out).shape == (2, 8, 2), "answers are 0 or 1 alone"


def test_features_are_made_once_and_again_where_the_file_is_damaged(tmp_path, monkeypatch):
    images = ImageSet(torch.randint(256, (3, 2, 28, 28), dtype=torch.uint8), ("a", "b", "c"))
    monkeypatch.setattr(frozen, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(frozen, "image_classes", lambda *_, **__: images)
    frozen._scale.cache_clear()
    try:
        made = frozen.features.__wrapped__("glyphs", "test")
        assert made.images.shape == (3, 2, 64)
        assert made.images[:, 0].mean(0).abs().max() < 1e-5
        monkeypatch.setattr(frozen, "encode", lambda *_: torch.randn(3, 2, 64, generator=generator(1)))
        assert torch.equal(frozen.features.__wrapped__("glyphs", "test").images, made.images)
        (kept,) = (tmp_path / "features").iterdir()
        kept.write_bytes(b"no")
        assert not torch.equal(frozen.features.__wrapped__("glyphs", "test").images, made.images)
    finally:
        frozen._scale.cache_clear()


def test_few_drawers_vary_the_trained_characters_less_and_the_held_out_ones_no_less(small):
    run = SEQUENCES.run("drawers-1")
    for drawn in (run.tasks(), run.probes[TRAINED]()):
        task = drawn.sample(300, generator(0))
        x, names = task.support_x.flatten(0, 1), task.support_y.flatten(0, 1).argmax(-1)
        assert len(x.unique(dim=0)) == len(names.unique()), "a class always looks the same"
    held_out = run.probes[HELD_OUT]().sample(1, generator(0))
    assert len(held_out.support_x[0].unique(dim=0)) == 8
