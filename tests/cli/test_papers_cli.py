"""``print paper``, ``print order`` and ``measure fill`` through the command line."""

import json
from pathlib import Path

import openpyxl
import pytest

from app.cli import common, main
from app.models.store import Store
from tests.conftest import VILLAGE
from tests.ops.levels import acting_as
from tests.ops.test_monitored import clue
from tests.ops.test_warning_life import determined, opened, step
from tests.ops.village import add_family, open_october
from tests.reports.reading import page_texts


@pytest.fixture
def run(store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    """Return a function that runs a verb on the open store: (exit code, JSON)."""
    monkeypatch.setattr(common.Cli, "store", store)
    monkeypatch.setattr(common.Cli, "close", lambda _self: None)

    def call(*words: str) -> tuple[int, dict[str, object]]:
        code = main.run(["--json", "--today", "2025-10-30", *words])
        return code, json.loads(capsys.readouterr().out)

    return call


def test_papers_are_listed_and_printed(run, store: Store, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    case_id = clue(store, add_family(store))
    code, found = run("print", "paper", "--subject", "clue", "--id", case_id)
    assert code == 0
    assert found["papers"] == [
        {"name": "线索登记表", "step": "登记", "on": "2025-03-03"},
        {"name": "访查任务单", "step": "受理", "on": None},
    ]
    path = tmp_path / "a.pdf"
    code, found = run("print", "paper", "线索登记表", "--subject", "clue", "--id", case_id,
                      "--out", str(path))  # fmt: skip
    assert (code, found["pages"], found["file"]) == (0, 1, str(path))
    assert "大病住院" in page_texts(path)[0]
    code, found = run("print", "paper", "批复", "--subject", "case", "--id", case_id)
    assert (code, found["error"]["code"]) == (1, "E507")


def test_an_order_goes_out_and_comes_back(run, store: Store, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    home = add_family(store)
    open_october(store)
    water = opened(store, home, WT_01="short")["WT-01"]
    determined(store, water)
    step(store, "county", water, "assign", 2, department="水利局", contact="刘局",
         due_on="2025-10-31")  # fmt: skip
    pdf, xlsx = tmp_path / "a.pdf", tmp_path / "a.xlsx"
    with acting_as(store, "county"):
        assert run("print", "order") == (0, {"departments": {"水利局": 1}})
        code, found = run("print", "order", "--department", "水务局", "--out", str(pdf),
                          "--xlsx", str(xlsx))  # fmt: skip
        assert (code, found["pages"], found["rows"]) == (0, 1, 1)
        assert found["files"] == [str(pdf), str(xlsx)]
        book = openpyxl.load_workbook(xlsx)
        sheet = book.active
        assert sheet is not None
        for column, value in zip("IJKL", ("应急送水", "刘水管", "昨天", "已通水"), strict=True):
            sheet[f"{column}2"] = value
        book.save(xlsx)
        code, found = run("measure", "fill", "--from", str(xlsx))
        (refused,) = found["rejected"]
        assert (code, refused["row"], refused["column"]) == (0, 2, "K")
        assert refused["sheet"] == "水利局交办单"
        sheet["K2"] = "2025-10-29"
        book.save(xlsx)
        code, found = run("measure", "fill", "--from", str(xlsx))
        assert (code, found["rejected"], found["remedied"]) == (0, [], [water])
        code, found = run("print", "order", "--department", "水利局", "--out", str(pdf))
        assert (code, found["error"]["code"]) == (1, "E508")
    assert VILLAGE not in str(found)


def test_without_a_file_nothing_is_done(run, store: Store) -> None:  # type: ignore[no-untyped-def]
    assert run("print", "order", "--department", "水利局")[0] == 2
