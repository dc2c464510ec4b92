"""``print checklist`` and ``month fill`` on a real village replica."""

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from app.cli.main import run
from app.demo import people
from app.ops import tables

GOOD = "shanlihaofengguang9"


class Village:
    """A replica in a folder, and the verbs called on it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys

    def call(self, *words: str) -> tuple[int, dict[str, Any]]:
        """Return exit code and JSON."""
        self.capsys.readouterr()
        code = run(["--data", str(self.folder / "replica"), "--json", *words])
        return code, json.loads(self.capsys.readouterr().out)


@pytest.fixture
def village(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Village:
    monkeypatch.setenv("ZHUCUN_PASSPHRASE", GOOD)
    monkeypatch.setenv("ZHUCUN_TODAY", "2025-10-12")
    made = Village(tmp_path, capsys)
    roster = tmp_path / "台账.xlsx"
    tables.write_rows(roster, "农户信息", people.HEADINGS, people.rows(people.village(3, 1)))
    for words in (
        ["init", "--level", "village", "--area", "539901101201", "--name", "上坝村",
         "--recovery-out", str(tmp_path / "r.txt")],
        ["roster", "import", str(roster)],
        ["month", "open", "2025-10"],
    ):  # fmt: skip
        assert made.call(*words)[0] == 0
    return made


def test_the_paper_way_round(village: Village) -> None:
    path = village.folder / "表.xlsx"
    code, printed = village.call("print", "checklist", "--all", "--xlsx", str(path))
    assert (code, printed["households"], printed["file"]) == (0, 3, str(path))
    assert {"pages", "households", "seconds"} <= set(printed)
    book = openpyxl.load_workbook(path)
    sheet = book.active
    assert sheet is not None
    sheet.cell(2, 10).value = "1"
    sheet.cell(3, 10).value = "9"
    book.save(path)
    code, filled = village.call("month", "fill", "2025-10", "--from", str(path))
    assert code == 0
    assert (filled["households"], filled["created"], filled["warnings"]) == (1, 1, [])
    (refused,) = filled["rejected"]
    assert {k: refused[k] for k in ("file", "row", "column", "reason_code")} == {
        "file": "表.xlsx", "row": 3, "column": "J", "reason_code": "value",
    }  # fmt: skip
    assert filled["incomplete"][0]["missing"] > 10


def test_the_pdf_is_the_visit_paper(village: Village) -> None:
    path = village.folder / "表.pdf"
    code, printed = village.call("print", "checklist", "--all", "--out", str(path))
    assert (code, printed["households"]) == (0, 3)
    assert path.read_bytes().startswith(b"%PDF")


def test_a_file_that_is_no_checklist_is_one_error(village: Village) -> None:
    code, told = village.call(
        "month", "fill", "2025-10", "--from", str(village.folder / "台账.xlsx")
    )
    assert (code, told["error"]["code"], told["error"]["where"]) == (
        1, "E216", {"file": "台账.xlsx"},
    )  # fmt: skip
