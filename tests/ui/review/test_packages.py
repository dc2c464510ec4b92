"""All packages of a stick in one preview, and one decision package for each village."""

from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ops import exchange, review, review_packages, sheets, warnings
from app.ops.review import Reporter
from app.ops.warnings import StepInput
from app.ui.page import Desk
from app.ui.review.package_dialogs import ImportAllDialog, WriteAllDialog, taken_text
from app.ui.review.reminders_dialog import RemindersDialog, reminder
from app.ui.review.review_page import ReviewPage
from app.ui.runner import Runner
from tests.conftest import VILLAGE, StoreMaker
from tests.ops import network
from tests.ops.network import ME, Network, enrol
from tests.ops.village import TODAY, add_family, answer_all, open_october


@pytest.fixture
def net(new_store: StoreMaker, tmp_path: Path) -> Network:
    """Return a village with one confirmed warning, a second village, and their township."""
    made = network.build(new_store, tmp_path / "stick")
    other = new_store("village", "539901101202", "下坝村")
    (tmp_path / "other").mkdir()
    enrol(made.township, other, tmp_path / "other")
    home = add_family(made.village)
    open_october(made.village)
    sheet_id = answer_all(made.village, home, {("WT-01", ""): "short"})
    (warning_id,) = sheets.submit_sheet(made.village, ME, sheet_id, TODAY).opened
    warnings.act(made.village, ME, warning_id, "confirm", StepInput("旱季断水", TODAY))
    return made


@pytest.fixture
def desk(net: Network, qapp: QApplication) -> Desk:
    return Desk(net.township, ME, lambda: TODAY, Runner())


def test_a_bad_file_stops_no_other(qtbot: QtBot, net: Network, desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "usb"
    folder.mkdir()
    now = net.village.clock()
    good = exchange.export_package(net.village, ME, "parent", folder / "上坝村.变更包", now).path
    (folder / "坏的.变更包").write_bytes(good.read_bytes()[:-40])
    page = ReviewPage(desk)
    qtbot.addWidget(page)
    page.refresh(None)
    assert page.empty.text() == "没有待审事项。缺报2村：上坝村、下坝村。"
    dialog = ImportAllDialog(page, desk)
    with qtbot.waitSignal(desk.runner.busy, check_params_cb=lambda on: not on):
        dialog.look_at(review_packages.packages_in(folder))
    assert dialog.notes.text().startswith("看过2个包：1个可以导入，1个不能导入")
    assert warnings.list_warnings(net.township, TODAY) == []
    with qtbot.waitSignal(desk.runner.changed):
        dialog.take_in()
    qtbot.waitUntil(lambda: dialog.head.text() == "导入好了")
    assert dialog.notes.text() == "已并入1个包，1个没有导入，数据没有因此改变。"
    assert "文件不完整" in taken_text(dialog.table.table.rows()[1])
    dialog.close()
    page.refresh(None)
    assert len(page.queue.matters()) == 1
    assert [one.name for one in page.queue.missing_reporters()] == ["下坝村"]
    assert page.queue.head.text() == "收1村　已审0/1事项　还有1条"
    desk.runner.close()


def test_every_village_gets_its_package_and_one_that_fails_stops_no_other(
    qtbot: QtBot, net: Network, desk: Desk, tmp_path: Path
) -> None:
    net.send(net.village, net.township)
    page = ReviewPage(desk)
    qtbot.addWidget(page)
    page.refresh(None)
    assert page.queue.write.text() == "给2个村各写一个决定包"
    page.queue.return_current("请补拍水源再报。")
    page.queue.decisions.write_all()
    folder = tmp_path / "out"
    folder.mkdir()
    receivers = [*page.queue.reporters(), Reporter("nobody", "没登记村", None)]
    dialog = WriteAllDialog(page, desk, receivers)
    dialog.write_to(folder)
    qtbot.waitUntil(lambda: dialog.head.text() == "决定包写好了")
    assert dialog.notes.text().startswith("写好2个包，1个没有写成")
    assert sorted(path.name for path in folder.iterdir()) == [
        "云岭镇给上坝村-1020.变更包", "云岭镇给下坝村-1020.变更包",
    ]  # fmt: skip
    dialog.close()
    exchange.import_package(
        net.village, ME, folder / "云岭镇给上坝村-1020.变更包", net.village.clock()
    )
    (line,) = warnings.list_warnings(net.village, TODAY)
    assert (line.state, line.note) == ("returned", "请补拍水源再报。")
    desk.runner.close()


def test_writing_again_keeps_the_file_that_is_there(net: Network, tmp_path: Path) -> None:
    for _ in range(2):
        review_packages.write_decisions(
            net.township, ME, review.reporters(net.township)[:1], tmp_path, lambda _a, _b: None
        )
    names = sorted(path.name for path in tmp_path.glob("*.变更包"))
    assert names == ["云岭镇给上坝村-1020-2.变更包", "云岭镇给上坝村-1020.变更包"]


def test_the_reminders_are_copied_as_text(qtbot: QtBot, qapp: QApplication) -> None:
    missing = [Reporter("a", "大箐村", None), Reporter("b", "河边村", TODAY.replace(month=9))]
    dialog = RemindersDialog(None, missing, TODAY)
    qtbot.addWidget(dialog)
    dialog.until.setText("下班")
    dialog.copy()
    assert QGuiApplication.clipboard().text().splitlines() == [
        "大箐村：10月变更包还没收到，以前也没有。今天下班前请送U盘。",
        "河边村：10月变更包还没收到，上次9月20日。今天下班前请送U盘。",
    ]
    assert reminder(missing[1], TODAY, "17点").endswith("今天17点前请送U盘。")
    assert VILLAGE not in dialog.text()
