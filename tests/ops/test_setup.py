"""First start and opening: three different sentences for three different faults."""

import json
import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from app.errors import AppError
from app.models import schema, vault
from app.models.errors import (
    DamagedFileError,
    NoReplicaError,
    ReplicaExistsError,
    ReplicaInUseError,
    WrongPassphraseError,
)
from app.ops import operators, setup
from app.ops.setup import AreaCodeError, ReplicaPlan, WeakPassphraseError
from app.paths import ReplicaPaths
from tests.conftest import WORK_FACTOR

PLAN = ReplicaPlan("village", "539901101201", "上坝村", "张卫东")
GOOD = "shanlidefengyizhichui"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    setup.create_replica(tmp_path / "v", PLAN, GOOD)
    return tmp_path / "v"


def test_a_new_replica_opens_with_its_passphrase_and_with_the_recovery_key(
    tmp_path: Path,
) -> None:
    made = setup.create_replica(tmp_path, PLAN, GOOD)
    store = setup.open_replica(tmp_path, GOOD, "测试")
    assert (store.level, store.area_code, store.device_id) == (
        "village",
        "539901101201",
        made.device_id,
    )
    assert operators.actor(store).name == "张卫东"
    store.close()
    path = ReplicaPaths(tmp_path).vault
    key = vault.open_vault(path, GOOD)
    assert vault.open_with_recovery(path, made.recovery_key.lower().replace("-", " ")) == key
    vault.change_passphrase(path, key, "linglouyizhonghua")
    assert vault.open_vault(path, "linglouyizhonghua") == key
    assert vault.open_with_recovery(path, made.recovery_key) == key
    with pytest.raises(WrongPassphraseError):
        vault.open_vault(path, GOOD)


def test_a_passphrase_is_wrapped_with_the_full_work_factor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in zip(("_ITERATIONS", "_MEMORY_KIB", "_LANES"), WORK_FACTOR, strict=True):
        monkeypatch.setattr(vault, name, value)
    key, _ = vault.create_vault(tmp_path / "vault", GOOD)
    kdf = json.loads((tmp_path / "vault").read_bytes())["kdf"]
    assert (kdf["memory_kib"], kdf["iterations"], kdf["lanes"]) == (65536, 3, 4)
    assert vault.open_vault(tmp_path / "vault", GOOD) == key


def test_neither_key_nor_names_stand_in_any_file(tmp_path: Path) -> None:
    setup.create_replica(tmp_path, PLAN, GOOD)
    key = vault.open_vault(ReplicaPaths(tmp_path).vault, GOOD)
    files = {path.name: path.read_bytes() for path in tmp_path.rglob("*")}
    assert {"replica.db", "vault.json"} <= set(files)
    for content in files.values():
        for secret in (key, key.hex().encode(), GOOD.encode(), "张卫东".encode()):
            assert secret not in content


def _zero_database(paths: ReplicaPaths) -> None:
    paths.database.write_bytes(b"\0" * 4096)


def _cut_vault(paths: ReplicaPaths) -> None:
    paths.vault.write_bytes(paths.vault.read_bytes()[:-40])


def _edit_vault(paths: ReplicaPaths) -> None:
    text = paths.vault.read_text().replace('"lanes": 4', '"lanes": 1')
    paths.vault.write_text(text)


def _remove_database(paths: ReplicaPaths) -> None:
    paths.database.unlink()


@pytest.mark.parametrize(
    ("damage", "passphrase", "error"),
    [
        (lambda _: None, "anotherlongpassphrase", WrongPassphraseError),
        (_zero_database, GOOD, DamagedFileError),
        (_cut_vault, GOOD, DamagedFileError),
        (_edit_vault, GOOD, DamagedFileError),
        (_remove_database, GOOD, NoReplicaError),
    ],
)
def test_each_fault_has_its_own_sentence_and_changes_nothing(
    folder: Path,
    damage: Callable[[ReplicaPaths], None],
    passphrase: str,
    error: type[AppError],
) -> None:
    paths = ReplicaPaths(folder)
    damage(paths)
    before = {p: p.read_bytes() for p in (paths.vault, paths.database) if p.exists()}
    with pytest.raises(error):
        setup.open_replica(folder, passphrase, "测试")
    assert {p: p.read_bytes() for p in before} == before


def test_the_exit_codes_are_those_of_the_contract() -> None:
    assert WrongPassphraseError.exit_code == 3
    assert (DamagedFileError.exit_code, ReplicaInUseError.exit_code) == (1, 1)


def _hold(folder: Path, ready: object, done: object) -> None:
    store = setup.open_replica(folder, GOOD, "王芳的窗口")
    ready.set()  # type: ignore[attr-defined]
    done.wait(30)  # type: ignore[attr-defined]
    store.close()


def test_a_second_process_is_told_who_holds_it_and_a_killed_one_holds_nothing(
    folder: Path,
) -> None:
    context = multiprocessing.get_context("spawn")
    ready, done = context.Event(), context.Event()
    process = context.Process(target=_hold, args=(folder, ready, done))
    process.start()
    assert ready.wait(30)
    with pytest.raises(ReplicaInUseError) as caught:
        setup.open_replica(folder, GOOD, "测试")
    assert "王芳的窗口" in caught.value.user_text()
    process.kill()
    process.join()
    setup.open_replica(folder, GOOD, "测试").close()


def test_nothing_is_overwritten(folder: Path) -> None:
    before = ReplicaPaths(folder).vault.read_bytes()
    with pytest.raises(ReplicaExistsError):
        setup.create_replica(folder, PLAN, GOOD)
    assert ReplicaPaths(folder).vault.read_bytes() == before


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("short", "太短，还差5个字符"),
        ("1234567890", "常见"),
        ("abcdefghijkl", "常见"),
        ("aaaaaaaaaaaab", "常见"),
        ("12345678901234", "常见"),
        ("P@ssw0rd12", "常见"),
        ("qwertyuiop123", "常见"),
        ("zhucun123456", "常见"),
        ("shangbacun2025", "村名"),
        ("上坝村上坝村上坝村上", "村名"),
        ("zhangweidong8", "姓名"),
    ],
)
def test_a_weak_passphrase_is_refused_with_the_reason_and_leaves_nothing(
    tmp_path: Path, text: str, reason: str
) -> None:
    with pytest.raises(WeakPassphraseError) as caught:
        setup.create_replica(tmp_path / "v", PLAN, text)
    assert reason in caught.value.user_text()
    assert not (tmp_path / "v").exists()


@pytest.mark.parametrize(
    ("level", "code"),
    [
        ("village", "539901101000"),
        ("township", "539901101201"),
        ("county", "5399"),
        ("village", "x"),
    ],
)
def test_an_area_code_must_be_of_the_level(tmp_path: Path, level: str, code: str) -> None:
    with pytest.raises(AreaCodeError):
        setup.create_replica(tmp_path / "v", ReplicaPlan(level, code, "某地"), GOOD)
    assert not (tmp_path / "v").exists()


def test_a_failure_half_way_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(schema, "upgrade", fail)
    with pytest.raises(OSError, match="28"):
        setup.create_replica(tmp_path / "v", PLAN, GOOD)
    assert not (tmp_path / "v").exists()
