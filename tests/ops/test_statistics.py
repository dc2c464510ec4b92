"""Reports from a real database, agreed with a second count in plain SQL, written apart."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pypdfium2 import PdfDocument

from app.domain.annual_report import FreeText
from app.domain.ownership import Actor
from app.domain.period import Period
from app.domain.statistics.errors import UnknownAreaError
from app.domain.statistics.report import Report
from app.errors import AppError
from app.models.replica import Device, PackageRow
from app.models.store import Store
from app.models.team import TeamFund, TeamMember
from app.ops import statistics
from app.ops.statistics_reminders import reminders
from app.ops.statistics_rows import drill_down
from tests.conftest import TOWNSHIP, VILLAGE, StoreMaker
from tests.domain.statistics.test_doors import cells, closed_doors
from tests.ops.statistics_village import fill

V2 = "539901101202"
ME = Actor("张卫东", "administrator")
TODAY = date(2025, 11, 2)
NEW_YEAR = date(2026, 1, 5)
OCTOBER = Period(2025, 10)


@pytest.fixture
def township(new_store: StoreMaker) -> Store:
    store = new_store("township", TOWNSHIP, "云岭镇")
    fill(store, VILLAGE, 1)
    fill(store, V2, 2)
    return store


class Counter:
    """Counts with SQL alone, over the raw connection."""

    def __init__(self, store: Store) -> None:
        self.connection = store.raw()

    def one(self, query: str, *values: object) -> int:
        return int(self.connection.execute(query, values).fetchone()[0] or 0)

    def pairs(self, query: str, *values: object) -> dict[str, Any]:
        return dict(self.connection.execute(query, values).fetchall())


@pytest.fixture
def sql(township: Store) -> Iterator[Counter]:
    counter = Counter(township)
    yield counter
    counter.connection.close()


# The stock at the end of a day: cases of the roster, ended by a 清退 or by leaving the roster.
STOCK = """
WITH cleared AS (
  SELECT subject_id FROM step
  WHERE subject='monitored_case' AND action='clear-out' AND step_on <= :d
), stock AS (
  SELECT c.household_id, c.object_type, c.causes, c.is_eliminated
  FROM monitored_case c JOIN household h ON h.id = c.household_id
  WHERE c.identified_on <= :d AND c.id NOT IN (SELECT subject_id FROM cleared)
    AND (h.removed_on IS NULL OR h.removed_on > :d)
), people AS (
  SELECT household_id, count(*) AS n FROM member
  WHERE (joined_on IS NULL OR joined_on <= :d)
    AND ((left_on IS NULL AND member_status='present') OR left_on > :d)
  GROUP BY household_id
)
"""


def stock(sql: Counter, day: str, where: str = "1=1") -> tuple[int, int]:
    query = f"""{STOCK} SELECT count(*), coalesce(sum(n), 0) FROM stock
        LEFT JOIN people USING (household_id) WHERE {where}"""  # noqa: S608  own text
    return tuple(sql.connection.execute(query, {"d": day}).fetchone())


def pair(report: Report, number: str, label: str, start: int = 0) -> tuple[Any, Any]:
    cells = report.table(number).row(label).cells
    return cells[start].value, cells[start + 1].value


def test_the_stock_agrees_in_every_breakdown(township: Store, sql: Counter) -> None:
    report = statistics.yearly_report(township, 2025, NEW_YEAR)
    end = "2025-12-31"
    assert pair(report, "T2", "合计") == stock(sql, end)
    assert pair(report, "T2", "已消除") == stock(sql, end, "is_eliminated")
    assert pair(report, "T2", "未消除") == stock(sql, end, "NOT is_eliminated")
    for key, label in (("illness", "因病"), ("schooling", "因学"), ("housing", "因安全住房")):
        assert pair(report, "T3", label) == stock(sql, end, f"causes='{key}'")
    for key, label in (("edge_prone", "边缘易致贫户"), ("sudden_hardship", "突发严重困难户")):
        assert pair(report, "T5", label) == stock(sql, end, f"object_type='{key}'")
        both = f"object_type='{key}' AND causes='illness'"
        columns = [c.group for c in report.table("T4").columns]
        assert pair(report, "T4", "因病", columns.index(label)) == stock(sql, end, both)
    assert pair(report, "T1", "年初存量") == stock(sql, "2024-12-31")
    assert stock(sql, end)[0] > 10


def test_what_happened_to_objects_agrees(township: Store, sql: Counter) -> None:
    report = statistics.yearly_report(township, 2025, NEW_YEAR)
    cleared = sql.one(
        """SELECT count(*) FROM step s JOIN monitored_case c ON c.id = s.subject_id
           JOIN household h ON h.id = c.household_id WHERE s.action='clear-out'
           AND (h.removed_on IS NULL OR h.removed_on >= s.step_on)"""
    )
    assert report.table("T1").row("识别不精准清退").cells[0].value == cleared > 0
    assert report.table("T9").row("合计").cells[0].value == cleared
    new = sql.one(
        """SELECT count(*) FROM monitored_case c JOIN household h ON h.id = c.household_id
           WHERE c.identified_on BETWEEN '2025-01-01' AND '2025-12-31'
           AND (h.removed_on IS NULL OR h.removed_on >= c.identified_on)"""
    )
    assert report.table("T1").row("新识别").cells[0].value == new


def test_warnings_agree(township: Store, sql: Counter) -> None:
    report = statistics.monthly_report(township, OCTOBER, TODAY)
    last = """SELECT w.id, w.opened_on, (SELECT s.action FROM step s WHERE s.subject='warning'
        AND s.subject_id = w.id AND s.step_on <= ? ORDER BY s.step_on DESC, s.id DESC LIMIT 1) a
        FROM warning w WHERE w.opened_on <= ?"""
    still = f"SELECT count(*) FROM ({last}) WHERE coalesce(a, '') NOT IN ('close','false-alarm')"  # noqa: S608
    line = report.table("T14").row("合计").cells
    assert line[7].value == sql.one(still, "2025-10-31", "2025-10-31") > 0
    assert line[0].value == sql.one(still, "2025-09-30", "2025-09-30") > 0
    opened = "SELECT count(*) FROM warning WHERE opened_on BETWEEN '2025-10-01' AND '2025-10-31'"
    assert line[1].value == sql.one(opened)
    closed = """SELECT count(*) FROM step WHERE subject='warning' AND action='close'
        AND step_on BETWEEN '2025-10-01' AND '2025-10-31'"""
    assert line[6].value == sql.one(closed)
    confirmed = closed.replace("'close'", "'confirm'")
    assert line[2].value == sql.one(confirmed)
    days = """SELECT sum(julianday(s.step_on) - julianday(w.opened_on)) FROM step s
        JOIN warning w ON w.id = s.subject_id WHERE s.action='confirm'
        AND s.step_on BETWEEN '2025-10-01' AND '2025-10-31'"""
    timely = report.table("T15").row("及时预警").cells
    assert timely[0].value == sql.one(confirmed)
    assert round(float(str(timely[1].value)) * sql.one(confirmed)) == sql.one(days)


def test_coverage_agrees(township: Store, sql: Counter) -> None:
    report = statistics.monthly_report(township, OCTOBER, TODAY)
    query = """SELECT count(*) FROM sheet s JOIN answer a ON a.sheet_id = s.id
        WHERE s.submitted_on IS NOT NULL AND a.question='BF-03' AND s.scope = ?
        AND a.value IN ({})"""
    for code, name in ((VILLAGE, "村01"), (V2, "村02")):
        cells = report.table("T11").row(name).cells
        assert cells[0].value == sql.one("SELECT count(*) FROM sheet WHERE scope = ?", code)
        assert cells[1].value == sql.one(query.format("'onsite','onsite_family','phone'"), code)
        assert cells[3].value == sql.one(query.format("'onsite','onsite_family'"), code)
        refused = "SELECT count(*) FROM sheet WHERE scope = ? AND unvisited_reason='拒访'"
        assert cells[6].value == sql.one(refused, code)
        helped = """SELECT count(*) FROM visit v JOIN sheet s USING (household_id)
            WHERE v.is_helper AND v.visit_way LIKE 'onsite%' AND s.scope = ?"""
        assert cells[10].value == sql.one(helped, code)


def test_measures_agree(township: Store, sql: Counter) -> None:
    report = statistics.yearly_report(township, 2025, NEW_YEAR)
    ids = "(SELECT household_id FROM stock)"
    started = "EXISTS (SELECT 1 FROM step s WHERE s.subject='measure' AND s.subject_id = m.id)"
    where = f"FROM measure m WHERE {started} AND m.household_id IN {ids}"
    count = sql.connection.execute(f"{STOCK} SELECT count(*) {where}", {"d": "2025-12-31"})
    households = sql.connection.execute(
        f"{STOCK} SELECT count(DISTINCT m.household_id) {where}", {"d": "2025-12-31"}
    )
    assert pair(report, "T6", "合计") == (count.fetchone()[0], households.fetchone()[0])
    health = sql.connection.execute(
        f"{STOCK} SELECT count(DISTINCT m.household_id) {where} AND m.measure_category='health'",
        {"d": "2025-12-31"},
    )
    assert report.table("T8").row("健康").cells[0].value == health.fetchone()[0]


def test_registers_agree(township: Store, sql: Counter) -> None:
    report = statistics.monthly_report(township, OCTOBER, TODAY)
    decided = """SELECT count(*) FROM step WHERE subject='natural_change' AND action='decide'
        AND step_on BETWEEN '2025-10-01' AND '2025-10-31'"""
    assert report.table("T19").row("自然减少·死亡").cells[0].value == sql.one(decided) > 0
    by_source = sql.pairs(
        """SELECT clue_source, count(*) FROM clue WHERE received_on
           BETWEEN '2025-10-01' AND '2025-10-31' GROUP BY 1"""
    )
    assert report.table("T20").row("信访").cells[0].value == by_source["petition"]
    excluded = """SELECT count(*) FROM step WHERE subject='monitored_case' AND action='exclude'
        AND step_on BETWEEN '2025-10-01' AND '2025-10-31'"""
    assert report.table("T20").row("合计").cells[3].value == sql.one(excluded)
    found = "SELECT count(*) FROM data_doubt WHERE opened_on <= '2025-10-31'"
    assert report.table("T22").rows[0].cells[0].value == sql.one(found)
    assert report.table("T22").rows[0].label.startswith("D-01 ")
    proven = """SELECT count(DISTINCT n.household_id) FROM negative_check n JOIN step s
        ON s.subject_id = n.id WHERE s.action='prove' AND s.step_on <= '2025-10-31'"""
    assert report.table("T23").rows[0].cells[1].value == sql.one(proven)
    checked = """SELECT count(*) FROM campaign_result WHERE campaign_result <> 'not_checked'"""
    lines = [line for line in report.table("T21").rows if line.is_total]
    assert sum(int(str(line.cells[2].value)) for line in lines) == sql.one(checked)
    assert sum(int(str(line.cells[0].value)) for line in lines) == 80


def test_income_and_low_income_agree(township: Store, sql: Counter) -> None:
    report = statistics.monthly_report(township, OCTOBER, TODAY)
    low = sql.one(
        """SELECT count(*) FROM household h WHERE (h.removed_on IS NULL OR
           h.removed_on > '2025-10-31') AND CAST(coalesce(
             (SELECT s.per_capita FROM sheet s WHERE s.household_id = h.id),
             (SELECT a.annual_per_capita FROM annual_income a WHERE a.household_id = h.id))
           AS REAL) < 4350 AND coalesce(
             (SELECT s.per_capita FROM sheet s WHERE s.household_id = h.id),
             (SELECT a.annual_per_capita FROM annual_income a WHERE a.household_id = h.id))
           IS NOT NULL"""
    )
    assert report.table("T17").row("不足0.5线").cells[0].value == low > 0
    dibao = sql.one(
        """SELECT count(DISTINCT m.household_id) FROM member m JOIN household h
           ON h.id = m.household_id WHERE m.has_dibao AND (h.removed_on IS NULL OR
           h.removed_on > '2025-10-31') AND (m.joined_on IS NULL OR m.joined_on <= '2025-10-31')
           AND ((m.left_on IS NULL AND m.member_status='present') OR m.left_on > '2025-10-31')"""
    )
    assert report.table("T24").row("低保户").cells[0].value == dibao > 0
    tv = sql.one(
        """SELECT count(*) FROM answer a JOIN sheet s ON s.id = a.sheet_id JOIN household h
           ON h.id = s.household_id WHERE a.question='LV-02' AND a.value='no'
           AND (h.removed_on IS NULL OR h.removed_on > '2025-10-31')"""
    )
    assert report.table("T18").row("有广播电视").cells[1].value == tv > 0


def test_villages_add_up_to_their_township(township: Store) -> None:
    whole = statistics.monthly_report(township, OCTOBER, TODAY)
    parts = [statistics.monthly_report(township, OCTOBER, TODAY, code) for code in (VILLAGE, V2)]
    for number in ("T2", "T11", "T14"):
        total = int(str(whole.table(number).row("合计").cells[0].value))
        assert total == sum(int(str(p.table(number).row("合计").cells[0].value)) for p in parts)
    assert [p.level for p in parts] == ["village", "village"]
    assert all(c.ok for c in whole.checks if c.check == "K15")


def test_a_village_whose_month_never_came_is_missing(township: Store) -> None:
    september = statistics.monthly_report(township, Period(2025, 9), TODAY)
    assert september.heading.missing == ()
    assert september.heading.unclosed == ("村01", "村02")
    assert september.table("T14").all_notes[0] == "未关账，数会变：村01、村02"
    november = statistics.monthly_report(township, Period(2025, 11), TODAY)
    assert november.heading.missing == ("村01", "村02")
    assert november.table("T14").full_title.endswith("（不完全汇总）")


def test_up_to_a_day_counts_nothing_later(township: Store, sql: Counter) -> None:
    report = statistics.report_as_of(township, date(2025, 6, 30), TODAY)
    assert pair(report, "T2", "合计") == stock(sql, "2025-06-30")
    assert report.table("T14").row("合计").cells[7].value == 0
    assert report.heading.period == "截至2025年6月30日"


def test_every_figure_of_every_table_opens_as_many_rows_as_it_counts(township: Store) -> None:
    with township.absorb() as session:
        session.add(TeamMember(scope=V2, name="和志强", joined_on=date(2025, 3, 1)))
        session.add(TeamFund(scope=V2, year=2025, source="县", amount=Decimal("20000.50")))
    kinds = set()
    for report in (
        statistics.monthly_report(township, OCTOBER, TODAY),
        statistics.yearly_report(township, 2025, NEW_YEAR),
    ):
        assert closed_doors(report) == []
        for table, label, _, cell in cells(report):
            lines = drill_down(township, cell)
            assert len(lines) == len(cell.ids), (table.number, label)
            kinds |= {line.kind for line in lines}
    assert kinds == {
        "household", "member", "warning", "measure", "sheet", "change", "clue", "doubt",
        "team_member", "team_fund",
    }  # fmt: skip


def test_a_list_names_its_rows(township: Store) -> None:
    report = statistics.monthly_report(township, OCTOBER, TODAY)
    lines = drill_down(township, report.table("T14").row("合计").cells[7])
    assert {(line.kind, line.text, line.head_name) for line in lines} == {("warning", "缺项", "甲")}
    people = drill_down(township, report.table("T2").row("合计").cells[1])
    assert {line.text for line in people} == {"甲（户主）"}
    sheets = drill_down(township, report.table("T11").row("合计").cells[0])
    assert {line.text for line in sheets} == {"2025-10 已交", "2025-10 拒访"}


def test_an_area_that_is_not_here_is_refused(township: Store) -> None:
    with pytest.raises(UnknownAreaError):
        statistics.monthly_report(township, OCTOBER, TODAY, "110101101201")
    assert [code for code, _ in statistics.areas(township)] == [TOWNSHIP, VILLAGE, V2]


def test_an_empty_replica_has_a_report_without_a_single_failure(store: Store) -> None:
    report = statistics.yearly_report(store, 2025, TODAY)
    assert report.failed == ()
    assert report.heading.missing == ()
    assert all(table.rows for table in report.tables if table.number in ("T1", "T2", "T8"))
    early = statistics.yearly_report(store, 2021, TODAY)
    assert early.failed == ()


def test_files_are_written_whole_and_texts_in_both_forms(township: Store, tmp_path: Path) -> None:
    report = statistics.yearly_report(township, 2025, NEW_YEAR)
    printed = statistics.print_report(township, ME, report, tmp_path / "a.pdf")
    assert printed.pages == len(PdfDocument(tmp_path / "a.pdf"))
    statistics.write_report(township, ME, report, tmp_path / "a.xlsx")
    text = statistics.official_text(report, FreeText(problems="联系困难。"))
    statistics.print_text(township, ME, text, tmp_path / "t.pdf")
    statistics.print_text(township, ME, text, tmp_path / "t.docx")
    names = ["a.pdf", "a.xlsx", "t.docx", "t.pdf"]
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == names
    with pytest.raises(AppError):
        statistics.print_report(township, ME, report, tmp_path / "no" / "a.pdf")


def test_villages_that_have_not_closed_are_reminded_without_any_household(
    township: Store,
) -> None:
    first, second = reminders(township, OCTOBER, TODAY)
    assert (first.area_code, second.area_code) == (VILLAGE, V2)
    report = statistics.monthly_report(township, OCTOBER, TODAY)
    line = report.table("T11").row("村01").cells
    assert first.not_visited == int(str(line[0].value)) - int(str(line[1].value)) > 0
    assert first.text.startswith("村01：10月监测还没有关账，应访未访")
    assert "已过截止日10月25日，请尽快上报" in first.text
    early, _ = reminders(township, OCTOBER, date(2025, 10, 25))
    assert "请于10月25日前上报" in early.text
    assert (first.package_on, first.package_no) == (None, None)
    (never, _) = reminders(township, Period(2025, 11), TODAY)
    assert never.text.startswith("村01：11月监测还没有收到变更包")


def test_an_enrolled_village_that_never_sent_is_missing(township: Store) -> None:
    with township.absorb() as session:
        session.add(
            Device(
                id="d3", scope=f"policy:{TOWNSHIP}", level="village", area_code="539901101203",
                name="高坝村", issuer_id="x", root_id="x", certificate="",
            )
        )  # fmt: skip
        session.add(
            PackageRow(
                direction="in", peer_id="d3", epoch="e", number=7, body_digest="b", bytes=1,
                at="2025-09-30T20:00:00+00:00", actor="张卫东", state="imported",
            )
        )  # fmt: skip
    report = statistics.monthly_report(township, OCTOBER, TODAY)
    assert report.heading.missing == ("高坝村",)
    last = reminders(township, OCTOBER, TODAY)[-1]
    assert (last.village, last.package_no, last.package_on) == ("高坝村", 7, date(2025, 10, 1))


def test_a_period_that_still_runs_is_counted_up_to_today(township: Store, sql: Counter) -> None:
    report = statistics.yearly_report(township, 2025, date(2025, 6, 30))
    assert report.window.end == date(2025, 6, 30)
    assert pair(report, "T2", "合计") == stock(sql, "2025-06-30")
    assert "本期还没有结束，数截至2025-06-30。" in report.table("T2").all_notes
    done = statistics.yearly_report(township, 2025, date(2025, 12, 31))
    assert not any("还没有结束" in note for note in done.table("T2").all_notes)
