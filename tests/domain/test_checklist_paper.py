"""The blank column: the digits of the screen, amounts, persons, «as before»."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from app.domain.checklist_paper import Met, cell_text, is_same, parse_cell, parse_met, split_note
from app.domain.household import AnswerValue
from tests.domain.build import FORM, facts

TODAY = date(2025, 10, 20)
PEOPLE = facts().members


def parse(code: str, text: str) -> AnswerValue | None:
    return parse_cell(FORM.question(code), text, PEOPLE, TODAY)


@pytest.mark.parametrize(
    ("code", "text", "value"),
    [
        ("FD-01", "1", "enough"),
        ("FD-01", "３", "often_short"),
        ("FD-01", "偶尔不够", "sometimes_short"),
        ("EM-01", "13", "province"),
        ("EM-01", "2", "farming"),
        ("EM-01", "0", "public_employee"),
        ("EV-01", "0", ()),
        ("EV-01", "无", ()),
        ("EV-01", "31", ("flood",)),
        ("EV-01", "1、31", ("illness", "flood")),
        ("EV-03", "4:2", ("death:2",)),
        ("EV-03", "1", ("birth",)),
        ("EV-03", "97:1 3", ("lost:1", "move_in")),
        ("EV-01", "/1", "_unknown"),
        ("IN-02", "1.2万", Decimal(12000)),
        ("IN-02", "/2", "_refused"),
        ("WT-05", "3", 3),
        ("CY-04", "20251231", date(2025, 12, 31)),
        ("FD-01", "", None),
    ],
)
def test_cells_say_what_the_screen_says(code: str, text: str, value: AnswerValue | None) -> None:
    assert parse(code, text) == value


@pytest.mark.parametrize(
    ("code", "text", "reason"),
    [
        ("FD-01", "4", "请选"),
        ("EM-01", "17", "没有“17”"),
        ("EV-03", "4", "几号成员"),
        ("EV-03", "4:9", "没有9号成员"),
        ("EV-01", "99", "没有“99”"),
        ("IN-02", "很多", "请填数字"),
        ("FD-01", "/2", "不能答"),
        ("CY-04", "20251301", "没有这一天"),
    ],
)
def test_what_cannot_be_read_says_why(code: str, text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse(code, text)


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("1", Met("onsite", "1")),
        ("2", Met("onsite_family", "2")),
        ("602", Met("onsite_family", "2")),
        ("7", Met("phone", "")),
        ("0", Met("refused", "")),
        ("电话或视频", Met("phone", "")),
        ("", None),
    ],
)
def test_whom_one_met(text: str, met: Met | None) -> None:
    assert parse_met(FORM.question("BF-03"), text, PEOPLE, TODAY) == met


def test_nobody_is_met_who_is_not_there() -> None:
    with pytest.raises(ValueError, match="没有4号成员"):
        parse_met(FORM.question("BF-03"), "4", PEOPLE, TODAY)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3.0, "3"),
        (1200.5, "1200.5"),
        (0.1, "0.1"),
        (1e7, "10000000"),
        (datetime(2025, 10, 3), "2025-10-03"),  # noqa: DTZ001  as a spreadsheet gives it
        (date(2025, 10, 3), "2025-10-03"),
        (None, ""),
        ("＋", "＋"),
    ],
)
def test_cells_become_text(value: object, text: str) -> None:
    assert cell_text(value) == text


def test_as_before_has_its_signs() -> None:
    assert all(is_same(text) for text in ("+", "＋", "=", "√", " 照旧 "))
    assert not is_same("1")


@pytest.mark.parametrize(
    ("code", "text", "answer", "note"),
    [
        ("EV-01", "9:水管冻裂", "9", "水管冻裂"),
        ("EV-01", "4、９ ：屋顶漏，还没修（东屋）", "4、９", "屋顶漏，还没修（东屋）"),
        ("EV-01", "其他突发困难（注明）：走失", "其他突发困难（注明）", "走失"),
        ("EV-01", "9", "9", ""),
        ("EV-01", "9:", "9", ""),
        ("EV-01", "4、1", "4、1", ""),
        ("EV-03", "4:2", "4:2", ""),
    ],
)
def test_words_behind_other_are_told_from_the_answer(
    code: str, text: str, answer: str, note: str
) -> None:
    assert split_note(FORM.question(code), text) == (answer, note)
