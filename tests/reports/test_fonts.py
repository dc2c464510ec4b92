"""Fonts: fallback glyph by glyph, and never a blank."""

from pathlib import Path

import pytest

from app.reports import fonts
from app.reports.errors import FontMissingError
from app.reports.fonts import BODY, BOLD, HEADING, UNKNOWN, clean, typeface

NOBODY_DRAWS = "\U0003fffd"  # plane 3, not assigned
HANGUL_FILLER = "\u3164"


@pytest.mark.parametrize("style", [BODY, HEADING, BOLD])
@pytest.mark.parametrize("char", "𣲗䶮㛃𬭚·，。“”（）《》—…√×〓0")
def test_every_style_draws_the_characters_of_names_and_forms(style: str, char: str) -> None:
    assert typeface(style)[char].text == char


def test_a_plain_text_is_one_run_and_a_foreign_character_its_own() -> None:
    face = typeface(BODY)
    assert [run.text for run in face.runs("张三丰")] == ["张三丰"]
    runs = face.runs("张☑三")
    assert [run.text for run in runs] == ["张", "☑", "三"]
    assert runs[1].font != runs[0].font == runs[2].font
    assert runs[2].x == face["张"].width + face["☑"].width


def test_an_unknown_character_becomes_a_sign_and_is_remembered() -> None:
    face = typeface(BODY)
    assert face.runs(f"张{NOBODY_DRAWS}")[-1].text.endswith(UNKNOWN)
    assert NOBODY_DRAWS in face.unknown
    assert "张" not in face.unknown


def test_a_glyph_without_ink_counts_as_missing() -> None:
    face = typeface(BODY)
    assert face[" "].text == " "  # a space needs no ink
    assert face[HANGUL_FILLER].text == UNKNOWN  # a fallback has it, with nothing to see
    assert HANGUL_FILLER in face.unknown


def test_a_missing_font_is_an_error_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(FontMissingError) as caught:
        typeface(BODY, tmp_path)
    assert "NotoSerifSC-Regular.ttf" in caught.value.user_text()
    assert "NotoSansSC-Bold.ttf" in fonts.missing_fonts(tmp_path)


def test_a_font_that_is_none_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "NotoSansSC-Bold.ttf").write_bytes(b"not a font")
    with pytest.raises(FontMissingError):
        typeface(BOLD, tmp_path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("张\x00三\x1b", "张三", id="control characters"),
        pytest.param("张\u200d三\ufeff\u202e", "张三", id="invisible and direction marks"),
        pytest.param("葛\U000e0100城", "葛城", id="variation selector"),
        pytest.param("甲\ud800乙", "甲乙", id="half of a pair"),
        pytest.param("甲\r\n乙\r丙", "甲\n乙\n丙", id="line ends"),
        pytest.param("<b>&amp;</b>", "<b>&amp;</b>", id="no markup is read"),
    ],
)
def test_clean(text: str, expected: str) -> None:
    assert clean(text) == expected
