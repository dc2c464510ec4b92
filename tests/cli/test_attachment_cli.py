"""``attachment``: JSON keys, exit codes, refusals, and no plain file but the one asked for."""

from pathlib import Path
from typing import Any

import pytest

from tests.cli.calls import make_village, result, zhucun
from tests.ops import photos


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a village with an orange warning in it."""
    folder = tmp_path_factory.mktemp("photos") / "village"
    return make_village(folder, {("HS-03", ""): "leak"})


@pytest.fixture
def run(folder: Path) -> Any:
    def call(*words: object) -> tuple[int, dict[str, Any]]:
        code, out, _ = zhucun(folder, "--json", "--today", "2025-10-20", *words)
        return code, result(out)

    return call


def test_a_photo_goes_in_is_listed_comes_out_and_is_taken_down(run: Any, tmp_path: Path) -> None:
    warning_id = run("warning", "list")[1]["warnings"][0]["id"]
    path = photos.photo(tmp_path / "屋顶.jpg")
    code, out = run("attachment", "add", "--subject", "warning", "--id", warning_id, path,
                    "--caption", "屋顶漏雨")  # fmt: skip
    assert (code, out["notes"]) == (0, [])
    (one,) = out["attachments"]
    assert set(one) == {
        *("id", "subject", "subject_label", "subject_id", "question", "member_id", "household_id"),
        *("sha256", "media_type", "size", "width", "height", "caption", "taken_on", "added_on"),
        *("added_by", "removed_on", "removed_reason", "is_here"),
    }
    assert (one["width"], one["height"], one["taken_on"]) == (800, 1200, "2025-10-12")
    code, out = run("attachment", "list", "--subject", "warning", "--id", warning_id)
    assert out["attachments"] == [one]
    assert (out["totals"]["count"], out["totals"]["missing"]) == (1, 0)
    assert run("attachment", "list", "--household", "赵德福")[1]["attachments"] == [one]

    target = tmp_path / "out.jpg"
    code, out = run("attachment", "export", one["id"], "--out", target)
    assert (code, out["bytes"]) == (0, target.stat().st_size)
    assert photos.PLANTED.encode() not in target.read_bytes()

    code, out = run("attachment", "remove", one["id"], "--reason", "")
    assert (code, out["error"]["code"]) == (1, "E435")
    assert run("attachment", "remove", one["id"], "--reason", "拍错了")[0] == 0
    assert run("attachment", "list")[1]["attachments"] == []
    (ended,) = run("attachment", "list", "--all")[1]["attachments"]
    assert (ended["removed_on"], ended["removed_reason"]) == ("2025-10-20", "拍错了")
    checks = {c["check"]: c for c in run("doctor")[1]["checks"]}
    assert checks["attachments"]["ok"]


def test_refusals_have_a_code_and_a_chinese_reason(run: Any, tmp_path: Path) -> None:
    program = tmp_path / "现场.jpg"
    program.write_bytes(b"MZ" + bytes(100))
    code, out = run("attachment", "add", "--subject", "warning", "--id", "x", program)
    assert (code, out["error"]["code"]) == (1, "E430")
    assert "这是程序" in out["error"]["message"]
    path = photos.photo(tmp_path / "a.jpg")
    code, out = run("attachment", "add", "--subject", "warning", "--id", "x", path)
    assert (code, out["error"]["code"]) == (1, "E432")
    code, out = run("attachment", "export", "x", "--out", tmp_path / "o.jpg")
    assert (code, out["error"]["code"]) == (1, "E431")
    assert not (tmp_path / "o.jpg").exists()


def test_nothing_of_a_photo_lies_in_a_plain_file_of_the_replica(
    run: Any, folder: Path, tmp_path: Path
) -> None:
    (home,) = {w["household_id"] for w in run("warning", "list")[1]["warnings"]}
    path = photos.photo(tmp_path / "a.jpg", colour="darkgreen")
    planted = "欧阳漏测家的屋顶"
    words = ("--subject", "household", "--id", home, path, "--caption", planted)
    assert run("attachment", "add", *words)[0] == 0
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert "replica.db" in {file.name for file in files}
    for file in files:
        content = file.read_bytes()
        assert photos.PLANTED.encode() not in content, file  # the caption begins with it
        assert not content.startswith(b"\xff\xd8\xff"), file
        assert b"JFIF" not in content, file
