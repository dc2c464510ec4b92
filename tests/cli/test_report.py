"""``report``: verify without a replica, months and years with one."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import docx
import pytest

from app.cli.main import run
from app.domain.ownership import Actor
from app.domain.period import Period
from app.models.store import Store
from app.ops import months, setup
from app.ops.plan_helpers import HelperGiven, assign
from app.ops.setup import ReplicaPlan
from tests.ops.village import TODAY, add_family

SOURCE_YEAR = Path(__file__).parents[1] / "data" / "13_年度数据.yaml"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ZHUCUN_PASSPHRASE", "青山绿水-2025年常在")
    path = tmp_path / "replica"
    plan = ReplicaPlan("village", "539901101201", "上坝村", "张卫东")
    setup.create_replica(path, plan, "青山绿水-2025年常在")
    store: Store = setup.open_replica(path, "青山绿水-2025年常在", "测试")
    home = add_family(store)
    helper = HelperGiven("李卫国", "县教体局")
    assign(store, Actor("张卫东", "administrator"), home, helper, date(2025, 1, 1))
    months.open_period(store, Actor("张卫东", "administrator"), Period(2025, 10), TODAY)
    store.close()
    return path


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict[str, Any]:
    assert run(["--json", *arguments]) == code
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_verify_needs_no_replica_and_failed_checks_are_an_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = told(capsys, "--data", str(tmp_path / "none"), "report", "verify", str(SOURCE_YEAR))
    assert found["period"] == "2021"
    by_number: dict[str, list[dict[str, Any]]] = {}
    for check in found["checks"]:
        assert set(check) == {"check", "name", "ok", "left", "right", "difference", "detail"}
        by_number.setdefault(check["check"], []).append(check)
    (persons,) = by_number["K2"]
    assert (persons["ok"], persons["left"], persons["right"]) == (False, 2474, 2470)
    assert persons["difference"] == 4
    assert [c["difference"] for c in by_number["K7"]] == [35, 180, 116, 501]
    assert by_number["K8"][0]["ok"] is None
    assert by_number["K6"][0]["left"] == 46.83


def test_a_bad_file_is_refused_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "坏.yaml"
    path.write_text("stock:\n  total: [六, 七]\n", encoding="utf-8")
    found = told(capsys, "report", "verify", str(path), code=1)
    assert found["error"]["code"] == "E522"
    assert found["error"]["where"] == {"file": "坏.yaml", "row": 2, "column": "stock.total"}


def test_a_month_tells_tables_and_checks_and_writes_files(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pdf, book, text = (tmp_path / name for name in ("月报.pdf", "月报.xlsx", "小结.docx"))
    files = ("--pdf", str(pdf), "--xlsx", str(book), "--text", str(text))
    common = ("--data", str(folder), "--today", "2025-10-20")
    found = told(capsys, *common, "report", "monthly", "2025-10", *files)
    assert found["tables"]["T11"][0]["应访（户）"] == 1
    assert found["tables"]["T17"][3]["合计·户"] == 1
    assert {c["check"] for c in found["checks"]} >= {"K1", "K7", "K16", "K22"}
    assert [path.exists() for path in (pdf, book, text)] == [True] * 3
    assert found["computed_on"] == "2025-10-20"
    assert found["period"] == "2025-10"


def test_a_year_and_a_day(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    year = told(capsys, "--data", str(folder), "report", "yearly", "2025")
    assert set(year["tables"]) >= {f"T{n}" for n in range(1, 26)} | {"T27"}
    day = told(capsys, "--data", str(folder), "report", "yearly", "2025-06-30")
    assert (day["period"], day["period_label"]) == ("2025-06-30", "截至2025年6月30日")
    assert year["period"] == "2025"


def test_a_helpers_report_counts_his_households_and_has_his_summary(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    common = ("--data", str(folder), "--today", "2025-10-20", "report")
    people = [{"name": "李卫国", "organisation": "县教体局", "households": 1}]
    assert told(capsys, *common, "helpers")["helpers"] == people
    text = tmp_path / "小结.docx"
    found = told(capsys, *common, "monthly", "2025-10", "--helper", "李卫国", "--text", str(text))
    assert found["helper"] == "李卫国（县教体局）"
    assert found["tables"]["T17"][-1]["合计·户"] == 1
    words = [paragraph.text for paragraph in docx.Document(str(text)).paragraphs]
    assert any(line.startswith("一是负责帮扶1户") for line in words)
    refused = told(capsys, *common, "monthly", "2025-10", "--helper", "别人", code=1)
    assert refused["error"]["code"] == "E534"


@pytest.mark.parametrize(
    ("verb", "period"), [("monthly", "2025"), ("yearly", "二零"), ("yearly", "2025-13-01")]
)
def test_a_period_that_is_none_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], verb: str, period: str
) -> None:
    found = told(capsys, "--data", str(folder), "report", verb, period, code=1)
    assert found["error"]["code"] == "E531"
