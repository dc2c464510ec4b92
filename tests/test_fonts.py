"""The bundled fonts: unchanged, licensed, and together able to print every character needed."""

import hashlib
from functools import cache
from pathlib import Path

import pytest
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication
from reportlab.pdfbase.ttfonts import TTFontFile

RESOURCES = Path(__file__).resolve().parent.parent / "resources"
FONTS = RESOURCES / "fonts"
BASES = ["NotoSerifSC-Regular.ttf", "NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf"]
FALLBACK = "HanaMinA-ext.ttf"
LIMIT_BYTES = 40_000_000

# Rare characters of real names, and the signs of the forms.
NEEDED = "𣲗䶮㛃𬭚·□☐☑√✓✗〓①⑩㎡℃‰≥≤×÷→←↑↓▲●○★“”‘’，。、；：？！（）《》【】—…￥¥%+-0123456789Xx"


@cache
def glyphs(name: str) -> dict[int, int]:
    known: dict[int, int] = TTFontFile(str(FONTS / name)).charToGlyph
    return known


def lacking(base: str, text: str) -> set[str]:
    """Tells which characters neither the base font nor the fallback has."""
    return {
        char
        for char in text
        if char.isprintable()
        and ord(char) not in glyphs(base)
        and ord(char) not in glyphs(FALLBACK)
    }


def test_the_fonts_are_the_ones_that_were_made() -> None:
    sums = (FONTS / "SHA256SUMS").read_text(encoding="ascii").split()
    recorded = dict(zip(sums[1::2], sums[::2], strict=True))
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in FONTS.glob("*.ttf")
    }
    assert found == recorded
    assert set(found) == {*BASES, FALLBACK}


def test_the_repository_carries_at_most_forty_megabytes_of_them() -> None:
    assert sum(path.stat().st_size for path in FONTS.glob("*.ttf")) <= LIMIT_BYTES


def test_each_font_has_its_licence_beside_it() -> None:
    for family in ("NotoSerifSC", "NotoSansSC"):
        licence = (FONTS / f"LICENSE-{family}.txt").read_text(encoding="utf-8")
        assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    hanazono = (FONTS / "LICENSE-Hanazono.txt").read_text(encoding="utf-8")
    assert "Unlimited permission is granted" in hanazono


@pytest.mark.parametrize("base", BASES)
def test_rare_names_and_signs_have_a_glyph(base: str) -> None:
    assert lacking(base, NEEDED) == set()


@pytest.mark.parametrize("base", BASES)
def test_common_hanzi_and_nearly_all_of_the_basic_block_are_in_each_base_font(base: str) -> None:
    missing = [code for code in range(0x4E00, 0x9FFF) if code not in glyphs(base)]
    assert len(missing) <= 16
    assert min(missing, default=0x9FFF) > 0x9FA5  # GBK and GB2312 end before the first gap


@pytest.mark.parametrize("base", BASES)
def test_every_word_of_the_resources_can_be_printed(base: str) -> None:
    # columns/ holds spellings that other people's tables use; they are read, never printed.
    texts = [
        path.read_text(encoding="utf-8")
        for path in sorted(RESOURCES.rglob("*.toml"))
        if path.parent.name != "columns"
    ]
    assert texts
    assert lacking(base, "".join(texts)) == set()


def test_qt_takes_every_font(qapp: QApplication) -> None:
    families = set()
    for path in FONTS.glob("*.ttf"):
        number = QFontDatabase.addApplicationFont(str(path))
        assert number >= 0, path.name
        families.update(QFontDatabase.applicationFontFamilies(number))
    # HanaMinA is a reserved name; the subset must not carry it.
    assert families == {"Noto Serif SC", "Noto Sans SC", "Zhucun Hana Ext"}
