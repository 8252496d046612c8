"""The ledger: rows in, rows out, and README's table made from it."""

import json
from dataclasses import replace

import pytest

from metakit import checkpoints
from metakit.cli.results import BEGIN, END, README, filled, tables
from metakit.core import MetaKitError
from metakit.ledger import Row, machine, read, record, record_rows
from metakit.recipes import RECIPES
from metakit.tasks.base import Protocol

ROW = Row(
    recipe="prototypical-omniglot", protocol=Protocol(5, 1, split="random", rotations=True, train_ways=60).as_dict(),
    metric="accuracy", mean=98.5, ci95=0.1, episodes=1000, seed=0, command="metakit evaluate prototypical-omniglot",
    seconds=3.0, machine="a computer", commit="abc", train_steps=3000, paper=98.8, paper_source="Snell et al. 2017",
)  # fmt: skip
SINE = replace(ROW, recipe="maml-sinusoid", protocol=Protocol(shots=10, steps=1).as_dict(), metric="mse", paper=None)


def test_rows_come_back(tmp_path):
    path = tmp_path / "data" / "results.json"
    assert read(path) == []
    record_rows([ROW, SINE], path)
    assert read(path) == [SINE, ROW]


def test_a_new_measurement_replaces_the_old_one(tmp_path):
    path = tmp_path / "results.json"
    record(ROW, path)
    record(replace(ROW, mean=99.0, commit="def"), path)
    record(replace(ROW, protocol=ROW.protocol | {"norm": "transductive"}), path)
    assert [row.mean for row in read(path)] == [99.0, 98.5]


def test_the_file_does_not_depend_on_the_order(tmp_path):
    record_rows([ROW, SINE], tmp_path / "a.json")
    record_rows([SINE, ROW], tmp_path / "b.json")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


@pytest.mark.parametrize("content", ["", "[", '[{"recipe": "x"}]', "{}x"])
def test_a_broken_ledger_is_told(tmp_path, content):
    path = tmp_path / "results.json"
    path.write_text(content)
    with pytest.raises(MetaKitError, match="is broken: restore it"):
        record(ROW, path)
    assert path.read_text() == content


def test_tables_show_numbers_and_protocols():
    text = tables([ROW, replace(ROW, protocol=ROW.protocol | {"ways": 20}, mean=95.25, paper=None), SINE])
    assert "| learner | 5-way 1-shot | 20-way 1-shot | measured |" in text
    assert "| 98.50 ± 0.10 (98.8) | 95.25 ± 0.10 | inductive; trained 60-way; 3,000 training steps |" in text
    assert "`metakit evaluate prototypical-omniglot`" in text
    assert text.index("Omniglot") < text.index("Sinusoid")


def test_a_training_that_began_with_trained_weights_names_them():
    warm = replace(ROW, recipe="anil-omniglot-5w1s")
    assert "3,000 training steps from `prototypical-omniglot-pairs` |" in tables([warm])
    assert "training steps from" not in tables([ROW])


def test_a_number_below_the_papers_says_how_long_the_paper_trained():
    below = {row.recipe for row in read() if row.metric == "accuracy" and row.paper and row.mean < row.paper - 0.4}
    assert below == {found.name for found in RECIPES.values() if found.paper_trained}
    text = tables([replace(ROW, recipe="maml-omniglot-5w1s")])
    assert "3,000 training steps of 8 tasks (paper: 60,000 of 32 tasks) |" in text


def test_the_ledger_has_what_the_recipes_report_and_nothing_else():
    measured = {(row.recipe, json.dumps(row.protocol, sort_keys=True)) for row in read()}
    reported = {
        (found.name, json.dumps(told.protocol.as_dict(), sort_keys=True))
        for found in RECIPES.values() if found.data != "mini-imagenet" for told in found.targets
    }  # fmt: skip
    assert measured == reported


def test_the_ledger_is_of_the_weights_that_are_shipped():
    trained = {row.recipe: row.train_steps for row in read() if not RECIPES[row.recipe].untrained}
    shipped_steps = {name: int(checkpoints.read(checkpoints.shipped(name))[1]["step"]) for name in trained}
    assert trained == shipped_steps


def test_no_accuracy_is_from_fewer_than_1000_episodes():
    assert {row.recipe for row in read() if row.protocol["ways"] and row.episodes < 1000} == set()


def test_what_was_not_run_shows_the_papers_number_alone():
    text = tables([ROW])
    line = next(line for line in text.splitlines() if "metakit train prototypical-mini-imagenet-5w1s" in line)
    assert "not run here (49.42)" in line
    assert "±" not in line


def test_readme_needs_its_markers():
    assert filled(f"a {BEGIN} old {END} z", []).startswith(f"a {BEGIN}")
    with pytest.raises(MetaKitError, match="lost its markers"):
        filled("no markers", [])


def test_readme_shows_the_ledger():
    readme = README.read_text("utf-8")
    assert readme == filled(readme, read()), "README.md and data/results.json differ: run `make results`."


def test_the_machine_is_named():
    assert json.dumps(machine()).count(", torch 2.") == 1


def test_streams_have_a_table_of_their_own():
    told = Protocol(5, 10, 0, split="random", rotations=True, train_ways=5)
    rows = [replace(ROW, recipe="mann-omniglot", protocol=replace(told, instance=i).as_dict()) for i in (10, 2)]
    text = tables(rows)
    assert "| learner | 2 | 10 | measured |" in text
    assert "5 classes × 10 instances; inductive" in text
    assert "instance" not in told.as_dict(), "rows from before there were streams stay the same"


def test_functions_have_a_line_a_learner_and_a_column_a_shift():
    rows = [
        replace(SINE, recipe=f"{name}-linear-5", protocol=Protocol(shots=k, queries=10, split=split).as_dict())
        for name in ("in-context", "least-squares") for k, split in ((10, "skewed"), (5, "test"), (10, "test"))
    ]  # fmt: skip
    text = tables(rows)
    assert "| learner | K = 5 | K = 10 | skewed, K = 10 | measured |" in text
    assert text.count("metakit evaluate least-squares-linear-5") == 1
    assert "lasso-sparse-20" not in tables([replace(rows[0], recipe="lasso-sparse-20")])


def test_strings_have_a_table_of_their_own():
    rows = [
        replace(ROW, recipe="prompts-strings", protocol=Protocol(shots=k, queries=1, split=split).as_dict(), paper=None)
        for k in (2, 5)
        for split in ("trained", "unseen")
    ]
    table = tables(rows)
    assert "| learner | 2 pairs | 5 pairs | measured |" in table
    assert "compositions held out of training" in table
    assert "98.50 ± 0.10" in table
