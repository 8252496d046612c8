"""Every study: `study(name)`, and all of them in `STUDIES`; `curves_of(name)` reads what its runs have shown."""

from metakit.core import MetaKitError
from metakit.studies.base import Study as Study
from metakit.studies.base import StudyRun as StudyRun
from metakit.studies.curves import Curves as Curves
from metakit.studies.curves import Point as Point
from metakit.studies.curves import finished
from metakit.studies.diversity import DIVERSITY
from metakit.studies.gpicl import GPICL
from metakit.studies.sequences import SEQUENCES
from metakit.studies.tokens import TOKENS

STUDIES: dict[str, Study] = {study.name: study for study in (DIVERSITY, SEQUENCES, GPICL, TOKENS)}


def study(name: str) -> Study:
    """The study of this name. Raises MetaKitError with the names there are."""
    if name not in STUDIES:
        raise MetaKitError(f"There is no study {name!r}: choose one of {', '.join(STUDIES)}.")
    return STUDIES[name]


def curves_of(name: str) -> list[Curves]:
    """The curves of all finished runs of a study, in its order. Raises MetaKitError when there are none."""
    return finished(study(name))
