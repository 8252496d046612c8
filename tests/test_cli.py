"""The command line: scriptable where asked, one sentence and status 2 where something is wrong."""

import json
import os
import subprocess
import sys

import pytest

QUICK = ["--episodes", "20"]


def metakit(*arguments, **environment):
    command = [sys.executable, "-m", "metakit", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, env=os.environ | environment, timeout=120, check=False
    )


def test_evaluate_json_is_one_object_and_nothing_else():
    done = metakit("evaluate", "maml-sinusoid", *QUICK, "--shot", "5", "--steps", "3", "--seed", "7", "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result.keys() == {"recipe", "mean", "ci95", "episodes", "protocol", "seconds"}
    assert result["episodes"] == 20
    assert (result["protocol"]["shots"], result["protocol"]["steps"], result["protocol"]["seed"]) == (5, 3, 7)
    again = metakit("evaluate", "maml-sinusoid", *QUICK, "--shot", "5", "--steps", "3", "--seed", "7", "--json")
    assert json.loads(again.stdout)["mean"] == result["mean"]


def test_more_inner_steps_help_maml():
    means = []
    for steps in ("0", "10"):
        done = metakit("evaluate", "maml-sinusoid", "--episodes", "200", "--steps", steps, "--json")
        means.append(json.loads(done.stdout)["mean"])
    assert means[1] < 0.2 * means[0]


def test_evaluate_on_glyphs_tells_the_protocol():
    done = metakit("evaluate", "prototypical-glyphs", *QUICK, "--way", "4", "--shot", "2", "--split", "glyphs")
    assert done.returncode == 0, done.stderr
    assert "ways 4" in done.stdout
    assert "shots 2" in done.stdout
    assert "norm inductive" in done.stdout
    assert "95 %" in done.stdout


def test_list_json_names_every_recipe():
    recipes = json.loads(metakit("list", "--json").stdout)["recipes"]
    families = {entry["family"] for entry in recipes}
    assert families == {"metric-based", "model-based", "optimization-based", "baseline"}
    assert all(entry["protocol"] for entry in recipes)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["evaluate", "prototypicle"], "did you mean prototypical-glyphs or "),
        (["evaluate", "prototypical-glyphs", "--way", "100000", *QUICK], "choose a smaller N"),
        (["evaluate", "prototypical-glyphs", "--shot", "19", *QUICK], "choose a smaller K"),
        (["evaluate", "prototypical-glyphs", "--steps", "3", *QUICK], "takes no inner steps"),
        (["evaluate", "maml-sinusoid", "--device", "toaster", *QUICK], "There is no device"),
        (["evaluate", "maml-sinusoid", "--weights", "nowhere.safetensors"], "There is no checkpoint"),
        (["evaluate", "maml-sinusoid", "--episodes", "1"], "at least 2"),
        (["evaluate", "maml-sinusoid", "--instance", "2"], "have no classes"),
        (["evaluate", "prototypical-glyphs", "--shot", "2", "--instance", "3"], "comes 2 times in a stream"),
        (["evaluate", "prototypical-glyphs", "--shot", "2", "--instance", "2"], "one example after the other"),
        (["evaluate", "prototypical-glyphs", "--queries", "0", *QUICK], "choose --shot and --queries of 1 or more"),
        (["evaluate", "least-squares-linear-5", "--shot", "0", *QUICK], "choose --shot and --queries of 1 or more"),
        (["evaluate", "maml-sinusoid", "--steps", "-1", *QUICK], "fewer than 0 inner steps"),
        (["evaluate", "meta-sgd-sinusoid", "--steps", "20", *QUICK], "overflow after 20 inner steps"),
        (["evaluate", "maml-sinusoid", "--weights", __file__], "is broken"),
        (["evaluate", "prototypical-omniglot", "--split", "background", *QUICK], "was trained on many test characters"),
        (["evaluate", "prototypical-omniglot-background", "--split", "random", *QUICK], "leave --split out"),
        (["evaluate", "ridge-linear-5", "--way", "5"], "have no classes"),
        (["evaluate", "maml-sinusoid", "--record", "--shot", "5"], "leave the other options out"),
        (["evaluate", "maml-sinusoid", "--device", "meta", *QUICK], "There is no device"),
        (["train", "maml-sinusoid", "--steps", "0"], "--steps of 1 or more"),
        (["train", "maml-sinusoid", "--out", "."], "ends in .safetensors"),
        (["bench", "--repeats", "0"], "--repeats of 1 or more"),
        (["train", "zebra"], "choose one that `metakit list` shows"),
        (["train"], "Name a recipe"),
        (["train", "maml-sinusoid", "--seed", "9" * 25], "18 digits or fewer"),
        (["evaluate", "maml-sinusoid", "--seed", "9" * 25], "18 digits or fewer"),
        (["train", "nearest-neighbour-omniglot"], "nothing to train"),
        (["train", "maml-sinusoid", "reptile-sinusoid", "--out", "x.safetensors"], "for several recipes, a folder"),
    ],
)
def test_a_mistake_is_one_sentence(arguments, sentence):
    done = metakit(*arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not done.stdout


def test_a_missing_omniglot_says_how_to_get_it(tmp_path):
    done = metakit(
        "evaluate", "prototypical-omniglot", *QUICK, METAKIT_DATA=str(tmp_path), XDG_CACHE_HOME=str(tmp_path)
    )
    assert done.returncode == 2
    assert "metakit data omniglot" in done.stderr
    assert "Traceback" not in done.stderr


def test_training_stops_and_resumes(tmp_path):
    out = ["--out", str(tmp_path / "maml.safetensors"), "--device", "cpu"]
    first = metakit("train", "maml-sinusoid", "--steps", "3", *out)
    assert first.returncode == 0, first.stderr
    second = metakit("train", "maml-sinusoid", "--steps", "2", "--resume", *out)
    assert second.returncode == 0, second.stderr
    assert "5/20000" in second.stderr
