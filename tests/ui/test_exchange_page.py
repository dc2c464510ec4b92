"""数据交换: a package from village to township, looked at before it is taken in."""

from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.ownership import Actor
from app.models.store import Store
from app.ops import exchange, roster_view
from app.ui.exchange.exchange_page import ExchangePage
from app.ui.exchange.revoke_dialog import RevokeDialog
from tests.conftest import NOW, StoreMaker
from tests.ops.network import ME, Network, build
from tests.ops.village import add_family
from tests.ui.conftest import add_household, make_desk


@pytest.fixture
def network(new_store: StoreMaker, actor: Actor, tmp_path: Path) -> Network:
    made = build(new_store, tmp_path / "stick")
    add_household(made.village, actor, 2, "赵德福", size=4)
    return made


def open_page(qtbot: QtBot, store: Store, actor: Actor) -> ExchangePage:
    page = ExchangePage(make_desk(store, actor))
    qtbot.addWidget(page)
    page.resize(1240, 690)
    page.show()
    page.refresh(None)
    return page


def test_a_village_that_is_not_enrolled_is_told_to_ask_first(
    qtbot: QtBot, store: Store, actor: Actor, qapp: QApplication
) -> None:
    page = open_page(qtbot, store, actor)
    assert "还没有和上级登记" in page.device_text.text()
    assert not page.export_button.isEnabled()
    assert not page.approve_button.isVisible()
    page._desk.runner.close()


def test_export_tells_what_is_in_the_package_and_import_asks_before_it_changes_anything(
    qtbot: QtBot, network: Network, actor: Actor, qapp: QApplication
) -> None:
    village = open_page(qtbot, network.village, actor)
    path = network.stick / "1.变更包"
    village.export_to(network.township.device_id, path)
    qtbot.waitUntil(lambda: "已写好第1号包" in village.export_text.text(), timeout=10000)
    assert "1户" in village.export_text.text()

    township = open_page(qtbot, network.township, actor)
    township.look_at([path])
    qtbot.waitUntil(township.results.isVisible, timeout=10000)
    assert "新增户 1" in township.results.detail.text()
    assert roster_view.list_households(network.township) == []
    township.results.take_button.click()
    qtbot.waitUntil(lambda: "已并入" in township.import_text.text(), timeout=10000)
    assert [line.head_name for line in roster_view.list_households(network.township)] == ["赵德福"]
    for page in (village, township):
        page._desk.runner.close()


def test_leaving_the_preview_changes_nothing(
    qtbot: QtBot, network: Network, actor: Actor, qapp: QApplication
) -> None:
    exported = network.export(network.village, network.township)
    page = open_page(qtbot, network.township, actor)
    page.look_at([exported.path])
    qtbot.waitUntil(page.results.isVisible, timeout=10000)
    page.results.leave_button.click()
    assert not page.results.isVisible()
    assert roster_view.list_households(network.township) == []
    page._desk.runner.close()


def test_a_damaged_package_is_refused_by_name(
    qtbot: QtBot, network: Network, actor: Actor, qapp: QApplication
) -> None:
    path = network.export(network.village, network.township).path
    path.write_bytes(path.read_bytes()[:-100])
    page = open_page(qtbot, network.township, actor)
    with qtbot.waitSignal(page._desk.runner.failed, timeout=10000) as failed:
        page.look_at([path])
    assert failed.args is not None
    assert "数据没有变" in failed.args[0].user_text()
    assert not page.results.isVisible()
    page._desk.runner.close()


def test_a_lost_laptop_is_ended_with_a_reason_and_gets_no_more_packages(
    qtbot: QtBot,
    network: Network,
    actor: Actor,
    qapp: QApplication,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network.send(network.village, network.township)
    said: list[str] = []
    monkeypatch.setattr(ExchangePage, "_say", lambda _page, text: said.append(text))
    village = open_page(qtbot, network.village, actor)
    assert not village.revoke_button.isVisible()
    page = open_page(qtbot, network.township, actor)

    def answer() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, RevokeDialog)
        assert not box.go.isEnabled()
        box.why.setText("电脑丢了")
        box.go.click()

    QTimer.singleShot(100, answer)
    page.revoke_button.click()
    assert "已停用：上坝村" in said[0]
    assert "revoked" in [line.state for line in page._devices]
    assert page.receiver.findData(network.village.device_id) < 0
    assert not page.revoke_button.isVisible()
    for one in (village, page):
        one._desk.runner.close()


def test_asking_for_what_is_missing_writes_the_receipt_and_says_what_to_do(
    qtbot: QtBot, network: Network, actor: Actor, qapp: QApplication
) -> None:
    page = open_page(qtbot, network.village, actor)
    assert page.ask_button.isEnabled()
    path = network.stick / "请补发.变更包"
    page.ask_for(network.township.device_id, path)
    qtbot.waitUntil(lambda: "补发请求已写好" in page.export_text.text(), timeout=10000)
    done = exchange.import_package(network.township, ME, path, NOW)
    assert (done.applied, done.number) == (0, 1)
    page._desk.runner.close()


def test_what_one_file_cannot_hold_is_written_beside_it_and_all_is_told(
    qtbot: QtBot,
    network: Network,
    actor: Actor,
    qapp: QApplication,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.sync.parcels.ROOM", 6_000)
    for number in range(3, 9):
        add_family(network.village, str(number))
    page = open_page(qtbot, network.village, actor)
    path = network.stick / "1.变更包"
    page.export_to(network.township.device_id, path)
    qtbot.waitUntil(lambda: "请都带去" in page.export_text.text(), timeout=20000)
    assert not path.exists()
    for file in sorted(network.stick.glob("上坝村-*.变更包")):
        exchange.import_package(network.township, ME, file, NOW, confirmed=True)
    assert len(roster_view.list_households(network.township)) == 7
    page._desk.runner.close()


def test_a_new_laptop_below_gets_a_base_when_it_is_asked_for(
    qtbot: QtBot, network: Network, actor: Actor, qapp: QApplication
) -> None:
    network.send(network.village, network.township)
    village = open_page(qtbot, network.village, actor)
    assert not village.base.isVisible()
    township = open_page(qtbot, network.township, actor)
    below = township.receiver.findData(network.village.device_id)
    township.receiver.setCurrentIndex(below)
    assert township.base.isVisible()
    township.base.setChecked(True)
    path = network.stick / "底册.变更包"
    township.export_to(network.village.device_id, path)
    qtbot.waitUntil(lambda: "附底册" in township.export_text.text(), timeout=10000)
    assert not township.base.isChecked()
    for page in (village, township):
        page._desk.runner.close()
