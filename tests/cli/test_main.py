"""The command line as others call it: exit codes, JSON, and what never reaches standard error."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.calls import GOOD, result, zhucun


def process(folder: Path, *words: str, passphrase: str = GOOD) -> tuple[int, str, str]:
    """Run the program as its own process, as a script would."""
    done = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-m", "app", "--data", str(folder), *words],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "ZHUCUN_PASSPHRASE": passphrase},
        stdin=subprocess.DEVNULL,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "village"
    code, out, err = process(
        folder, "--json", "init", "--level", "village", "--area", "539901101201",
        "--name", "上坝村", "--operator", "张卫东", "--recovery-out", str(folder.parent / "r.txt"),
    )  # fmt: skip
    assert code == 0, err
    assert set(result(out)) == {"device_id", "fingerprint", "schema"}
    return folder


def test_the_recovery_key_goes_to_its_file_only(village: Path) -> None:
    path = village.parent / "r.txt"
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(path.read_text().strip()) == 39  # eight groups of four


def test_nothing_is_made_twice(village: Path) -> None:
    code, out, _ = zhucun(
        village, "--json", "init", "--level", "village", "--area", "539901101201", "--name", "x"
    )
    assert (code, result(out)["error"]["code"]) == (1, "E106")


@pytest.mark.parametrize(
    ("words", "passphrase", "code", "error"),
    [
        (["operator", "list"], "wrongwrongwrong", 3, "E101"),
        (["operator", "list"], None, 1, "E002"),
        (["month", "open", "2025-13"], GOOD, 1, "E404"),
        (["month", "check", "2025-09"], GOOD, 1, "E403"),
        (["warning", "show", "nobody"], GOOD, 1, "E410"),
        (["--as", "没有的人", "month", "open", "2025-10"], GOOD, 1, "E110"),
    ],
)
def test_each_refusal_has_its_code_and_a_chinese_sentence(
    village: Path, words: list[str], passphrase: str | None, code: int, error: str
) -> None:
    found, out, err = zhucun(village, "--json", *words, passphrase=passphrase)
    assert found == code
    told = result(out)["error"]
    assert told["code"] == error
    assert told["message"].endswith("。")
    assert "Traceback" not in err


def test_the_process_ends_with_the_code_of_the_refusal_and_one_sentence(village: Path) -> None:
    code, out, err = process(village, "--json", "operator", "list", passphrase="wrongwrongwrong")
    assert (code, result(out)["error"]["code"]) == (3, "E101")
    assert err.startswith("口令不对。")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [["no-such-verb"], ["month", "open"], ["--today", "morgen", "month", "status", "2025-10"]],
)
def test_wrong_usage_is_two(village: Path, words: list[str]) -> None:
    code, _, err = zhucun(village, *words)
    assert code == 2
    assert "Traceback" not in err


def test_a_folder_without_replica_is_told(tmp_path: Path) -> None:
    code, out, _ = zhucun(tmp_path / "none", "--json", "operator", "list")
    assert (code, result(out)["error"]["code"]) == (1, "E105")
    assert not (tmp_path / "none").exists()


def test_a_month_opens_once_and_its_status_is_json(village: Path) -> None:
    code, out, _ = zhucun(village, "--json", "--today", "2025-10-08", "month", "open", "2025-10")
    assert code == 0
    status = result(out)
    assert (status["period"], status["state"], status["due"]) == ("2025-10", "filling", 0)
    code, out, _ = zhucun(village, "--json", "month", "open", "2025-10")
    assert (code, result(out)["error"]["code"]) == (1, "E402")


def test_help_is_chinese(village: Path) -> None:
    code, out, _ = zhucun(village, "--help")
    assert code == 0
    for word in ("户", "预警", "月度监测", "变更包"):
        assert word in out


def test_who_reads_only_the_first_lines_is_not_told_of_a_fault(village: Path) -> None:
    words = [sys.executable, "-m", "app", "--data", str(village), "operator", "list"]
    with subprocess.Popen(  # noqa: S603  our own program
        words,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "ZHUCUN_PASSPHRASE": GOOD},
        cwd=Path(__file__).parents[2],
    ) as done:
        assert done.stdout is not None
        assert done.stderr is not None
        done.stdout.close()
        told = done.stderr.read()
    assert (done.returncode, told) == (0, b"")
