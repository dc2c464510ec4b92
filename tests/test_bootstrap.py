"""The entry: which day it is, where the log goes, and the demo in a program of its own."""

import logging
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from app import bootstrap
from app.ops import setup
from app.paths import ReplicaPaths


def test_the_day_comes_from_the_option_then_from_the_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("ZHUCUN_TODAY", raising=False)
    assert bootstrap._today([]) is None
    monkeypatch.setenv("ZHUCUN_TODAY", "2025-10-20")
    assert bootstrap._today([]) == date(2025, 10, 20)
    assert bootstrap._today(["--today", "2025-10-21"]) == date(2025, 10, 21)
    with pytest.raises(SystemExit) as caught:
        bootstrap._today(["--today=soon"])
    assert caught.value.code == 2


def test_the_log_begins_when_the_wizard_has_made_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "replica"
    handler = bootstrap._OnceThereIsAFolder(ReplicaPaths(folder).log, delay=True)
    record = logging.LogRecord("app", logging.ERROR, "x.py", 1, "text", None, None)
    handler.emit(record)
    assert not folder.exists()
    folder.mkdir()
    handler.emit(record)
    handler.close()
    assert ReplicaPaths(folder).log.read_text() == "text\n"


def test_a_crash_is_told_by_its_places_never_by_its_text(
    capsys: pytest.CaptureFixture[str],
) -> None:
    try:
        int("赵德福")
    except ValueError as error:
        bootstrap._tell_crash(ValueError, error, error.__traceback__)
    told = capsys.readouterr().err
    assert "ValueError" in told
    assert "test_bootstrap.py" in told
    assert "赵德福" not in told


def test_the_demo_is_made_once_beside_the_data_and_opened_in_its_own_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(subprocess, "Popen", lambda words, **_: started.append(words))
    monkeypatch.setattr(bootstrap, "_DEMO_HOUSEHOLDS", 6)
    bootstrap._see_demo(tmp_path / "zhucun")
    secret = tmp_path / "zhucun-demo" / "passphrase"
    passphrase = secret.read_text()
    bootstrap._see_demo(tmp_path / "zhucun")
    village = tmp_path / "zhucun-demo" / "village"
    assert not (tmp_path / "zhucun").exists()
    assert secret.read_text() == passphrase
    assert ReplicaPaths(village).demo_mark.exists()
    assert started[0] == started[1] == [
        sys.executable, "-m", "app", "--data", str(village),
        "--passphrase-file", str(secret), "--today", "2025-10-25",
    ]  # fmt: skip
    setup.open_replica(village, passphrase, "测试").close()
