"""The side record: what the database lacks is noticed at the next opening, and nothing else is."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.models import copies, engine, vault
from app.models.store import Store
from app.ops import backup, backup_plan, durable, head_record, rescue, restore, setup, unlock
from app.ops.head_record import OlderDatabaseError
from app.paths import ReplicaPaths
from tests.conftest import StoreMaker
from tests.ops.network import build, clone
from tests.ops.test_backup import BY_GOOD, GOOD, NOW, PLAN, add, households
from tests.ops.village import add_family

Change = Callable[[ReplicaPaths], None]


def opened(folder: Path) -> Store:
    return unlock.unlock(folder, GOOD, "测试", clock=lambda: NOW)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a replica with three households, and its database when it had two."""
    place = tmp_path_factory.mktemp("record")
    folder, old = place / "v", place / "old.db"
    setup.create_replica(folder, PLAN, GOOD)
    store = opened(folder)
    add(store, 1)
    add(store, 2)
    store.close()
    shutil.copyfile(folder / "replica.db", old)
    store = opened(folder)
    add(store, 3)
    store.close()
    return folder, old


@pytest.fixture
def folder(original: tuple[Path, Path], tmp_path: Path) -> Path:
    return shutil.copytree(original[0], tmp_path / "v")


def contents(folder: Path) -> dict[str, bytes]:
    kept = ("replica.db", "replica.heads", "vault.json")
    return {name: (folder / name).read_bytes() for name in kept}


def test_fault_34_an_older_file_in_the_place_of_the_database_is_noticed(
    folder: Path, original: tuple[Path, Path]
) -> None:
    shutil.copyfile(original[1], folder / "replica.db")
    before = contents(folder)
    for _ in range(2):  # the refusal itself does not make the record forget
        with pytest.raises(OlderDatabaseError) as caught:
            opened(folder)
        assert "少了至少1步修改" in caught.value.user_text()
    assert contents(folder) == before


def test_an_older_file_of_an_older_schema_is_noticed_before_it_is_brought_up(
    folder: Path, original: tuple[Path, Path]
) -> None:
    shutil.copyfile(original[1], folder / "replica.db")
    connection = engine.connect(
        folder / "replica.db", vault.open_vault(folder / "vault.json", GOOD)
    )
    connection.execute("DROP TABLE base_chain")
    connection.execute("UPDATE alembic_version SET version_num = '0001'")
    connection.close()
    with pytest.raises(OlderDatabaseError):
        opened(folder)
    assert list((folder / "backup").glob("*")) == []


def test_fault_34_a_log_that_was_lost_is_noticed(folder: Path, tmp_path: Path) -> None:
    """The machine stopped while the log held the last commit, and a cleaner took it for rubbish."""
    store = opened(folder)
    reader = store.raw()  # keeps the log from going into the file
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM household").fetchone()
    add(store, 4)
    head_record.note(ReplicaPaths(folder), store.key, NOW)
    stopped = tmp_path / "stopped"
    shutil.copytree(folder, stopped, ignore=shutil.ignore_patterns("*.lock", "*.holder"))
    reader.close()
    store.close()
    assert (stopped / "replica.db-wal").stat().st_size > 0
    whole = shutil.copytree(stopped, tmp_path / "whole")
    for name in ("replica.db-wal", "replica.db-shm"):
        (stopped / name).unlink(missing_ok=True)
    with pytest.raises(OlderDatabaseError):
        opened(stopped)
    store = opened(whole)
    assert households(store) == {"h1", "h2", "h3", "h4"}
    store.close()


def _remove(paths: ReplicaPaths) -> None:
    paths.heads.unlink()


def _cut(paths: ReplicaPaths) -> None:
    paths.heads.write_bytes(paths.heads.read_bytes()[:-1])


def _empty(paths: ReplicaPaths) -> None:
    paths.heads.write_bytes(b"")


def _of_another(paths: ReplicaPaths) -> None:
    other = paths.folder.parent / "other"
    setup.create_replica(other, PLAN, GOOD)
    store = opened(other)
    for number in range(5):
        add(store, number)
    store.close()
    shutil.copyfile(ReplicaPaths(other).heads, paths.heads)


@pytest.mark.parametrize("change", [_remove, _cut, _empty, _of_another])
def test_a_record_that_says_nothing_is_no_alarm_and_is_made_anew(
    folder: Path, change: Change, original: tuple[Path, Path]
) -> None:
    change(ReplicaPaths(folder))
    store = opened(folder)
    assert len(households(store)) == 3
    store.close()
    shutil.copyfile(original[1], folder / "replica.db")
    with pytest.raises(OlderDatabaseError):
        opened(folder)


def test_an_older_record_is_no_alarm(folder: Path) -> None:
    old = (folder / "replica.heads").read_bytes()
    store = opened(folder)
    add(store, 4)
    store.close()
    (folder / "replica.heads").write_bytes(old)
    store = opened(folder)
    store.close()
    assert (folder / "replica.heads").read_bytes() != old


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("where", ["before", "half", "written", "renamed"])
def test_a_kill_at_any_step_of_the_writing_is_no_alarm(
    folder: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    whole, move = durable.write_new, Path.replace

    def write_new(path: Path, data: bytes) -> None:
        if where != "before":
            whole(path, data[: len(data) // 2] if where == "half" else data)
        if where in ("before", "half"):
            raise Killed

    def replace(path: Path, target: Path) -> Path:
        if where == "renamed":
            move(path, target)
        raise Killed

    store = opened(folder)
    add(store, 4)
    with monkeypatch.context() as patch:
        patch.setattr(durable, "write_new", write_new)
        patch.setattr(Path, "replace", replace)
        with pytest.raises(Killed):
            store.close()
    for number in (5, 6):
        store = opened(folder)
        add(store, number)
        store.close()
    assert list(folder.glob("*.part")) == []


def test_it_names_nobody_and_is_written_only_when_something_is_new(folder: Path) -> None:
    before = (folder / "replica.heads").read_bytes()
    opened(folder).close()
    after = (folder / "replica.heads").read_bytes()
    assert after == before
    assert b"539901" not in after
    store = opened(folder)
    assert store.device_id.encode() not in after
    store.close()


def test_an_older_database_never_lowers_the_record(
    folder: Path, original: tuple[Path, Path]
) -> None:
    """It was put there while the program ran, or another program than this one has it open."""
    shutil.copyfile(original[1], folder / "replica.db")
    before = contents(folder)
    head_record.note(ReplicaPaths(folder), vault.open_vault(folder / "vault.json", GOOD), NOW)
    assert contents(folder) == before


def test_a_backup_by_hand_notes_how_far_the_chains_are(folder: Path, tmp_path: Path) -> None:
    store = opened(folder)
    before = (folder / "replica.heads").read_bytes()
    add(store, 4)
    backup.create_backup(store, tmp_path / "一份.备份")
    assert (folder / "replica.heads").read_bytes() != before
    store.close()


def test_a_restored_backup_is_no_older_file(folder: Path) -> None:
    store = opened(folder)
    made = backup_plan.daily_backup(store)
    add(store, 4)
    store.close()
    done = restore.replace_damaged(made.path, folder, BY_GOOD, NOW)
    assert done.set_aside is not None
    assert (done.set_aside / "replica.heads").exists()
    store = opened(folder)
    assert len(households(store)) == 3
    add(store, 5)
    store.close()
    opened(folder).close()


def test_a_head_that_a_ruling_took_back_is_no_alarm(folder: Path) -> None:
    """The changeset stays in the journal, whatever became of its branch."""
    store = opened(folder)
    with store.absorb() as session:
        session.connection().exec_driver_sql(
            "UPDATE changeset SET state = 'forked' WHERE number = 3"
        )
        session.connection().exec_driver_sql(
            "UPDATE chain_head SET number = 2, digest ="
            " (SELECT digest FROM changeset WHERE number = 2)"
        )
    store.close()
    store = opened(folder)
    assert households(store) == {"h1", "h2", "h3"}
    store.close()


def test_whoever_lost_the_end_goes_on_with_what_is_there_under_a_new_epoch(
    folder: Path, original: tuple[Path, Path]
) -> None:
    """No backup knows more: the present is kept, like a restored backup."""
    shutil.copyfile(original[1], folder / "replica.db")
    assert rescue.newest_good(folder, GOOD) is None
    assert rescue.is_present_newer(folder, GOOD, None)
    before = copies.examine(original[1], vault.open_vault(folder / "vault.json", GOOD)).epoch
    epoch = rescue.keep_present(folder, GOOD, NOW)
    store = opened(folder)
    assert store.identity.epoch == epoch != before
    assert backup.is_restored(store)
    assert len(households(store)) == 2
    store.close()


def test_a_backup_that_knows_more_than_what_is_there_is_taken(
    folder: Path, original: tuple[Path, Path]
) -> None:
    store = opened(folder)
    backup_plan.daily_backup(store)
    store.close()
    found = rescue.newest_good(folder, GOOD)
    assert rescue.is_present_newer(folder, GOOD, found)
    shutil.copyfile(original[1], folder / "replica.db")
    assert found is not None
    assert not rescue.is_present_newer(folder, GOOD, found)
    rescue.rescue(folder, found, GOOD, datetime(2025, 10, 21, tzinfo=UTC))
    store = opened(folder)
    assert len(households(store)) == 3
    store.close()


def test_what_has_left_on_a_stick_is_known_even_if_the_program_is_killed(
    new_store: StoreMaker, tmp_path: Path
) -> None:
    network = build(new_store, tmp_path / "stick")
    village = network.village
    older = clone(village, tmp_path / "older")
    add_family(village)
    network.export(village, network.township)
    paths = ReplicaPaths(village.path.parent)
    head_record.check(paths, village.key)
    older.close()
    village.close()
    shutil.copyfile(older.path, village.path)
    with pytest.raises(OlderDatabaseError):
        head_record.check(paths, village.key)
