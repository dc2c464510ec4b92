"""Lines and amounts: who follows whom, what carries on, what is pointed at."""

from decimal import Decimal

import pytest

from app.domain.household import AnswerKey, AnswerValue
from app.domain.income_worksheet import (
    DIBAO_LINE,
    Amounts,
    LineKey,
    broken_down,
    enter,
    jumps,
    offered,
    settled,
    sources_of,
)
from app.domain.period import Period
from app.ops import catalogue

D = Decimal
SHEET = catalogue.worksheet()
OCTOBER = Period(2025, 10)
PENSION: LineKey = ("pension", "1")
SUPPORT: LineKey = ("support", "")
Given = dict[AnswerKey, AnswerValue]


@pytest.mark.parametrize(
    ("answer", "was", "now", "new"),
    [
        (D(500), D(0), D(300), None),  # a first line is part of what was said as a whole
        (D(500), D(0), D(600), D(600)),  # lines beyond it make it grow
        (D(500), D(500), D(550), D(550)),
        (D(500), D(500), D(450), D(450)),
        (D(500), D(300), D(200), D(400)),  # what was not broken down stays
        (D(500), D(300), D(300), None),
        ("_refused", D(0), D(300), None),  # a special answer is no amount
        (None, D(0), D(300), None),
    ],
)
def test_an_amount_follows_its_lines(
    answer: AnswerValue | None, was: D, now: D, new: D | None
) -> None:
    assert settled(answer, was, now) == new


def test_the_dibao_amount_is_the_first_line_of_the_transfers() -> None:
    before = Amounts({("IN-04", ""): D(500)}, {PENSION: D(200)})
    amounts, lines = enter(SHEET, before, {("IN-07", ""): D(300)}, D(0), {})
    assert (amounts, lines) == ({}, {DIBAO_LINE: D(300)})
    amounts, lines = enter(SHEET, before, {("IN-07", ""): D(400)}, D(0), {})
    assert (amounts, lines) == ({"IN-04": D(600)}, {DIBAO_LINE: D(400)})


def test_no_line_is_made_for_a_household_without_dibao() -> None:
    assert enter(SHEET, Amounts({}, {}), {("IN-07", ""): D(0)}, D(0), {}) == ({}, {})


def test_an_amount_below_its_lines_is_refused() -> None:
    before = Amounts({}, {PENSION: D(200)})
    with pytest.raises(ValueError, match="少于明细合计200元"):
        enter(SHEET, before, {("IN-04", ""): D(199)}, D(0), {})
    with pytest.raises(ValueError, match="4,200"):
        enter(SHEET, Amounts({}, {}), {("IN-01", ""): D(4000)}, D(4200), {})
    assert enter(SHEET, before, {("IN-04", ""): D(200)}, D(0), {}) == ({}, {})


def test_confirming_what_was_offered_takes_the_lines_along() -> None:
    carried = {PENSION: D(200), DIBAO_LINE: D(300)}
    _, lines = enter(SHEET, Amounts({}, {}), {("IN-04", ""): D(500)}, D(0), carried)
    assert lines == carried
    _, lines = enter(SHEET, Amounts({}, {}), {("IN-04", ""): D(501)}, D(0), carried)
    assert lines == {}


def test_a_wage_that_comes_later_is_part_of_the_wages_said_as_a_whole() -> None:
    before = Amounts({("IN-01", ""): D(4200)}, {})
    wage: Given = {("EM-04", "1"): D(4200)}
    assert enter(SHEET, before, wage, D(4200), {}) == ({}, {})
    known = Amounts({("IN-01", ""): D(4200)}, {}, D(4200))
    assert enter(SHEET, known, {("EM-04", "1"): D(4500)}, D(4500), {}) == ({"IN-01": D(4500)}, {})


def test_lines_give_an_amount_that_nobody_has_given() -> None:
    assert broken_down(SHEET, Amounts({}, {}), {SUPPORT: D(100), PENSION: D(200)}) == {
        "IN-04": D(300)
    }
    assert broken_down(SHEET, Amounts({}, {}), {DIBAO_LINE: D(300)}) == {
        "IN-04": D(300), "IN-07": D(300),
    }  # fmt: skip
    assert broken_down(SHEET, Amounts({}, {}), {("odd_job", "1"): D(900)}) == {}


def test_taking_back_the_last_line_takes_back_the_amount_it_gave() -> None:
    before = Amounts({("IN-04", ""): D(300)}, {PENSION: D(300)})
    assert broken_down(SHEET, before, {PENSION: None}) == {"IN-04": None}
    rest = Amounts({("IN-04", ""): D(500)}, {PENSION: D(300)})
    assert broken_down(SHEET, rest, {PENSION: None}) == {"IN-04": D(200)}


def months(count: int, lines: dict[LineKey, D]) -> dict[Period, dict[LineKey, D]]:
    return {OCTOBER.plus(-back): dict(lines) for back in range(1, count + 1)}


def test_fixed_sources_carry_last_months_amount_others_only_a_year_of_zeros() -> None:
    found = offered(SHEET, OCTOBER, months(1, {PENSION: D(200), SUPPORT: D(0)}))
    assert found == {PENSION: D(200)}
    found = offered(SHEET, OCTOBER, months(12, {PENSION: D(200), SUPPORT: D(0)}))
    assert found == {PENSION: D(200), SUPPORT: D(0)}
    year = months(12, {PENSION: D(200), SUPPORT: D(0)})
    year[OCTOBER.plus(-12)][SUPPORT] = D(50)
    assert offered(SHEET, OCTOBER, year) == {PENSION: D(200)}
    ended = {**months(1, {}), OCTOBER.plus(-2): {PENSION: D(200)}}
    assert offered(SHEET, OCTOBER, ended) == {}


def test_what_was_not_broken_down_is_a_source_that_does_not_carry() -> None:
    lines = months(12, {PENSION: D(200)})
    whole = {m: {("IN-04", ""): D(200)} for m in lines}
    (pension,) = sources_of(SHEET, OCTOBER, lines, whole)["IN-04"]
    assert (pension.is_fixed, pension.last_amount) == (True, D(200))
    more = whole | {OCTOBER.plus(-3): {("IN-04", ""): D(250)}}
    assert len(sources_of(SHEET, OCTOBER, lines, more)["IN-04"]) == 2
    short = months(11, {PENSION: D(200)})
    answers = {m: whole[m] for m in short}
    assert len(sources_of(SHEET, OCTOBER, short, answers)["IN-04"]) == 2
    assert sources_of(SHEET, OCTOBER, months(12, {}), whole) == {}


@pytest.mark.parametrize(
    ("before", "now", "is_shown"),
    [(1000, 1500, True), (1000, 1499, False), (1000, 500, True), (0, 499, False), (0, 500, True)],
)
def test_a_jump_is_pointed_at(before: int, now: int, is_shown: bool) -> None:
    last: Given = {("IN-01", ""): D(before)}
    found = jumps(SHEET, ["IN-01"], last, {("IN-01", ""): D(now)})
    assert bool(found) is is_shown
    assert jumps(SHEET, ["IN-01"], last, {("IN-01", ""): "_unknown"}) == ()
