"""MAML and its descendants on Omniglot, 5-way 1-shot, from the same start: what differs is the inner loop alone.

All have the max-pooling four-block encoder and begin at the trained one of `prototypical-omniglot`, centred; then they
are meta-trained for some hundreds of steps, each in its own way. The papers train from scratch for tens of thousands of
steps, which takes hours without a GPU; `maml-omniglot-5w1s` does so.
"""

from collections.abc import Callable

from torch import nn

from metakit.core import MetaLearner
from metakit.learners.optimization_based.maml import MAML
from metakit.learners.optimization_based.maml_plus_plus import MAMLPlusPlus
from metakit.learners.optimization_based.meta_sgd import MetaSGD
from metakit.learners.optimization_based.t_net import TNet
from metakit.nets.encoders import Centred, Conv4
from metakit.recipes.base import Recipe, both_norms
from metakit.tasks.augment import Affine
from metakit.tasks.base import Protocol
from metakit.train import Schedule

FINN = "Finn et al. 2017, arXiv:1703.03400"
RAGHU = "Raghu et al. 2020, arXiv:1909.09157; the number is an independent rerun's"
LI = "Li et al. 2017, arXiv:1707.09835"
ANTONIOU = "Antoniou et al. 2019, arXiv:1810.09502; the number is an ensemble of three's"
LEE = "Lee & Choi 2018, arXiv:1801.05558; the number is recalled, not read"


def _network() -> tuple[nn.Module, nn.Linear]:
    return Centred(Conv4(64, statistics="batch", pool=True)), nn.Linear(64, 5)


def _maml() -> MetaLearner:
    return MAML(*_network(), steps=1, rate=0.1, head_rate=2.0)


def _first_order() -> MetaLearner:
    return MAML(*_network(), steps=1, rate=0.1, head_rate=2.0, order=1)


def _anil() -> MetaLearner:
    return MAML(*_network(), steps=3, rate=1.0, adapts="head")


def _meta_sgd() -> MetaLearner:
    return MetaSGD(*_network(), steps=1, rate=0.1, head_rate=2.0)


def _maml_plus_plus() -> MetaLearner:
    return MAMLPlusPlus(*_network(), steps=3, rate=0.1, head_rate=1.0, annealed=0.5)


def _mt_net() -> MetaLearner:
    return TNet(*_network(), steps=1, rate=0.1, head_rate=2.0, masked=True)


def _recipe(
    name: str, learner: Callable[[], MetaLearner], paper: str, published: float, steps: int = 1, updates: int = 900
) -> Recipe:
    """`steps` inner steps, in training and in testing; `updates` outer ones."""
    return Recipe(
        f"{name}-omniglot-5w1s", "optimization-based", "omniglot", learner,
        train=Protocol(5, 1, 3, rotations=True, norm="transductive", steps=steps),
        schedule=Schedule(updates, 4, 3e-4, warmup=20, clip=10.0),
        validation=Protocol(5, 1, 15, 100, rotations=True, norm="transductive", steps=steps),
        targets=both_norms(5, 1, steps, published, inductive_episodes=600), paper=paper,
        distort=Affine(8, 0.1, 0.1, 0.06), warm_start="prototypical-omniglot", validate_every=updates // 3,
    )  # fmt: skip


MAML_FAMILY = (
    _recipe("maml-pooled", _maml, FINN, 98.7),
    _recipe("fomaml", _first_order, FINN, 98.3),
    _recipe("anil", _anil, RAGHU, 96.06, steps=3),
    _recipe("meta-sgd", _meta_sgd, LI, 99.53),
    _recipe("maml-plus-plus", _maml_plus_plus, ANTONIOU, 99.47, steps=3, updates=350),
    _recipe("mt-net", _mt_net, LEE, 99.5),
)
