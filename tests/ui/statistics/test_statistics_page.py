"""统计报表: figures are doors, failing checks are red, pictures follow the tables."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import docx
import openpyxl
import pytest
from pypdfium2 import PdfDocument
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from app.domain.ownership import Actor
from app.domain.report_checks import ReportCheck
from app.domain.statistics.report import Report
from app.models.household import Household
from app.ops import statistics
from app.ops.plan_helpers import HelperGiven, assign
from app.ops.report_prints import given_out
from app.ops.statistics_verify import verify_figures, verify_file
from app.ui.page import Desk
from app.ui.print_dialog import PrintDialog
from app.ui.statistics.chart_view import ChartView, category_text
from app.ui.statistics.rows_dialog import RowsDialog
from app.ui.statistics.statistics_page import CHARTS, CHECKS, StatisticsPage
from app.ui.statistics.text_dialog import TextDialog
from app.ui.statistics.verify_dialog import VerifyDialog
from tests.conftest import TOWNSHIP, StoreMaker
from tests.ui.conftest import OCTOBER, TODAY, make_desk

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture
def page(qtbot: QtBot, desk: Desk) -> StatisticsPage:
    made = StatisticsPage(desk)
    qtbot.addWidget(made)
    made.resize(1240, 690)
    made.show()
    made.refresh(None)
    return made


def shown(page: StatisticsPage) -> Report:
    assert page.report is not None
    return page.report


def caught(monkeypatch: pytest.MonkeyPatch) -> list[RowsDialog]:
    """Return where the lists go that would be shown."""
    seen: list[RowsDialog] = []
    monkeypatch.setattr(RowsDialog, "exec", lambda dialog: seen.insert(0, dialog))
    return seen


def test_the_report_of_this_month_lists_every_table_the_pictures_and_the_checks(
    page: StatisticsPage, desk: Desk
) -> None:
    report = statistics.monthly_report(desk.store, OCTOBER, TODAY)
    numbers = [
        page.list.item(row).data(Qt.ItemDataRole.UserRole) for row in range(page.list.count())
    ]
    assert numbers == [*(table.number for table in report.tables), CHARTS, CHECKS]
    assert shown(page).tables == report.tables


def test_enter_on_a_figure_opens_its_households_and_enter_there_opens_the_household(
    qtbot: QtBot, page: StatisticsPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = caught(monkeypatch)
    page.choose("T2")
    view = page.table
    table = shown(page).table("T2")
    row = [line.label for line in table.rows].index("未消除")
    view.setCurrentIndex(view.figures.index(row, 0))
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert [line.head_name for line in seen[0].table.table.rows()] == ["和金花"]
    with qtbot.waitSignal(page.open_requested) as asked:
        qtbot.keyClick(seen[0].table, Qt.Key.Key_Return)
    assert asked.args == ["roster", "h4"]


def test_a_figure_of_nothing_is_no_door(
    qtbot: QtBot, page: StatisticsPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = caught(monkeypatch)
    page.choose("T2")
    row = [line.label for line in shown(page).table("T2").rows].index("已消除")
    page.table.setCurrentIndex(page.table.figures.index(row, 0))
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    assert seen == []


def test_a_failing_check_stands_in_red_on_its_table_and_in_the_list(page: StatisticsPage) -> None:
    failed = [table for table in shown(page).tables if any(c.ok is False for c in table.checks)]
    for table in shown(page).tables:
        page.choose(table.number)
        assert page.failed.isVisible() == (table in failed)
        entry = page.list.currentItem().text()
        assert entry.startswith("✗") == (table in failed)


def test_a_month_without_visits_says_so_and_offers_the_month_before(page: StatisticsPage) -> None:
    assert not page.empty.isVisible()
    page.show_target("2025-09")
    assert page.list.currentItem().data(Qt.ItemDataRole.UserRole) == "T14"
    assert page.empty.isVisible()
    page.before.click()
    assert str(page.period.period()) == "2025-08"
    assert "2025年8月" in shown(page).title


def test_year_and_day_give_their_own_reports(page: StatisticsPage) -> None:
    page.period.kind.setCurrentIndex(1)
    assert shown(page).heading.period == "2025年"
    assert page.period.year.isVisible()
    assert not page.period.month.isVisible()
    page.period.kind.setCurrentIndex(2)
    assert shown(page).heading.period == "截至2025年10月20日"


def test_a_bar_of_a_picture_opens_the_households_it_draws(
    qtbot: QtBot, page: StatisticsPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = caught(monkeypatch)
    page.choose(CHARTS)
    picture = page.charts.pictures["causes"]
    picture.setFocus()
    qtbot.keyClick(picture, Qt.Key.Key_Home)
    picture._choose(0)
    qtbot.keyClick(picture, Qt.Key.Key_Return)
    assert [line.head_name for line in seen[0].table.table.rows()] == ["和金花"]


def test_a_month_of_the_warnings_picture_opens_that_month(
    qtbot: QtBot, page: StatisticsPage
) -> None:
    page.choose(CHARTS)
    page.charts.pictures["warnings"].opened.emit(10)
    assert str(page.period.period()) == "2025-09"


def test_pictures_are_told_in_words_and_drawn_without_colour(
    qtbot: QtBot, page: StatisticsPage, qapp: QApplication
) -> None:
    chart = shown(page).charts[1]
    view = ChartView(chart)
    qtbot.addWidget(view)
    view.resize(600, 300)
    view.setFocus()
    view._choose(0)
    assert view.accessibleDescription() == category_text(chart, 0)
    image = view.grab().toImage()
    inks = [image.pixelColor(x, y) for x in range(0, image.width(), 3)
            for y in range(0, image.height(), 3)]  # fmt: skip
    assert all(ink.saturation() < 120 for ink in inks)


def test_workbook_and_paper_hold_the_report(
    qtbot: QtBot, page: StatisticsPage, tmp_path: Path
) -> None:
    page.save_to(tmp_path / "报表.xlsx")
    qtbot.waitUntil(lambda: "报表.xlsx" in page.notes.text(), timeout=20000)
    page.save_to(tmp_path / "报表.pdf")
    qtbot.waitUntil(lambda: "报表.pdf" in page.notes.text(), timeout=20000)
    book = openpyxl.load_workbook(tmp_path / "报表.xlsx")
    assert len(book.sheetnames) >= len(shown(page).tables)
    assert (tmp_path / "报表.pdf").read_bytes().startswith(b"%PDF")


def plain(text: object) -> str:
    return "".join(str(text).split())


def test_screen_paper_and_workbook_say_the_same(
    page: StatisticsPage, desk: Desk, tmp_path: Path
) -> None:
    report = shown(page)
    statistics.write_report(desk.store, desk.actor, report, tmp_path / "a.xlsx")
    statistics.print_report(desk.store, desk.actor, report, tmp_path / "a.pdf")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    paper = plain(
        "".join(p.get_textpage().get_text_range() for p in PdfDocument(tmp_path / "a.pdf"))
    )
    figures = 0
    for table, sheet in zip(report.tables, book.worksheets, strict=False):
        page.choose(table.number)
        view = page.table.figures
        first = 4 if any(column.group for column in table.columns) else 3
        for row, line in enumerate(table.rows):
            seen = [str(view.index(row, n).data()) for n in range(len(line.cells))]
            cells = [sheet.cell(row=first + 1 + row, column=2 + n) for n in range(len(seen))]
            kept = [f"{c.value:.2f}" if c.number_format == "0.00" else str(c.value) for c in cells]
            assert kept == seen, (table.number, line.label)
            if table in report.printed:
                assert plain(line.label + "".join(seen)) in paper, (table.number, line.label)
            figures += len(seen)
    assert figures > 500


def test_the_paper_is_looked_at_first_and_its_figures_are_kept_when_it_is_taken(
    qtbot: QtBot, page: StatisticsPage, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[PrintDialog] = []
    monkeypatch.setattr(PrintDialog, "exec", lambda dialog: seen.insert(0, dialog))
    qtbot.keyClick(page, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: bool(seen and seen[0].save_button.isEnabled()), timeout=20000)
    assert seen[0].head.text().endswith("页")
    title = shown(page).title
    assert given_out(desk.store, title) is None
    seen[0].taken.emit()
    kept = given_out(desk.store, title)
    assert kept is not None
    assert kept.figures.keys() >= {"T1", "T27"}
    seen[0].close()


def test_words_of_people_are_kept_and_stand_in_the_text(
    qtbot: QtBot, page: StatisticsPage, desk: Desk, tmp_path: Path
) -> None:
    dialog = TextDialog(page, desk, shown(page))
    qtbot.addWidget(dialog)
    dialog.fields["problems"].setPlainText("联系不上的户多。")
    with qtbot.waitSignal(dialog.saved) as saved:
        dialog.save_to(tmp_path / "小结.docx")
    assert saved.args == ["小结.docx"]
    words = [paragraph.text for paragraph in docx.Document(str(tmp_path / "小结.docx")).paragraphs]
    assert "联系不上的户多。" in words
    again = TextDialog(page, desk, shown(page))
    qtbot.addWidget(again)
    assert again.words().problems == "联系不上的户多。"
    assert again.job().name.endswith("工作小结")


def test_a_helpers_own_summary_has_its_own_words(
    qtbot: QtBot, page: StatisticsPage, desk: Desk
) -> None:
    with desk.store.read() as session:
        homes = session.scalars(select(Household.id).where(Household.removed_on.is_(None))).all()
    given = HelperGiven("李卫国", "县教体局")
    for home in homes[:3]:
        assign(desk.store, desk.actor, home, given, date(2025, 1, 1))
    dialog = TextDialog(page, desk, shown(page))
    qtbot.addWidget(dialog)
    dialog.fields["problems"].setPlainText("全村的问题。")
    dialog.person.setCurrentIndex(1)
    assert dialog.person.currentText() == "帮扶责任人李卫国（县教体局），3户"
    assert dialog.title.text().endswith("帮扶责任人工作小结")
    assert dialog.words().problems == ""
    dialog.fields["problems"].setPlainText("他的问题。")
    dialog.person.setCurrentIndex(0)
    assert dialog.words().problems == "全村的问题。"
    dialog.person.setCurrentIndex(1)
    assert dialog.words().problems == "他的问题。"
    assert dialog.job().name.endswith("帮扶责任人工作小结")


def test_a_whole_table_is_copied_for_wps(page: StatisticsPage) -> None:
    page.choose("T2")
    lines = page.table.as_tsv().splitlines()
    table = shown(page).table("T2")
    assert len(lines) == len(table.rows) + 1
    assert lines[-1].split("\t")[0] == table.rows[-1].label


@pytest.fixture
def township(new_store: StoreMaker, actor: Actor, qapp: QApplication) -> Iterator[Desk]:
    desk = make_desk(new_store("township", TOWNSHIP, "云岭镇"), actor)
    yield desk
    desk.runner.close()


def test_a_township_computes_on_the_worker_and_only_the_last_wish_is_shown(
    qtbot: QtBot, township: Desk
) -> None:
    page = StatisticsPage(township)
    qtbot.addWidget(page)
    page.show()
    page.refresh(None)
    page.period.kind.setCurrentIndex(1)
    assert page.report is None
    qtbot.waitUntil(lambda: page.report is not None, timeout=20000)
    assert shown(page).heading.period == "2025年"


def test_foreign_figures_of_a_file_fill_the_form_and_show_every_failed_check(
    qtbot: QtBot, desk: Desk
) -> None:
    dialog = VerifyDialog(None, desk)
    qtbot.addWidget(dialog)
    dialog.open_file(DATA / "13_年度数据.yaml")
    rows = dialog.checks.table.rows()
    assert rows[0].ok is False
    assert any("2474" in check.detail and "2470" in check.detail for check in rows)
    assert dialog.figures().total.households == 614


def test_the_form_checks_as_the_file_does_until_the_missing_unit_is_put_right(
    qtbot: QtBot, desk: Desk
) -> None:
    def said(checks: Sequence[ReportCheck]) -> list[tuple[object, ...]]:
        return [(c.check, c.left, c.right) for c in checks if c.ok is False]

    dialog = VerifyDialog(None, desk)
    qtbot.addWidget(dialog)
    path = DATA / "13_年度数据.yaml"
    dialog.open_file(path)
    asked = verify_file(path)
    typed = verify_figures(dialog.figures())
    assert ("K2", 2474, 2470) in said(asked.checks)
    assert said(typed.checks) == said(asked.checks)
    row = [label for label, _ in dialog._rows].index("动态·新识别")
    item = dialog.form.item(row, 1)
    assert item is not None
    assert item.text() == "81户321"
    type_in(dialog, row, 1, "８１")
    type_in(dialog, row, 2, "321")
    dialog.check()
    assert {c.ok for c in dialog.checks.table.rows() if c.check == "K13"} == {True}


def test_typed_figures_are_checked_and_a_word_is_refused_by_its_row(
    qtbot: QtBot, desk: Desk
) -> None:
    dialog = VerifyDialog(None, desk)
    qtbot.addWidget(dialog)
    dialog.show()
    for row, texts in ((0, ("10", "40")), (1, ("4", "16")), (2, ("5", "20"))):
        for column, text in enumerate(texts, 1):
            type_in(dialog, row, column, text)
    dialog.check()
    assert any(c.check == "K4" and c.ok is False for c in dialog.checks.table.rows())
    type_in(dialog, 0, 1, "十户")
    dialog.check()
    assert dialog.problem.isVisible()
    assert "存量合计" in dialog.problem.text()


def type_in(dialog: VerifyDialog, row: int, column: int, text: str) -> None:
    item = dialog.form.item(row, column)
    assert item is not None
    item.setText(text)
