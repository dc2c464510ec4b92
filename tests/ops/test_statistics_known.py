"""A closed month's figures stay: only a correction, once approved, changes them."""

import functools
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from app.domain.period import Period
from app.domain.statistics.report import Report
from app.models.form import Answer, Sheet, Visit
from app.models.household import AnnualIncome, Household, Member
from app.models.store import Store
from app.models.warning import HouseholdWarning
from app.ops import month_close, months, sheets, statistics, warnings
from app.ops.lives import StepInput
from app.ops.statistics_rows import drill_down
from tests.conftest import VILLAGE, Kept, StoreMaker, keep, make_store
from tests.ops.levels import acting_as
from tests.ops.village import ME, OCTOBER, TODAY, add_family, answer_all, open_october

END = date(2025, 10, 31)
LATER = date(2025, 12, 20)


def at(store: Store, day: date) -> None:
    """Let the store's clock stand at noon of a day."""
    noon = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    store.clock = lambda: noon


@functools.cache
def confirmed() -> tuple[str, Kept]:
    """Return a household's id; its village, October submitted and its warnings confirmed."""
    with tempfile.TemporaryDirectory() as folder:
        store = make_store(Path(folder), "village", VILLAGE, "上坝村")
        return _confirmed(store), keep(store)


@pytest.fixture
def store(new_store: StoreMaker) -> Store:
    store = new_store.again(confirmed()[1])
    at(store, TODAY)
    return store


@pytest.fixture
def home() -> str:
    return confirmed()[0]


def _confirmed(store: Store) -> str:
    at(store, TODAY)
    household = add_family(store)
    with store.write("test.class", ME) as session:
        session.get_one(Household, household).management_class = "key"
    open_october(store)
    sheet_id = answer_all(store, household, {("WT-01", ""): "short"})
    sheets.submit_sheet(store, ME, sheet_id, TODAY)
    for line in warnings.list_warnings(store, TODAY):
        warnings.act(store, ME, line.warning_id, "confirm", StepInput("属实", TODAY))
    return household


def close(store: Store) -> None:
    month_close.close_month(store, ME, OCTOBER, END)


def figures(store: Store, day: date = LATER, period: Period = OCTOBER) -> dict[str, object]:
    """Return every figure of a month by table, row and column."""
    return _cells(statistics.monthly_report(store, period, day))


def _cells(report: Report) -> dict[str, object]:
    return {
        f"{table.number}/{number} {line.label}/{place}": cell.value
        for table in report.tables
        for number, line in enumerate(table.rows)
        for place, cell in enumerate(line.cells)
    }


def disturb_class(store: Store, home: str) -> None:
    with store.write("test.class", ME) as session:
        session.get_one(Household, home).management_class = "general"


def disturb_kind(store: Store, home: str) -> None:
    with store.write("test.kind", ME) as session:
        session.get_one(Household, home).household_kind = "ordinary"


def disturb_members(store: Store, home: str) -> None:
    with store.write("test.members", ME) as session:
        gone = session.scalars(select(Member).filter_by(household_id=home, number=4)).one()
        gone.member_status, gone.left_on = "dead", date(2025, 10, 2)
        session.scalars(
            select(Member).filter_by(household_id=home, number=1)
        ).one().has_dibao = True
        session.add(
            Member(scope=VILLAGE, household_id=home, number=9, name="赵大宝", relation="之子")
        )  # fmt: skip


def disturb_answers(store: Store, home: str) -> None:
    with store.write("test.answers", ME, "更正") as session:
        sheet = session.scalars(select(Sheet).filter_by(household_id=home)).one()
        sheet.per_capita, sheet.shortfall_codes, sheet.submitted_on = "1000", "ED-01", None
        for question, value in (("BF-03", "phone"), ("LV-02", "no")):
            found = select(Answer).filter_by(sheet_id=sheet.id, question=question)
            session.scalars(found).one().value = value


def disturb_income(store: Store, home: str) -> None:
    with store.write("test.income", ME) as session:
        session.scalars(select(AnnualIncome)).one().annual_per_capita = Decimal(5)


def disturb_visits(store: Store, home: str) -> None:
    with store.write("test.visit", ME) as session:
        session.add(
            Visit(
                scope=VILLAGE, household_id=home, visited_on=TODAY, visitor="张卫东",
                visit_way="onsite", is_helper=True,
            )
        )  # fmt: skip


def disturb_steps(store: Store, home: str) -> None:
    with acting_as(store, "township"):
        for line in warnings.list_warnings(store, END):
            warnings.act(store, ME, line.warning_id, "pass", StepInput("同意", TODAY))


def disturb_roster(store: Store, home: str) -> None:
    add_family(store, "3")


DISTURBANCES = (
    disturb_class, disturb_kind, disturb_members, disturb_answers, disturb_income, disturb_visits,
    disturb_steps, disturb_roster,
)  # fmt: skip


@pytest.mark.parametrize("disturb", DISTURBANCES)
@pytest.mark.parametrize("is_closed", [True, False])
def test_only_an_open_month_follows_what_is_changed_later(
    store: Store, home: str, disturb: Callable[[Store, str], None], is_closed: bool
) -> None:
    if is_closed:
        close(store)
    before = figures(store)
    at(store, TODAY if disturb is disturb_class else LATER)
    disturb(store, home)
    assert (figures(store) == before) is is_closed


def test_changes_within_the_second_of_the_closing_are_told_apart(store: Store, home: str) -> None:
    close(store)
    before = figures(store)
    disturb_class(store, home)
    assert figures(store) == before


def test_a_correction_counts_once_it_is_approved_and_what_lies_between_does_not(
    store: Store, home: str
) -> None:
    close(store)
    before = figures(store)
    at(store, date(2025, 11, 3))
    disturb_kind(store, home)  # of November: not a correction of October
    at(store, date(2025, 11, 5))
    month_close.act_month(store, ME, OCTOBER, "correct", StepInput("填错", date(2025, 11, 5)))
    disturb_answers(store, home)
    disturb_class(store, home)
    assert figures(store) == before
    with acting_as(store, "township"):
        given = StepInput("", date(2025, 11, 6))
        month_close.act_month(store, ME, OCTOBER, "approve-correction", given, VILLAGE)
    corrected = statistics.monthly_report(store, OCTOBER, LATER)
    assert corrected.heading.correction == "已更正，第2版"
    cells = corrected.table("T11").row("合计").cells
    assert [cell.value for cell in cells[:2]] == [1, 0]
    assert corrected.table("T10").row("一般监测户").cells[0].value == 1
    kinds = [c.group for c in corrected.table("T17").columns]
    total = corrected.table("T17").row("合计").cells
    assert total[kinds.index("脱贫户")].value == 1, "the kind of November is not October's"


def test_the_class_is_that_of_the_reference_day_also_where_nothing_was_closed(
    store: Store, home: str
) -> None:
    at(store, date(2025, 11, 15))
    disturb_class(store, home)
    for day, label in ((date(2025, 10, 31), "重点监测户"), (date(2025, 11, 30), "一般监测户")):
        report = statistics.report_as_of(store, day, LATER)
        assert report.table("T10").row(label).cells[0].value == 1


def test_the_people_behind_a_closed_figure_are_those_that_it_counted(
    store: Store, home: str
) -> None:
    close(store)
    at(store, LATER)
    disturb_members(store, home)
    cell = statistics.monthly_report(store, OCTOBER, LATER).table("T10").row("合计").cells[1]
    assert cell.value == len(drill_down(store, cell)) == 4


def test_what_was_printed_is_compared_until_a_correction_explains_it(
    store: Store, home: str, tmp_path: Path
) -> None:
    def k21() -> tuple[bool | None, str]:
        report = statistics.monthly_report(store, OCTOBER, LATER)
        (check,) = [check for check in report.checks if check.check == "K21"]
        return check.ok, check.detail

    close(store)
    closed = statistics.monthly_report(store, OCTOBER, LATER)
    statistics.print_report(store, ME, closed, tmp_path / "a.pdf")
    disturb_visits(store, home)
    assert k21() == (True, "更正：与2025-12-20打印的一样")
    at(store, date(2025, 11, 5))
    month_close.act_month(store, ME, OCTOBER, "correct", StepInput("填错", date(2025, 11, 5)))
    disturb_answers(store, home)
    statistics.write_report(
        store, ME, statistics.monthly_report(store, OCTOBER, LATER), tmp_path / "a.xlsx"
    )
    with acting_as(store, "township"):
        given = StepInput("", date(2025, 11, 6))
        month_close.act_month(store, ME, OCTOBER, "approve-correction", given, VILLAGE)
    ok, detail = k21()
    assert ok is True
    assert detail.startswith("更正：已更正，第2版，与2025-12-20打印的有")
    assert detail.endswith("请重印")


def test_a_step_noted_after_the_closing_is_told_by_the_next_month(store: Store, home: str) -> None:
    close(store)
    at(store, date(2025, 11, 5))
    november = Period(2025, 11)
    months.open_period(store, ME, november, date(2025, 11, 5))
    with store.write("test.late", ME) as session:
        session.add(
            HouseholdWarning(
                scope=VILLAGE, household_id=home, code="ED-01", severity="red", message="缺项",
                opened_on=TODAY, period="2025-10",
            )
        )  # fmt: skip
    checks = statistics.monthly_report(store, november, LATER).checks
    (check,) = [check for check in checks if check.check == "K16"]
    assert (check.ok, check.difference) == (False, 1)
    assert "上期请走更正" in check.detail
