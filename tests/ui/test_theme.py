"""Looks: fonts with rare characters, text sizes, contrast."""

import re

import pytest
from PySide6.QtGui import QColor, QFontMetrics, QPalette
from PySide6.QtWidgets import QApplication, QDialogButtonBox
from pytestqt.qtbot import QtBot

from app.ui import colours, fonts, theme
from app.ui.chip import SeverityChip
from app.ui.resources import resource


def test_bundled_fonts_show_rare_characters(qapp: QApplication) -> None:
    families = fonts.register_fonts(resource("fonts"))
    assert families[0].startswith("Noto Sans")
    metrics = QFontMetrics(fonts.base_font(families, 1.0))
    assert all(metrics.inFontUcs4(ord(char)) for char in "赵德福■▲●◆☑")


def test_standard_buttons_are_chinese(qtbot: QtBot) -> None:
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    qtbot.addWidget(box)
    assert "取消" in box.buttons()[0].text()


def test_lengths_grow_with_the_text() -> None:
    small, large = theme.style_sheet(1.0), theme.style_sheet(2.0)
    assert "$" not in small
    assert not re.search(r"\d+u\b", small)
    assert "border: 2px solid" in small
    assert "border: 4px solid" in large


def test_text_sizes_go_from_100_to_200_and_stop_there() -> None:
    scale, seen = 1.0, [1.0]
    for _step in range(9):
        scale = theme.next_scale(scale, 1)
        seen.append(scale)
    assert seen[-1] == 2.0
    assert theme.next_scale(1.0, -1) == 1.0


@pytest.mark.parametrize("severity", ["red", "orange", "yellow", "blue"])
def test_a_level_is_word_sign_and_colour_with_enough_contrast(qtbot: QtBot, severity: str) -> None:
    tone = colours.TONES[severity]
    assert _contrast(tone.ink, tone.fill) >= 4.5
    chip = SeverityChip(severity)
    qtbot.addWidget(chip)
    assert tone.word in chip.text()
    assert tone.sign in chip.text()


def test_ordinary_texts_have_enough_contrast() -> None:
    for ink, fill in (
        (colours.INK, colours.GROUND),
        (colours.MUTED, colours.GROUND),
        (colours.PAPER, colours.ACCENT),
        (colours.DONE, colours.PAPER),
        (colours.ACCENT_DARK, colours.ACCENT_PALE),
    ):
        assert _contrast(ink, fill) >= 4.5


def _contrast(first: str, second: str) -> float:
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(name: str) -> float:
    colour = QColor(name)
    parts = (
        value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4
        for value in (colour.redF(), colour.greenF(), colour.blueF())
    )
    return sum(
        weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), parts, strict=True)
    )


def test_a_high_contrast_system_keeps_its_colours() -> None:
    system = QPalette(QColor("#000000"))
    system.setColor(QPalette.ColorRole.WindowText, QColor("#ffffff"))
    system.setColor(QPalette.ColorRole.Text, QColor("#ffffff"))
    system.setColor(QPalette.ColorRole.Base, QColor("#000000"))
    names = theme.names_for(system)
    assert theme.is_high_contrast(system)
    assert _contrast(names["INK"], names["GROUND"]) > 15
    assert _contrast(names["MUTED"], names["PAPER"]) > 15
    assert _contrast(names["INK"], names["ACCENT_PALE"]) >= 7
    assert "$" not in theme.style_sheet(1.0, names)


def test_an_ordinary_system_gets_the_program_s_colours(qapp: QApplication) -> None:
    assert not theme.is_high_contrast(QPalette(QColor("#efefef")))
    assert theme.names_for(QPalette(QColor("#efefef")))["INK"] == colours.INK
