"""Situations worth seeing, in every room: each was chosen because it shows what its name promises; a test looks."""

from typing import Any, NamedTuple


class Drawn(NamedTuple):
    """A situation of the first room: example characters, and who is asked about which of them."""

    name: str
    about: str  # what to look for
    episode: int
    truth: int  # row of the query, drawn by the sixth hand
    source: str = "glyphs-alike"
    ways: int = 5
    shots: int = 1
    steps: int = 5
    everyone: bool = False  # is asked


class Preset(NamedTuple):
    """A situation of another room: values of its widgets' traits."""

    name: str
    about: str
    situation: dict[str, Any]


DRAWN = (
    Drawn(
        "1-shot, look-alikes",
        "Five characters that look alike, each seen once: both machines take the query for E, and it is A. Move K to 5 "
        "and see what four more examples of each change.",
        episode=28,
        truth=0,
    ),
    Drawn(
        "5-shot, look-alikes",
        "The same five characters and the same query, but each character was seen five times: now both are right.",
        episode=28,
        truth=0,
        shots=5,
    ),
    Drawn(
        "Who fails first?",
        "Every learner here answers the same query: most are right, some are not. Scroll to the panel. Then draw the "
        "query yourself, sloppier every time: who fails next, and who last?",
        episode=21,
        truth=1,
        everyone=True,
    ),
)
ON_CURVES = (
    Preset(
        "More steps hurt",
        "The six points are noisy: most lie beside the wave. After one step MAML has nearly found it. Nine more, and "
        "it follows the noise. Move the steps back to 1 and watch.",
        {
            "amplitude": 1.8, "phase": 0.8, "on_curve": False, "speed": 0, "step": 10, "hidden": [],
            "points": [[-4.0, 2.1], [-0.5, -1.4], [2.5, 2.6], [2.7, 1.6], [3.0, 0.8], [3.7, -0.5]],
        },
    ),
    Preset(
        "Half the wave",
        "All five points lie on the left. Look at the right: the network without practice does not know how it goes "
        "on. Those that have practised do, because they know what waves are like.",
        {
            "amplitude": 3.0, "phase": 1.0, "on_curve": True, "speed": 0, "step": 2, "hidden": [],
            "points": [[-4.5, 0], [-3.8, 0], [-3.0, 0], [-2.2, 0], [-1.2, 0]],
        },
    ),
    Preset(
        "One point",
        "Many waves pass through one point. The neural process says so: its shaded band is wide where it is unsure. "
        "The others guess. Click the picture to add a second point.",
        {
            "amplitude": 2.5, "phase": 0.5, "on_curve": True, "speed": 0, "step": 1, "hidden": [],
            "points": [[-1.1, 0]],
        },
    ),
)  # fmt: skip
IN_CONTEXT = (
    Preset(
        "Two examples, one wave",
        "A wave has two unknowns, its height and its place. Behind two examples the transformer has found both.",
        {"subject": "sinusoids", "seed": 2, "prompt": 0, "scale": 0, "skew": 0.0, "noise": 0.0, "orthant": False,
         "on_function": True, "read": 2},
    ),
    Preset(
        "Inputs four times as large",
        "It has learned to learn from inputs like those of its training. Make them four times as large, and after ten "
        "examples it is still wrong where least squares is not. Set the scale back to × 1.",
        {"subject": "linear functions", "seed": 0, "prompt": 0, "scale": 2, "skew": 0.0, "noise": 0.0, "orthant": False,
         "on_function": True, "read": 10},
    ),
)  # fmt: skip
