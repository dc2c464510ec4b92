"""``print``: files, JSON keys and exit codes of the contract."""

import json
from pathlib import Path

import pytest

from app.cli.main import run
from app.domain.ownership import Actor
from app.models.household import Household, Member
from app.ops import setup
from app.ops.setup import ReplicaPlan
from tests.conftest import VILLAGE
from tests.reports.reading import page_texts

PASSPHRASE = "shan-gao-shui-chang-2025"
ACTOR = Actor("张卫东", "administrator")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a village with two households."""
    folder = tmp_path / "village"
    plan = ReplicaPlan("village", VILLAGE, "上坝村", ACTOR.name)
    setup.create_replica(folder, plan, PASSPHRASE)
    store = setup.open_replica(folder, PASSPHRASE, "测试")
    for number, name in (("1", "张三"), ("2", "李四")):
        with store.write("test.setup", ACTOR) as session:
            session.add(Household(id=number, scope=VILLAGE, household_no=f"00{number}",
                                  household_kind="lifted"))  # fmt: skip
        with store.write("test.setup", ACTOR) as session:
            session.add(Member(scope=VILLAGE, household_id=number, number=1, name=name,
                               relation="户主"))  # fmt: skip
    store.close()
    monkeypatch.setenv("ZHUCUN_PASSPHRASE", PASSPHRASE)
    return folder


def call(folder: Path, *arguments: str) -> int:
    return run(["--data", str(folder), "--json", "--today", "2025-10-31", "print", *arguments])


def test_the_whole_village_becomes_one_file(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "a.pdf"
    assert call(folder, "plan", "--all", "--out", str(out)) == 0
    printed = json.loads(capsys.readouterr().out)
    assert (printed["pages"], printed["households"]) == (6, 2)  # a cover with its blank back
    assert isinstance(printed["seconds"], float)
    texts = page_texts(out)
    assert len(texts) == 6
    assert "2户2人" in texts[0]
    assert texts[1] == ""


def test_a_wall_sheet_that_says_the_same_is_not_printed_twice(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "a.pdf"
    wall = ("plan", "--all", "--wall", "--changed", "--out", str(out))
    assert call(folder, *wall) == 0
    out.unlink()
    capsys.readouterr()
    assert call(folder, *wall) == 1
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == "E554"
    assert "不必重印（2户）" in error["message"]
    assert not out.exists()
    assert call(folder, "plan", "--all", "--wall", "--out", str(out)) == 0


def test_one_household_is_printed_for_the_wall(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "a.pdf"
    assert call(folder, "plan", "--household", "李四", "--wall", "--out", str(out)) == 0
    assert json.loads(capsys.readouterr().out)["households"] == 1
    text = "".join(page_texts(out))
    assert "李四" in text
    assert "张三" not in text
    assert "本页不含证件" in text


@pytest.mark.parametrize(
    ("arguments", "code", "exit_code"),
    [
        pytest.param(["plan"], "E001", 2, id="no household"),
        pytest.param(["plan", "--all", "--household", "1"], "E001", 2, id="both"),
        pytest.param(["plan", "--household", "王五"], "E405", 1, id="nobody"),
        pytest.param(["visit", "--all"], "E403", 1, id="month not opened"),
    ],
)
def test_what_cannot_be_done_is_refused_in_chinese(
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: str,
    exit_code: int,
) -> None:
    out = tmp_path / "a.pdf"
    assert call(folder, *arguments, "--out", str(out)) == exit_code
    shown = capsys.readouterr()
    assert json.loads(shown.out)["error"]["code"] == code
    assert "张三" not in shown.err
    assert not out.exists()


def test_a_file_that_cannot_be_written_is_refused(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(folder, "plan", "--all", "--out", str(tmp_path / "no" / "a.pdf")) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "E502"


def test_prints_are_listed_and_files_that_are_gone_say_so(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "a.pdf"
    assert call(folder, "plan", "--all", "--out", str(out)) == 0
    capsys.readouterr()
    assert call(folder, "log") == 0
    (line,) = json.loads(capsys.readouterr().out)["lines"]
    assert (line["actor"], line["action"], line["households"]) == ("张卫东", "export", 2)
    assert (line["path"], line["is_there"]) == (str(out), True)
    out.unlink()
    assert call(folder, "log", "--files") == 0
    (line,) = json.loads(capsys.readouterr().out)["lines"]
    assert line["is_there"] is False


def test_a_sheet_of_an_earlier_day_needs_a_household_of_that_day(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "a.pdf"
    assert call(folder, "plan", "--household", "001", "--as-of", "2020-06-30",
                "--out", str(out)) == 1  # fmt: skip
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "E555"
    assert not out.exists()
