"""The county's own fonts: used, gone, or refused with the reason, and never a crash."""

import shutil
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.models.store import Store
from app.ops import about, paper_fonts
from app.paths import RESOURCES
from app.reports import fonts
from app.reports.errors import FontRefusedError
from tests.ops.village import ME, OCTOBER

BOLD_FILE = RESOURCES / "fonts" / "NotoSansSC-Bold.ttf"


@pytest.fixture(autouse=True)
def bundled_again() -> Iterator[None]:
    yield
    for style in paper_fonts.STYLES:
        fonts.use_own(style, None)


def restricted(tmp_path: Path) -> Path:
    """Return a font whose maker forbids to embed it (fsType of its OS/2 table)."""
    data = bytearray(BOLD_FILE.read_bytes())
    for place in range(12, 12 + 16 * struct.unpack(">H", data[4:6])[0], 16):
        if data[place : place + 4] == b"OS/2":
            start = struct.unpack(">L", data[place + 8 : place + 12])[0]
            data[start + 8 : start + 10] = struct.pack(">H", 2)
    path = tmp_path / "restricted.ttf"
    path.write_bytes(data)
    return path


def test_an_own_font_is_printed_with_and_remembered(store: Store, tmp_path: Path) -> None:
    own = tmp_path / "own.ttf"
    shutil.copyfile(BOLD_FILE, own)
    paper_fonts.choose(store, ME, "body", own)
    assert fonts.typeface("body")["中"].font == "own"
    fonts.use_own("body", None)
    assert paper_fonts.state(store).own == {"body": own}
    assert fonts.typeface("body")["中"].font == "own"
    paper_fonts.choose(store, ME, "body", None)
    assert fonts.typeface("body")["中"].font == "NotoSerifSC-Regular"
    assert paper_fonts.state(store).own == {}


def test_a_font_that_may_not_be_embedded_is_explained(store: Store, tmp_path: Path) -> None:
    with pytest.raises(FontRefusedError) as caught:
        paper_fonts.choose(store, ME, "body", restricted(tmp_path))
    assert "不许嵌入" in caught.value.user_text()
    assert paper_fonts.state(store).own == {}
    assert fonts.typeface("body")["中"].font == "NotoSerifSC-Regular"


@pytest.mark.parametrize("content", [b"", b"hello", b"OTTO" + bytes(60)])
def test_what_is_no_truetype_font_is_refused(store: Store, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.ttf"
    path.write_bytes(content)
    with pytest.raises(FontRefusedError):
        paper_fonts.choose(store, ME, "body", path)


def test_a_file_that_is_gone_falls_back_to_the_bundled_font(store: Store, tmp_path: Path) -> None:
    own = tmp_path / "own2.ttf"
    shutil.copyfile(BOLD_FILE, own)
    paper_fonts.choose(store, ME, "bold", own)
    own.unlink()
    found = paper_fonts.state(store)
    assert "读不出来" in found.problems["bold"]
    assert fonts.typeface("bold")["中"].font == "NotoSansSC-Bold"


def test_about_names_versions_and_the_device(store: Store) -> None:
    lines = dict(about.about(store, OCTOBER).lines)
    assert lines["本机"] == "上坝村"
    assert lines["检查表版本"] == "monthly@2025-01"
    assert lines["设备指纹"]
