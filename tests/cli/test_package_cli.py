"""``device`` and ``package``: JSON keys and exit codes of the contract, three folders."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.cli.main import run
from app.models.household import Household, Member
from app.ops import setup
from app.ops.setup import ReplicaPlan
from tests.conftest import COUNTY, TOWNSHIP, VILLAGE
from tests.ops.village import ME, add_family

PASSPHRASE = "shan-gao-shui-chang-2025"
PLACES = {"county": COUNTY, "township": TOWNSHIP, "village": VILLAGE}


class Desk:
    """Calls the command line on one of three folders."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys

    def __call__(self, level: str, *arguments: str | Path) -> tuple[int, dict[str, Any]]:
        code = run(["--data", str(self.folder / level), "--json", *map(str, arguments)])
        out = self._capsys.readouterr().out
        return code, json.loads(out)

    def ok(self, level: str, *arguments: str | Path) -> dict[str, Any]:
        code, result = self(level, *arguments)
        assert code == 0, result
        return result

    def file(self, name: str) -> Path:
        return self.folder / name


@pytest.fixture(scope="module")
def replicas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of three replicas that do not know each other."""
    folder = tmp_path_factory.mktemp("replicas")
    for level, area in PLACES.items():
        setup.create_replica(folder / level, ReplicaPlan(level, area, f"某{level}"), PASSPHRASE)
    return folder


@pytest.fixture
def desk(
    replicas: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Desk:
    monkeypatch.setenv("ZHUCUN_PASSPHRASE", PASSPHRASE)
    return Desk(shutil.copytree(replicas, tmp_path, dirs_exist_ok=True), capsys)


def enrol(desk: Desk, superior: str, lower: str) -> str:
    asked = desk.ok(lower, "device", "request", "--out", desk.file("r"))
    made = desk.ok(
        superior, "device", "approve", desk.file("r"), "--fingerprint", asked["fingerprint"],
        "--out", desk.file("a"),
    )  # fmt: skip
    assert made["state"] == "approved"
    took = desk.ok(lower, "device", "accept", desk.file("a"), "--fingerprint", made["fingerprint"])
    assert (took["state"], took["device_id"]) == ("accepted", asked["device_id"])
    return str(asked["device_id"])


def with_family(desk: Desk) -> None:
    store = setup.open_replica(desk.folder / "village", PASSPHRASE, "测试")
    add_family(store)
    store.close()


def test_a_month_of_files_between_three_folders(desk: Desk) -> None:
    enrol(desk, "county", "township")
    village = enrol(desk, "township", "village")
    with_family(desk)
    up = desk.ok("village", "package", "export", "--to", "parent", "--out", desk.file("1.变更包"))
    assert {"transactions", "households", "warnings", "bytes", "sha256"} <= up.keys()
    assert (up["transactions"], up["households"], up["warnings"]) == (1, 1, 0)
    shown = desk.ok("township", "package", "inspect", desk.file("1.变更包"))
    assert (shown["valid"], shown["reason"], shown["sender"]) == (True, None, village)
    assert [(s["from"], s["to"]) for s in shown["segments"]] == [(1, 1)]
    assert shown["counts"]["households_new"] == 1
    plan = desk.ok("township", "package", "import", "--dry-run", desk.file("1.变更包"))
    done = desk.ok("township", "package", "import", desk.file("1.变更包"))
    assert plan == done
    assert {
        "applied", "already_known", "waiting", "gaps", "void", "conflicts", "warnings_changed",
    } <= done.keys()  # fmt: skip
    assert (done["applied"], done["already_known"], done["waiting"]) == (1, 0, 0)
    again = desk.ok("township", "package", "import", desk.file("1.变更包"))
    assert (again["applied"], again["already_known"]) == (0, 1)
    desk.ok("township", "package", "export", "--to", village, "--out", desk.file("2.变更包"))
    assert desk.ok("village", "package", "import", desk.file("2.变更包"))["applied"] == 1
    empty = desk.ok("village", "package", "export", "--to", "parent", "--out", desk.file("3"))
    assert empty["transactions"] == 0


def test_several_files_and_a_folder_each_have_their_own_result(desk: Desk) -> None:
    enrol(desk, "township", "village")
    with_family(desk)
    stick = desk.file("stick")
    stick.mkdir()
    desk.ok("village", "package", "export", "--to", "parent", "--out", stick / "b.变更包")
    (stick / "a.变更包").write_bytes((stick / "b.变更包").read_bytes()[:-1])
    found = desk.ok("township", "package", "import", stick)  # one was refused, the other is in
    assert "error" not in found
    bad, good = found["results"]
    assert (bad["file"], bad["error"]["code"]) == ("a.变更包", "E302")
    assert (good["file"], good["applied"]) == ("b.变更包", 1)
    (stick / "b.变更包").unlink()
    code, found = desk("township", "package", "import", stick)
    assert (code, found["error"]["code"]) == (3, "E302")


def test_a_new_laptop_gets_a_base_and_a_request_asks_again(desk: Desk) -> None:
    village = enrol(desk, "township", "village")
    with_family(desk)
    up = desk.ok("village", "package", "export", "--to", "parent", "--out", desk.file("1"))
    assert (up["contents"], up["bases"], up["left"]) == (0, 0, 0)
    assert up["files"] == [str(desk.file("1"))]
    desk.ok("township", "package", "import", desk.file("1"))
    folder = desk.file("新电脑")
    folder.mkdir()
    down = desk.ok("township", "package", "export", "--base", "--to", village, "--out", folder)
    assert down["bases"] == 1
    assert len(down["files"]) == len(list(folder.iterdir()))
    desk.ok("village", "package", "import", folder)
    asked = desk.ok("township", "package", "request", "--to", village, "--out", desk.file("3"))
    assert (asked["transactions"], asked["contents"]) == (0, 0)
    found = desk.ok("village", "package", "import", desk.file("3"))
    assert found["requested"] == []
    code, found = desk("village", "package", "request", "--out", desk.file("gone") / "4")
    assert (code, found["error"]["code"]) == (1, "E347")
    assert "gone" in found["error"]["message"]


def test_many_changes_are_refused_naming_confirm_which_then_asks_no_more(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    enrol(desk, "township", "village")
    with_family(desk)
    desk.ok("village", "package", "export", "--to", "parent", "--out", desk.file("1"))
    desk.ok("township", "package", "import", desk.file("1"))
    store = setup.open_replica(desk.folder / "village", PASSPHRASE, "测试")
    homes = [add_family(store, str(number)) for number in range(10, 18)]
    store.close()
    desk.ok("village", "package", "export", "--to", "parent", "--out", desk.file("2"))
    desk.ok("township", "package", "import", desk.file("2"))
    store = setup.open_replica(desk.folder / "village", PASSPHRASE, "测试")
    with store.write("test.phones", ME) as session:
        for home in homes:
            session.get_one(Household, home).phone = "0"
    store.close()
    desk.ok("village", "package", "export", "--to", "parent", "--out", desk.file("3"))
    code, found = desk("township", "package", "import", desk.file("3"))
    assert (code, found["error"]["code"]) == (1, "E329")
    assert "--confirm" in found["error"]["message"]
    shown = ["--data", str(desk.folder / "township"), "package", "import", str(desk.file("3"))]
    assert run([*shown, "--dry-run"]) == 0
    assert "请先和对方核实" in capsys.readouterr().out
    assert run([*shown, "--confirm"]) == 0
    assert "核实" not in capsys.readouterr().out


def test_what_is_not_to_be_trusted_exits_3_and_says_so(desk: Desk) -> None:
    enrol(desk, "county", "township")
    village = enrol(desk, "township", "village")
    desk.ok("village", "package", "export", "--to", "parent", "--out", desk.file("1"))
    data = desk.file("1").read_bytes()
    desk.file("cut").write_bytes(data[: len(data) // 2])
    desk.file("flip").write_bytes(data[:-9] + bytes([data[-9] ^ 1]) + data[-8:])
    for name, code in (("cut", "E302"), ("flip", "E317")):
        exit_code, found = desk("township", "package", "import", desk.file(name))
        assert (exit_code, found["error"]["code"]) == (3, code)
        exit_code, found = desk("township", "package", "inspect", desk.file(name))
        assert (exit_code, found["code"], found["valid"]) == (3, code, False)
    exit_code, found = desk("county", "package", "import", desk.file("1"))
    assert (exit_code, found["error"]["code"]) == (3, "E301")
    wrong = ("--fingerprint", "1111 " * 8, "--out", desk.file("x"))
    exit_code, found = desk("township", "device", "approve", desk.file("r"), *wrong)
    assert (exit_code, found["error"]["code"]) == (3, "E331")
    exit_code, found = desk("township", "package", "import", desk.file("absent"))
    assert (exit_code, found["error"]["code"]) == (1, "E309")
    assert found["error"]["where"] == {"file": "absent"}
    assert village


def test_inspection_without_a_replica_shows_the_outer_header_alone(desk: Desk) -> None:
    enrol(desk, "township", "village")
    with_family(desk)
    made = desk.ok("village", "package", "export", "--to", "parent", "--out", desk.file("1"))
    shown = desk.ok("nowhere", "package", "inspect", desk.file("1"))
    assert (shown["valid"], shown["bytes"], shown["segments"]) == (None, made["bytes"], [])
    assert shown["receiver"] == made["receiver"]


def test_an_export_before_enrolment_and_to_nobody_are_refused(desk: Desk) -> None:
    code, found = desk("village", "package", "export", "--to", "parent", "--out", desk.file("1"))
    assert (code, found["error"]["code"]) == (1, "E334")
    enrol(desk, "township", "village")
    code, found = desk("village", "package", "export", "--to", "0" * 32, "--out", desk.file("1"))
    assert (code, found["error"]["code"]) == (1, "E335")
    assert not desk.file("1").exists()


def test_the_list_names_this_device_and_its_superior(desk: Desk) -> None:
    enrol(desk, "township", "village")
    found = desk.ok("village", "device", "list")
    assert [(d["relation"], d["level"]) for d in found["devices"]] == [
        ("self", "village"),
        ("superior", "township"),
    ]
    assert found["fingerprint"] == found["devices"][0]["fingerprint"]


def test_people_get_sentences(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    enrol(desk, "township", "village")
    with_family(desk)
    desk.ok("village", "package", "export", "--to", "parent", "--out", desk.file("1"))
    words = ["--data", str(desk.folder / "township"), "package", "import", str(desk.file("1"))]
    capsys.readouterr()
    assert run([*words, "--dry-run"]) == 0
    assert capsys.readouterr().out.startswith("预览，没有导入\n")
    for _ in range(2):
        assert run(words) == 0
    shown = capsys.readouterr().out
    assert "并入1项变动，新户1" in shown
    assert "已导入过" in shown
    for personal in ("赵德福", "18700000475"):
        assert personal not in shown


def test_conflicts_history_revocation_and_doctor_on_the_command_line(desk: Desk) -> None:
    enrol(desk, "county", "township")
    village = enrol(desk, "township", "village")
    with_family(desk)
    store = setup.open_replica(desk.folder / "village", PASSPHRASE, "测试")
    with store.write("test.heads", ME) as session:
        session.scalars(select(Member).filter_by(number=2)).one().relation = "户主"
    store.close()
    (line,) = desk.ok("village", "conflict", "list")["conflicts"]
    assert (line["kind"], line["household"], len(line["sides"])) == ("heads", "2", 2)
    assert {"changeset", "value", "actor", "at", "level"} <= line["sides"][0].keys()
    assert desk("village", "conflict", "resolve", line["id"])[0] == 2
    assert desk("village", "conflict", "resolve", line["id"], "--take", "9")[0] == 1
    desk.ok("village", "conflict", "resolve", line["id"], "--take", "1")
    assert desk.ok("village", "conflict", "list")["conflicts"] == []
    changes = desk.ok("village", "history", "--field", "relation")["changes"]
    assert [(c["old"], c["new"]) for c in changes][-1] == ("配偶", "户主")
    checks = {c["check"]: c["ok"] for c in desk.ok("village", "doctor")["checks"]}
    assert checks.pop("disk") in (True, False)
    names = ["database", "journal", "history", "signatures", "tables", "attachments", "fonts"]
    assert checks == dict.fromkeys(names, True)
    code, result = desk("village", "device", "revoke", village, "--reason", "试")
    assert (code, result["error"]["code"]) == (3, "E332")
    assert (
        desk.ok("township", "device", "revoke", village, "--reason", "丢失")["state"] == "revoked"
    )
    listed = desk.ok("township", "device", "list")["devices"]
    assert [d["state"] for d in listed if d["device_id"] == village] == ["revoked"]
    desk.ok("village", "package", "export", "--to", "parent", "--out", desk.file("9.变更包"))
    code, result = desk("township", "package", "import", desk.file("9.变更包"))
    assert (code, result["error"]["code"]) == (3, "E315")
