"""``roster``: JSON keys, exit codes and refusals of the contract, on the sample files."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.ops import setup
from app.ops.setup import ReplicaPlan
from tests.cli.calls import GOOD, PLAN, result, zhucun
from tests.conftest import TOWNSHIP
from tests.excel import keys

FIRST = keys.ROSTERS / "01_村台账_整洁.xlsx"
MESSY = keys.ROSTERS / "02_村台账_杂乱.xlsx"
NEXT = keys.ROSTERS / "04_村台账_下月更新.xlsx"
CONTRACT = {
    "households",
    "members",
    "created",
    "updated",
    "unchanged",
    "rejected",
    "warned",
    "duplicates",
    "conflicts",
    "household_codes",
    "mapping",
    "sheets",
}
UPDATE = {
    "new_households",
    "gone_households",
    "added_members",
    "removed_members",
    "moved_members",
    "id_changes",
    "member_changes",
    "household_changes",
}


@dataclass(frozen=True)
class Answer:
    """What one call printed and returned."""

    code: int
    json: dict[str, Any]
    err: str


Verbs = Callable[..., Answer]


def verbs(folder: Path) -> Verbs:
    """Return a function that runs ``roster`` in a village."""

    def call(*words: object, today: str = "2025-10-31") -> Answer:
        code, out, err = zhucun(folder, "--json", "--today", today, "roster", *words)
        return Answer(code, result(out), err)

    return call


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an empty village."""
    folder = tmp_path_factory.mktemp("empty") / "village"
    setup.create_replica(folder, PLAN, GOOD)
    return folder


@pytest.fixture(scope="module")
def imported(empty: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a village that has imported the first roster."""
    folder = shutil.copytree(empty, tmp_path_factory.mktemp("imported") / "village")
    assert verbs(folder)("import", FIRST).code == 0
    return folder


@pytest.fixture
def village(empty: Path, tmp_path: Path) -> Path:
    return shutil.copytree(empty, tmp_path / "village")


@pytest.fixture
def call(village: Path) -> Verbs:
    """Return ``roster`` in an empty village."""
    return verbs(village)


@pytest.fixture
def known(imported: Path, tmp_path: Path) -> Verbs:
    """Return ``roster`` in a village that has imported the first roster."""
    return verbs(shutil.copytree(imported, tmp_path / "known"))


def test_an_import_says_what_the_contract_says(call: Verbs) -> None:
    answer = call("import", FIRST)
    assert answer.code == 0
    assert answer.json.keys() >= CONTRACT
    assert (answer.json["households"], answer.json["members"]) == (120, 481)
    assert (answer.json["created"], answer.json["unchanged"]) == (481, 0)
    (warned,) = answer.json["warned"]
    assert (warned["reason_code"], warned["column"]) == ("W_ID_MISSING", "I")
    assert answer.json["mapping"][2] == {
        "sheet": "农户信息",
        "column": "C",
        "heading": "户编号",
        "field": "household_no",
        "score": 100,
    }
    assert answer.json["mapping"][0]["field"] is None
    assert answer.err == ""


@pytest.mark.parametrize("path", [FIRST, MESSY])
def test_a_dry_run_explains_every_row_as_the_key(call: Verbs, path: Path) -> None:
    answer = call("import", path, "--dry-run", "--explain")
    key = keys.load_key(path.name)
    assert len(answer.json["rows"]) == key["counts"]["data_rows"]
    for row, wanted in zip(answer.json["rows"], key["rows"], strict=True):
        assert (row["sheet"], row["row"]) == (wanted["s"], wanted["r"])
        assert (row["class"], row["household"]) == (wanted["c"], wanted["hh"])
        assert sorted(row["reason_codes"]) == sorted(c for c, _ in wanted.get("codes", []))
        for field, value in wanted["v"].items():
            assert row["values"][keys.FIELDS[field]] == value
    assert {row["row"] for row in answer.json["rejected"]} == {r["row"] for r in key["rejected"]}
    assert len(answer.json["duplicates"]) == key["counts"]["duplicates"]
    assert len(answer.json["conflicts"]) == key["counts"]["conflicts"]
    assert call("show").json["matches"] == []


def test_a_dry_run_needs_no_replica(tmp_path: Path) -> None:
    answer = verbs(tmp_path / "x")("import", FIRST, "--dry-run")
    assert (answer.code, answer.json["members"]) == (0, 481)
    assert not (tmp_path / "x").exists()


def test_the_next_month_is_told_as_an_update(call: Verbs) -> None:
    assert not UPDATE & call("import", FIRST).json.keys()
    answer = call("import", NEXT, "--dry-run", today="2025-11-30")
    counts = keys.load_key(NEXT.name)["update"]["plan_counts"]
    assert {kind: len(answer.json[kind]) for kind in UPDATE} == {k: counts[k] for k in UPDATE}
    assert answer.json["unchanged"] == counts["unchanged_members"]
    applied = call("import", NEXT, today="2025-11-30")
    assert (applied.json["created"], applied.json["unchanged"]) == (9, 462)


def test_several_files_of_one_import_see_each_other(call: Verbs) -> None:
    answer = call("import", FIRST, FIRST)
    assert (answer.json["created"], answer.json["unchanged"]) == (481, 481)


@pytest.mark.parametrize("text", ["5390582001", "刘正", "lz", "liuzheng", "7813", "18700000475"])
def test_show_finds_a_household(known: Verbs, text: str) -> None:
    matches = known("show", "--household", text).json["matches"]
    found = next(m for m in matches if m["household_no"] == "5390582001")
    assert (found["household_kind"], found["household_kind_label"]) == ("ordinary", "一般农户")
    assert found["per_capita_income"] == "11758.8"
    assert found["members"][0]["employment_label"] == "乡外县内务工"


def test_an_export_reads_back(known: Verbs, tmp_path: Path) -> None:
    out = tmp_path / "出.xlsx"
    answer = known("export", "--kind", "member", "--purpose", "换发医保卡", "--out", out)
    assert (answer.json["rows"], len(answer.json["sha256"])) == (481, 64)
    assert known("import", out).json["unchanged"] == 481


def test_a_person_decides_what_a_heading_means(call: Verbs, tmp_path: Path) -> None:
    table, mapping = tmp_path / "表.csv", tmp_path / "对照.json"
    table.write_text("户编号,姓名,与户主关系,证件号码,摘要\n1,张三,户主,,农户\n", "utf-8")
    mapping.write_text('{"摘要": "household_kind", "与户主关系": null}', "utf-8")
    rows = call("import", table, "--dry-run", "--explain", "--mapping", mapping).json["rows"]
    assert rows[0]["values"]["household_kind"] == "一般农户"
    assert "relation" not in rows[0]["values"]


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        (
            "锁.xlsx",
            bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"),
            "E203",
        ),
        ("网.xls", b"<html><table>", "E210"),
        ("空.csv", b"", "E206"),
        ("别.csv", "通知\n请各村报送\n".encode(), "E201"),
        ("文.pdf", b"%PDF", "E209"),
    ],
)
def test_a_refusal_names_the_file_and_writes_nothing(
    call: Verbs, tmp_path: Path, name: str, data: bytes, code: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    answer = call("import", path)
    assert answer.code == 1
    assert answer.json["error"]["code"] == code
    assert answer.json["error"]["where"] == {"file": name}
    assert "名册没有变" in answer.json["error"]["message"]
    assert call("show").json["matches"] == []


def test_a_list_from_above_is_told_on_a_dry_run_and_nothing_written(known: Verbs) -> None:
    path = keys.ROSTERS / "08_部门预警清单.xlsx"
    answer = known("import", path, "--dry-run")
    wanted = keys.load_key(path.name)["rows"]
    assert [(i["sheet"], i["row"], i["status"]) for i in answer.json["items"]] == [
        (row["s"], row["r"], row["status"]) for row in wanted
    ]
    assert answer.json["counts"][0]["matched"] == 34
    assert known("show").json["matches"]
    assert known("import", path).json["known"] == 0


def test_wrong_usage_exits_with_two(call: Verbs, tmp_path: Path) -> None:
    assert call("import", FIRST, "--kind", "什么").code == 2
    broken = tmp_path / "坏.json"
    broken.write_text("[]")
    assert call("import", FIRST, "--mapping", broken).code == 2


def test_a_township_is_told_where_to_import(tmp_path: Path) -> None:
    setup.create_replica(tmp_path / "t", ReplicaPlan("township", TOWNSHIP, "青石镇"), GOOD)
    answer = verbs(tmp_path / "t")("import", FIRST)
    assert (answer.code, answer.json["error"]["code"]) == (1, "E223")


def test_decisions_by_key_and_by_kind_are_honoured(known: Verbs, tmp_path: Path) -> None:
    offered = known("import", NEXT, "--dry-run", "--explain", today="2025-11-30").json
    assert {item["kind"] for item in offered["items"]} <= set(offered["item_kinds"])
    silent = next(item for item in offered["items"] if item["kind"] == "missing")
    assert silent["kind_label"] == "名册里有、表里没有的人"
    changed = next(item for item in offered["items"] if item["kind"] == "member_changed")
    decisions = tmp_path / "决定.json"
    decisions.write_text(
        json.dumps(
            {
                "items": {
                    silent["key"]: {"choice": "apply", "reason": "迁出", "on": "2025-11-02"},
                    changed["key"]: "skip",
                },
                "kinds": {"new_member": "later"},
            }
        ),
        "utf-8",
    )
    done = known("import", NEXT, "--decisions", decisions, today="2025-11-30").json
    assert done["reported"] == 1
    assert done["created"] < offered["created"]
    left = known("import", NEXT, "--dry-run", "--explain", today="2025-11-30").json["items"]
    assert changed["key"] in {item["key"] for item in left}


def test_decisions_of_another_form_are_wrong_usage(call: Verbs, tmp_path: Path) -> None:
    path = tmp_path / "d.json"
    for text in ("[]", '{"items": {"x": "vielleicht"}}', '{"items": {"x": {"on": "1"}}}', "{"):
        path.write_text(text, "utf-8")
        answer = call("import", FIRST, "--decisions", path)
        assert (answer.code, answer.json["error"]["code"]) == (2, "E001")


def test_an_import_is_listed_and_undone_and_then_unknown(call: Verbs) -> None:
    done = call("import", FIRST).json
    listed = call("imports").json["imports"]
    assert [line["import_id"] for line in listed] == [done["import_id"]]
    undone = call("undo", done["import_id"])
    assert (undone.code, undone.json["fields_restored"]) == (0, 0)
    assert call("show").json["matches"] == []
    assert call("undo", done["import_id"]).json["error"]["code"] == "E218"


def test_the_same_file_again_says_so_and_again_reads_it_all_the_same(known: Verbs) -> None:
    answer = known("import", FIRST)
    assert answer.code == 0
    assert answer.json["unchanged"] == 481
    assert "10-31导入过" in answer.json["already_imported"][0]["message"]
    assert answer.json["import_id"] == ""
    assert known("import", FIRST, "--again").json["import_id"]


def test_a_dry_run_may_leave_a_report_with_marked_cells(call: Verbs, tmp_path: Path) -> None:
    target = tmp_path / "报告.xlsx"
    answer = call("import", MESSY, "--dry-run", "--report", target)
    assert answer.json["reports"] == [str(target)]
    assert target.stat().st_size > 5000


def test_a_list_is_taken_in_and_answered_in_its_own_layout(known: Verbs, tmp_path: Path) -> None:
    warnings = keys.ROSTERS / "08_部门预警清单.xlsx"
    seen = known("import", warnings, "--dry-run").json
    assert len({item["key"] for item in seen["items"]}) == len(seen["items"])
    taken = known("import", warnings).json
    assert taken["stored"] > 0
    assert taken["stored"] + taken["already"] == seen["counts"][0]["matched"]
    answered = known("answer", warnings, "--out", tmp_path / "答.xlsx")
    assert answered.json["rows"] == len(seen["items"])
    assert (tmp_path / "答.xlsx").exists()
    assert known("import", warnings).json["stored"] == 0


def test_an_export_by_template_is_public_and_filtered(known: Verbs, tmp_path: Path) -> None:
    number = known("show").json["matches"][0]["household_no"]
    out = tmp_path / "o.xlsx"
    written = known("export", "--household", number, "--public", "--out", out).json
    assert 0 < written["rows"] < 10
    assert known("export", "--kind", "national", "--out", out).json["rows"] > 0
    assert known("export", "--household", "没有", "--out", out).json["error"]["code"] == "E001"


def test_people_are_told_what_was_not_read_and_what_stayed_as_it_was(village: Path) -> None:
    said = []
    for more in ([FIRST], [FIRST], [NEXT, "--dry-run"]):
        code, out, _ = zhucun(village, "--today", "2025-10-20", "roster", "import", *more)
        assert code == 0
        said.append(out)
    first, again, update = said
    assert first.startswith("已导入\n")
    assert "没有读的列：" in first
    assert not again.startswith("已导入")  # nothing went in
    assert "没有再导入" in again
    assert update.startswith("预览，没有写入\n")
    assert "表里没有的人 " in update
