"""Photos and scans (附件): what is taken, what is refused and why, and what they are for.

The content decides, never the name of the file. Pictures are kept as small upright JPEG without
what the camera wrote into them (place, device); scans are kept as PDF.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from app.domain.period import Period

JPEG, PNG, PDF = "image/jpeg", "image/png", "application/pdf"
ENDINGS = {JPEG: ".jpg", PDF: ".pdf"}  # of what is kept
LATER = "后补"  # what stands in «photo» of a step whose photo will follow
SUBJECTS: Mapping[str, str] = {
    "warning": "预警",
    "sheet": "检查表",
    "visit": "走访",
    "measure": "措施",
    "monitored_case": "监测对象",
    "natural_change": "自然变更",
    "issue": "问题",
    "data_doubt": "疑点",
    "negative_check": "负面清单核查",
    "household": "户",
}
HEAD_BYTES = 64  # enough to know what a file is
TOO_MANY_PIXELS = "像素太多，最多{}万像素，请先缩小"

_ACCEPTED = ((b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG), (b"%PDF-", PDF))
_REFUSED = (
    (b"MZ", "这是程序，不是照片"),
    (b"\x7fELF", "这是程序，不是照片"),
    (b"#!", "这是程序，不是照片"),
    (b"PK\x03\x04", "这是压缩包或文档，请另存为PDF，或者截图"),
    (b"\xd0\xcf\x11\xe0", "这是文档，请另存为PDF，或者截图"),
    (b"Rar!", "这是压缩包，请先解开"),
    (b"GIF8", "这是动图，请截成一张照片"),
    (b"BM", "这种格式太大，请另存为JPG"),
    (b"II*\0", "这种格式太大，请另存为JPG"),
    (b"MM\0*", "这种格式太大，请另存为JPG"),
    (b"RIFF", "不是JPG、PNG或PDF，请另存为JPG"),
)  # fmt: skip
_FILM = b"ftyp"  # at byte 4: the family of HEIC photos and films
_HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif"})


class NotAcceptedError(ValueError):
    """A file that is not kept; the text says why, in Chinese, without a full stop."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes and pixels (resources/attachments.toml).

    ``demands``: subject → actions that need a photo, or words why there is none.
    """

    file_bytes: int
    pixels: int
    side: int
    picture_bytes: int
    pdf_bytes: int
    pdf_pages: int
    per_thing: int
    budget_bytes: int
    old_days: int
    demands: Mapping[str, frozenset[str]]

    def are_demanded(self, subject: str, action: str) -> bool:
        """Tell whether a step asks for a photo at all."""
        return action in self.demands.get(subject, frozenset())


def parse_limits(table: Mapping[str, Any]) -> Limits:
    """Return the limits of the file's tables.

    Raises:
        KeyError, TypeError: a number is missing or is none.
    """
    numbers = table["limits"]
    kilo, mega = 1000, 1_000_000
    return Limits(
        file_bytes=numbers["file_mb"] * mega,
        pixels=numbers["megapixels"] * mega,
        side=numbers["side_pixels"],
        picture_bytes=numbers["picture_kb"] * kilo,
        pdf_bytes=numbers["pdf_kb"] * kilo,
        pdf_pages=numbers["pdf_pages"],
        per_thing=numbers["per_thing"],
        budget_bytes=numbers["budget_mb"] * mega,
        old_days=numbers["old_days"],
        demands={subject: frozenset(names) for subject, names in table["demands"].items()},
    )


def media_type_of(head: bytes) -> str:
    """Return what the first bytes of a file say it is.

    Raises:
        NotAcceptedError: nothing that is kept.
    """
    for start, media_type in _ACCEPTED:
        if head.startswith(start):
            return media_type
    if not head:
        raise NotAcceptedError("这是空文件")
    if head[4:8] == _FILM:
        if head[8:12] in _HEIC:
            raise NotAcceptedError("这是手机的HEIC照片，请在相机设置里选“兼容性最佳”，或者转成JPG")
        raise NotAcceptedError("这是视频，只能加照片和扫描件")
    for start, reason in _REFUSED:
        if head.startswith(start):
            raise NotAcceptedError(reason)
    raise NotAcceptedError("不是JPG、PNG或PDF，请另存为JPG")


def size_problem(size: int, limits: Limits) -> str:
    """Return why a file of this size is not even opened, "" if it is."""
    if size > limits.file_bytes:
        return f"有{size_text(size)}，最大{size_text(limits.file_bytes)}"
    return ""


def natural_parts(
    subject: str, subject_id: str, question: str, member_id: str, sha256: str
) -> tuple[str, ...]:
    """Return what makes two attachments the same: thing, question, member, content."""
    return ("attachment", subject, subject_id, question, member_id, sha256)


def day_doubt(taken_on: date | None, today: date, period: str, limits: Limits) -> str:
    """Return what is strange about the day a photo was taken, "" if nothing is.

    ``period``: the month of the thing, "" where it has none.
    """
    if taken_on is None:
        return ""
    shown = f"照片拍于{taken_on.isoformat()}"
    if taken_on > today:
        return f"{shown}，晚于今天，请核对相机的日期"
    first = Period.parse(period).first_day if period else today - timedelta(limits.old_days)
    if taken_on < first:
        return (
            f"{shown}，早于{'这个月' if period else f'{limits.old_days}天前'}，请确认是不是这次的"
        )
    return ""


def size_text(size: int) -> str:
    """Return a size as people read it: 300KB, 1.5MB."""
    if size >= 1_000_000:
        return f"{size / 1_000_000:.1f}".removesuffix(".0") + "MB"
    return f"{max(1, round(size / 1000))}KB" if size else "0KB"


def count_text(media_types: list[str]) -> str:
    """Return how many there are in words, "" for none: 照片2张、扫描件1份."""
    scans = media_types.count(PDF)
    photos = len(media_types) - scans
    parts = (f"照片{photos}张" if photos else "", f"扫描件{scans}份" if scans else "")
    return "、".join(filter(None, parts))
