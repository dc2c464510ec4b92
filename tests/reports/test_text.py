"""Line breaking: no bad character at either end of a line, whole words, nothing lost."""

from collections.abc import Mapping
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reports.fonts import BODY, HEADING, Glyph, typeface
from app.reports.text import NO_END, NO_START, break_quality, break_text, lay_out, measure

HANZI = "的一是在不了有和人这中大为上个国我以要他兴源村张𣲗李䶮王㛃赵𬭚户主种茶"
WORDS = ["2025-10-31", "12,000.50", "GB18030", "a", "R-03", "%", "WT-01", "100%"]
words = st.sampled_from(WORDS)
hanzi = st.text(alphabet=HANZI, min_size=1, max_size=6)
quoted = st.builds(lambda text, stop: f"“{text}”{stop}", hanzi, st.sampled_from("，。；、！"))
titled = st.builds(lambda text: f"《{text}》（{text}）。", hanzi)
tail = st.sampled_from(["，", "。", "……", "——", " ", "　", "·"])
sentences = st.lists(st.one_of(hanzi, words, quoted, titled, tail), max_size=30).map("".join)
widths = st.floats(min_value=3_000, max_value=40_000)  # thousandths: from three characters on
styles = st.sampled_from([BODY, HEADING])


def squeezed(text: str) -> str:
    return "".join(text.split())


def ends(text: str, lines: list[str]) -> list[int]:
    """Return where each line but the last ends in ``text``, counted without spaces."""
    places, total = [], 0
    for line in lines[:-1]:
        total += len(squeezed(line))
        places.append(total)
    return places


@given(text=sentences, width=widths, style=styles)
def test_no_line_starts_or_ends_badly_unless_no_break_in_it_is_legal(
    text: str, width: float, style: str
) -> None:
    face = typeface(style)
    lines = break_text(text, width, face)
    for line, following in pairwise(lines):
        bad = following[:1] in NO_START or line[-1:] in NO_END
        legal = any(break_quality(line, place) < 2 for place in range(1, len(line)))
        assert not (bad and legal), (line, following)


@given(text=sentences, style=styles, width=st.floats(min_value=16_000, max_value=40_000))
def test_wide_columns_never_have_a_bad_end_at_all(text: str, style: str, width: float) -> None:
    plain = text.replace("·", "").replace("…", "").replace("—", "")
    for mark in "，。；、！%":
        while mark * 2 in plain:
            plain = plain.replace(mark * 2, mark)
    runs = [c in NO_START or c in NO_END for c in plain]
    longest = max((sum(1 for _ in group) for group in _runs(runs)), default=0)
    if longest > 8:
        return
    lines = break_text(plain, width, typeface(style))
    assert not [line for line in lines[1:] if line[:1] in NO_START]
    assert not [line for line in lines[:-1] if line[-1:] in NO_END]


def _runs(flags: list[bool]) -> list[list[bool]]:
    groups: list[list[bool]] = []
    for flag in flags:
        if flag and groups and groups[-1]:
            groups[-1].append(flag)
        else:
            groups.append([flag] if flag else [])
    return groups


@given(text=sentences, width=widths, style=styles)
def test_nothing_is_lost_and_nothing_sticks_out(text: str, width: float, style: str) -> None:
    face = typeface(style)
    lines = break_text(text, width, face)
    assert squeezed("".join(lines)) == squeezed(text)
    assert all(measure(line, face) <= width + 1e-6 or len(line) == 1 for line in lines)


@given(text=sentences, width=widths, style=styles)
def test_a_word_is_cut_only_if_the_line_is_shorter_than_it(
    text: str, width: float, style: str
) -> None:
    face = typeface(style)
    lines = break_text(text, width, face)
    for line, following in pairwise(lines):
        if line[-1].isascii() and following[0].isascii() and f"{line[-1]}{following[0]}" in text:
            inside = any(break_quality(line, place) == 0 for place in range(1, len(line)))
            assert not inside, (line, following)


@pytest.mark.parametrize(
    ("text", "columns", "expected"),
    [
        pytest.param("他说走，我们走", 3, ["他说", "走，我", "们走"], id="comma stays"),
        pytest.param("他说“走”吧", 3, ["他说", "“走”", "吧"], id="quote stays with its word"),
        pytest.param("共12345元", 3, ["共", "12345", "元"], id="a number is not cut"),
        pytest.param("，，，，", 2, ["，，", "，，"], id="too narrow for any legal break"),
        pytest.param("12345678", 2, ["1234", "5678"], id="a number longer than the line"),
        pytest.param("张三 李四", 2, ["张三", "李四"], id="the space between lines goes"),
        pytest.param("", 2, [""], id="nothing is one empty line"),
        pytest.param("人", 0.1, ["人"], id="one character always fits"),
    ],
)
def test_where_lines_end(text: str, columns: float, expected: list[str]) -> None:
    half = {c: Glyph(500.0, "f", c) for c in "0123456789 "}
    face: Mapping[str, Glyph] = {c: Glyph(1000.0, "f", c) for c in text} | half
    assert break_text(text, columns * 1000, face) == expected


def test_line_feeds_start_lines_and_control_characters_vanish() -> None:
    lines = lay_out("甲\x00乙\r\n丙\u200b\t丁", typeface(BODY), 10, 100)
    assert ["".join(run.text for run in line.runs) for line in lines] == ["甲乙", "丙 丁"]


def test_a_number_stays_with_what_it_counts() -> None:
    face = typeface(BODY)
    text = "应走访9户次，已走访6户次，其中入户12户次"
    for room in range(3_000, 20_000, 250):
        for line, following in pairwise(break_text(text, room, face)):
            assert not (line[-1].isdigit() and following[0] == "户"), (line, following)
