"""The playground without a browser: what it answers, and what it makes of what a visitor may send."""

import asyncio
from itertools import product
from pathlib import Path
from time import process_time

import pytest
import torch
from torch import nn
from traitlets import TraitError

from metakit.core import MetaKitError, MetaLearner
from metakit.learners.metric_based.prototypical import PrototypicalNetwork
from metakit.learners.optimization_based.maml import MAML
from metakit.nets.encoders import Conv4
from metakit.server.visit import load_the_rest
from metakit.tasks.base import generator
from metakit.tasks.episodes import ImageSet
from metakit.widgets.drawings import MAX_BYTES, QUERY, SHOTS, pack_examples, read_board
from metakit.widgets.example_episodes import ExampleEpisodes
from metakit.widgets.playground import Playground
from metakit.widgets.roster import ready, roster
from metakit.widgets.steady_map import plane, turned
from tests.conformance_widgets import check_widget
from tests.pace import within

PICTURE = 392  # bytes of an example


def images() -> ImageSet:
    noise = torch.rand(12, 10, 28, 28, generator=generator(0))
    return ImageSet((255 * (noise > 0.8)).to(torch.uint8), tuple(f"Noise/{i}" for i in range(12)))


def playground(body: nn.Module | None = None) -> Playground:
    torch.manual_seed(0)
    prototypical = PrototypicalNetwork(Conv4(4, statistics="running", pool=True))
    maml = MAML(body or Conv4(4), nn.Linear(4, 1), rate=0.5, head_rows="shared")
    widget = Playground(prototypical, maml, {"noise": ExampleEpisodes(images)})
    widget.drawings = full_board(widget)
    return widget


def full_board(widget: Playground) -> bytes:
    """Every cell an example, and a query of class 2."""
    packed = [widget.examples[i : i + PICTURE] for i in range(0, len(widget.examples), PICTURE)]
    cells = [bytes([r * SHOTS + k, 2]) + packed[8 * r + k] for r, k in product(range(10), range(SHOTS))]
    return b"".join([*cells, bytes([QUERY, 2]), packed[8 * 2 + 5]])


def answers(widget: Playground) -> object:
    return widget.comparison, widget.adaptation


def test_every_control_answers() -> None:
    def quick() -> Playground:  # the widget's own time: its learners take what they take, and can be interrupted
        return playground(nn.Sequential(nn.Flatten(), nn.Linear(784, 4)))

    check_widget(quick, answers, ways=(2, 5, 10), shots=(1, 3, 5))


def test_both_learners_answer_with_probabilities_and_a_trace() -> None:
    widget = playground()
    widget.ways = 4
    assert widget.comparison["rows"] == widget.adaptation["rows"] == [0, 1, 2, 3]
    assert sum(widget.comparison["probabilities"]) == pytest.approx(1, abs=1e-5)
    assert len(widget.adaptation["probabilities"]) == len(widget.adaptation["losses"]) == 11
    assert widget.adaptation["probabilities"][0] == pytest.approx([1 / 4] * 4)  # equal rows before the first step
    assert len(widget.comparison["support"]) == len(widget.comparison["prototypes"]) == 4


def test_classes_without_a_drawing_are_no_candidates() -> None:
    widget = playground()
    record = PICTURE + 2
    board = full_board(widget)
    widget.drawings = board[: 5 * record] + board[10 * record :]  # row 1 is empty
    assert widget.comparison["rows"] == [0, 2, 3, 4]


@pytest.mark.parametrize("keep", [0, 1, 2])  # nothing, a support picture, two pictures of one class
def test_too_little_on_the_board_is_no_question(keep: int) -> None:
    widget = playground()
    widget.shots = 2
    widget.drawings = full_board(widget)[: keep * (PICTURE + 2)]
    assert "probabilities" not in widget.comparison
    assert "probabilities" not in widget.adaptation


def test_the_number_of_the_question_comes_back() -> None:
    widget = playground()
    widget.asked = 7
    assert widget.comparison["asked"] == widget.adaptation["asked"] == 7


@pytest.mark.parametrize("name", ["ways", "shots", "steps", "episode", "asked"])
@pytest.mark.parametrize("value", [-(10**9), 10**12])
def test_numbers_are_clamped(name: str, value: int) -> None:
    widget = playground()
    widget.set_state({name: value})
    assert widget.ways in range(2, 11)
    assert widget.shots in range(1, 6)
    assert widget.steps in range(11)
    assert widget.episode in range(2**31)


@pytest.mark.parametrize(
    "value", [None, "x", 1.5, float("nan"), [], {"a": 1}, 8 * 10**9, b"\x00", b"\x33\x02", b"\x00\x03"]
)
@pytest.mark.parametrize("name", ["drawings", "source", "ways"])
def test_nonsense_is_refused_and_nothing_breaks(name: str, value: object) -> None:
    widget = playground()
    before = getattr(widget, name)
    if name == "ways" and value == 8 * 10**9:
        return
    widget.set_state({name: value})
    assert getattr(widget, name) == before


@pytest.mark.parametrize(
    "name",
    ["examples", "names", "comparison", "adaptation", "opinions", "roster", "sources", "notes", "_esm", "_view_name"],
)
def test_what_is_not_the_visitors_stays(name: str) -> None:
    widget = playground()
    before = getattr(widget, name)
    widget.set_state({name: "hacked"})
    assert getattr(widget, name) == before


def test_the_same_episode_is_the_same_and_another_differs() -> None:
    widget = playground()
    first = widget.examples
    widget.set_state({"episode": 3})
    assert widget.examples != first
    widget.set_state({"episode": 0})
    assert widget.examples == first


def test_drawings_arrive_as_they_were_drawn() -> None:
    ink = torch.zeros(105, 105, dtype=torch.uint8)
    ink[30:75, 50:54] = 1
    bits = torch.nn.functional.pad(ink.flatten(), (0, 7)).view(-1, 8) @ torch.tensor(
        [128, 64, 32, 16, 8, 4, 2, 1], dtype=torch.uint8
    )
    board = read_board(bytes([3, 1]) + bytes(bits.numpy()))
    assert list(board) == [3]
    assert board[3].shape == (1, 28, 28)
    assert board[3][0, 14, 14] > 0.5 > board[3][0, 14, 2]


def test_examples_survive_packing() -> None:
    levels = torch.randint(16, (2, 28, 28), generator=generator(0), dtype=torch.uint8)
    packed = pack_examples(levels * 17)
    assert torch.allclose(read_board(bytes([0, 2]) + packed[:PICTURE])[0][0], levels[0] / 15)


@pytest.mark.parametrize(
    "data", [b"\x00", b"\x00\x02short", bytes([51, 2]) + bytes(PICTURE), 2 * (bytes([0, 2]) + bytes(PICTURE))]
)
def test_bytes_that_are_no_board_are_named(data: bytes) -> None:
    with pytest.raises(MetaKitError, match="not a board"):
        read_board(data)


def test_a_huge_board_is_refused() -> None:
    with pytest.raises(TraitError):
        playground().drawings = bytes(MAX_BYTES + 1)


def test_the_map_keeps_distances_and_does_not_jump() -> None:
    points = torch.randn(9, 2, generator=generator(1), dtype=torch.float64)
    flat, kept = plane(points)
    assert kept == pytest.approx(1)
    assert torch.allclose(torch.cdist(flat, flat), torch.cdist(points, points))
    mirrored = flat * torch.tensor([-1.0, 1.0])
    assert torch.allclose(turned(mirrored, mirrored, flat), flat)


def test_on_an_event_loop_only_the_latest_question_is_answered() -> None:
    async def moving_fast() -> tuple[Playground, set[int]]:
        widget, heard = playground_on_a_loop(), []
        widget.observe(lambda change: heard.append(change.new["asked"]), "adaptation")
        for number in range(1, 6):
            widget.asked = number
        await asyncio.sleep(1)
        return widget, set(heard)

    widget, heard = asyncio.run(moving_fast())
    assert (widget.adaptation["asked"], heard) == (5, {5})


def test_the_verdict_does_not_wait_for_every_step() -> None:
    widget, heard = playground(), []
    widget.observe(lambda change: heard.append(change.new), "adaptation")
    widget.ways = 4
    first, complete = heard
    assert len(first["probabilities"]) == widget.steps + 1
    assert "losses" not in first
    assert first["probabilities"][widget.steps] == complete["probabilities"][widget.steps]
    assert len(complete["losses"]) == len(complete["probabilities"]) == 11


def test_every_step_waits_until_the_hand_rests() -> None:
    async def moving_on() -> Playground:
        widget = playground()
        await asyncio.sleep(0.3)
        assert "losses" not in widget.adaptation
        widget.steps = 3
        await asyncio.sleep(0.3)
        assert len(widget.adaptation["probabilities"]) == 4  # of the step that is looked at now
        await asyncio.sleep(1)
        return widget

    assert len(asyncio.run(moving_on()).adaptation["losses"]) == 11


def playground_on_a_loop() -> Playground:
    widget = playground()
    assert not widget.adaptation, "On a loop, nothing is answered before the loop turns."
    return widget


def test_the_event_loop_is_never_blocked_for_long() -> None:
    async def longest_wait() -> float:
        widget, longest = playground(), 0.0
        widget.ways = 10
        while "losses" not in widget.adaptation:
            started = process_time()
            await asyncio.sleep(0)
            longest = max(longest, process_time() - started)
        return longest

    assert within(asyncio.run(longest_wait()), 0.1)


PANEL = ["nearest-neighbour-omniglot", "maml-omniglot-5w1s"]


def test_the_panel_gives_its_opinions_in_the_order_of_the_roster() -> None:
    widget = playground()
    widget.set_state({"panel": PANEL})
    said = {one["recipe"]: one for one in widget.opinions["said"]}
    assert list(said) == [entry["name"] for entry in widget.roster if entry["name"] in PANEL]
    for one in said.values():
        assert sum(one["probabilities"]) == pytest.approx(1, abs=1e-5)
        assert one["milliseconds"] > 0
    assert widget.opinions["rows"] == widget.comparison["rows"]


def test_only_who_can_answer_for_some_number_of_ways_is_on_the_roster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metakit.widgets.roster.shipped", lambda _: Path(__file__))
    names = roster.__wrapped__()
    assert "anil-omniglot-5w1s" in names
    assert "anil-omniglot-20w1s" not in names


def test_a_learner_for_another_number_of_ways_says_so() -> None:
    widget = playground()
    widget.ways = 4
    widget.panel = PANEL
    said = {one["recipe"]: one for one in widget.opinions["said"]}
    assert "5 ways" in said["maml-omniglot-5w1s"]["why_not"]
    assert not said["maml-omniglot-5w1s"]["probabilities"]
    assert not said["nearest-neighbour-omniglot"]["why_not"]


def test_who_cannot_be_loaded_says_so_and_the_others_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    one_is_broken(monkeypatch)
    widget = playground()
    widget.panel = PANEL
    said = {one["recipe"]: one for one in widget.opinions["said"]}
    assert "cannot be read" in said["nearest-neighbour-omniglot"]["why_not"]
    assert "/" not in said["nearest-neighbour-omniglot"]["why_not"]
    assert said["maml-omniglot-5w1s"]["probabilities"]


def test_one_broken_learner_does_not_stop_the_warming(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    one_is_broken(monkeypatch)
    monkeypatch.setattr("metakit.widgets.roster.roster", lambda: PANEL)
    assert len(list(load_the_rest())) == 2
    assert "bring it back" in caplog.text


def one_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def told(name: str) -> MetaLearner:
        if name == "nearest-neighbour-omniglot":
            raise MetaKitError("/a/path/of/the/server is broken: bring it back.")
        return ready(name)

    monkeypatch.setattr("metakit.widgets.roster.ready", told)


@pytest.mark.parametrize("value", [["../../etc/passwd"], ["maml-sinusoid"], [1], "maml", None, {"a": 1}])
def test_only_who_is_on_the_roster_is_asked(value: object) -> None:
    widget = playground()
    widget.set_state({"panel": value})
    assert widget.panel == []


def test_without_a_question_the_panel_is_silent() -> None:
    widget = playground()
    widget.panel = PANEL
    widget.drawings = b""
    assert "said" not in widget.opinions
