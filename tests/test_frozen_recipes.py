"""A recipe may train on the features of an encoder that learns no more; its checkpoint still holds the encoder."""

from dataclasses import replace

import pytest
import torch

from metakit import runs
from metakit.checkpoints import load, read
from metakit.core import Task
from metakit.features import encode
from metakit.recipes import base, recipe
from metakit.tasks.base import Protocol, generator
from metakit.tasks.episodes import Episodes, ImageSet
from metakit.train import Schedule

IMAGES = ImageSet(torch.randint(256, (24, 6, 28, 28), dtype=torch.uint8, generator=generator(0)), tuple("x" * 24))
SMALL = replace(
    recipe("in-context-omniglot"), schedule=Schedule(2, 2, 1e-3), validate_every=2,
    mixture=(Protocol(5, 1, 1), Protocol(20, 1, 1)), validation=Protocol(5, 1, 2, 2),
)  # fmt: skip


@pytest.fixture
def few(monkeypatch):
    def tasks_for(data, part, protocol, device="cpu"):
        return Episodes(IMAGES, protocol.ways, protocol.shots, protocol.queries)

    monkeypatch.setattr(base, "tasks_for", tasks_for)
    monkeypatch.setattr(runs, "tasks_for", tasks_for)
    monkeypatch.setattr(runs, "CENTRE", Protocol(24, 1, 0))


def test_training_moves_the_transformer_and_leaves_the_encoder(few, tmp_path):
    run = runs.Run(SMALL, tmp_path / "x.safetensors")
    before = {name: weight.clone() for name, weight in run.training.learner.state_dict().items()}
    drawn = run.training.tasks.sample(2, generator(0))
    assert drawn.support_x.shape[2:] == (64,)
    assert drawn.support_y.shape[2:] == (20,)
    list(run.moments())
    after = read(run.path)[0]
    assert after.keys() == before.keys()
    moved = {name for name, weight in after.items() if not torch.equal(weight, before[name])}
    assert moved == {name for name in after if not name.startswith("encoder.")}
    start = load(SMALL.warm_start).state_dict()
    assert torch.equal(after["encoder.encoder.0.weight"], start["encoder.0.weight"])
    assert after["encoder.mean"].abs().sum() > 0


def test_features_answer_as_pictures_do():
    learner = SMALL.learner().eval()
    tasks = Episodes(IMAGES, 5, 1, 1).sample(1, generator(0))
    made = encode(learner.encoder, IMAGES.images)
    features = Episodes(replace(IMAGES, images=made), 5, 1, 1).sample(1, generator(0))
    assert isinstance(features, Task)
    torch.testing.assert_close(learner.solve(tasks), learner.solve(features))
