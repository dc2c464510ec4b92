"""``policy`` on a real county replica: JSON as others read it."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.cli.main import run

GOOD = "shanlihaofengguang9"


class County:
    """A replica in a folder, and the verbs called on it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys

    def call(self, *words: str) -> tuple[int, dict[str, Any]]:
        """Return exit code and JSON."""
        self.capsys.readouterr()
        code = run(["--data", str(self.folder / "replica"), "--json", *words])
        out = self.capsys.readouterr().out
        return code, json.loads(out)

    def file(self, text: str) -> str:
        """Return the path of a new file."""
        path = self.folder / "参数.yaml"
        path.write_text(text, encoding="utf-8")
        return str(path)


@pytest.fixture
def county(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> County:
    monkeypatch.setenv("ZHUCUN_PASSPHRASE", GOOD)
    monkeypatch.setenv("ZHUCUN_TODAY", "2025-12-05")
    made = County(tmp_path, capsys)
    code, _ = made.call(
        "init", "--level", "county", "--area", "539901000000", "--name", "云屏县",
        "--recovery-out", str(tmp_path / "r.txt"),
    )  # fmt: skip
    assert code == 0
    return made


def test_diff_shows_and_import_takes_effect_from_its_month(county: County) -> None:
    path = county.file("valid_from: 2026-01\nline: 9000\nvillage_confirm_days: 2\n")
    code, told = county.call("policy", "diff", path)
    assert code == 0
    line = told["changes"][0]
    assert (line["name"], line["label"], line["unit"]) == ("line", "监测范围", "元")
    assert (line["old"], line["new"], line["valid_from"]) == ("8700", "9000", "2026-01")
    assert [p["valid_from"] for p in county.call("policy", "show")[1]["packs"]] == ["2025-01"]
    assert county.call("policy", "import", path)[1]["changes"] == told["changes"]
    _, shown = county.call("policy", "show", "--period", "2026-01")
    assert [(p["valid_from"], p["in_force"]) for p in shown["packs"]] == [
        ("2025-01", False), ("2026-01", True),
    ]  # fmt: skip
    values = {p["name"]: p["value"] for p in shown["packs"][1]["parameters"]}
    assert (values["line"], values["near_line_ratio"]) == ("9000", "1.1")
    assert county.call("policy", "import", path)[1]["already_known"] is True


def test_a_broken_pack_and_a_missing_month_are_told(county: County) -> None:
    code, told = county.call("policy", "import", county.file("valid_from: 2026-01\nlime: 1\n"))
    assert (code, told["error"]["code"]) == (1, "E601")
    assert "lime" in told["error"]["message"]
    code, told = county.call("policy", "try", "2025-10", "--set", "line=9000")
    assert (code, told["error"]["code"]) == (1, "E403")


def test_a_trial_without_value_is_wrong_usage(county: County) -> None:
    assert county.call("policy", "try", "2025-10", "--set", "line")[0] == 2
