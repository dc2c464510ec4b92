"""一户一策: from the list to a measure, a target, a helper and a paper, on a real replica."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from app.domain.plan import Edition
from app.models.warning import HouseholdWarning
from app.ops import plan_edit, plans
from app.ops.lives import Action
from app.ops.plan_year_end import CarryLine, YearEnd
from app.ops.printing import Printing
from app.ui import messages
from app.ui.measures.measure_step import step_form
from app.ui.page import Desk
from app.ui.plans.dossier_dialog import DossierDialog
from app.ui.plans.plans_page import PlansPage
from app.ui.plans.year_end_dialog import YearEndDialog
from app.ui.review.step_form import StepForm
from tests.ops.levels import acting_as
from tests.ui.conftest import TODAY, VILLAGE


@pytest.fixture
def page(qtbot: QtBot, desk: Desk) -> Iterator[PlansPage]:
    with desk.store.write("test.warning", desk.actor) as session:
        session.add(
            HouseholdWarning(
                id="w1", scope=VILLAGE, household_id="h2", code="WT-02", severity="orange",
                message="水量不够", basis="WT-02", values="{}", question="WT-02",
                period="2025-10", opened_on=date(2025, 10, 18),
            )
        )  # fmt: skip
    page = PlansPage(desk)
    qtbot.addWidget(page)
    desk.runner.changed.connect(page.refresh)
    page.resize(1240, 690)
    page.show()
    page.refresh(None)
    page.show_target("h2")
    yield page
    page.hide()


def stored(desk: Desk, household_id: str = "h2") -> plan_edit.PlanPage:
    return plan_edit.plan_page(desk.store, desk.actor, household_id, TODAY)


def test_the_list_shows_households_with_plan_measures_and_warnings(page: PlansPage) -> None:
    rows = page.table.table.rows()
    assert [row.household.head_name for row in rows] == ["杨文才", "赵德福", "和金花"]
    assert [(row.state, row.measures, row.problems) for row in rows][1] == ("未制定", 0, 1)
    assert page.count.text() == "3户 7人"
    assert "赵德福户" in page.head.text()


def test_nothing_is_added_until_somebody_ticks(page: PlansPage, desk: Desk) -> None:
    assert page.suggestions.list.count() == 3
    assert not page.suggestions.add_button.isEnabled()
    page.suggestions.list.setFocus()
    page.suggestions.add_button.click()
    assert stored(desk).measures == ()


def test_space_ticks_and_enter_adds(qtbot: QtBot, page: PlansPage, desk: Desk) -> None:
    tickable = page.suggestions.list
    tickable.setFocus()
    assert "预警：水量不够" in tickable.item(0).text()
    qtbot.keyClick(tickable, Qt.Key.Key_Space)
    assert page.suggestions.add_button.text() == "加入选中的1条"
    qtbot.keyClick(tickable, Qt.Key.Key_Return)
    (measure,) = stored(desk).measures
    assert (measure.fields["measure_kind"], measure.fields["warning_ids"]) == ("应急送水", "w1")
    assert page.measures.table.table.rowCount() == 1
    assert page.tabs.tabText(1) == "措施 1"
    assert tickable.count() == 2


def test_a_bad_day_is_told_at_the_field(page: PlansPage, desk: Desk) -> None:
    page.suggestions.list.item(0).setCheckState(Qt.CheckState.Checked)
    page.suggestions.until.setText("年底")
    page.suggestions.add_button.click()
    assert "20240501" in page.suggestions.problem.text()
    page.suggestions.until.setText("20251231")
    page.suggestions.responsible.setText("")
    page.suggestions.add_button.click()
    assert "责任人" in page.suggestions.problem.text()
    assert stored(desk).measures == ()


def test_targets_are_saved_when_the_field_is_left(
    qtbot: QtBot, page: PlansPage, desk: Desk
) -> None:
    page.tabs.setCurrentWidget(page.targets)
    page.targets.removal.setFocus()
    page.targets.removal.setText("12月底前消除")
    qtbot.keyClick(page.targets.removal, Qt.Key.Key_Return)
    assert stored(desk).targets.removal == "12月底前消除"
    assert page.table.current().state == "待完善"
    page.targets.income.setText("很多")
    page.targets.income.editingFinished.emit()
    assert "增收目标" in page.targets.problem.text()
    assert stored(desk).targets.income is None


def test_what_was_typed_goes_to_the_household_it_was_typed_for(page: PlansPage, desk: Desk) -> None:
    page.tabs.setCurrentWidget(page.targets)
    page.targets.needs.setFocus()
    page.targets.needs.setPlainText("修水窖")
    page.table.setFocus()
    page.table.selectRow(0)
    assert stored(desk).targets.needs == "修水窖"
    assert stored(desk, "h1").targets.needs == ""
    assert page.targets.needs.toPlainText() == ""


def test_a_measure_is_planned_corrected_and_led_on(
    qtbot: QtBot, page: PlansPage, desk: Desk
) -> None:
    dialog = page.measures.plan_dialog()
    assert dialog is not None
    qtbot.addWidget(dialog)
    category, kind = dialog.fields["measure_category"], dialog.fields["measure_kind"]
    assert isinstance(category, QComboBox)
    assert isinstance(kind, QComboBox)
    category.setCurrentText("饮水安全保障")
    assert kind.itemText(0) == "应急送水"
    kind.setCurrentText("打井")
    amount = dialog.fields["amount"]
    assert isinstance(amount, QLineEdit)
    amount.setText("一千")
    dialog.accept()
    assert "金额" in dialog.problem.text()
    amount.setText("1,200")
    dialog.accept()
    page.measures.take_plan(dialog.values())
    (measure,) = stored(desk).measures
    assert measure.title == "饮水安全保障·打井"
    assert (measure.fields["amount"], measure.fields["warning_ids"]) == ("1200", "w1")
    (terminate,) = [a for a in measure.actions if a.name == "terminate"]
    form = step_form(page, desk, measure, terminate)
    form.fields["reason"].set_value("重复")
    form.accept()
    (measure,) = stored(desk).measures
    assert (measure.state, measure.title) == ("planned", "饮水安全保障·打井（已提请终止）")


def test_a_step_asks_for_what_it_needs(page: PlansPage, monkeypatch: pytest.MonkeyPatch) -> None:
    page.suggestions.list.item(0).setCheckState(Qt.CheckState.Checked)
    page.suggestions.add_button.click()
    seen: list[StepForm] = []

    def run(form: StepForm) -> int:
        seen.append(form)
        form.accept()
        return form.result()

    monkeypatch.setattr(StepForm, "exec", run)
    finish = Action("finish", "已落实", ("note", "beneficiary"))
    page.measures.step_requested.emit(page.measures.table.current(), finish)
    (form,) = seen
    assert form.problems["note"].text() == "请填说明。"
    assert {"photo", "amount_paid", "on"} <= set(form.fields)


def test_a_helper_is_added_and_stands_on_the_sheet(
    qtbot: QtBot, page: PlansPage, desk: Desk
) -> None:
    dialog = page.helpers.add_dialog()
    qtbot.addWidget(dialog)
    dialog.accept()
    assert "姓名" in dialog.problem.text()
    page.helpers.take_add(
        {"name": "王芳", "organisation": "县医保局", "post": "", "phone": "", "on": "2025-1-1",
         "is_phone_public": ""}
    )  # fmt: skip
    (line,) = stored(desk).helpers
    assert (line.helper.name, line.assigned_on) == ("王芳", date(2025, 1, 1))
    assert page.suggestions.responsible.text() == "王芳"


def test_the_preview_is_the_real_pdf_and_follows_the_edition(qtbot: QtBot, page: PlansPage) -> None:
    with qtbot.waitSignal(page.preview.made, timeout=20_000) as made:
        page.preview.make_now()
    wall = page.preview.picture.pixmap().toImage()
    assert wall.width() > 200
    with qtbot.waitSignal(page.preview.made, timeout=20_000) as made:
        page.edition.setCurrentIndex(1)
    assert made.args == [2]
    assert page.preview.picture.pixmap().toImage() != wall
    page.preview.after.click()
    assert page.preview.place.text() == "第2页，共2页"


def test_own_words_are_on_the_wall_only_while_ticked_and_the_next_household_asks_anew(
    qtbot: QtBot, page: PlansPage, desk: Desk
) -> None:
    targets = replace(stored(desk).targets, needs="修水窖")
    plan_edit.save_targets(desk.store, desk.actor, "h2", targets, TODAY)
    pictures = []
    for has_words in (False, True):
        page.words.setChecked(has_words)
        with qtbot.waitSignal(page.preview.made, timeout=20_000):
            page.preview.make_now()
        pictures.append(page.preview.picture.pixmap().toImage())
    assert pictures[0] != pictures[1]
    page.table.selectRow(0)
    assert not page.words.isChecked()


def test_a_wall_that_shows_it_already_is_asked_about(
    qtbot: QtBot, page: PlansPage, desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    printing = Printing(desk.actor, tmp_path / "a.pdf", TODAY)
    plans.print_plans(desk.store, plans.PlanJob(("h2",), Edition.WALL), printing)
    asked: list[str] = []

    def refuse(_parent: object, _title: str, text: str, yes: str) -> bool:
        asked.append(f"{text}{yes}")
        return False

    monkeypatch.setattr(messages, "ask", refuse)
    page.table.setFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_P)
    assert asked == ["本户上墙内容未变（2025-10-20已印），不必重印。照样打印"]
    with qtbot.waitSignal(page.preview.made, timeout=20_000):
        page.preview.make_now()
    assert "不必重印" in page.preview.hint.text()


def test_a_file_needs_at_least_one_paper(qtbot: QtBot, page: PlansPage) -> None:
    dialog = DossierDialog(page)
    qtbot.addWidget(dialog)
    assert len(dialog.chosen()) == 7
    for tick in dialog.ticks.values():
        tick.setChecked(False)
    assert not dialog.take_button.isEnabled()


def test_large_text_leaves_the_preview_out(page: PlansPage, qapp: QApplication) -> None:
    page.set_scale(1.5)
    assert page.preview.isHidden()
    page.set_scale(1.0)
    assert not page.preview.isHidden()


def test_the_filter_keeps_only_its_state(page: PlansPage, desk: Desk) -> None:
    page.filter.setCurrentText("已制定")
    page.filter.activated.emit(3)
    assert page.table.table.rowCount() == 0
    page.show_target("h4")
    assert page.household_id() == "h4"


def test_a_township_changes_targets_only_with_a_reason(
    qtbot: QtBot, desk: Desk, page: PlansPage
) -> None:
    with acting_as(desk.store, "township"):
        above = PlansPage(desk)
        qtbot.addWidget(above)
        above.refresh(None)
        above.show_target("h2")
        assert above.tabs.indexOf(above.suggestions) == -1
        assert above.targets.removal.isReadOnly()
        dialog = above.targets.change_dialog()
        qtbot.addWidget(dialog)
        removal, reason = dialog.fields["removal"], dialog.fields["reason"]
        assert isinstance(removal, QLineEdit)
        assert isinstance(reason, QLineEdit)
        removal.setText("年底前消除")
        dialog.accept()
        assert "修改原因" in dialog.problem.text()
        reason.setText("县里核查要求")
        dialog.accept()
        above.targets.take_change(dialog.values())
        assert stored(desk).targets.removal == "年底前消除"
        for asking in (above.helpers.add_dialog(), above.measures.plan_dialog()):
            assert asking is not None
            qtbot.addWidget(asking)
        assert "reason" in above.helpers.add_dialog().fields


def test_a_county_reads_targets_and_helpers(qtbot: QtBot, desk: Desk) -> None:
    with acting_as(desk.store, "county"):
        above = PlansPage(desk)
        qtbot.addWidget(above)
        assert not above.targets.change_button.isVisibleTo(above.targets)
        assert not above.helpers.add_button.isVisibleTo(above.helpers)


def test_sheets_of_an_earlier_day_are_printed_for_those_chosen(
    qtbot: QtBot, page: PlansPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs: list[plans.PlanJob] = []
    monkeypatch.setattr(page, "_print", jobs.append)
    dialog = page.past_dialog()
    qtbot.addWidget(dialog)
    day = dialog.fields["on"]
    assert isinstance(day, QLineEdit)
    assert day.text() == "2025-06-30"
    day.setText("去年")
    dialog.accept()
    assert dialog.problem.text()
    page.print_as_of(("h2",), date(2025, 6, 30))
    assert jobs == [plans.PlanJob(("h2",), Edition.WALL, as_of=date(2025, 6, 30))]


def test_the_years_end_is_ticked_by_a_person(qtbot: QtBot, page: PlansPage) -> None:
    lines = [
        CarryLine(f"m{n}", "2", "赵德福", "产业帮扶·产业奖补", "落实中", None) for n in range(3)
    ]
    dialog = YearEndDialog(page, YearEnd(2026, tuple(lines), tuple(lines[:1])))
    qtbot.addWidget(dialog)
    assert dialog.take_button.text() == "结转选中的3条"
    dialog.list.item(1).setCheckState(Qt.CheckState.Unchecked)
    with qtbot.waitSignal(dialog.carry_requested) as carried:
        dialog.take_button.click()
    assert carried.args == [["m0", "m2"]]
    empty = YearEndDialog(page, YearEnd(2026, (), ()))
    qtbot.addWidget(empty)
    assert not empty.take_button.isEnabled()
