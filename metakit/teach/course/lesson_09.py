"""The exercises of lesson 09: images in context."""

import torch
from torch import Tensor

from metakit.plots import small
from metakit.plots.style import Picture
from metakit.tasks.base import generator
from metakit.tasks.sequences import BURST
from metakit.teach.exercises import Exercise

# ── The burstiness dial (sequences.py) ──

DIALS = ((0.35, 0.6), (0.85, 0.6), (0.55, 0.9), (0.3, 0.2))  # a chance, and the dial


def _shown(nine: Tensor, order: Tensor, chance: float, burstiness: float) -> Tensor:
    if chance >= burstiness:
        return nine
    places = [nine[BURST[number]] for number in order]
    return torch.stack([*places, nine[0]])


def _draws(seed: int) -> list[tuple[Tensor, Tensor, float, float]]:
    """Four sequences at three dials, two of them bursty: neither the chance nor the dial alone says which."""
    rng = generator(seed)
    drawn = [[torch.randperm(n, generator=rng) for n in (1100, 8)] for _ in DIALS]
    return [(nine[:9], order, *dial) for (nine, order), dial in zip(drawn, DIALS, strict=True)]


def _burst(nine: Tensor, order: Tensor, *_: float) -> Tensor:
    """Always bursty."""
    return torch.cat([nine[torch.tensor(BURST)[order]], nine[:1]])


def _draw_sequence(found: Tensor, nine: Tensor, *_: object) -> Picture:
    return small.heat((found == nine[:, None]).float(), "place, the query's last", "which of the nine")


shown = Exercise(
    title="The burstiness dial",
    minutes=8,
    difficulty="medium",
    oracle=_shown,
    cases=_draws,
    mistakes={
        "You have the dial the wrong way round: at burstiness 1 every sequence is bursty, so it is bursty where the "
        "chance is below the dial.": lambda nine, order, c, dial: nine if c < dial else _burst(nine, order),
        "Your query shows the last class drawn, also where the sequence is bursty. There it shows the class that comes "
        "three times: else there is nothing to copy.": lambda nine, order, c, dial: (
            nine if c >= dial else torch.cat([_burst(nine, order)[:8], nine[8:]])
        ),
        "You leave the classes as they are, 0, 0, 0, 1, 1, 1, 2, 3. A network would learn that the first places have "
        "the answer: mix them by `order`.": lambda nine, _, c, dial: (
            nine if c >= dial else _burst(nine, torch.arange(8))
        ),
        "You put number i at place order[i]. It is the other way round: place i shows number order[i].": (
            lambda nine, order, c, dial: nine if c >= dial else _burst(nine, order.argsort())
        ),
        "Your dial is stuck: all sequences are bursty.": _burst,
        "You leave out the dial: half of your sequences are bursty wherever it stands. Compare the chance with "
        "`burstiness`.": lambda nine, order, c, _: _shown(nine, order, c, 0.5),
    },
    picture=_draw_sequence,
    shows="for each place which class it shows: two classes three times, two others once, and the first for the query.",
)

# ── Labels dealt anew (section 3 of the lesson) ──


def _deal(support: Tensor, queries: Tensor, names: Tensor) -> Tensor:
    classes = sorted({int(number) for number in support})
    called = {number: names[place] for place, number in enumerate(classes)}
    return torch.stack([called[int(number)] for number in [*support, *queries]])


def _episodes(seed: int) -> list[tuple[Tensor, Tensor, Tensor]]:
    """Four classes in the support set, of which the queries show all but the one with the smallest number."""
    rng, cases = generator(seed), list[tuple[Tensor, Tensor, Tensor]]()
    for _ in range(2):
        classes = torch.randperm(1100, generator=rng)[:4].sort().values
        support = classes.repeat(3)[torch.randperm(12, generator=rng)]
        cases.append((support, classes[[2, 1, 3, 2]], torch.tensor([2, 0, 3, 1]).roll(len(cases))))
    return cases


def _ranks(*classes: Tensor) -> Tensor:
    return torch.cat(classes).unique(return_inverse=True)[1]


deal = Exercise(
    title="Labels dealt anew",
    minutes=6,
    difficulty="medium",
    oracle=_deal,
    cases=_episodes,
    mistakes={
        "You leave out `names`: the class with the smallest number is always 0. Part of that can be learned in "
        "weights, so deal the ranks anew.": lambda support, queries, _: _ranks(support, queries),
        "You take the class number modulo N. It is the same in every task, and it is learned in weights: deal by "
        "`names`.": lambda support, queries, names: torch.cat([support, queries]) % len(names),
        "You deal the queries by themselves. A class must have one name in a task: rank the queries among the classes "
        "of the support set.": lambda support, queries, names: names[torch.cat([_ranks(support), _ranks(queries)])],
        "You use `names` the other way round: the class with rank r is called names[r].": (
            lambda support, queries, names: names.argsort()[_ranks(support, queries)]
        ),
    },
)

# ── In context by hand: a read by likeness (matching.py has it with learned features) ──


def _read(x: Tensor, y: Tensor, q: Tensor, beta: float) -> Tensor:
    weights = [torch.exp(-beta * (q - one).square().sum()) for one in x]
    return sum(w * label for w, label in zip(weights, y, strict=True)) / sum(weights)


def _prompts(seed: int) -> list[tuple[Tensor, Tensor, Tensor, float]]:
    """Three classes, four examples each, in the plane; the query lies near one of the examples."""
    rng, cases = generator(seed), []
    for beta in (1.0, 3.0):
        x, y = torch.randn(12, 2, generator=rng), torch.eye(3).repeat(4, 1)
        cases.append((x, y, x[0] + 0.3 * torch.randn(2, generator=rng), beta))
    return cases


def _squares(x: Tensor, q: Tensor) -> Tensor:
    return (x - q).square().sum(-1)


def _draw_belief(found: Tensor, *_: object) -> Picture:
    return small.bars({f"class {n}": float(share) for n, share in enumerate(found)}, "belief")


read = Exercise(
    title="In context by hand",
    minutes=6,
    difficulty="easy",
    oracle=_read,
    cases=_prompts,
    mistakes={
        "Your sign is lost: the weight grows with the distance, and the least similar example decides.": (
            lambda x, y, q, beta: (beta * _squares(x, q)).softmax(0) @ y
        ),
        "You forget the square. The weight falls with the squared distance.": (
            lambda x, y, q, beta: (-beta * _squares(x, q).sqrt()).softmax(0) @ y
        ),
        "You copy the label of the nearest example alone. A mean asks all of them, so that two that agree outvote a "
        "stranger.": lambda x, y, q, _: y[_squares(x, q).argmin()],
        "Your weights do not add up to one: divide by their sum, or use the softmax.": (
            lambda x, y, q, beta: (-beta * _squares(x, q)).exp() @ y
        ),
        "You leave out β: nobody can say how sharply to look.": lambda x, y, q, _: (-_squares(x, q)).softmax(0) @ y,
    },
    picture=_draw_belief,
    shows="the belief in each of three classes; the bars add up to one.",
)

# ── Merged rows (equation 1 of in_context.py) ──


def _merged_rows(x: Tensor, y: Tensor) -> Tensor:
    rows = []
    for s in range(len(x)):
        before = (x[s - 1], y[s - 1]) if s > 0 else (torch.zeros_like(x[0]), torch.zeros_like(y[0]))
        rows.append(torch.cat([x[s], *before]))
    return torch.stack(rows)


def _pairs(seed: int) -> list[tuple[Tensor, Tensor]]:
    rng = generator(seed)
    drawn = [(1 + torch.rand(s, d, generator=rng), torch.randperm(s, generator=rng)) for s, d in ((6, 3), (3, 4))]
    return [(x, torch.eye(3)[order % 3]) for x, order in drawn]


def _later(pairs: Tensor) -> Tensor:
    return torch.cat([torch.zeros_like(pairs[:1]), pairs[:-1]])


def _draw_merged(found: Tensor, *_: Tensor) -> Picture:
    return small.heat(found, "own image · image before · its label", "row")


merged_rows = Exercise(
    title="Merged rows",
    minutes=6,
    difficulty="medium",
    oracle=_merged_rows,
    cases=_pairs,
    mistakes={
        "Your row holds its own label: the answer stands beside the question, and there is nothing to learn. Take the "
        "label of the row before.": lambda x, y: torch.hstack([x, _later(x), y]),
        "`roll` brings the last row round to the first, which is then told a label from the very end. Before the first "
        "example there is nothing, so put zeros.": lambda x, y: torch.hstack([x, x.roll(1, 0), y.roll(1, 0)]),
        "You look at the pair that comes after. A row may hold only what has been shown before it.": lambda x, y: (
            torch.hstack([x, *(_later(part.flip(0)).flip(0) for part in (x, y))])
        ),
        "The label before is there, the image before is not: nobody knows whose label it is.": lambda x, y: (
            torch.hstack([x, x, _later(y)])
        ),
    },
    picture=_draw_merged,
    shows="six rows: left their own image, then the image of the row above and its label; the first has zeros there.",
)
