"""Replicas and backups that released versions wrote are opened by every later one."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from app.models import schema
from app.models.store import Store
from app.ops import backup, months, passphrases, restore, roster_view, setup, warnings
from tests.make_old import FOLDER, ME, NOW, PASSPHRASE, PERIOD

NAMES = sorted(path.stem for path in FOLDER.glob("schema-*.json"))


def known(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def use(store: Store, said: dict[str, Any]) -> None:
    """Do with the old data what a village does every day."""
    assert len(roster_view.list_households(store)) == said["households"]
    status = months.month_status(store, PERIOD, NOW.date())
    assert (status.due_households, len(status.not_visited)) == (said["due"], said["due"] - 1)
    assert said["answered"] not in {one.household_id for one in status.not_visited}
    assert warnings.list_warnings(store, NOW.date())
    months.open_period(store, ME, PERIOD.next(), NOW.date())


def test_there_are_golden_files_of_this_schema() -> None:
    assert f"schema-{schema.newest()}" in NAMES


@pytest.mark.parametrize("name", NAMES)
def test_an_old_replica_opens_is_upgraded_and_works(name: str, tmp_path: Path) -> None:
    folder = shutil.copytree(FOLDER / name, tmp_path / "v")
    store = setup.open_replica(folder, PASSPHRASE, "测试", clock=lambda: NOW)
    use(store, known(name))
    store.close()
    passphrases.recover(folder, known(name)["recovery_key"], "xin-kou-ling-hen-chang")


@pytest.mark.parametrize("name", NAMES)
def test_an_old_backup_is_verified_restored_and_works(name: str, tmp_path: Path) -> None:
    path, opener = FOLDER / f"{name}{backup.SUFFIX}", backup.by_passphrase(PASSPHRASE)
    assert backup.verify_backup(path, opener).header.name == "上坝村"
    done = restore.restore_backup(path, tmp_path / "v", opener, NOW)
    assert done.epoch != known(name)["epoch"]
    store = setup.open_replica(tmp_path / "v", PASSPHRASE, "测试", clock=lambda: NOW)
    assert backup.is_restored(store)
    use(store, known(name))
    store.close()
