"""Fast weights of support examples, side by side: which number of which class each of them sets."""

from torch import Tensor

from metakit.plots.style import Picture, look

LETTERS = "ABCDEFGHIJKLMNOPQRST"


def fast_weights(images: Tensor, weights: Tensor, labels: Tensor) -> Picture:
    """A row of pictures for each example: its image, and its weights, a line for every class.

    images [S, 1, H, W], weights [S, N, D], labels [S]. Blue raises an answer, red lowers it.
    """
    count, largest = len(images), float(weights.abs().max())
    with look():
        figure = Picture(8.6, 0.95 * count + 0.5)
        grid = figure.subplots(count, 2, width_ratios=[1, 9], squeeze=False)
        for (left, right), image, rows, label in zip(grid, images, weights, labels.tolist(), strict=True):
            left.imshow(image[0].numpy(), cmap="gray_r", vmin=0, vmax=1)
            left.set(xticks=[], yticks=[], frame_on=False)
            left.set_ylabel(LETTERS[label], rotation=0, va="center")
            drawn = right.imshow(rows.numpy(), cmap="RdBu", vmin=-largest, vmax=largest, aspect="auto")
            right.set(xticks=[], yticks=range(rows.shape[0]), yticklabels=LETTERS[: rows.shape[0]])
            for axes in (left, right):
                axes.grid(visible=False)
        grid[-1, 1].set_xlabel("features")
        figure.colorbar(drawn, ax=grid[:, 1].tolist(), label="weight", shrink=0.8)
        return figure
