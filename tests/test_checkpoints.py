"""Checkpoints: what was saved is what is loaded, and a bad file is one sentence."""

import pytest
import torch

from metakit.checkpoints import load, read, shipped, write
from metakit.core import MetaKitError
from metakit.ledger import read as read_ledger
from metakit.recipes import recipe

MEASURED = sorted({row.recipe for row in read_ledger() if not recipe(row.recipe).untrained})


def test_a_round_trip_is_exact(tmp_path):
    learner = recipe("maml-sinusoid").learner()
    write(tmp_path / "x.safetensors", learner.state_dict(), {"recipe": "maml-sinusoid", "seed": "0"})
    again = load("maml-sinusoid", tmp_path / "x.safetensors")
    assert all(torch.equal(a, b) for a, b in zip(learner.parameters(), again.parameters(), strict=True))
    assert not again.training
    assert read(tmp_path / "x.safetensors")[1]["seed"] == "0"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not this", b"\xff" * 64])
def test_a_broken_file_is_one_sentence(tmp_path, content):
    path = tmp_path / "broken.safetensors"
    path.write_bytes(content)
    with pytest.raises(MetaKitError, match="is broken"):
        load("maml-sinusoid", path)


def test_a_truncated_file_is_one_sentence(tmp_path):
    path = tmp_path / "cut.safetensors"
    write(path, recipe("maml-sinusoid").learner().state_dict(), {})
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(MetaKitError, match="is broken"):
        load("maml-sinusoid", path)


def test_another_learners_file_is_refused(tmp_path):
    path = tmp_path / "other.safetensors"
    write(path, recipe("neural-process-sinusoid").learner().state_dict(), {})
    with pytest.raises(MetaKitError, match="another learner"):
        load("maml-sinusoid", path)


def test_a_missing_checkpoint_says_how_to_train_it(tmp_path):
    with pytest.raises(MetaKitError, match="metakit train nowhere"):
        load("maml-sinusoid", tmp_path / "nowhere.safetensors")


def test_an_unknown_recipe_names_those_there_are():
    with pytest.raises(MetaKitError, match="maml-sinusoid"):
        load("mamml-sinusoid")


@pytest.mark.parametrize("name", MEASURED)
def test_what_was_measured_ships_its_weights(name):
    """Behind every number of the ledger stand weights that fit their recipe, are finite, and say how they were made."""
    learner = load(name)
    assert all(bool(torch.isfinite(p).all()) for p in learner.parameters())
    about = read(shipped(name))[1]
    assert about["recipe"] == name
    assert int(about["step"]) > 0


def test_what_is_not_trained_is_the_same_every_time():
    """Its weights come from seed 0, whatever was drawn before; and the caller's dice lie still."""
    torch.manual_seed(5)
    first = load("from-scratch-omniglot")
    drawn = torch.rand(1)
    second = load("from-scratch-omniglot")
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))
    torch.manual_seed(5)
    assert torch.equal(drawn, torch.rand(1))
