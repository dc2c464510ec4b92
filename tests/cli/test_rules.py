"""``zhucun rules evaluate`` without any replica."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli.main import cli, run

FIFTY = Path(__file__).parents[1] / "data" / "cases.yaml"


def test_it_speaks_the_language_of_the_cases(tmp_path: Path) -> None:
    result = CliRunner().invoke(
        cli, ["--data", str(tmp_path / "none"), "--json", "rules", "evaluate", str(FIFTY)]
    )
    assert result.exit_code == 0
    cases = {case["id"]: case for case in json.loads(result.stdout)["cases"]}
    assert len(cases) == 50
    assert cases["K08"] == {
        "id": "K08",
        "warnings": [
            {"code": "ED-01", "member": 3, "severity": "橙"},
            {"code": "R-07", "member": 3, "severity": "红"},
        ],
        "derived": {
            "per_capita": 11533.33,
            "ref_per_capita": 11533.33,
            "counted_members": 3,
            "suggest_object": "无",
        },
    }
    assert cases["K04"]["warnings"] == [{"code": "R-01", "member": None, "severity": "红"}]
    assert not (tmp_path / "none").exists()


def test_a_policy_file_has_the_last_word(tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text("line: 5000\n", encoding="utf-8")
    result = CliRunner().invoke(
        cli, ["--json", "rules", "evaluate", str(FIFTY), "--policy", str(policy)]
    )
    cases = {case["id"]: case for case in json.loads(result.stdout)["cases"]}
    assert cases["K04"]["warnings"] == []


@pytest.mark.parametrize("text", ["cases: [{id: X, foo: 1}]", "cases: ["])
def test_a_bad_file_is_one_json_error_and_exit_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text, encoding="utf-8")
    assert run(["--json", "rules", "evaluate", str(path)]) == 1
    error = json.loads(capsys.readouterr().out)["error"]
    assert (error["code"], error["where"]) == ("E611", {"file": "bad.yaml"})


def test_a_missing_file_cannot_be_carried_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--json", "rules", "evaluate", str(tmp_path / "nowhere.yaml")]) == 1
    assert "读不出来" in json.loads(capsys.readouterr().out)["error"]["message"]


def test_a_missing_argument_is_wrong_usage() -> None:
    assert run(["rules", "evaluate"]) == 2
