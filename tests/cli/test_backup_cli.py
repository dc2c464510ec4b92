"""Backups on the command line: keys of the contract, and what nobody may lose by a wrong word."""

import hashlib
import shutil
from pathlib import Path

import pytest

from tests.cli.calls import GOOD, result, zhucun
from tests.excel import keys

ROSTER = keys.ROSTERS / "01_村台账_整洁.xlsx"
NEW = "linglouyizhonghua9"


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "village"
    code, _out, err = zhucun(
        folder, "init", "--level", "village", "--area", "539901101201", "--name", "上坝村",
        "--recovery-out", str(folder.parent / "恢复密钥"),
    )  # fmt: skip
    assert code == 0, err
    return folder


@pytest.fixture(scope="module")
def made(village: Path) -> Path:
    path = village.parent / "一份.备份"
    code, out, err = zhucun(
        village, "--json", "--today", "2025-10-20", "backup", "create", "--out", str(path)
    )
    assert code == 0, err
    told = result(out)
    assert told["ok"] is True
    assert told["bytes"] == path.stat().st_size
    assert told["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert told["made_at"].startswith("2025-10-20")
    return path


def test_a_backup_is_verified_without_a_replica(made: Path, tmp_path: Path) -> None:
    code, out, _ = zhucun(tmp_path / "nothing", "--json", "backup", "verify", str(made))
    assert (code, result(out)["ok"]) == (0, True)
    assert not (tmp_path / "nothing").exists()


def test_a_new_laptop_gets_the_village_back_by_passphrase(made: Path, tmp_path: Path) -> None:
    code, out, _ = zhucun(tmp_path / "new", "--json", "backup", "restore", str(made))
    assert code == 0
    assert len(result(out)["epoch"]) == 32
    assert zhucun(tmp_path / "new", "operator", "list")[0] == 0
    code, out, _ = zhucun(tmp_path / "new", "--json", "backup", "restore", str(made))
    assert (code, result(out)["error"]["code"]) == (1, "E106")


def test_the_recovery_key_restores_and_sets_another_passphrase(
    village: Path, made: Path, tmp_path: Path
) -> None:
    key = str(village.parent / "恢复密钥")
    words = ("backup", "restore", str(made), "--recovery-file", key)
    assert zhucun(tmp_path / "new", *words, passphrase=None)[0] == 0
    code, out, _ = zhucun(
        tmp_path / "new", "--json", "recover", "--recovery-file", key, passphrase="short"
    )
    assert (code, result(out)["error"]["code"]) == (1, "E108")
    assert zhucun(tmp_path / "new", "recover", "--recovery-file", key, passphrase=NEW)[0] == 0
    assert zhucun(tmp_path / "new", "operator", "list", passphrase=GOOD)[0] == 3
    (tmp_path / "next").write_text("another-long-phrase-7")
    change = ("passphrase", "--new-file", str(tmp_path / "next"))
    assert zhucun(tmp_path / "new", *change, passphrase=NEW)[0] == 0
    assert zhucun(tmp_path / "new", "operator", "list", passphrase=NEW)[0] == 3


def test_wrong_damaged_cut_and_foreign_files_are_told_apart(made: Path, tmp_path: Path) -> None:
    data = made.read_bytes()
    (tmp_path / "cut").write_bytes(data[:5000])
    (tmp_path / "bad").write_bytes(data[:-9999] + b"x" + data[-9998:])
    (tmp_path / "other").write_bytes(b"%PDF-1.7 something else")
    told = []
    for path, passphrase in (
        (made, NEW), (tmp_path / "cut", GOOD), (tmp_path / "bad", GOOD), (tmp_path / "other", GOOD),
        (tmp_path / "gone", GOOD),
    ):  # fmt: skip
        words = ("--json", "backup", "restore", str(path))
        code, out, err = zhucun(tmp_path / "new", *words, passphrase=passphrase)
        told.append((code, result(out)["error"]["code"]))
        assert "Traceback" not in err
        assert not (tmp_path / "new").exists()
    assert told == [(3, "E101"), (3, "E131"), (3, "E132"), (1, "E130"), (1, "E130")]


def test_an_older_file_is_told_and_the_newest_backup_put_in_its_place(
    village: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(village, tmp_path / "v")
    old = (folder / "replica.db").read_bytes()
    code, _out, err = zhucun(folder, "roster", "import", str(ROSTER))
    assert code == 0, err
    (folder / "replica.db").write_bytes(old)
    code, out, _ = zhucun(folder, "--json", "operator", "list")
    assert (code, result(out)["error"]["code"]) == (1, "E115")
    code, out, _ = zhucun(folder, "--json", "backup", "rescue")
    told = result(out)
    assert (code, told["used"], len(told["epoch"])) == (0, "present", 32)
    assert zhucun(folder, "operator", "list")[0] == 0


def test_damaged_data_without_a_backup_are_left_alone(village: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(village, tmp_path / "v")
    shutil.rmtree(folder / "backup", ignore_errors=True)
    (folder / "replica.db").write_bytes(b"x" * 9000)
    code, out, _ = zhucun(folder, "--json", "backup", "rescue")
    assert (code, result(out)["error"]["code"]) == (1, "E118")
    assert (folder / "replica.db").read_bytes() == b"x" * 9000
