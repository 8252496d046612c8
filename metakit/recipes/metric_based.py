"""Metric-based learners on Omniglot and glyphs."""

from collections.abc import Callable

from metakit.core import MetaLearner
from metakit.learners.metric_based.matching import MatchingNetwork
from metakit.learners.metric_based.prototypical import PrototypicalNetwork
from metakit.learners.metric_based.relation import RelationModule, RelationNetwork
from metakit.learners.metric_based.siamese import SiameseNetwork
from metakit.nets.encoders import Conv4, Maps4
from metakit.nets.residual import ResidualEncoder
from metakit.nets.views import SeveralViews
from metakit.recipes.base import Recipe, few_shot
from metakit.tasks.augment import Affine
from metakit.tasks.base import Protocol
from metakit.tasks.redraw import Redraw
from metakit.train import Schedule

KOCH = "Koch et al. 2015, ICML deep learning workshop; as quoted by Mishra et al. 2018, arXiv:1707.03141, table 1"
VINYALS = "Vinyals et al. 2016, arXiv:1606.04080; as quoted by Snell et al. 2017, table 1"
SUNG = "Sung et al. 2018, arXiv:1711.06025"
LAENEN = "Laenen & Bertinetto 2021, arXiv:2012.09831"
SNELL = "Snell et al. 2017, arXiv:1703.05175"


def _prototypical() -> MetaLearner:
    return PrototypicalNetwork(Conv4(64, statistics="running", pool=True))


def _wide() -> MetaLearner:
    return PrototypicalNetwork(SeveralViews(ResidualEncoder(32)), pairs=True)


def _pairs() -> MetaLearner:
    return PrototypicalNetwork(Conv4(64, statistics="running", pool=True), pairs=True)


def _siamese() -> MetaLearner:
    return SiameseNetwork(Conv4(64, statistics="running", pool=True), 64)


def _matching() -> MetaLearner:
    return MatchingNetwork(Conv4(64, statistics="running", pool=True))


def _relation() -> MetaLearner:
    return RelationNetwork(Maps4(64, statistics="running"), RelationModule(64))


def _sixty_way(
    name: str, learner: Callable[[], MetaLearner], steps: int, published: tuple[float | None, ...], paper: str
) -> Recipe:
    """Snell's way to train: a query chooses among sixty classes, where the test has twenty at most."""
    return Recipe(
        name, "metric-based", "omniglot", learner,
        train=Protocol(60, 1, 5, rotations=True), schedule=Schedule(steps, 1, 3e-3, warmup=50),
        validation=Protocol(20, 1, 15, 200, rotations=True),
        targets=few_shot("random", 60, published), paper=paper, distort=Affine(8, 0.1, 0.1, 0.06),
    )  # fmt: skip


METRIC_BASED = (
    _sixty_way("siamese-omniglot", _siamese, 2000, (97.3, 98.4, 88.2, 97.0), KOCH),
    _sixty_way("matching-omniglot", _matching, 2000, (98.1, 98.9, 93.8, 98.5), VINYALS),
    Recipe(
        "relation-omniglot", "metric-based", "omniglot", _relation,
        train=Protocol(20, 1, 10, rotations=True),
        schedule=Schedule(3200, 1, 1e-3, warmup=50),
        validation=Protocol(20, 1, 15, 100, rotations=True),
        targets=few_shot("random", 20, (99.6, 99.8, 97.6, 99.1)), paper=SUNG,
        distort=Affine(8, 0.1, 0.1, 0.06), warm_start="prototypical-omniglot", validate_every=400,
    ),
    _sixty_way("prototypical-omniglot", _prototypical, 3500, (98.8, 99.7, 96.0, 98.9), SNELL),
    _sixty_way("prototypical-omniglot-pairs", _pairs, 12_000, (98.8, 99.7, 96.0, 98.9), SNELL),
    Recipe(
        "prototypical-omniglot-background", "metric-based", "omniglot-background", _prototypical,
        train=Protocol(60, 1, 5, rotations=True),
        schedule=Schedule(4500, 1, 3e-3, warmup=50),
        validation=Protocol(20, 1, 15, 200),
        targets=few_shot("background", 60) + few_shot("glyphs", 60)[::2],
        paper=SNELL, distort=Affine(),
    ),
    Recipe(
        "prototypical-omniglot-wide", "metric-based", "omniglot-background", _wide,
        train=Protocol(60, 1, 5, rotations=True),
        schedule=Schedule(16_000, 1, 3e-3, warmup=50),
        validation=Protocol(20, 1, 15, 200),
        targets=few_shot("background", 60), paper=LAENEN,
        distort=Redraw(), mirrored=True, validate_every=500,
    ),
    Recipe(
        "prototypical-glyphs", "metric-based", "glyphs", _prototypical,
        train=Protocol(60, 1, 5, rotations=True),
        schedule=Schedule(2000, 1, 3e-3, warmup=50),
        validation=Protocol(20, 1, 15, 50),
        targets=few_shot("glyphs", 60) + few_shot("background", 60)[::2],
        paper=SNELL, distort=Affine(), validate_every=200,
    ),
)  # fmt: skip
