"""Files become small upright JPEG that tell nothing; hostile ones are refused with the reason."""

import time
from datetime import date
from pathlib import Path

import pytest

from app.domain.attachment import JPEG, PDF
from app.ops import pictures
from app.ops.attachment_errors import PictureRefusedError
from tests.ops import photos


def refusal(path: Path) -> str:
    with pytest.raises(PictureRefusedError) as caught:
        pictures.from_file(path)
    return caught.value.sentence()


def test_a_photo_is_turned_shrunk_and_freed_of_what_the_camera_wrote(tmp_path: Path) -> None:
    path = photos.photo(tmp_path / "a.jpg", size=(4000, 3000))
    raw = path.read_bytes()
    assert photos.PLANTED.encode() in raw
    kept = pictures.from_file(path)
    assert (kept.media_type, kept.width, kept.height) == (JPEG, 1200, 1600)  # upright
    assert kept.taken_on == date(2025, 10, 12)
    assert photos.PLANTED.encode() not in kept.content
    with photos.opened(kept.content) as shown:
        assert dict(shown.getexif()) == {}
        assert "comment" not in shown.info
        assert shown.getpixel((1190, 10)) != shown.getpixel((10, 10))  # the orange corner is right
        red, _green, blue = shown.getpixel((1150, 100))  # type: ignore[misc]
        assert red > blue


def test_what_cannot_be_compressed_is_made_smaller_until_it_fits(tmp_path: Path) -> None:
    kept = pictures.from_file(photos.noise(tmp_path / "noise.png", 1800))
    assert len(kept.content) <= pictures.limits().picture_bytes
    assert 200 < max(kept.width, kept.height) < 1600


@pytest.mark.parametrize(
    ("name", "mode"),
    [("a.png", "1"), ("a.png", "P"), ("a.png", "LA"), ("a.png", "RGBA"), ("a.png", "I;16"),
     ("a.jpg", "CMYK"), ("a.jpg", "L")],
)  # fmt: skip
def test_odd_ways_of_keeping_pixels_become_three_colours(
    tmp_path: Path, name: str, mode: str
) -> None:
    kept = pictures.from_file(photos.in_mode(tmp_path / name, mode))
    with photos.opened(kept.content) as shown:
        assert (shown.mode, shown.size) == ("RGB", (60, 40))


def test_content_decides_and_not_the_name(tmp_path: Path) -> None:
    program = tmp_path / "现场.jpg"
    program.write_bytes(b"MZ" + bytes(2000))
    assert "这是程序" in refusal(program)
    disguised = photos.photo(tmp_path / "现场.exe")
    assert pictures.from_file(disguised).media_type == JPEG


def test_a_photo_of_50_megabytes_is_not_opened(tmp_path: Path) -> None:
    large = photos.photo(tmp_path / "large.jpg")
    with large.open("ab") as file:
        file.truncate(50_000_000)
    assert "有50MB，最大30MB" in refusal(large)


def test_too_many_pixels_are_never_decoded(tmp_path: Path) -> None:
    began = time.monotonic()
    said = refusal(photos.bomb(tmp_path / "bomb.png", 30_000))
    assert "最多6000万像素" in said
    assert time.monotonic() - began < 5
    assert "最多6000万像素" in refusal(photos.bomb(tmp_path / "warned.png", 8_000))


def test_a_cut_photo_and_an_empty_one_are_told_apart(tmp_path: Path) -> None:
    whole = photos.noise(tmp_path / "whole.jpg", 400).read_bytes()
    (tmp_path / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "empty.jpg").write_bytes(b"")
    assert "不完整或已损坏" in refusal(tmp_path / "cut.jpg")
    assert "空文件" in refusal(tmp_path / "empty.jpg")
    assert "找不到" in refusal(tmp_path / "gone.jpg")


def test_moving_pictures_are_refused(tmp_path: Path) -> None:
    assert "动图" in refusal(photos.animated(tmp_path / "a.png"))


def test_a_scan_is_kept_as_it_is_within_its_limits(tmp_path: Path) -> None:
    path = photos.scan(tmp_path / "scan.pdf", 3)
    kept = pictures.from_file(path)
    assert (kept.media_type, kept.content) == (PDF, path.read_bytes())
    assert "有11页，最多10页" in refusal(photos.scan(tmp_path / "long.pdf", 11))
    large = tmp_path / "large.pdf"
    large.write_bytes(path.read_bytes() + bytes(3_000_001))
    assert "最大3MB" in refusal(large)
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.4 nothing behind it")
    assert "不完整或已损坏" in refusal(tmp_path / "bad.pdf")


def test_a_pasted_picture_meets_the_same_limits(tmp_path: Path) -> None:
    content = photos.photo(tmp_path / "a.jpg").read_bytes()
    assert pictures.from_memory(content, "粘贴").width == 800
    with pytest.raises(PictureRefusedError, match="E430"):
        pictures.from_memory(photos.bomb(tmp_path / "b.png", 30_000).read_bytes(), "粘贴")
