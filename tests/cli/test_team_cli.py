"""``team``: members and money from the command line."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.cli.main import run
from app.ops import setup
from app.ops.setup import ReplicaPlan

WORDS = "青山绿水-2025年常在"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ZHUCUN_PASSPHRASE", WORDS)
    path = tmp_path / "replica"
    setup.create_replica(path, ReplicaPlan("village", "539901101201", "上坝村", "张卫东"), WORDS)
    return path


def told(capsys: pytest.CaptureFixture[str], folder: Path, *words: str, code: int = 0) -> Any:
    assert run(["--json", "--data", str(folder), "--today", "2025-12-31", *words]) == code
    return json.loads(capsys.readouterr().out)


def test_a_member_comes_is_corrected_and_leaves_and_money_is_noted(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told(capsys, folder, "team", "add", "木春林", "--joined", "2025-01-06", "--unit", "县住建局")
    told(capsys, folder, "team", "change", "木春林", "--position", "第一书记")
    told(capsys, folder, "team", "add", "杨丽")
    told(capsys, folder, "team", "leave", "木春林", "--on", "2025-11-01")
    told(capsys, folder, "team", "fund", "2025", "20,000.50元", "--source", "县财政")
    found = told(capsys, folder, "team", "list")
    members = [
        (m["name"], m["unit"], m["position"], m["joined_on"], m["left_on"])
        for m in found["members"]
    ]
    assert members == [
        ("杨丽", "", "", "2025-12-31", None),
        ("木春林", "县住建局", "第一书记", "2025-01-06", "2025-11-01"),
    ]
    assert found["funds"] == [
        {"village": "539901101201", "year": 2025, "source": "县财政", "amount": "20000.50"}
    ]
    year = told(capsys, folder, "report", "yearly", "2025")
    line = year["tables"]["T27"][0]
    assert [line["队员（人）"], line["在岗（人）"], line["经费（元）"]] == [2, 1, 20000.5]


def test_what_is_wrong_is_told_with_its_code(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = told(capsys, folder, "team", "leave", "无名", code=1)
    assert missing["error"]["code"] == "E540"
    bad = told(capsys, folder, "team", "fund", "2025", "很多", code=2)
    assert bad["error"]["code"] == "E001"
    assert told(capsys, folder, "team", "add", "杨丽", "--joined", "昨天", code=2)
