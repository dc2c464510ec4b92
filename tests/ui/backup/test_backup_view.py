"""Backups on the screen: made beside the work, told on the first page, never silently missed."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.models import copies
from app.models.store import Store
from app.ops import backup, backup_plan, setup
from app.ops.backup_errors import BackupFailedError
from app.ui.backup.backup_view import BackupView
from app.ui.backup.keeper import BackupKeeper
from app.ui.page import Desk
from app.ui.workbench_page import WorkbenchPage
from tests.conftest import NOW
from tests.ui.conftest import TODAY, add_household, make_desk
from tests.ui.test_first_use import PASSPHRASE


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("backup") / "replica"
    plan = setup.ReplicaPlan("village", "539901101201", "云岭村", "张卫东")
    setup.create_replica(path, plan, PASSPHRASE)
    return path


@pytest.fixture
def opened(folder: Path) -> Iterator[Store]:
    for path in folder.glob("backup/*"):
        path.unlink()
    store = setup.open_replica(folder, PASSPHRASE, "测试", clock=lambda: NOW)
    yield store
    store.close()


@pytest.fixture
def bench_desk(opened: Store, qapp: object) -> Iterator[Desk]:
    from app.domain.ownership import Actor  # noqa: PLC0415

    desk = make_desk(opened, Actor("张卫东", "administrator"))
    yield desk
    desk.runner.close()


def test_the_first_change_of_a_day_makes_one_backup(qtbot: QtBot, opened: Store) -> None:
    keeper = BackupKeeper(opened, delay=0)
    with qtbot.waitSignal(keeper.made, timeout=20_000):
        keeper.on_changed(None)
    keeper.on_changed(None)
    qtbot.waitUntil(lambda: not keeper._timer.isActive() and not keeper._is_running)
    assert keeper.close() is None
    assert len(backup_plan.list_backups(opened.path.parent)) == 1


def test_closing_makes_a_backup_of_what_came_after_the_last_one(
    qtbot: QtBot, bench_desk: Desk, opened: Store
) -> None:
    keeper = BackupKeeper(opened, delay=10_000_000)
    assert keeper.close() is None
    assert backup_plan.list_backups(opened.path.parent) == []
    keeper = BackupKeeper(opened, delay=10_000_000)
    add_household(opened, bench_desk.actor, 7, "罗小妹")
    keeper.on_changed(None)
    assert keeper.close() is None
    ((path, _at),) = backup_plan.list_backups(opened.path.parent)
    assert backup.verify_backup(path, backup.by_passphrase(PASSPHRASE)).header.name == "云岭村"


def test_a_backup_that_cannot_be_written_is_told_with_the_reason(
    qtbot: QtBot, opened: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(copies, "copy_database", full)
    keeper = BackupKeeper(opened, delay=0)
    with qtbot.waitSignal(keeper.failed, timeout=20_000) as failed:
        keeper.on_changed(None)
    assert failed.args is not None
    error = failed.args[0]
    assert isinstance(error, BackupFailedError)
    assert error.user_text().startswith("备份没写成：磁盘或U盘空间不够。数据没有变。")
    assert isinstance(keeper.close(), BackupFailedError)


def test_the_first_page_tells_the_age_and_warns_when_it_is_too_great(
    qtbot: QtBot, bench_desk: Desk, opened: Store
) -> None:
    add_household(opened, bench_desk.actor, 8, "杨文才")
    page = WorkbenchPage(bench_desk)
    qtbot.addWidget(page)
    page.refresh(None)
    assert "还没有" in page.backup.text()
    assert page.backup.property("kind") == "problem"
    opened.clock = lambda: NOW - timedelta(days=1)
    backup_plan.daily_backup(opened)
    page.refresh(None)
    assert page.backup.text().startswith("备份：昨天已核验")
    assert page.backup.property("kind") == "quiet"
    opened.clock = lambda: NOW


def test_by_hand_to_a_stick_and_every_day_to_a_folder(
    qtbot: QtBot, bench_desk: Desk, tmp_path: Path
) -> None:
    view = BackupView(bench_desk)
    qtbot.addWidget(view)
    with qtbot.waitSignal(view.changed, timeout=20_000):
        view.back_up_to(tmp_path / "手工.备份")
    assert "已写好并核验" in view.news.text()
    assert "今天已核验" in view.state.text()
    assert view.forget.isHidden()
    view.keep_also_in(tmp_path)
    assert str(tmp_path) in view.place.text()
    assert not view.forget.isHidden()
    assert backup_plan.status(bench_desk.store, TODAY).further_folder == tmp_path
    view.keep_also_in(None)
    assert backup_plan.status(bench_desk.store, TODAY).further_folder is None
