"""When does a transformer learn in context, and when in its weights? The data decide: Omniglot sequences, their dials.

Two probes a run. *In context*: two held-out characters, four drawings of each in the prompt, called 0 and 1; chance is
1/2. *In weights*: a trained character of which the prompt shows no drawing; chance is one in the number of classes.
Where training knows few drawers, this probe draws from the same few; held-out characters come from all twenty.

Stephanie Chan and others: Data Distributional Properties Drive Emergent In-Context Learning in Transformers, 2022,
arXiv:2205.05055, figures 3 to 7; Aaditya Singh and others: The Transient Nature of Emergent In-Context Learning in
Transformers, 2023, arXiv:2311.08360 (the long run). Deviations: two layers instead of twelve; merged tokens; 1,200
steps of 32 sequences instead of half a million; images are 16 random projections of frozen features instead of what a
residual network makes of them, trained along. With all 64 features the classes are remembered so easily that, within
these steps, hardly anything else is learned.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial

import torch

from metakit.core import MetaLearner, cross_entropy
from metakit.learners.model_based.in_context import InContextLearner
from metakit.learners.model_based.recurrent import RecurrentLearner
from metakit.nets.transformer import Transformer
from metakit.studies.base import Setting, Study, StudyRun
from metakit.studies.frozen import N_FEATURES, features
from metakit.tasks.base import Tasks, generator
from metakit.tasks.by_name import Part
from metakit.tasks.episodes import Episodes, ImageSet
from metakit.tasks.sequences import Sequences
from metakit.train import Schedule

CLASSES, STEPS, NUMBERS, DRAWERS = 1100, 1200, 16, 20
HELD_OUT = "in context"
TRAINED, FREQUENT = "in weights", "in weights, as often as trained"


@cache
def projected(part: Part) -> ImageSet:
    """Omniglot's classes: float32 [C, 20, 16]."""
    images = features("omniglot", part)
    projection = torch.randn(N_FEATURES, NUMBERS, generator=generator(0)) / N_FEATURES**0.5
    return replace(images, images=images.images @ projection)


def transformer(classes: int) -> MetaLearner:
    """The learner of most runs."""
    return InContextLearner(NUMBERS, classes, Transformer(64, 2, 4), loss=cross_entropy, scored="queries")


def recurrent(classes: int) -> MetaLearner:
    """The control."""
    return RecurrentLearner(NUMBERS, classes, 128, 2, loss=cross_entropy)


def _sequences(classes: int, burstiness: float, zipf: float, drawers: int, distinct: bool) -> Sequences:
    trained = projected("train").select(list(range(classes)))
    return Sequences(trained, burstiness, zipf, drawers, distinct)


def _held_out() -> Episodes:
    return Episodes(projected("test"), ways=2, shots=4, queries=4)


def _run(
    label: str,
    burstiness: float = 0.9,
    classes: int = CLASSES,
    zipf: float = 0.0,
    drawers: int = DRAWERS,
    steps: int = STEPS,
    learner: Callable[[int], MetaLearner] = transformer,
) -> StudyRun:
    dials: dict[str, Setting] = {"burstiness": burstiness, "classes": classes, "zipf": zipf, "drawers": drawers}
    probes: dict[str, Callable[[], Tasks]] = {HELD_OUT: _held_out}
    probes[TRAINED] = partial(_sequences, classes, 0.0, 0.0, drawers, distinct=True)
    if zipf:
        probes[FREQUENT] = partial(_sequences, classes, 0.0, zipf, drawers, distinct=True)
    tasks = partial(_sequences, classes, burstiness, zipf, drawers, distinct=False)
    return StudyRun(
        label, dials | {"learner": learner.__name__}, partial(learner, classes), tasks,
        Schedule(steps, 32, 1.5e-3, warmup=100, decay="constant", clip=1.0), probes, probe_every=steps // 12,
        protocol="16 projections of the features of prototypical-omniglot; 32 sequences a step, the loss on the query; "
        "in context: 2 test characters x 4 drawings, 8 queries; in weights: 9 different training characters a sequence",
        episodes=250, chance={HELD_OUT: 0.5, TRAINED: 1 / classes},
    )  # fmt: skip


SEQUENCES = Study(
    "sequences",
    "When does a transformer learn in context, and when in its weights?",
    (
        *(_run(f"burstiness-{b:g}", burstiness=b) for b in (0.0, 0.5, 0.9, 1.0)),
        *(_run(f"classes-{c}", classes=c) for c in (100, 300)),
        *(_run(f"zipf-{z:g}", zipf=z) for z in (1.0, 2.0)),
        *(_run(f"drawers-{d}", drawers=d) for d in (1, 5)),
        _run("recurrent", burstiness=1.0, learner=recurrent),
        _run("long", steps=4 * STEPS),
    ),
)
