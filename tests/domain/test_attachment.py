"""What is taken, what is refused, and what is strange about a photo's day."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from app.domain.attachment import (
    JPEG,
    PDF,
    PNG,
    NotAcceptedError,
    count_text,
    day_doubt,
    media_type_of,
    parse_limits,
    size_problem,
    size_text,
)

FILE = Path(__file__).parents[2] / "resources" / "attachments.toml"
LIMITS = parse_limits(tomllib.loads(FILE.read_text(encoding="utf-8")))
TODAY = date(2025, 10, 20)


@pytest.mark.parametrize(
    ("head", "media_type"),
    [(b"\xff\xd8\xff\xe0x", JPEG), (b"\x89PNG\r\n\x1a\nx", PNG), (b"%PDF-1.7", PDF)],
)
def test_the_first_bytes_say_what_a_file_is(head: bytes, media_type: str) -> None:
    assert media_type_of(head) == media_type


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        (b"", "空文件"),
        (b"MZ\x90\0", "程序"),
        (b"\x7fELF", "程序"),
        (b"PK\x03\x04", "压缩包"),
        (b"\xd0\xcf\x11\xe0", "文档"),
        (b"GIF89a", "动图"),
        (b"RIFF\0\0\0\0WEBP", "另存为JPG"),
        (b"\0\0\0\x18ftypheic", "HEIC"),
        (b"\0\0\0\x18ftypmp42", "视频"),
        (b"no picture", "另存为JPG"),
    ],
)
def test_everything_else_is_refused_with_the_way_out(head: bytes, reason: str) -> None:
    with pytest.raises(NotAcceptedError, match=reason):
        media_type_of(head)


def test_a_file_of_the_largest_size_is_still_opened() -> None:
    assert size_problem(LIMITS.file_bytes, LIMITS) == ""
    assert size_problem(LIMITS.file_bytes + 1, LIMITS).startswith("有30MB，最大30MB")


@pytest.mark.parametrize(
    ("taken_on", "period", "said"),
    [
        (None, "2025-10", ""),
        (TODAY, "2025-10", ""),
        (date(2025, 10, 21), "2025-10", "晚于今天"),
        (date(2025, 10, 1), "2025-10", ""),
        (date(2025, 9, 30), "2025-10", "早于这个月"),
        (date(2025, 8, 21), "", ""),
        (date(2025, 8, 20), "", "早于60天前"),
    ],
)
def test_a_photo_of_another_time_is_asked_about(
    taken_on: date | None, period: str, said: str
) -> None:
    doubt = day_doubt(taken_on, TODAY, period, LIMITS)
    assert said in doubt
    assert bool(doubt) == bool(said)


def test_sizes_and_counts_are_words() -> None:
    assert [size_text(n) for n in (0, 10, 300_000, 1_500_000, 4_000_000_000)] == [
        "0KB", "1KB", "300KB", "1.5MB", "4000MB",
    ]  # fmt: skip
    assert count_text([]) == ""
    assert count_text([JPEG, PDF, JPEG]) == "照片2张、扫描件1份"
