"""In-context learning of Omniglot characters: a transformer on top of an encoder that learns no more.

The encoder is the trained one of `prototypical-omniglot-pairs`, centred. So the transformer learns one thing alone: to
read pictures with labels and to name another picture by them. It learns that from upright characters; the encoder has
seen them turned as well, and so it is tested on both.
"""

from metakit.core import MetaLearner, cross_entropy
from metakit.learners.model_based.in_context import InContextLearner
from metakit.nets.encoders import Centred, Conv4
from metakit.nets.transformer import Transformer
from metakit.recipes.base import Recipe, few_shot
from metakit.tasks.base import Protocol
from metakit.train import Schedule

WAYS = 20  # the most
SMALL, LARGE = ((5, 1, 4), (5, 4, 1), (5, 1, 4)), ((20, 1, 3), (20, 4, 1))


def _in_context() -> MetaLearner:
    encoder = Centred(Conv4(64, statistics="stored", pool=True))
    return InContextLearner(64, WAYS, Transformer(64, 2, 4), encoder, cross_entropy)


IN_CONTEXT_IMAGES = (
    Recipe(
        "in-context-omniglot", "model-based", "omniglot", _in_context,
        train=Protocol(20, 1, 3), schedule=Schedule(6000, 16, 2e-3, warmup=50, clip=1.0),
        mixture=tuple(Protocol(n, k, q) for n, k, q in SMALL + LARGE),
        validation=Protocol(20, 1, 15, 100),
        targets=few_shot("random", 20), paper="", warm_start="prototypical-omniglot-pairs",
        validate_every=500, frozen=True, places=WAYS,
    ),
)  # fmt: skip
