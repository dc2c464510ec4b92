"""Reports from a real database: areas, doors, files, reminders; the figures: test_…_recount."""

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
from app.domain.statistics.report import REMINDERS, Report
from app.errors import AppError
from app.models.replica import Device, PackageRow
from app.models.store import Store
from app.models.team import TeamFund, TeamMember
from app.ops import statistics
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


def pair(report: Report, number: str, label: str, start: int = 0) -> tuple[Any, Any]:
    cells = report.table(number).row(label).cells
    return cells[start].value, cells[start + 1].value


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
    assert september.heading.unclosed == ("村0101", "村0102")
    assert september.table("T14").all_notes[0] == "未关账，数会变：村0101、村0102"
    november = statistics.monthly_report(township, Period(2025, 11), TODAY)
    assert november.heading.missing == ("村0101", "村0102")
    assert november.table("T14").full_title.endswith("（不完全汇总）")


def test_up_to_a_day_counts_nothing_later(township: Store) -> None:
    report = statistics.report_as_of(township, date(2025, 6, 30), TODAY)
    later = statistics.report_as_of(township, date(2025, 10, 31), TODAY)
    assert pair(report, "T2", "合计") != pair(later, "T2", "合计")
    assert report.table("T14").row("合计").cells[7].value == 0
    assert report.heading.period == "截至2025年6月30日"


def test_every_figure_of_every_table_opens_as_many_rows_as_it_counts(township: Store) -> None:
    with township.absorb() as session:
        session.add(TeamMember(scope=V2, name="和志强", joined_on=date(2025, 3, 1)))
        session.add(TeamFund(scope=V2, year=2025, source="县", amount=Decimal("20000.50")))
    kinds, seen = set(), set()
    for report in (
        statistics.monthly_report(township, OCTOBER, TODAY),
        statistics.yearly_report(township, 2025, NEW_YEAR),
    ):
        assert closed_doors(report) == []
        for table, label, _, cell in cells(report):
            if (cell.of, cell.ids) in seen:  # the same rows stand behind many figures
                continue
            seen.add((cell.of, cell.ids))
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


def reminded(store: Store, period: Period, today: date) -> list[list[Any]]:
    table = statistics.monthly_report(store, period, today).table(REMINDERS)
    return [[line.label, *(cell.value for cell in line.cells)] for line in table.rows]


def test_villages_that_have_not_closed_are_reminded_without_any_household(
    township: Store,
) -> None:
    with township.absorb() as session:
        session.add(
            TeamMember(scope=V2, name="和志强", phone="18700000001", joined_on=date(2025, 3, 1))
        )
    first, second = reminded(township, OCTOBER, TODAY)
    assert (first[0], second[0]) == ("村0101", "村0102")
    assert (first[1], second[1]) == (None, "和志强 18700000001")
    report = statistics.monthly_report(township, OCTOBER, TODAY)
    line = report.table("T11").row("村0101").cells
    assert first[4] == int(str(line[0].value)) - int(str(line[1].value)) > 0
    assert first[7].startswith("村0101：10月监测还没有关账，应访未访")
    assert "已过截止日10月25日，请尽快上报" in first[7]
    early, _ = reminded(township, OCTOBER, date(2025, 10, 25))
    assert "请于10月25日前上报" in early[7]
    assert first[2:4] == [None, None]
    never, _ = reminded(township, Period(2025, 11), TODAY)
    assert never[7].startswith("村0101：11月监测还没有收到变更包")
    assert report.printed[-1].number == REMINDERS
    village = statistics.monthly_report(township, OCTOBER, TODAY, V2)
    assert REMINDERS not in {table.number for table in village.tables}


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
    last = reminded(township, OCTOBER, TODAY)[-1]
    assert (last[0], last[2], last[3]) == ("高坝村", date(2025, 10, 1), 7)


def test_a_period_that_still_runs_is_counted_up_to_today(township: Store) -> None:
    report = statistics.yearly_report(township, 2025, date(2025, 6, 30))
    assert report.window.end == date(2025, 6, 30)
    up_to = statistics.report_as_of(township, date(2025, 6, 30), TODAY)
    assert [table.rows for table in report.tables] == [table.rows for table in up_to.tables]
    assert "本期还没有结束，数截至2025-06-30。" in report.table("T2").all_notes
    done = statistics.yearly_report(township, 2025, date(2025, 12, 31))
    assert not any("还没有结束" in note for note in done.table("T2").all_notes)
