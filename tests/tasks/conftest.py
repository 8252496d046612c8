"""Fixtures of the task tests: numbered images, an empty data folder, a small Omniglot, and the real one where it is."""

import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from metakit.core import MetaKitError
from metakit.tasks import omniglot, omniglot_files
from metakit.tasks.episodes import ImageSet
from metakit.tasks.storage import digest

SMALL = ("Greek/character01", "Greek/character02", "Tengwar/character01", "Latin/character07")


def numbered(classes: int, examples: int, counts: list[int] | None = None) -> ImageSet:
    """Images that show, in pixels, which class and example they are; missing examples are black."""
    images = torch.zeros(classes, examples, 28, 28, dtype=torch.uint8)
    images[..., 0, 0] = torch.arange(classes)[:, None] // 256
    images[..., 0, 1] = torch.arange(classes)[:, None] % 256
    images[..., 0, 2] = torch.arange(examples) + 1
    for row, count in zip(images, counts or [], strict=False):
        row[count:] = 255
    return ImageSet(images, tuple(f"c{n}" for n in range(classes)), None if counts is None else torch.tensor(counts))


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty data folder (returned) and an empty cache beside it ("cache"); nothing is remembered."""
    data = tmp_path / "data"
    data.mkdir()
    monkeypatch.setenv("METAKIT_DATA", str(data))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    omniglot.omniglot.cache_clear()
    yield data
    omniglot.omniglot.cache_clear()
    for folder in (data, tmp_path / "cache"):
        if folder.exists():
            folder.chmod(0o755)


def png(character: int, drawer: int) -> bytes:
    """A drawing like Omniglot's: 105 x 105 bits, ink 0, a bar whose place tells who drew what."""
    paper = np.ones((105, 105), dtype=bool)
    paper[10 + 20 * character : 14 + 20 * character, 20 : 30 + 3 * drawer] = False
    file = BytesIO()
    Image.fromarray(paper).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def drawings() -> dict[str, bytes]:
    """Path in the archive -> PNG, four characters by 20 drawers."""
    return {
        f"images_background/{name}/{number:04d}_{drawer:02d}.png": png(number, drawer)
        for number, name in enumerate(SMALL)
        for drawer in range(1, 21)
    }


@pytest.fixture
def small(drawings: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> ImageSet:
    """Pretend that Omniglot is the four characters in `drawings`; returns what reading them must give."""
    monkeypatch.setattr(omniglot_files, "CHARACTERS", len(SMALL))
    order = sorted(range(len(SMALL)), key=SMALL.__getitem__)
    names = tuple(SMALL[number] for number in order)
    pixels = [[np.asarray(Image.open(BytesIO(png(n, drawer)))) for drawer in range(1, 21)] for n in order]
    ink = omniglot_files.area_scale(~torch.from_numpy(np.array(pixels)))
    images = ImageSet((ink * 255).round().to(torch.uint8), names)
    for module in (omniglot, omniglot_files):
        monkeypatch.setattr(module, "DIGEST", digest(names, images.images))
    return images


def write_zip(path: Path, files: dict[str, bytes]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


@pytest.fixture(scope="session")
def omniglot_or_skip() -> ImageSet:
    """The real Omniglot, or a skip that says how to get it."""
    try:
        return omniglot.omniglot()
    except MetaKitError as error:
        pytest.skip(str(error))
