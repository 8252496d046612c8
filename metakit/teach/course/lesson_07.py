"""The exercises of lesson 07: choosing a method."""

from statistics import mean, pstdev, stdev

import torch

from metakit.plots import small
from metakit.plots.style import Picture
from metakit.tasks.base import generator
from metakit.teach.exercises import Exercise

Bins = list[tuple[float, float, int]]

# ── A paired difference (equation 1 of the lesson) ──


def _difference(a: list[float], b: list[float]) -> list[float]:
    gaps = [one - other for one, other in zip(a, b, strict=True)]
    middle = sum(gaps) / len(gaps)
    variance = sum((gap - middle) ** 2 for gap in gaps) / (len(gaps) - 1)
    return [middle, 1.96 * (variance / len(gaps)) ** 0.5]


def _exams(seed: int) -> list[tuple[list[float], list[float]]]:
    """Two learners on the same tasks: a hard task is hard for both."""
    rng, cases = generator(seed), []
    for tasks in (12, 30):
        hard = 0.15 * torch.rand(tasks, generator=rng)
        drawn = [(0.95 - off - hard + 0.02 * torch.randn(tasks, generator=rng)).tolist() for off in (0.0, 0.02)]
        cases.append((drawn[0], drawn[1]))
    return cases


def _gaps(a: list[float], b: list[float]) -> list[float]:
    return [one - other for one, other in zip(a, b, strict=True)]


def _draw_difference(found: list[float], a: list[float], b: list[float]) -> Picture:
    gaps, (middle, half) = [100 * gap for gap in _gaps(a, b)], [100 * float(part) for part in found]
    places = torch.linspace(1, len(gaps), small.MANY)
    levels = {"upper end": middle + half, "mean": middle, "lower end": middle - half}
    lines = {name: [level] * len(places) for name, level in levels.items()}
    each = (torch.arange(1, len(gaps) + 1), torch.tensor(gaps))
    return small.lines(places, lines, "task", "difference in %", each)


difference = Exercise(
    title="A paired difference",
    minutes=8,
    difficulty="medium",
    oracle=_difference,
    cases=_exams,
    mistakes={
        "You join the intervals of two learners, as if each had sat tasks of its own. Subtract task by task first: "
        "what is hard for both drops out.": lambda a, b: [
            mean(a) - mean(b),
            1.96 * ((stdev(a) ** 2 + stdev(b) ** 2) / len(a)) ** 0.5,
        ],
        "Your half width is the spread of single tasks. The mean of T tasks is surer by a factor of √T: divide by "
        "it.": lambda a, b: [mean(_gaps(a, b)), 1.96 * stdev(_gaps(a, b))],
        "Your half width is one standard error, which holds the truth two times in three. For 95 % take 1.96 of "
        "them.": lambda a, b: [mean(_gaps(a, b)), stdev(_gaps(a, b)) / len(a) ** 0.5],
        "You divide the squares by T. They are measured from the mean of these same numbers, which lies too near: "
        "divide by T - 1.": lambda a, b: [mean(_gaps(a, b)), 1.96 * pstdev(_gaps(a, b)) / len(a) ** 0.5],
        "You subtract the first learner from the second: a - b is positive where a is better.": lambda a, b: [
            mean(_gaps(b, a)),
            1.96 * stdev(_gaps(a, b)) / len(a) ** 0.5,
        ],
    },
    picture=_draw_difference,
    shows="a dot for the difference on each of twelve tasks, and around their mean a band narrower than their spread.",
)

# ── Expected calibration error (equation 2 of the lesson) ──


def _expected_calibration_error(bins: Bins) -> float:
    answers = [abs(accuracy - confidence) for confidence, accuracy, count in bins for _ in range(count)]
    return sum(answers) / len(answers)


def _reliabilities(seed: int) -> list[tuple[Bins]]:
    """Too sure in most bins and not sure enough in the first; bins of very different sizes."""
    rng, cases = generator(seed), []
    for counts in ((15, 30, 60, 300), (200, 40, 8)):
        off = 0.05 + 0.15 * torch.rand(len(counts), generator=rng)
        off[0] *= -1
        confidences = [0.35 + 0.6 * i / len(counts) for i in range(len(counts))]
        triples = zip(confidences, off.tolist(), counts, strict=True)
        cases.append(([(confidence, confidence - gap, count) for confidence, gap, count in triples],))
    return cases


def _draw_bins(found: float, bins: Bins) -> Picture:
    gaps = {f"{100 * confidence:.0f} %": 100 * abs(accuracy - confidence) for confidence, accuracy, _ in bins}
    return small.bars(gaps | {"all": 100 * found}, "gap in %")


expected_calibration_error = Exercise(
    title="Expected calibration error",
    minutes=6,
    difficulty="easy",
    oracle=_expected_calibration_error,
    cases=_reliabilities,
    mistakes={
        "All your bins count alike. One with ten answers says little: weigh each by its share of the "
        "answers.": lambda bins: mean(abs(right - sure) for sure, right, _ in bins),
        "In your sum a bin that is too sure makes up for one that is not sure enough. Both are wrong: take the size of "
        "each gap first.": lambda bins: abs(
            sum(n * (right - sure) for sure, right, n in bins) / sum(n for *_, n in bins)
        ),
        "That is the largest gap, the maximum calibration error. The expected one is a mean over all "
        "answers.": lambda bins: max(abs(right - sure) for sure, right, _ in bins),
        "You add up the gaps of all answers. A mean divides by their number: weigh each bin by its "
        "share.": lambda bins: sum(n * abs(right - sure) for sure, right, n in bins),
        "You square the gaps: then the sum is no longer in points of accuracy. Take their size.": lambda bins: (
            sum(n * (right - sure) ** 2 for sure, right, n in bins) / sum(n for *_, n in bins)
        ),
    },
    picture=_draw_bins,
    shows="a bar for the gap in each bin, named by its confidence, and a last one for all: nearest to the fullest bin.",
)
