"""Runs one scenario again and again in forked children, each killed at another write.

``python -m tests.killing.worker SCENARIO FOLDER SAMPLES`` with the shim preloaded; prints one JSON
object: how many calls the scenario makes, and in which state each kill left the files.
"""

import ctypes
import json
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.models import copies, engine, schema, vault
from app.models.errors import NoReplicaError, WrongPassphraseError
from app.models.household import Household
from app.models.register import MonthSnapshot
from app.models.step import Step
from app.models.store import Store
from app.ops import backup, doctor, exchange, month_close, months, passphrases, restore, setup
from app.ops.backup_errors import NotABackupError
from app.paths import ReplicaPaths
from tests.conftest import LEAST_WORK, NOW, VILLAGE, StoreMaker, make_store
from tests.make_old import FOLDER, PASSPHRASE
from tests.ops import network
from tests.ops.network import ME
from tests.ops.village import OCTOBER, add_family, open_october

GOOD, OTHER = "shanlidefengyizhichui", "linglouyizhonghua"
_SHIM = ctypes.CDLL(None)


@dataclass(frozen=True)
class Scenario:
    """``prepare`` makes the folder, ``act`` is killed, ``state`` says where it stands afterwards.

    ``state`` raises when anything is damaged.
    """

    prepare: Callable[[Path], None]
    act: Callable[[Path], None]
    state: Callable[[Path], str]


def open_store(folder: Path) -> Store:
    return Store(folder / "replica.db", (folder / "key").read_bytes(), clock=lambda: NOW)


def sound(path: Path, key: bytes) -> Any:
    """Open a database as the next start would, check it, return the heads."""
    faults = copies.faults_of(path, key)
    assert not faults, faults  # never a false alarm either
    with closing(engine.connect(path, key)) as connection:
        found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        assert found == ["ok"], found
    return copies.heads_of(path, key)


def _keep(store: Store) -> Path:
    """Write the raw key beside a test replica, so that no slow derivation is needed."""
    folder = store.path.parent
    (folder / "key").write_bytes(store.key)
    store.close()
    return folder


def _household(number: int) -> Household:
    return Household(
        id=f"h{number}", scope=VILLAGE, household_no=str(number), household_kind="lifted"
    )


# -------------------------------------------------------------------- an ordinary operation


def prepare_save(folder: Path) -> None:
    _keep(make_store(folder, "village", VILLAGE, "上坝村"))


def act_save(folder: Path) -> None:
    store = open_store(folder)
    with store.write("test.save", ME) as session:
        session.add_all(_household(number) for number in range(5))
    store.close()  # moves the log into the database


def state_save(folder: Path) -> str:
    heads = sound(folder / "replica.db", (folder / "key").read_bytes())
    store = open_store(folder)
    with store.read() as session:
        found = len(session.scalars(select(Household.id)).all())
    store.close()
    assert (found, len(heads)) in ((0, 0), (5, 1)), (found, heads)
    return "after" if found else "before"


# -------------------------------------------------------------------- a package comes in


def prepare_import(folder: Path) -> None:
    folder.mkdir()
    built = network.build(StoreMaker(folder), folder / "stick")
    with built.village.write("test.save", ME) as session:
        session.add_all(_household(number) for number in range(5))
    built.export(built.village, built.township)
    built.county.close()
    _keep(built.village).rename(folder / "village")
    _keep(built.township).rename(folder / "township")


def act_import(folder: Path) -> None:
    store = open_store(folder / "township")
    exchange.import_package(store, ME, folder / "stick" / "1.变更包", NOW)
    store.close()


def state_import(folder: Path) -> str:
    lower = folder / "township"
    sound(lower / "replica.db", (lower / "key").read_bytes())
    store = open_store(lower)
    with store.read() as session:
        found = len(session.scalars(select(Household.id)).all())
    done = exchange.import_package(store, ME, folder / "stick" / "1.变更包", NOW)
    with store.read() as session:
        again = len(session.scalars(select(Household.id)).all())
    store.close()
    assert again == 5, done  # what was lost by the kill goes in by doing it again
    assert found in (0, 5)
    return "after" if found else "before"


# -------------------------------------------------------------------- a package goes out


def prepare_export(folder: Path) -> None:
    prepare_import(folder)
    store = open_store(folder / "village")
    with store.write("test.save", ME) as session:
        session.add_all(_household(number) for number in range(5, 8))
    store.close()


def act_export(folder: Path) -> None:
    store = open_store(folder / "village")
    exchange.export_package(store, ME, "parent", folder / "stick" / "2.变更包", NOW)
    store.close()


def state_export(folder: Path) -> str:
    """A file is whole or not there; what comes next goes in, whatever happened."""
    lower, path = folder / "village", folder / "stick" / "2.变更包"
    sound(lower / "replica.db", (lower / "key").read_bytes())
    was_there = path.exists()
    if not was_there:
        act_export(folder)
    upper = open_store(folder / "township")
    for number in (1, 2):
        exchange.import_package(upper, ME, folder / "stick" / f"{number}.变更包", NOW)
    with upper.read() as session:
        assert len(session.scalars(select(Household.id)).all()) == 8
    upper.close()
    return "after" if was_there else "before"


# -------------------------------------------------------------------- migration


def prepare_migration(folder: Path) -> None:
    folder.mkdir()
    (folder / "key").write_bytes(os.urandom(32))


def act_migration(folder: Path) -> None:
    schema.upgrade(folder / "replica.db", (folder / "key").read_bytes())


def state_migration(folder: Path) -> str:
    path, key = folder / "replica.db", (folder / "key").read_bytes()
    with closing(engine.connect(path, key)) as connection:
        names = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        assert [row[0] for row in connection.execute("PRAGMA integrity_check")] == ["ok"]
    found = schema.current(path, key)
    assert found in (None, schema.newest())
    assert (names > 40) is (found is not None), names
    act_migration(folder)  # the next start finishes it
    assert schema.current(path, key) == schema.newest()
    return "before" if found is None else "after"


# -------------------------------------------------------------------- an older schema


def prepare_upgrade(folder: Path) -> None:
    shutil.copytree(FOLDER / "schema-0001", folder)
    (folder / "key").write_bytes(vault.open_vault(folder / "vault.json", PASSPHRASE))


def state_upgrade(folder: Path) -> str:
    path, key = folder / "replica.db", _key(folder)
    sound(path, key)
    found = schema.current(path, key)
    assert found in ("0001", schema.newest()), found
    with closing(engine.connect(path, key)) as connection:
        assert connection.execute("SELECT count(*) FROM household").fetchone() == (6,)
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master")]
        assert ("attachment" in names) is (found != "0001"), found
        assert not [name for name in names if name.startswith("_alembic_tmp")]
    act_migration(folder)  # the next start finishes it
    assert schema.current(path, key) == schema.newest()
    return "before" if found == "0001" else "after"


# -------------------------------------------------------------------- a month is closed


def prepare_close(folder: Path) -> None:
    store = make_store(folder, "village", VILLAGE, "上坝村")
    homes = [add_family(store, str(number)) for number in range(1, 4)]
    open_october(store)
    for home in homes:
        month_close.set_unvisited(store, ME, home, OCTOBER, "拒访")
    _keep(store)


def act_close(folder: Path) -> None:
    store = open_store(folder)
    month_close.close_month(store, ME, OCTOBER, OCTOBER.last_day)
    store.close()


def state_close(folder: Path) -> str:
    sound(folder / "replica.db", (folder / "key").read_bytes())
    store = open_store(folder)
    with store.read() as session:
        found = months.state(session, VILLAGE, OCTOBER)
        frozen = len(session.scalars(select(MonthSnapshot.id)).all())
        actions = [step.action for step in session.scalars(select(Step).order_by(Step.id))]
    assert (found, frozen) in (("filling", 0), ("closed", 3)), (found, frozen)
    assert actions == (["open"] if found == "filling" else ["open", "check", "close"])
    assert {check.check for check in doctor.examine(store) if not check.ok} <= {"disk"}
    if found == "filling":
        month_close.close_month(store, ME, OCTOBER, OCTOBER.last_day)  # done again, it is done
    store.close()
    return "before" if found == "filling" else "after"


# -------------------------------------------------------------------- first start


def prepare_create(folder: Path) -> None:
    folder.mkdir()


def act_create(folder: Path) -> None:
    plan = setup.ReplicaPlan("village", VILLAGE, "上坝村", "张卫东")
    setup.create_replica(folder / "v", plan, GOOD)


def state_create(folder: Path) -> str:
    try:
        setup.open_replica(folder / "v", GOOD, "测试").close()
    except NoReplicaError:
        act_create(folder)  # whatever was left is in nobody's way
        setup.open_replica(folder / "v", GOOD, "测试").close()
        return "before"
    return "after"


# -------------------------------------------------------------------- backup, restore, passphrase


def prepare_replica(folder: Path) -> None:
    plan = setup.ReplicaPlan("village", VILLAGE, "上坝村", "张卫东")
    setup.create_replica(folder / "v", plan, GOOD)
    (folder / "key").write_bytes(vault.open_vault(folder / "v" / "vault.json", GOOD))
    backup.write_backup(ReplicaPaths(folder / "v"), _key(folder), folder / "old.备份", NOW)
    store = Store(folder / "v" / "replica.db", _key(folder), clock=lambda: NOW)
    with store.write("test.save", ME) as session:
        session.add(_household(1))
    store.close()


def _key(folder: Path) -> bytes:
    return (folder / "key").read_bytes()


def act_backup(folder: Path) -> None:
    backup.write_backup(ReplicaPaths(folder / "v"), _key(folder), folder / "a.备份", NOW)


def state_backup(folder: Path) -> str:
    paths = ReplicaPaths(folder / "v")
    sound(paths.database, _key(folder))
    try:
        backup.verify_backup(folder / "a.备份", lambda _vault: _key(folder))
    except NotABackupError:
        assert not (folder / "a.备份").exists()
        act_backup(folder)
        return "before"
    finally:
        backup.clear_left_over(paths)
        assert not list(paths.backups.iterdir())
    return "after"


def act_restore(folder: Path) -> None:
    restore.replace_damaged(folder / "old.备份", folder / "v", lambda _vault: _key(folder), NOW)


def state_restore(folder: Path) -> str:
    paths = ReplicaPaths(folder / "v")
    restore.finish_restore(paths)
    assert not (folder / "v" / "restore.part").exists()
    heads = sound(paths.database, _key(folder))
    vault.check_vault(paths.vault)
    kept = list((folder / "v").glob("damaged-*"))
    assert len(kept) == (0 if heads else 1)  # the old state has one chain, the backup none
    if kept:
        assert sound(kept[0] / "replica.db", _key(folder))
    return "before" if heads else "after"


def act_passphrase(folder: Path) -> None:
    store = Store(folder / "v" / "replica.db", _key(folder))
    passphrases.change_passphrase(store, GOOD, OTHER)


def state_passphrase(folder: Path) -> str:
    path = folder / "v" / "vault.json"
    try:
        found = vault.open_vault(path, GOOD)
    except WrongPassphraseError:
        assert vault.open_vault(path, OTHER) == _key(folder)
        return "after"
    assert found == _key(folder)
    return "before"


SCENARIOS = {
    "save": Scenario(prepare_save, act_save, state_save),
    "import": Scenario(prepare_import, act_import, state_import),
    "export": Scenario(prepare_export, act_export, state_export),
    "create": Scenario(prepare_create, act_create, state_create),
    "migration": Scenario(prepare_migration, act_migration, state_migration),
    "upgrade": Scenario(prepare_upgrade, act_migration, state_upgrade),
    "close": Scenario(prepare_close, act_close, state_close),
    "backup": Scenario(prepare_replica, act_backup, state_backup),
    "restore": Scenario(prepare_replica, act_restore, state_restore),
    "passphrase": Scenario(prepare_replica, act_passphrase, state_passphrase),
}


def in_child(act: Callable[[Path], None], folder: Path, limit: int) -> tuple[bool, int]:
    """Run ``act`` in a forked child that dies at call ``limit``; return (was killed, calls)."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _SHIM.kill_after(limit)
        try:
            act(folder)
            number = int(_SHIM.calls())
            _SHIM.kill_after(-1)
            os.write(writing, str(number).encode())
        finally:
            os._exit(0)
    os.close(writing)
    told = b""
    while chunk := os.read(reading, 64):
        told += chunk
    os.close(reading)
    _pid, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status), int(told or b"0")


def main(name: str, root: Path, samples: int) -> None:
    vault._ITERATIONS, vault._MEMORY_KIB = LEAST_WORK
    scenario = SCENARIOS[name]
    original = root / "original"
    scenario.prepare(original)
    shutil.copytree(original, root / "whole")
    killed, total = in_child(scenario.act, root / "whole", 0)
    assert not killed
    assert total
    assert scenario.state(root / "whole") == "after"
    found = {}
    step = max(1, total // samples)
    for limit in sorted({*range(1, total + 1, step), total}):
        work = root / f"{limit}"
        shutil.copytree(original, work)
        killed, _calls = in_child(scenario.act, work, limit)
        found[limit] = scenario.state(work) if killed else "not killed"
        shutil.rmtree(work)
    print(json.dumps({"calls": total, "states": found}))  # noqa: T201  the answer


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
