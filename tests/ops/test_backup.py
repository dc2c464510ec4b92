"""Backups: whole, opened before they count, restored whole or not at all."""

import contextlib
import os
import shutil
import struct
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from app.domain.ownership import Actor
from app.errors import AppError
from app.models import copies, schema, vault
from app.models.errors import DamagedFileError, ReplicaExistsError, WrongPassphraseError
from app.models.household import Household
from app.models.journal import ChainHeadRow
from app.models.store import Store
from app.ops import backup, backup_file, backup_plan, passphrases, restore, setup
from app.ops.backup_errors import (
    BackupCutError,
    BackupDamagedError,
    BackupFailedError,
    NewerBackupError,
    NotABackupError,
    NotOverwrittenError,
)
from app.ops.setup import ReplicaPlan, WeakPassphraseError
from app.paths import ReplicaPaths

GOOD, OTHER = "shanlidefengyizhichui", "linglouyizhonghua"
PLAN = ReplicaPlan("village", "539901101201", "上坝村", "张卫东")
NOW = datetime(2025, 10, 20, 2, 0, tzinfo=UTC)
BY_GOOD = backup.by_passphrase(GOOD)


def add(store: Store, number: int) -> None:
    with store.write("test.roster", Actor("张卫东", "administrator")) as session:
        session.add(
            Household(
                id=f"h{number}",
                scope=store.area_code,
                household_no=str(number),
                household_kind="lifted",
            )
        )


def households(store: Store) -> set[str]:
    with store.read() as session:
        return set(session.scalars(select(Household.id)))


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return a replica with two households and its recovery key; copied for each test."""
    folder = tmp_path_factory.mktemp("original") / "v"
    made = setup.create_replica(folder, PLAN, GOOD)
    store = setup.open_replica(folder, GOOD, "测试", clock=lambda: NOW)
    add(store, 1)
    add(store, 2)
    store.close()
    return folder, made.recovery_key


@pytest.fixture
def folder(original: tuple[Path, str], tmp_path: Path) -> Path:
    return shutil.copytree(original[0], tmp_path / "v")


@pytest.fixture(scope="module")
def made(original: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a good backup, never changed."""
    out = tmp_path_factory.mktemp("stick") / f"一份{backup.SUFFIX}"
    store = setup.open_replica(original[0], GOOD, "测试", clock=lambda: NOW)
    backup.create_backup(store, out)
    store.close()
    return out


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_backup_says_what_it_is_and_holds_everything(made: Path) -> None:
    found = backup.verify_backup(made, BY_GOOD)
    assert (found.bytes, found.sha256) == (made.stat().st_size, backup_file.digest_of(made))
    assert (found.header.name, found.header.schema) == ("上坝村", schema.newest())
    assert found.header.made_at == "2025-10-20T02:00:00+00:00"
    assert [path.name for path in made.parent.iterdir()] == [made.name]


def test_a_restored_replica_has_all_rows_and_a_new_epoch_with_the_old_chains(
    original: tuple[Path, str], made: Path, tmp_path: Path
) -> None:
    done = restore.restore_backup(made, tmp_path / "new", BY_GOOD, NOW)
    store = setup.open_replica(tmp_path / "new", GOOD, "测试", clock=lambda: NOW)
    assert households(store) == {"h1", "h2"}
    assert store.identity.epoch == done.epoch != done.backup.header.epoch
    assert store.device_id == done.backup.header.device_id
    assert backup.is_restored(store)
    add(store, 3)
    with store.read() as session:
        heads = {(row.epoch, row.number) for row in session.scalars(select(ChainHeadRow))}
    assert heads == {(done.backup.header.epoch, 2), (done.epoch, 1)}
    store.close()
    store = setup.open_replica(original[0], GOOD, "测试")
    assert not backup.is_restored(store)
    store.close()
    assert not (tmp_path / "new" / "restore.part").exists()


def test_the_recovery_key_restores_too_and_sets_a_new_passphrase(
    original: tuple[Path, str], made: Path, tmp_path: Path
) -> None:
    key = original[1].lower().replace("-", " ")
    restore.restore_backup(made, tmp_path / "new", backup.by_recovery_key(key), NOW)
    with pytest.raises(WeakPassphraseError):
        passphrases.recover(tmp_path / "new", key, "1234567890")
    passphrases.recover(tmp_path / "new", key, OTHER)
    with pytest.raises(WrongPassphraseError):
        setup.open_replica(tmp_path / "new", GOOD, "测试")
    setup.open_replica(tmp_path / "new", OTHER, "测试").close()


def test_nothing_is_restored_over_a_replica(folder: Path, made: Path) -> None:
    before = files(folder)
    with pytest.raises(ReplicaExistsError):
        restore.restore_backup(made, folder, BY_GOOD, NOW)
    after = {name: data for name, data in files(folder).items() if "replica.holder" not in name}
    assert after == {n: d for n, d in before.items() if "replica.holder" not in n}


def _newer_format(data: bytearray) -> None:
    struct.pack_into(">H", data, 8, 2)


def _flip(at: float) -> Callable[[bytearray], None]:
    def flip(data: bytearray) -> None:
        data[int(len(data) * at) if at < 1 else len(data) - int(at)] ^= 1

    return flip


def _cut(left: int) -> Callable[[bytearray], None]:
    def cut(data: bytearray) -> None:
        del data[left:]

    return cut


@pytest.mark.parametrize(
    ("damage", "passphrase", "error", "exit_code"),
    [
        (lambda _: None, OTHER, WrongPassphraseError, 3),
        (_cut(0), GOOD, NotABackupError, 1),
        (_cut(9), GOOD, BackupCutError, 3),
        (_cut(100), GOOD, BackupCutError, 3),
        (_cut(-1), GOOD, BackupCutError, 3),
        (lambda data: data.extend(b"x"), GOOD, BackupCutError, 3),
        (_newer_format, GOOD, NewerBackupError, 1),
        (_flip(0), GOOD, NotABackupError, 1),
        (_flip(0.5), GOOD, BackupDamagedError, 3),
        (_flip(1), GOOD, BackupDamagedError, 3),
        (_flip(33), GOOD, BackupDamagedError, 3),
    ],
)
def test_each_fault_has_its_own_error_and_leaves_nothing_behind(
    made: Path,
    tmp_path: Path,
    damage: Callable[[bytearray], None],
    passphrase: str,
    error: type[AppError],
    exit_code: int,
) -> None:
    data = bytearray(made.read_bytes())
    damage(data)
    path = tmp_path / "坏.备份"
    path.write_bytes(data)
    opener = backup.by_passphrase(passphrase)
    with pytest.raises(error) as caught:
        backup.verify_backup(path, opener)
    assert caught.value.exit_code == exit_code
    with pytest.raises(error):
        restore.restore_backup(path, tmp_path / "new", opener, NOW)
    assert not (tmp_path / "new").exists()
    (tmp_path / "empty").mkdir()
    with pytest.raises(error):
        restore.restore_backup(path, tmp_path / "empty", opener, NOW)
    assert list((tmp_path / "empty").iterdir()) == []


def test_every_changed_byte_of_the_head_and_the_vault_is_refused(
    made: Path, tmp_path: Path
) -> None:
    opened = backup_file.open_file(made)
    key = vault.open_vault(_vault_of(opened, tmp_path), GOOD)
    data = made.read_bytes()
    path = tmp_path / "坏.备份"
    for at in range(0, opened.database_at, 7):
        path.write_bytes(data[:at] + bytes([data[at] ^ 0x20]) + data[at + 1 :])
        with pytest.raises(AppError):
            backup.verify_backup(path, lambda _vault: key)


def _vault_of(opened: backup_file.Opened, folder: Path) -> Path:
    path = folder / "vault.json"
    path.write_bytes(backup_file.read_vault(opened))
    return path


def test_a_header_that_was_rewritten_without_the_key_is_refused(made: Path, tmp_path: Path) -> None:
    """Digests agree, but whoever wrote them did not have the data key."""
    opened = backup_file.open_file(made)
    wrapped = backup_file.read_vault(opened)
    backup_file.extract_database(opened, tmp_path / "db")
    forged = tmp_path / "假.备份"
    with forged.open("wb") as out:
        backup_file.write(out, opened.header, wrapped, tmp_path / "db", os.urandom(32))
    with pytest.raises(BackupDamagedError):
        backup.verify_backup(forged, BY_GOOD)


def test_a_backup_of_a_newer_schema_is_refused_whole(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "known", lambda: frozenset({"0000"}))
    with pytest.raises(NewerBackupError):
        restore.restore_backup(made, tmp_path / "new", BY_GOOD, NOW)
    assert not (tmp_path / "new").exists()


def test_only_a_backup_is_written_over(folder: Path, tmp_path: Path) -> None:
    store = setup.open_replica(folder, GOOD, "测试")
    mine = tmp_path / "报告.docx"
    mine.write_bytes(b"my report")
    with pytest.raises(NotOverwrittenError):
        backup.create_backup(store, mine)
    assert mine.read_bytes() == b"my report"
    out = tmp_path / "一份.备份"
    first = backup.create_backup(store, out)
    add(store, 9)
    assert backup.create_backup(store, out).sha256 != first.sha256
    store.close()


def test_a_damaged_database_makes_no_backup_and_the_old_one_stays(
    folder: Path, tmp_path: Path
) -> None:
    store = setup.open_replica(folder, GOOD, "测试")
    out = tmp_path / "一份.备份"
    good = backup.create_backup(store, out)
    with store.read() as session:
        query = "SELECT rootpage FROM sqlite_master WHERE name = 'household'"
        page = session.scalars(text(query)).one() - 1
    store.close()
    path = ReplicaPaths(folder).database
    data = bytearray(path.read_bytes())
    data[page * 4096 : page * 4096 + 4096] = os.urandom(4096)
    path.write_bytes(data)
    key = vault.open_vault(ReplicaPaths(folder).vault, GOOD)
    with pytest.raises((DamagedFileError, BackupFailedError)):
        backup.write_backup(ReplicaPaths(folder), key, out, NOW)
    assert backup_file.digest_of(out) == good.sha256
    assert [p.name for p in out.parent.glob("*.part")] == []
    assert list(ReplicaPaths(folder).backups.glob("*.work")) == []


def test_a_wrong_read_back_does_not_count(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stick that stores other bytes than were written."""
    real = backup_file.write

    def bad_stick(out: object, *parts: object) -> None:
        real(out, *parts)  # type: ignore[arg-type]
        out.seek(-5000, os.SEEK_END)  # type: ignore[attr-defined]
        out.write(b"\0" * 16)  # type: ignore[attr-defined]

    monkeypatch.setattr(backup_file, "write", bad_stick)
    store = setup.open_replica(folder, GOOD, "测试")
    with pytest.raises(BackupFailedError) as caught:
        backup.create_backup(store, tmp_path / "一份.备份")
    store.close()
    assert "读回来" in caught.value.user_text()
    assert [p.name for p in tmp_path.iterdir()] == ["v"]


def test_what_a_killed_process_left_is_cleared_at_the_next_start(folder: Path) -> None:
    paths = ReplicaPaths(folder)
    for left in (paths.preview / "1" / "paper", paths.backups / "2.work" / "copy.db"):
        left.parent.mkdir(parents=True)
        left.write_bytes(b"%PDF")
    (paths.backups / "x.备份.part").write_bytes(b"half")
    setup.open_replica(folder, GOOD, "测试").close()
    assert not paths.preview.exists()
    assert list(paths.backups.iterdir()) == []


# -------------------------------------------------------------------- the plan


def at_day(store: Store, day: int) -> None:
    store.clock = lambda: NOW + timedelta(days=day)


def test_one_backup_a_day_thinned_and_its_age_is_told(folder: Path) -> None:
    store = setup.open_replica(folder, GOOD, "测试", clock=lambda: NOW)
    day = NOW.astimezone().date()
    assert backup_plan.status(store, day).last_on is None
    assert backup_plan.is_due(store)
    backup_plan.daily_backup(store)
    assert not backup_plan.is_due(store)
    assert backup_plan.status(store, day).sentence().startswith("备份：今天已核验")
    later = backup_plan.status(store, day + timedelta(days=4))
    assert (later.days, later.is_late) == (4, True)
    at_day(store, 1)
    assert backup_plan.is_due(store)
    store.close()


def test_thinning_keeps_days_weeks_and_months_and_touches_nothing_else(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "many"
    target.mkdir()
    header = backup_file.open_file(made).header

    def keep(name: str, at: datetime, device: str) -> None:
        (target / name).write_text(f"{at.isoformat()} {device}")

    for day in range(400):
        at = NOW - timedelta(days=day)
        keep(f"上坝村-备份-{at:%Y%m%d-%H%M%S}.备份", at, header.device_id)
        keep(f"云岭村-备份-{at:%Y%m%d-%H%M%S}.备份", at, "another village on the stick")
    keep("备份-我自己留的.备份", NOW - timedelta(days=399), header.device_id)

    def headers(folder: Path) -> list[tuple[Path, backup_file.Header]]:
        found = [(path, path.read_text().split(maxsplit=1)) for path in folder.glob("*.备份")]
        return [(p, replace(header, made_at=at, device_id=device)) for p, (at, device) in found]

    monkeypatch.setattr(backup_plan, "_backups", headers)
    backup_plan.thin(target, header.device_id)
    left = sorted(path.name[7:15] for path in target.glob("上坝村-*"))
    assert (target / "备份-我自己留的.备份").exists()
    assert len(list(target.glob("云岭村-*"))) == 400
    assert left[-7:] == [f"{NOW - timedelta(days=d):%Y%m%d}" for d in range(6, -1, -1)]
    assert len(left) <= 7 + 5 + 12
    assert len({name[:6] for name in left}) == 12


def test_a_stick_gets_a_verified_copy_and_is_asked_for_when_it_is_away(
    folder: Path, tmp_path: Path
) -> None:
    store = setup.open_replica(folder, GOOD, "测试", clock=lambda: NOW)
    stick = tmp_path / "stick"
    stick.mkdir()
    backup_plan.choose_further_folder(store, stick)
    day = NOW.astimezone().date()
    backup_plan.daily_backup(store)
    (copy,) = stick.iterdir()
    assert backup.verify_backup(copy, BY_GOOD).header.name == "上坝村"
    assert backup_plan.status(store, day).further_on == day
    shutil.rmtree(stick)
    at_day(store, 20)
    backup_plan.daily_backup(store)
    assert "请插上U盘" in backup_plan.status(store, day + timedelta(days=20)).sentence()
    store.close()


def test_a_stick_that_cannot_be_written_says_so_and_the_backup_here_counts(
    folder: Path, tmp_path: Path
) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    stick = tmp_path / "stick"
    stick.mkdir(mode=0o500)
    store = setup.open_replica(folder, GOOD, "测试", clock=lambda: NOW)
    backup_plan.choose_further_folder(store, stick)
    with pytest.raises(BackupFailedError):
        backup_plan.daily_backup(store)
    assert not backup_plan.is_due(store)
    store.close()


def test_the_old_state_is_kept_as_a_verified_backup_before_a_migration(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "needs_upgrade", lambda _path, _key: True)
    setup.open_replica(folder, GOOD, "测试").close()
    (kept,) = ReplicaPaths(folder).backups.glob("升级前-*")
    assert backup.verify_backup(kept, BY_GOOD).header.schema == schema.newest()


# -------------------------------------------------------------------- damage at the start


def test_a_damaged_database_is_replaced_and_kept_and_the_new_passphrase_still_holds(
    folder: Path, tmp_path: Path
) -> None:
    paths = ReplicaPaths(folder)
    store = setup.open_replica(folder, GOOD, "测试", clock=lambda: NOW)
    made = backup_plan.daily_backup(store)
    passphrases.change_passphrase(store, GOOD, OTHER)
    store.close()
    paths.database.write_bytes(b"\0" * 8192)
    with pytest.raises(DamagedFileError):
        setup.open_replica(folder, OTHER, "测试")
    with pytest.raises(WrongPassphraseError):
        restore.replace_damaged(made.path, folder, backup.by_passphrase("nonsensephrase"), NOW)
    assert paths.database.read_bytes() == b"\0" * 8192
    done = restore.replace_damaged(made.path, folder, backup.by_passphrase(OTHER), NOW)
    assert done.set_aside is not None
    assert (done.set_aside / "replica.db").read_bytes() == b"\0" * 8192
    store = setup.open_replica(folder, OTHER, "测试")
    assert households(store) == {"h1", "h2"}
    store.close()


@pytest.mark.parametrize("step", range(8))
def test_a_restore_that_is_killed_at_any_move_is_finished_or_undone_by_the_next_start(
    folder: Path, tmp_path: Path, made: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """``Path.replace`` and the writing of ``ready`` are where it can be seen half done."""
    ReplicaPaths(folder).database.write_bytes(b"\0" * 8192)
    real, calls = Path.replace, [0]

    class Killed(BaseException):
        pass

    def replace(self: Path, target: Path) -> Path:
        if calls[0] == step:
            raise Killed
        calls[0] += 1
        return real(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", replace)
        with contextlib.suppress(Killed):
            restore.replace_damaged(made, folder, BY_GOOD, NOW)
    store = setup.open_replica(folder, GOOD, "测试")
    assert households(store) == {"h1", "h2"}
    store.close()
    (aside,) = folder.glob("damaged-*")
    assert (aside / "replica.db").read_bytes() == b"\0" * 8192


def test_damage_in_the_middle_is_found_by_the_page_seals(folder: Path) -> None:
    paths = ReplicaPaths(folder)
    key = vault.open_vault(paths.vault, GOOD)
    assert copies.faults_of(paths.database, key) == ()
    data = bytearray(paths.database.read_bytes())
    data[-2000] ^= 1
    paths.database.write_bytes(data)
    assert copies.faults_of(paths.database, key) != ()


# -------------------------------------------------------------------- passphrases


def test_the_passphrase_is_changed_only_by_who_knows_it(folder: Path) -> None:
    store = setup.open_replica(folder, GOOD, "测试")
    with pytest.raises(WrongPassphraseError):
        passphrases.change_passphrase(store, OTHER, OTHER)
    with pytest.raises(WeakPassphraseError) as caught:
        passphrases.change_passphrase(store, GOOD, "shangbacun2025")
    assert "村名" in caught.value.user_text()
    assert passphrases.is_passphrase(store, GOOD)
    passphrases.change_passphrase(store, GOOD, OTHER)
    assert not passphrases.is_passphrase(store, GOOD)
    store.close()
    setup.open_replica(folder, OTHER, "测试").close()


def test_wrong_tries_make_one_wait_ever_longer_but_never_lock_out(tmp_path: Path) -> None:
    assert passphrases.pause_left(tmp_path, NOW) == 0
    waits = []
    for _ in range(12):
        passphrases.note_wrong_try(tmp_path, NOW)
        waits.append(passphrases.pause_left(tmp_path, NOW))
    assert waits == [0, 0, 5, 10, 20, 40, 80, 160, 300, 300, 300, 300]
    assert passphrases.pause_left(tmp_path, NOW + timedelta(seconds=290)) == 10
    assert passphrases.pause_left(tmp_path, NOW - timedelta(days=999)) == 300
    assert passphrases.pause_left(tmp_path, NOW + timedelta(seconds=301)) == 0
    passphrases.forget_wrong_tries(tmp_path)
    assert passphrases.pause_left(tmp_path, NOW) == 0
