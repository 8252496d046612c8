"""Reliability diagram: how often a learner is right where it says that it is sure. Data in, figure out.

Chuan Guo and others: On Calibration of Modern Neural Networks, 2017, arXiv:1706.04599, section 2.
"""

from collections.abc import Mapping

from metakit.evaluate import calibration_error
from metakit.plots.style import Picture, look, percent, stroke

FEWEST = 20  # answers: a share of fewer tells nothing


def reliability(curves: Mapping[str, list[tuple[float, float, int]]]) -> Picture:
    """Accuracy against confidence, and how many answers have it. curves: as `metakit.evaluate.calibration` gives.

    The accuracy of a bin with fewer than 20 answers is not drawn; the calibration error counts them all.
    """
    with look():
        figure = Picture(9.2, 3.8)
        left, right = figure.subplots(1, 2, sharex=True)
        left.set(xlabel="confidence", ylabel="accuracy", aspect="equal")
        right.set(xlabel="confidence", ylabel="share of the answers")
        left.plot([0, 1], [0, 1], color="0.5", linewidth=1, linestyle=":", label="calibrated")
        for number, (name, bins) in enumerate(curves.items()):
            style, total = stroke(number), sum(count for _, _, count in bins)
            confidence = [where for where, _, _ in bins]
            look_of = {"color": style.colour, "linestyle": style.dash, "marker": style.marker}
            label = f"{name}: error {100 * calibration_error(bins):.1f} points"
            drawn = [(where, share) for where, share, count in bins if count >= FEWEST]
            left.plot(*zip(*drawn, strict=True), **look_of, label=label)
            right.plot(confidence, [count / total for _, _, count in bins], **look_of)
        left.set(xticks=(0, 0.25, 0.5, 0.75, 1), yticks=(0, 0.25, 0.5, 0.75, 1))
        for axis in (left.xaxis, left.yaxis, right.yaxis):
            axis.set_major_formatter(percent())
        figure.legend(loc="outside lower center", ncols=2)
        return figure
