"""What a case was before its later steps: reports count it as it was, not as its row is now."""

from datetime import date

import pytest

from app.domain.statistics.report import Report
from app.models.household import MonitoredCase
from app.models.store import Store
from app.ops import monitored, statistics
from app.ops.errors import LivingCaseError
from app.ops.lives import StepInput
from tests.conftest import VILLAGE
from tests.ops.levels import acting_as
from tests.ops.test_monitored import act, entered, on
from tests.ops.test_month_close import submit
from tests.ops.village import ME, add_family, open_october

NEW_YEAR = date(2026, 1, 5)


@pytest.fixture
def home(store: Store) -> str:
    return add_family(store)


def households(report: Report, number: str, label: str) -> list[object]:
    """Return the 户 of a row: the total first where the table has one."""
    return [cell.value for cell in report.table(number).row(label).cells[::2]]


def removed_long_ago(store: Store, home: str) -> str:
    """Add an object of the roster, removed the year before."""
    with store.write("test.case", ME) as session:
        case = MonitoredCase(
            scope=VILLAGE, household_id=home, object_type="edge_prone", causes="illness",
            identified_on="2023-05-01", is_eliminated=True, eliminated_on="2024-06-01",
        )  # fmt: skip
        session.add(case)
        session.flush()
        return case.id


def test_an_identification_keeps_its_type_whatever_it_was_changed_to_later(
    store: Store, home: str
) -> None:
    case_id = entered(store, home)  # as 脱贫不稳定户, on day 16
    for day, kind in ((31, "sudden_hardship"), (40, "edge_prone")):
        act(store, "township", case_id, "propose-type", day, note="家有变故", object_type=kind)
        act(store, "county", case_id, "change-type", day, note="家有变故", object_type=kind,
            approval_no="5号")  # fmt: skip
    year = statistics.yearly_report(store, 2025, NEW_YEAR)
    assert households(year, "T1", "新识别") == [1, 1, 0, 0]
    assert households(year, "T1", "类型变更") == [2, 0, 1, 1]
    for day, types in ((30, [1, 0, 0]), (35, [0, 0, 1]), (45, [0, 1, 0])):
        then = statistics.report_as_of(store, on(day), NEW_YEAR)
        assert households(then, "T1", "年末存量")[1:] == types, day


def test_a_roll_back_leaves_the_removal_where_the_roster_said(store: Store, home: str) -> None:
    case_id = removed_long_ago(store, home)
    act(store, "village", case_id, "roll-back", 10, note="住院费用又增加")
    act(store, "township", case_id, "roll-back-pass", 11, note="同意")
    act(store, "county", case_id, "roll-back-approve", 12, note="同意")
    days = (date(2024, 5, 31), date(2024, 6, 1), on(11), on(12))
    reports = [statistics.report_as_of(store, day, NEW_YEAR) for day in days]
    assert [r.table("T2").row("已消除").cells[0].value for r in reports] == [0, 1, 1, 0]
    after = reports[-1]
    assert households(after, "T1", "风险消除")[0] == 0
    assert households(after, "T1", "风险消除回退")[0] == 1
    assert all(check.ok for check in after.checks if check.check in ("K7", "K8"))


def test_nothing_is_rolled_back_beside_a_new_identification(store: Store, home: str) -> None:
    case_id = removed_long_ago(store, home)
    act(store, "village", case_id, "re-identify", 10, note="又住院了", causes="因病")
    with acting_as(store, "village"), pytest.raises(LivingCaseError):
        given = StepInput("不稳定", on(11))
        monitored.act_case(store, ME, case_id, "roll-back", given, on(11))


def test_without_twelve_months_the_years_income_decides_as_on_the_plan(
    store: Store, home: str
) -> None:
    open_october(store)
    submit(store, home)
    report = statistics.yearly_report(store, 2025, NEW_YEAR)
    met, missed, unknown, _ = (c.value for c in report.table("T18").row("收入超过监测线").cells)
    assert (met, missed, unknown) == (1, 0, 0)  # 12,750 yuan in the roster
