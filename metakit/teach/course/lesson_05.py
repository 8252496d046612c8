"""The exercises of lesson 05: model-based learners."""

import torch
import torch.nn.functional as F
from torch import Tensor

from metakit.plots import small
from metakit.plots.style import Picture
from metakit.tasks.base import generator
from metakit.teach.exercises import Exercise

# ── A read by likeness (equations 2 to 4 of mann.py) ──


def _read_memory(key: Tensor, rows: Tensor, sharpness: float) -> Tensor:
    pulls = []
    for row in rows:
        lengths = sum(number**2 for number in key) ** 0.5 * sum(number**2 for number in row) ** 0.5
        likeness = sum(a * b for a, b in zip(key, row, strict=True)) / lengths if lengths > 0 else torch.tensor(0.0)
        pulls.append(torch.exp(sharpness * likeness))
    read = torch.zeros_like(rows[0])
    for pull, row in zip(pulls, rows, strict=True):
        read += pull / sum(pulls) * row
    return read


def _memories(seed: int) -> list[tuple[Tensor, Tensor, float]]:
    """The key is like the shortest row. The last row is empty, as all are before the first note."""
    rng, sizes, cases = generator(seed), torch.tensor([0.5, 1.0, 2.5, 0.0])[:, None], []
    for sharpness in (5.0, 1.5):
        rows = torch.randn(4, 5, generator=rng)
        cases.append((rows[0] + 0.5 * torch.randn(5, generator=rng), sizes * rows, sharpness))
    return cases


def _likeness(key: Tensor, rows: Tensor) -> Tensor:
    return F.cosine_similarity(key[None], rows, dim=-1)


def _draw_read(found: Tensor, key: Tensor, rows: Tensor, _: float) -> Picture:
    names = ("key", *(f"row {i}" for i in range(1, len(rows) + 1)), "read")
    return small.heat(torch.stack([key, *rows, found]), "numbers of a row", "", names)


read_memory = Exercise(
    title="A read by likeness",
    minutes=8,
    difficulty="medium",
    oracle=_read_memory,
    cases=_memories,
    mistakes={
        "You compare by the dot product, so a long row is read whoever asks. Divide by the lengths of key and row: "
        "the cosine (2) asks for the direction alone.": lambda key, rows, sharpness: (
            (sharpness * rows @ key).softmax(0) @ rows
        ),
        "You divide by the length of every row, and one of them is empty: 0 / 0 is not a number. A row without a note "
        "is like nothing: its cosine is 0.": lambda key, rows, sharpness: (
            (sharpness * (rows @ key / rows.norm(dim=1) / key.norm())).softmax(0) @ rows
        ),
        "You read the one row that is most like the key. A choice has no slope, so training could never improve the "
        "key: mix all rows, by softmax.": lambda key, rows, _: rows[_likeness(key, rows).argmax()],
        "The sharpness comes before the softmax. After it, it scales what is read, and the weights no longer add up "
        "to one.": lambda key, rows, sharpness: sharpness * _likeness(key, rows).softmax(0) @ rows,
        "You leave out the sharpness. Cosines lie between -1 and 1, and a softmax over such numbers is nearly even: "
        "you read a bit of everything.": lambda key, rows, _: _likeness(key, rows).softmax(0) @ rows,
    },
    picture=_draw_read,
    shows="from the top: the key, the four rows of the memory, and what is read: mostly the row that points where the "
    "key points.",
)

# ── Where to write (equation 7 of mann.py) ──


def _where_to_write(usage: Tensor, read_before: Tensor, alpha: Tensor) -> Tensor:
    gate, least = 1 / (1 + torch.exp(-alpha)), int(usage.argmin())
    return torch.stack([gate * read_before[i] + (1 - gate) * (i == least) for i in range(len(usage))])


def _usages(seed: int) -> list[tuple[Tensor, Tensor, Tensor]]:
    """Three different rows: the least used, the most used, and the one that was read least a moment ago."""
    rng, cases = generator(seed), []
    for alpha in (-1.0, 0.5, 2.0):
        order, usage = torch.randperm(5, generator=rng), torch.rand(5, generator=rng).sort().values
        read = torch.randn(5, generator=rng).softmax(0).sort().values.roll(2)
        cases.append((usage[order], read[order], torch.tensor(alpha)))
    return cases


def _least(usage: Tensor) -> Tensor:
    return F.one_hot(usage.argmin(), len(usage)).float()


where_to_write = Exercise(
    title="Where to write",
    minutes=6,
    difficulty="easy",
    oracle=_where_to_write,
    cases=_usages,
    mistakes={
        "Your gate is the wrong way round: the share σ(α) goes to what was read a moment ago, and 1 - σ(α) to the row "
        "that is used least.": lambda usage, read, alpha: torch.lerp(read, _least(usage), alpha.sigmoid()),
        "You write into the row that is used most, and overwrite what is needed most. Take the smallest "
        "usage.": lambda usage, read, alpha: torch.lerp(_least(-usage), read, alpha.sigmoid()),
        "You look for the smallest read weight. A row that was not read a moment ago may hold a note that is used all "
        "the time: look at the usage.": lambda _, read, alpha: torch.lerp(_least(read), read, alpha.sigmoid()),
        "α is no share yet, it may be any number: the sigmoid σ brings it between 0 and "
        "1.": lambda usage, read, alpha: torch.lerp(_least(usage), read, alpha),
    },
    picture=lambda found, *_: small.bars({f"row {i}": float(w) for i, w in enumerate(found, 1)}, "weight of the note"),
    shows="a bar for each row: most goes to the row that is used least, the rest to the rows that were just read.",
)

# ── What a gradient says (equation 4 of meta_networks.py) ──


def _gradient(weights: Tensor, x: Tensor, y: Tensor) -> Tensor:
    weights = weights.clone().requires_grad_()
    loss = -(y * (weights @ x).log_softmax(0)).sum()
    return torch.autograd.grad(loss, weights)[0]


def _examples(seed: int) -> list[tuple[Tensor, Tensor, Tensor]]:
    """Three classes and six features, weights drawn; then the start at zero, where all answers are alike."""
    rng = generator(seed)
    drawn, x = torch.randn(3, 6, generator=rng), torch.randn(2, 6, generator=rng)
    return [(drawn, x[0], torch.eye(3)[1]), (torch.zeros(5, 6), x[1], torch.eye(5)[0])]


gradient = Exercise(
    title="What a gradient says",
    minutes=8,
    difficulty="medium",
    oracle=_gradient,
    cases=_examples,
    mistakes={
        "You have truth minus answer: that is the way down. The gradient points up: answer minus "
        "truth.": lambda weights, x, y: torch.outer(y - (weights @ x).softmax(0), x),
        "W x are logits, not shares yet. The cross-entropy compares shares with the truth: take the softmax "
        "first.": lambda weights, x, y: torch.outer(weights @ x - y, x),
        "You fill the row of the example's own class alone. The softmax ties the classes together: what its own row "
        "gains, the others lose.": lambda weights, x, y: torch.outer(((weights @ x).softmax(0) - y) * y, x),
        "A sigmoid judges every class by itself. Here exactly one class is right: the shares come from a softmax, and "
        "add up to one.": lambda weights, x, y: torch.outer((weights @ x).sigmoid() - y, x),
    },
    picture=lambda found, *_: small.heat(found, "features", "classes"),
    shows="a row for each class: all are the same features, and the example's own class has them the other way round.",
)

# ── The summary of a neural process (equation 2 of neural_process.py) ──


def _summaries(codes: Tensor) -> Tensor:
    rows = [torch.zeros_like(codes[0])]
    for read in range(1, len(codes) + 1):
        total = torch.zeros_like(codes[0])
        for code in codes[:read]:
            total += code
        rows.append(total / read)
    return torch.stack(rows)


def _codes(seed: int) -> list[tuple[Tensor]]:
    rng = generator(seed)
    return [(1 + torch.randn(size, generator=rng),) for size in ((8, 4), (3, 10))]


def _sums(codes: Tensor) -> Tensor:
    return torch.cat([torch.zeros_like(codes[:1]), codes.cumsum(0)])


def _draw_summaries(found: Tensor, *_: Tensor) -> Picture:
    lines = {f"number {i + 1}": column for i, column in enumerate(found.T[:3])}
    return small.lines(range(len(found)), lines, "points read", "summary")


summaries = Exercise(
    title="The summary of a neural process",
    minutes=6,
    difficulty="easy",
    oracle=_summaries,
    cases=_codes,
    mistakes={
        "You add up: the summary grows with every point, and the decoder would meet sizes that it has never seen. "
        "Divide by the number of points read so far.": _sums,
        "You divide by S from the first point on. Divide by the number of points that have been read by "
        "then.": lambda codes: _sums(codes) / len(codes),
        "Every row has the mean of all the points: the summary knows points before they are read. Row s may hold the "
        "first s of them only.": lambda codes: torch.cat([codes[:1] * 0, codes.mean(0).expand_as(codes)]),
        "You are one short: row 0 is the summary before any point is read, all zeros. S points make S + 1 "
        "rows.": lambda codes: _sums(codes)[1:] / torch.arange(1, len(codes) + 1)[:, None],
    },
    picture=_draw_summaries,
    shows="the first three numbers of the summary: they start at zero, jump about, and settle as more points are read.",
)
