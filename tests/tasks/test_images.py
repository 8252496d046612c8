"""Any picture becomes ink on paper; any folder of pictures becomes few-shot tasks."""

import os
from io import BytesIO

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from metakit.core import MetaKitError
from metakit.tasks import images as images_module
from metakit.tasks.episodes import Episodes
from metakit.tasks.hand import LONGEST, SHORTEST, STROKE, centred, stroke_width
from metakit.tasks.images import keep_images, load_folder, load_images, name_for, to_glyph
from metakit.tasks.ink import ink_of, squared
from metakit.tasks.scaling import area_scale
from tests.conformance_tasks import check_tasks

ZIGZAG = [(0.2, 0.25), (0.45, 0.2), (0.3, 0.5), (0.6, 0.55), (0.5, 0.8), (0.25, 0.75)]


def drawing(mode="RGB", side=105, ink="black", paper="white", width=4, scale=1.0):
    image = Image.new(mode, (side, side), paper)
    ImageDraw.Draw(image).line([(x * side * scale, y * side * scale) for x, y in ZIGZAG], ink, width, joint="curve")
    return image


REFERENCE = to_glyph(drawing("1", ink=0, paper=1))


def like_the_reference(image, tolerance=0.02):
    glyph = to_glyph(image)
    assert glyph.shape == (1, 28, 28)
    assert glyph.dtype == torch.float32
    assert glyph.min() >= 0
    assert glyph.max() <= 1
    assert float((glyph - REFERENCE).abs().mean()) < tolerance
    return glyph


@pytest.mark.parametrize(
    "image",
    [
        drawing("1", ink=0, paper=1),
        drawing("1", ink=1, paper=0),
        drawing("L", ink=0, paper=255),
        drawing("L", ink=150, paper=190),
        drawing("RGB", ink="navy", paper="lightyellow"),
        drawing("RGB", ink="yellow", paper="black"),
        drawing("RGBA", ink=(0, 0, 0, 255), paper=(0, 0, 0, 0)),
        drawing("RGBA", ink=(255, 255, 255, 255), paper=(0, 0, 0, 0)),
        drawing("RGBA", ink=(255, 0, 0, 255), paper=(255, 255, 255, 255)),
        drawing("LA", ink=(0, 255), paper=(255, 0)),
        drawing("LA", ink=(0, 255), paper=(255, 0)).convert("La"),
        drawing().convert("P"),
        drawing().convert("CMYK"),
        drawing().convert("HSV"),
        drawing().convert("YCbCr"),
        Image.fromarray(np.asarray(drawing("L", ink=0, paper=255)).astype(np.uint16) * 100 + 3000),
        Image.fromarray(np.asarray(drawing("L", ink=0, paper=255)).astype(np.int32) * 10_000),
        Image.fromarray(np.asarray(drawing("L", ink=0, paper=255)).astype(np.float32) / 255),
        drawing("L", side=420, ink=0, paper=255, width=16),
        drawing("RGB", side=3000, ink="teal", paper="white", width=115),
    ],
    ids=lambda image: f"{image.mode} {image.size[0]}",
)
def test_every_kind_of_picture_gives_the_same_drawing(image):
    like_the_reference(image)


def test_a_palette_with_a_transparent_colour():
    image = drawing("P", ink=1, paper=0)
    image.putpalette([0, 0, 0, 0, 0, 0])
    image.info["transparency"] = 0
    like_the_reference(image)


def test_a_photograph_turned_by_its_camera():
    file, exif = BytesIO(), Image.Exif()
    exif[0x0112] = 6  # to be turned by 270 degrees when shown
    drawing(side=210, width=8).rotate(90).save(file, "JPEG", exif=exif, quality=90)
    like_the_reference(Image.open(file))


def test_a_noisy_photograph_of_a_sheet_in_uneven_light():
    light = np.linspace(1, 0.8, 300)[None, :, None] * np.linspace(0.95, 1, 300)[:, None, None]
    noise = np.random.default_rng(0).normal(0, 3, (300, 300, 3))
    sheet = np.asarray(drawing(side=300, ink="black", paper=(225, 220, 200), width=12)) * light + noise
    file = BytesIO()
    Image.fromarray(sheet.clip(0, 255).astype(np.uint8)).save(file, "JPEG", quality=40)
    like_the_reference(Image.open(file), tolerance=0.03)


def test_what_is_not_square_gets_paper_on_both_sides():
    wide = Image.new("L", (300, 100), 255)
    ImageDraw.Draw(wide).rectangle((0, 40, 299, 59), fill=0)
    glyph = to_glyph(wide)[0]
    assert glyph[:12].max() == glyph[16:].max() == 0
    assert glyph[13:15].min() > 0.9
    assert squared(torch.ones(3, 8)).shape == (8, 8)
    assert squared(torch.ones(8, 3)).sum() == 24


@pytest.mark.parametrize("size", [(1, 1), (50, 50), (3, 200)])
@pytest.mark.parametrize("colour", ["black", "white", "red"])
def test_a_blank_picture_is_blank_paper(size, colour):
    assert to_glyph(Image.new("RGB", size, colour)).abs().max() == 0
    assert to_glyph(Image.new("RGB", size, colour), centred=True).abs().max() == 0


def test_thin_lines_of_large_pictures_stay_visible():
    assert to_glyph(drawing(side=2000, width=5)).max() == pytest.approx(0.5)


@pytest.mark.parametrize("seed", range(3))
def test_a_photograph_of_anything_uses_the_whole_range(seed):
    blobs = torch.rand((1, 3, 6, 8), generator=torch.Generator().manual_seed(seed))
    photo = torch.nn.functional.interpolate(blobs, (240, 320), mode="bicubic").clamp(0, 1)[0]
    glyph = to_glyph(Image.fromarray((photo.permute(1, 2, 0) * 255).byte().numpy()))
    assert 0.02 < glyph.mean() < 0.7
    assert glyph.max() > 0.6
    assert glyph.std() > 0.1


def test_the_users_picture_is_left_as_it_was():
    image = drawing("P", ink=1, paper=0)
    before = image.tobytes()
    to_glyph(image, centred=True)
    assert (image.mode, image.tobytes()) == ("P", before)


def test_scaling_by_area_keeps_the_ink():
    ink = torch.rand(3, 105, 70)
    scaled = area_scale(ink, 28, 28)
    torch.testing.assert_close(scaled.mean((1, 2)), ink.mean((1, 2)))
    assert torch.equal(area_scale(ink, 105, 70), ink)
    torch.testing.assert_close(area_scale(ink, 35, 35), torch.nn.functional.avg_pool2d(ink[:, None], (3, 2))[:, 0])


def extent(ink):
    drawn = ink > 0.5
    return [axis.any(other).nonzero().flatten()[[0, -1]] for other, axis in ((1, drawn), (0, drawn))]


@pytest.mark.parametrize("width", [3, 12, 30], ids=["thin", "pad", "thick"])
@pytest.mark.parametrize("scale", [0.2, 0.9], ids=["small", "large"])
def test_a_drawing_on_the_pad_is_placed_sized_and_inked_like_omniglots(width, scale):
    ink = centred(
        ink_of(drawing("L", 280, ink=0, paper=255, width=max(2, int(width * min(1, scale * 2))), scale=scale))
    )
    side = len(ink)
    (top, bottom), (left, right) = extent(ink)
    longer = max(bottom - top, right - left) / side
    assert SHORTEST * 0.9 < longer < LONGEST * 1.1
    assert abs(float(top + bottom) / 2 - side / 2) < 0.03 * side
    assert abs(float(left + right) / 2 - side / 2) < 0.03 * side
    assert stroke_width(ink) == pytest.approx(STROKE * side, rel=0.15)


def test_a_filled_shape_is_not_thinned():
    image = Image.new("L", (200, 200), 255)
    ImageDraw.Draw(image).ellipse((20, 20, 120, 120), fill=0)
    share = 100 / 200
    assert float(centred(ink_of(image)).mean()) == pytest.approx(torch.pi / 4 * share**2, rel=0.05)


def save_class(folder, name, pictures, suffix="png"):
    (folder / name).mkdir(parents=True, exist_ok=True)
    for number in range(pictures):
        side = 30 + 17 * number
        picture = drawing("RGB", side, ink="red", paper="white", width=1 + side // 30)
        picture = picture.rotate(sum(map(ord, name)), fillcolor="white")  # every class its own
        picture.save(folder / name / f"{number}.{suffix}")


@pytest.fixture
def pets(tmp_path):
    folder = tmp_path / "my pets"
    for name, pictures in (("cats", 4), ("dogs", 3), ("birds/owls", 2)):
        save_class(folder, name, pictures, "jpg" if name == "dogs" else "png")
    for litter in ("cats/.DS_Store", "cats/._0.png", "dogs/Thumbs.db", ".git/config", "notes.txt"):
        (folder / litter).parent.mkdir(exist_ok=True)
        (folder / litter).write_text("?")
    return folder


def test_a_folder_of_pictures_becomes_tasks(pets):
    heard = []
    images = load_folder(pets, progress=lambda *report: heard.append(report))
    assert images.names == ("birds/owls", "cats", "dogs")
    assert images.counts.tolist() == [2, 4, 3]
    assert images.images.shape == (3, 4, 28, 28)
    assert images.images[0, :2].amax((1, 2)).min() > 100
    assert images.images[0, 2:].max() == 0
    assert heard[-1] == ("my pets", 9, 9)
    check_tasks(Episodes(images, 3, 1, 1))


def test_classes_of_one_size_need_no_counts(tmp_path):
    save_class(tmp_path, "a", 2)
    save_class(tmp_path, "b", 2)
    assert load_folder(tmp_path).counts is None


def test_the_class_with_too_few_or_too_many_pictures_is_named(pets, monkeypatch):
    with pytest.raises(MetaKitError, match=r"The class 'birds/owls' in .* has 2 pictures: give it at least 3"):
        load_folder(pets, min_examples=3)
    (pets / "empty").mkdir()
    with pytest.raises(MetaKitError, match=r"The class 'empty' in .* has 0 pictures: give it at least 2"):
        load_folder(pets)
    (pets / "empty").rmdir()
    monkeypatch.setattr(images_module, "MOST_EXAMPLES", 3)
    with pytest.raises(MetaKitError, match=r"The class 'cats' in .* has 4 pictures: give it at most 3"):
        load_folder(pets)


@pytest.mark.parametrize(
    "content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + bytes(40)], ids=["empty", "text", "stub"]
)
def test_the_file_that_cannot_be_read_is_named(pets, content):
    (pets / "cats/notes.png").write_bytes(content)
    with pytest.raises(MetaKitError, match=r"notes\.png cannot be read as a picture: remove it, or save it again"):
        load_folder(pets)


def test_half_a_picture_is_named(pets):
    whole = (pets / "dogs/2.jpg").read_bytes()
    (pets / "dogs/2.jpg").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(MetaKitError, match=r"2\.jpg cannot be read as a picture"):
        load_folder(pets)


@pytest.mark.parametrize("most", [600_000, 1_200_000], ids=["where Pillow refuses", "where Pillow warns"])
def test_a_decompression_bomb_is_refused(pets, monkeypatch, most):
    Image.new("1", (1200, 1200)).save(pets / "cats/bomb.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", most)
    with pytest.raises(MetaKitError, match=r"bomb\.png has too many pixels"):
        load_folder(pets)


def test_a_class_behind_a_link_counts(pets, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (pets / "cats").rename(tmp_path / "elsewhere/cats")
    (pets / "cats").symlink_to(tmp_path / "elsewhere/cats")
    assert load_folder(pets).names == ("birds/owls", "cats", "dogs")
    (pets / "again").symlink_to(pets)
    with pytest.raises(MetaKitError, match="remove the link"):
        load_folder(pets)


def test_what_is_no_file_is_refused_at_once(pets):
    os.mkfifo(pets / "cats/pipe.png")
    with pytest.raises(MetaKitError, match=r"pipe\.png is no ordinary file"):
        load_folder(pets)


def test_a_folder_whose_name_is_no_text_is_named(pets):
    (pets / "dogs").rename(pets / os.fsdecode(b"d\xff"))
    with pytest.raises(MetaKitError, match="cannot be written as text: rename it"):
        load_folder(pets)


def test_a_folder_without_classes_is_told(tmp_path):
    with pytest.raises(MetaKitError, match="is no folder: name the folder that holds one sub-folder per class"):
        load_folder(tmp_path / "nowhere")
    drawing().save(tmp_path / "loose.png")
    with pytest.raises(MetaKitError, match="holds 0 sub-folders with pictures: make one sub-folder per class"):
        load_folder(tmp_path)


def test_imported_images_are_found_by_name(folders, pets):
    images = load_folder(pets)
    path = keep_images(name_for(pets), images)
    assert path == folders / "images/my pets.safetensors"
    assert torch.equal(load_images("my pets").images, images.images)
    with pytest.raises(MetaKitError, match="There are no images called 'my cars': import them with"):
        load_images("my cars")


@pytest.mark.parametrize("name", ["", "..", "../secret", "/etc/passwd", "a/b", "a\\b", ".hidden", "a\0b", "a\n"])
def test_a_name_is_never_a_path(folders, name):
    with pytest.raises(MetaKitError, match="cannot be the name of an image set"):
        load_images(name)


def test_any_folder_has_a_name(tmp_path):
    assert name_for(tmp_path / "Bilder (alt)") == "Bilder _alt_"
    assert name_for(tmp_path / ".pets") == "pets"
    assert name_for(tmp_path / "...") == "images"
