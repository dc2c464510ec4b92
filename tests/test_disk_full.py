"""No room left: a clear sentence, nothing half-written, and all goes on when there is room again.

On a real small file system (tmpfs), which only root may mount.
"""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from app.models import copies, vault
from app.models.household import Household
from app.models.store import Store
from app.ops import backup, backup_plan, exchange, previews, restore, setup
from app.ops.backup_errors import BackupFailedError
from app.paths import ReplicaPaths
from app.sync.errors import StickLostError
from app.ui import problems
from tests.conftest import StoreMaker
from tests.ops import network
from tests.ops.test_backup import BY_GOOD, GOOD, NOW, PLAN, add

MEGABYTE = 1024 * 1024


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on a file system of 4 MB."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("only root may mount a small file system")
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:  # noqa: S603
        pytest.skip("this system does not allow mounting")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)  # noqa: S603, S607


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    setup.create_replica(tmp_path / "v", PLAN, GOOD)
    return tmp_path / "v"


def fill(folder: Path, *, leave: int) -> Path:
    """Write a file that leaves so many bytes."""
    path = folder / "ballast"
    path.write_bytes(b"")
    with path.open("wb") as file, contextlib.suppress(OSError):
        file.write(b"x" * max(0, shutil.disk_usage(folder).free - leave))
    return path


def households(store: Store) -> int:
    with store.read() as session:
        return len(session.scalars(select(Household.id)).all())


def test_a_save_without_room_is_rolled_back_and_works_again(small: Path, folder: Path) -> None:
    shutil.copytree(folder, small / "v")
    store = setup.open_replica(small / "v", GOOD, "测试", clock=lambda: NOW)
    add(store, 1)
    ballast = fill(small, leave=16 * 1024)
    saved = 1
    with pytest.raises(OperationalError) as caught:
        for number in range(2, 200):
            add(store, number)
            saved += 1
    assert households(store) == saved
    assert "磁盘快满了" in problems.as_app_error(caught.value).user_text()
    ballast.unlink()
    add(store, 999)
    assert households(store) == saved + 1
    store.close()
    paths = ReplicaPaths(small / "v")
    assert copies.faults_of(paths.database, vault.open_vault(paths.vault, GOOD)) == ()


@pytest.mark.parametrize("is_noticed_early", [True, False])
def test_a_full_stick_keeps_the_old_backup_and_nothing_half(
    small: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, *, is_noticed_early: bool
) -> None:
    if not is_noticed_early:
        monkeypatch.setattr(backup, "_check_room", lambda *_: None)
    store = setup.open_replica(folder, GOOD, "测试", clock=lambda: NOW)
    out = small / "一份.备份"
    good = backup.create_backup(store, out)
    ballast = fill(small, leave=300 * 1024)
    with pytest.raises(BackupFailedError) as caught:
        backup.create_backup(store, out)
    assert "空间不够" in caught.value.user_text()
    assert backup.verify_backup(out, BY_GOOD).sha256 == good.sha256
    assert {path.name for path in small.iterdir()} == {"一份.备份", "ballast"}
    ballast.unlink()
    backup.create_backup(store, out)
    store.close()


def test_a_full_further_folder_is_told_and_the_backup_here_stands(
    small: Path, folder: Path
) -> None:
    store = setup.open_replica(folder, GOOD, "测试", clock=lambda: NOW)
    backup_plan.choose_further_folder(store, small)
    fill(small, leave=100 * 1024)
    with pytest.raises(BackupFailedError):
        backup_plan.daily_backup(store)
    assert [path.name for path in small.iterdir()] == ["ballast"]
    assert not backup_plan.is_due(store)
    store.close()


def export(made: network.Network, out: Path) -> None:
    exchange.export_package(made.village, network.ME, made.township.device_id, out, NOW)


def test_a_full_stick_takes_no_package_and_the_next_one_holds_all(
    small: Path, new_store: StoreMaker, tmp_path: Path
) -> None:
    made = network.build(new_store, tmp_path / "stick")
    for number in range(1, 40):
        add(made.village, number)
    ballast = fill(small, leave=4 * 1024)
    out = small / "上报.变更包"
    with pytest.raises(StickLostError):
        export(made, out)
    assert {path.name for path in small.iterdir()} == {"ballast"}
    ballast.unlink()
    export(made, out)
    assert exchange.import_package(made.township, network.ME, out, NOW).applied == 39


def test_an_import_without_room_is_rolled_back_and_goes_in_later(
    small: Path, new_store: StoreMaker, tmp_path: Path
) -> None:
    made = network.build(new_store, tmp_path / "stick")
    for number in range(1, 400):
        add(made.village, number)
    package = made.export(made.village, made.township).path
    lower = network.clone(made.township, small / "town")
    ballast = fill(small, leave=64 * 1024)
    with pytest.raises(OperationalError) as caught:
        exchange.import_package(lower, network.ME, package, NOW, confirmed=True)
    assert "磁盘快满了" in problems.as_app_error(caught.value).user_text()
    assert households(lower) == 0
    ballast.unlink()
    assert exchange.import_package(lower, network.ME, package, NOW, confirmed=True).applied == 399
    assert copies.faults_of(lower.path, lower.key) == ()
    lower.close()


def test_a_restore_without_room_leaves_nothing(small: Path, folder: Path, tmp_path: Path) -> None:
    store = setup.open_replica(folder, GOOD, "测试", clock=lambda: NOW)
    out = tmp_path / "一份.备份"
    backup.create_backup(store, out)
    store.close()
    ballast = fill(small, leave=200 * 1024)
    with pytest.raises(OSError, match="28"):
        restore.restore_backup(out, small / "new", BY_GOOD, NOW)
    assert [path.name for path in small.iterdir()] == ["ballast"]
    ballast.unlink()
    restore.restore_backup(out, small / "new", BY_GOOD, NOW)
    setup.open_replica(small / "new", GOOD, "测试").close()


def test_a_paper_that_does_not_fit_leaves_the_old_one(small: Path) -> None:
    out = small / "一户一策.pdf"
    previews.save(out, b"old")
    fill(small, leave=100 * 1024)
    with pytest.raises(OSError, match="28"):
        previews.save(out, b"x" * MEGABYTE)
    assert out.read_bytes() == b"old"
    assert {path.name for path in small.iterdir()} == {"一户一策.pdf", "ballast"}
