"""导出Excel: the file holds what the list shows; templates, masks, failures, a stop."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.ownership import Actor
from app.models.household import Member
from app.models.store import Store
from app.models.warning import HouseholdWarning
from app.ops import exports
from app.ui.export_dialog import ExportDialog
from app.ui.page import Desk
from app.ui.roster.roster_page import RosterPage
from app.ui.warnings.warnings_page import WarningsPage
from tests.ui.conftest import VILLAGE, make_desk

ID_NO = "539901198203010017"


@pytest.fixture
def desk(village: Store, actor: Actor, qapp: QApplication) -> Iterator[Desk]:
    with village.write("test.id", actor) as session:
        session.get_one(Member, "h4-1").id_no = ID_NO
    made = make_desk(village, actor)
    yield made
    made.runner.close()


def opened(qtbot: QtBot, desk: Desk, group: str = "") -> ExportDialog:
    """Return the dialog as the roster page opens it, its list narrowed to one group."""
    page = RosterPage(desk)
    qtbot.addWidget(page)
    page.refresh(None)
    box = page.filters.boxes["group"]
    box.setCurrentIndex(box.findData(group))
    box.activated.emit(box.currentIndex())
    dialog = ExportDialog(page, desk, "member", page.scopes())
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def written(qtbot: QtBot, dialog: ExportDialog, target: Path) -> list[dict[str, object]]:
    dialog._set_target(target)
    dialog.go_button.click()
    qtbot.waitUntil(lambda: dialog.result_text.text().startswith("已写好"), timeout=20000)
    (sheet,) = openpyxl.load_workbook(target).worksheets
    head, *rows = sheet.values
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]


def test_the_file_holds_just_the_filtered_people_masked(
    qtbot: QtBot, desk: Desk, tmp_path: Path
) -> None:
    dialog = opened(qtbot, desk, "二组")
    assert dialog.scope[0].text() == "筛出来的1户"
    rows = written(qtbot, dialog, tmp_path / "o.xlsx")
    assert [row["姓名"] for row in rows] == ["和金花", "李秀兰"]
    assert rows[0]["证件号码"] == "539901********0017"
    assert "2行" in dialog.result_text.text()
    assert dialog.folder_button.isVisible()


def test_whole_numbers_come_with_a_warning_and_everybody_is_everybody(
    qtbot: QtBot, desk: Desk, tmp_path: Path
) -> None:
    dialog = opened(qtbot, desk, "二组")
    dialog.whole.setChecked(True)
    dialog.scope[-1].setChecked(True)
    assert dialog.warning.text().startswith("⚠")
    assert dialog.purpose.isVisible()
    dialog.purpose.setText("村委会统一换发医保卡")
    assert "⚠ 完整号码" in {line.words for line in dialog.columns.table.rows()}
    rows = written(qtbot, dialog, tmp_path / "o.xlsx")
    assert len(rows) == 7
    assert rows[-2]["证件号码"] == ID_NO


def test_a_countys_template_is_added_used_and_removed(
    qtbot: QtBot, desk: Desk, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["姓名", "户编号", "另外要的"])
    book.save(tmp_path / "县表.xlsx")
    dialog = opened(qtbot, desk)
    dialog.add_template(tmp_path / "县表.xlsx")
    assert dialog.template.currentText() == "县表"
    assert "1栏程序里没有" in dialog.counted.text()
    rows = written(qtbot, dialog, tmp_path / "o.xlsx")
    assert list(rows[0]) == ["姓名", "户编号", "另外要的"]
    dialog.remove_button.click()
    assert exports.templates(desk.store, "member") == []
    assert dialog.template.currentText() == "程序自带的顺序"


def test_the_national_order_is_among_the_tables(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    dialog = opened(qtbot, desk)
    dialog.kind.setCurrentIndex(dialog.kind.findText("监测对象信息"))
    dialog.kind.activated.emit(dialog.kind.currentIndex())
    assert dialog.columns.table.rowCount() > 170
    rows = written(qtbot, dialog, tmp_path / "o.xlsx")
    assert {row["户编号"] for row in rows} == {"4"}


def test_a_refused_target_leaves_the_dialog_ready_to_try_again(
    qtbot: QtBot, desk: Desk, tmp_path: Path
) -> None:
    dialog = opened(qtbot, desk)
    with qtbot.waitSignal(desk.runner.failed, timeout=20000) as failed:
        dialog._set_target(tmp_path / "weg" / "o.xlsx")
        dialog.go_button.click()
    assert failed.args is not None
    assert failed.args[0].code == "E242"
    assert dialog.result_text.text() == "没有写出文件。"
    assert dialog.go_button.isEnabled()
    assert written(qtbot, dialog, tmp_path / "o.xlsx")


def test_ctrl_enter_exports_and_esc_leaves(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    dialog = opened(qtbot, desk)
    dialog._set_target(tmp_path / "o.xlsx")
    with qtbot.waitActive(dialog):
        dialog.activateWindow()
    qtbot.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyRelease(dialog, Qt.Key.Key_Control)
    qtbot.waitUntil((tmp_path / "o.xlsx").exists, timeout=20000)
    qtbot.waitUntil(dialog.go_button.isEnabled, timeout=20000)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_nothing_is_overwritten_unasked(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    dialog = opened(qtbot, desk)
    dialog._set_target(tmp_path / "x.xlsx")
    dialog._on_kind()
    first = dialog.target
    assert "上坝村" in first.name
    first.write_bytes(b"old")
    dialog._on_kind()
    assert dialog.target == first.with_stem(f"{first.stem}-2")


def test_a_list_of_warnings_exports_just_its_lines(
    qtbot: QtBot, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for household, severity in (("h2", "red"), ("h2", "orange"), ("h4", "red")):
        with desk.store.write("test.warning", desk.actor) as session:
            session.add(
                HouseholdWarning(
                    id=f"{household}-{severity}", scope=VILLAGE, household_id=household,
                    member_id="", code="WT-01" if severity == "red" else "HS-01",
                    severity=severity, message="水", basis="规则", values="{}", question="WT-01",
                    period="2025-10", opened_on=date(2025, 10, 18),
                )
            )  # fmt: skip
    page = WarningsPage(desk)
    qtbot.addWidget(page)
    page.refresh(None)
    page.state.setCurrentText("全部")
    page.severity.setCurrentText("红")
    page.severity.activated.emit(page.severity.currentIndex())
    opened: list[ExportDialog] = []

    def leave_open(dialog: ExportDialog) -> None:
        opened.append(dialog)

    monkeypatch.setattr(ExportDialog, "exec", leave_open)
    page.export()
    (dialog,) = opened
    dialog.show()
    rows = written(qtbot, dialog, tmp_path / "o.xlsx")
    assert [(row["户编号"], row["规则"]) for row in rows] == [("2", "WT-01"), ("4", "WT-01")]
