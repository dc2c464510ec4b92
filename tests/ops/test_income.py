"""The income worksheet in the database: lines, amounts, next month, and what is refused."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from app.domain.household import AnswerKey, AnswerValue
from app.domain.income_worksheet import DIBAO_LINE, LineKey
from app.domain.period import Period
from app.models.household import Member
from app.models.income import IncomeEntry
from app.models.store import Store
from app.ops import income, months, sheets
from app.ops.errors import AnswerError
from tests.ops.village import ME, OCTOBER, TODAY, add_family, answer_all, open_october

NOVEMBER = OCTOBER.next()
SUPPORT: LineKey = ("support", "")


@pytest.fixture
def sheet_id(store: Store) -> str:
    household = add_family(store)
    open_october(store)
    return sheets.open_sheet(store, household, OCTOBER, TODAY).sheet_id


def person(store: Store, number: int) -> str:
    with store.read() as session:
        return session.scalars(select(Member.id).filter_by(number=number)).one()


def answers(store: Store, period: Period = OCTOBER) -> dict[AnswerKey, AnswerValue]:
    household = months.due_households(store, period, TODAY)[0].household_id
    return dict(sheets.open_sheet(store, household, period, TODAY).facts.answers)


def save(
    store: Store, sheet_id: str, values: dict[AnswerKey, AnswerValue | None]
) -> frozenset[str]:
    return sheets.save_answers(store, ME, sheet_id, values, TODAY).tables


def test_lines_give_their_amount_and_the_amount_follows_them(store: Store, sheet_id: str) -> None:
    mother = person(store, 2)
    lines = {SUPPORT: Decimal(100), ("pension", mother): Decimal("107.5")}
    changed = income.save_lines(store, ME, sheet_id, lines, TODAY)
    assert "income_entry" in changed.tables
    assert answers(store)["IN-04", ""] == Decimal("207.5")
    income.save_lines(store, ME, sheet_id, {SUPPORT: Decimal(50)}, TODAY)
    assert answers(store)["IN-04", ""] == Decimal("157.5")
    income.save_lines(store, ME, sheet_id, {SUPPORT: None, ("pension", mother): None}, TODAY)
    assert ("IN-04", "") not in answers(store)


def test_an_amount_below_its_lines_is_refused_and_nothing_is_written(
    store: Store, sheet_id: str
) -> None:
    income.save_lines(store, ME, sheet_id, {SUPPORT: Decimal(100)}, TODAY)
    with pytest.raises(AnswerError, match=r"E407") as refused:
        save(store, sheet_id, {("IN-04", ""): Decimal(99), ("IN-02", ""): Decimal(5)})
    assert "少于明细合计100元" in refused.value.sentence()
    assert ("IN-02", "") not in answers(store)
    save(store, sheet_id, {("IN-04", ""): Decimal(150)})
    row = next(r for r in page(store, sheet_id).amounts if r.question == "IN-04")
    assert [row.value, row.explained, row.rest] == [150, 100, 50]


def page(store: Store, sheet_id: str) -> income.WorksheetPage:
    return income.worksheet_page(store, sheet_id, TODAY)


def test_the_wages_of_the_household_are_the_sum_of_its_peoples(store: Store, sheet_id: str) -> None:
    head = person(store, 1)
    wage: AnswerKey = ("EM-04", head)
    save(store, sheet_id, {wage: Decimal(4200)})
    income.save_lines(store, ME, sheet_id, {("odd_job", head): Decimal(300)}, TODAY)
    row = page(store, sheet_id).amounts[0]
    assert [row.question, row.explained, row.value] == ["IN-01", 4500, 4500]
    assert ("IN-01", "") not in answers(store)  # shown, not given yet
    save(store, sheet_id, {("IN-01", ""): Decimal(4500)})
    assert "income_entry" in save(store, sheet_id, {wage: Decimal(4000)})
    assert answers(store)["IN-01", ""] == 4300
    # who works no longer has no wage
    save(store, sheet_id, {("EM-01", head): "farming"})
    assert answers(store)["IN-01", ""] == 300


def test_the_dibao_question_is_the_dibao_line(store: Store) -> None:
    household = add_family(store)
    with store.write("test.dibao", ME) as session:
        session.scalars(select(Member).filter_by(number=2)).one().has_dibao = True
    open_october(store)
    sheet_id = sheets.open_sheet(store, household, OCTOBER, TODAY).sheet_id
    save(store, sheet_id, {("IN-04", ""): Decimal(500)})
    save(store, sheet_id, {("IN-07", ""): Decimal(300)})
    assert answers(store)["IN-04", ""] == 500
    income.save_lines(store, ME, sheet_id, {DIBAO_LINE: Decimal(600)}, TODAY)
    now = answers(store)
    assert [now["IN-04", ""], now["IN-07", ""]] == [600, 600]


def test_fixed_sources_stand_there_next_month(store: Store) -> None:
    household = add_family(store)
    open_october(store)
    mother = person(store, 2)
    sheet_id = answer_all(store, household)
    pension: LineKey = ("pension", mother)
    income.save_lines(store, ME, sheet_id, {pension: Decimal(107), SUPPORT: Decimal(50)}, TODAY)
    assert sheets.submit_sheet(store, ME, sheet_id, TODAY).missing == ()
    months.open_period(store, ME, NOVEMBER, TODAY)
    later = sheets.open_sheet(store, household, NOVEMBER, TODAY)
    rows = {
        row.key: [row.value, row.origin, row.previous]
        for amount in page(store, later.sheet_id).amounts
        for row in amount.lines
    }
    assert rows[pension] == [107, "prefilled", 107]
    assert rows[SUPPORT] == [None, "empty", 50]
    assert later.cells["IN-04", ""].origin == "empty"  # not every source carries


@pytest.mark.parametrize(
    ("key", "amount"),
    [
        (("lottery", ""), "5"),
        (("pension", ""), "5"),
        (("support", "nobody"), "5"),
        (("support", ""), "-1"),
        (("support", ""), "0.001"),
    ],
)
def test_a_line_that_cannot_be_is_refused(
    store: Store, sheet_id: str, key: LineKey, amount: str
) -> None:
    with pytest.raises(AnswerError):
        income.save_lines(store, ME, sheet_id, {key: Decimal(amount)}, TODAY)
    with store.read() as session:
        assert session.scalars(select(IncomeEntry)).all() == []


def test_the_page_tells_the_twelve_months_and_the_jumps(store: Store) -> None:
    household = add_family(store)
    open_october(store)
    sheets.submit_sheet(store, ME, answer_all(store, household), TODAY)
    months.open_period(store, ME, NOVEMBER, TODAY)
    later = sheets.open_sheet(store, household, NOVEMBER, TODAY)
    save(store, later.sheet_id, {("IN-01", ""): Decimal(1000)})
    shown = page(store, later.sheet_id)
    assert [(m.period, m.is_complete) for m in shown.months[-2:]] == [
        (OCTOBER, True), (NOVEMBER, False),
    ]  # fmt: skip
    assert [[j.question, j.before, j.now] for j in shown.jumps] == [["IN-01", 4200, 1000]]
    assert shown.income.sentence.startswith("收入资料只有1个月（1/12），按上年度收入：人均12,750元")
    assert later.income is not None
    assert later.income.missing[-1] == NOVEMBER
