"""Six stories through the command line at three levels, each to the end that the tables demand.

Real replicas, enrolled with each other; what one level writes reaches the others by files alone.
"""

import json
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from app.domain.period import Period
from app.models import vault
from app.models.household import Household, Member
from tests.cli.case_parts import (
    MEETING,
    REMOVING,
    helped,
    identified,
    imported,
    removed,
    rolled_back,
)
from tests.cli.levels import (
    GOOD,
    HOMES,
    RANKS,
    Levels,
    actions,
    build,
    family,
    home_of,
    members_of,
    on,
    warnings_of,
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return three enrolled replicas that know the same four households, October open."""
    folder = tmp_path_factory.mktemp("template")
    build(folder)
    levels = Levels(folder)
    store = levels.store("village")
    for number, (kind, people) in HOMES.items():
        family(store, number, kind, people)
    store.close()
    levels.do("village", 0, "month", "open", "2025-10")
    levels.send(0, "village", "township", "county")
    return folder


@pytest.fixture(scope="module", autouse=True)
def passphrase() -> Iterator[None]:
    """Derive each vault's key once: what a passphrase costs is measured elsewhere."""
    patch = pytest.MonkeyPatch()
    slow = vault.open_vault
    remembered = cache(lambda _content, path, text: slow(path, text))
    patch.setenv("ZHUCUN_PASSPHRASE", GOOD)
    patch.setattr(vault, "open_vault", lambda p, text: remembered(p.read_bytes(), p, text))
    yield
    patch.undo()


@pytest.fixture
def levels(template: Path, tmp_path: Path) -> Levels:
    folder = tmp_path / "three"
    shutil.copytree(template, folder)
    return Levels(folder, made=100)


UP = RANKS[::-1]


# ------------------------------------------------------------------------------------------ flood
def test_a_flood_is_helped_first_and_reviewed_afterwards(levels: Levels, tmp_path: Path) -> None:
    for number in ("3", "4"):
        levels.fill(home_of(levels, number), {("EV-01", ""): ("flood",), ("WT-01", ""): "short"})
    found = {(w["household"], w["code"]): w for w in warnings_of(levels, "village", 0)}
    assert set(found) == {(n, c) for n in ("3", "4") for c in ("EV-01", "WT-01")}
    assert {w["matter"] for w in found.values()} == {"受灾"}  # one matter a household
    ids = [w["id"] for w in found.values()]
    measure_id = helped_first(levels, found)
    reviews = (("confirm", "入户看过"), ("pass", "属实"), ("determine", ""))
    for day, (action, note) in enumerate(reviews):  # each level on its day, then a package up
        for one in ids:
            levels.act(UP[day], "warning", one, action, day, note)
        levels.send(day, *UP[day : day + 2])
    ordered(levels, found, tmp_path)
    levels.send(3, "county", "township", "village")
    assert levels.due(6, ids[0]) == [("county", on(5), "county")]  # one day late
    closed(levels, ids, ("3", "4"))
    for (_, code), one in found.items():
        page = levels.alike(7, "warning", one["id"])
        urgent = ["urgent"] if code == "WT-01" else []
        assert (page["state"], page["urgent"]) == ("closed", bool(urgent))
        assert actions(page) == [
            "detect", *urgent, "confirm", "pass", "determine", "assign", "start", "done",
            "request-close", "close",
        ]  # fmt: skip
        assert levels.papers("warning", one["id"], 7) == {
            "初审清单", "预警监测对象名单", "部门交办单", "回访记录", "销号申请表", "销号审核表",
            "已销号台账",
        }  # fmt: skip
        assert levels.due(7, one["id"]) == []
    water = levels.alike(7, "measure", measure_id)
    assert (water["state"], actions(water)) == ("done", ["start", "finish"])


def helped_first(levels: Levels, found: dict[tuple[str, str], dict[str, Any]]) -> str:
    """Send water before anybody has reviewed anything; return one of the measures."""
    measure_id = ""
    for number in ("3", "4"):
        water = found[number, "WT-01"]["id"]
        levels.act("village", "warning", water, "urgent", 0, "先送水，再补手续")
        made = levels.do(
            "village", 0, "measure", "open", "--household", number,
            "--set", "measure_category=water", "--set", "measure_kind=应急送水",
            "--set", "responsible_person=刘水管", "--set", f"warning_ids={water}",
        )  # fmt: skip
        levels.act("village", "measure", made["id"], "start", 0)
        measure_id = made["id"]
    return measure_id


def ordered(levels: Levels, found: dict[tuple[str, str], dict[str, Any]], folder: Path) -> None:
    """Give everything to its department, and read back what the departments filled in."""
    for (_, code), one in found.items():
        office = "水利局" if code == "WT-01" else "应急管理局"
        levels.act("county", "warning", one["id"], "assign", 2, department=office,
                   contact="值班电话", due_on=on(5))  # fmt: skip
    told = levels.do("county", 2, "print", "order")["departments"]
    assert told == {"应急管理局": 2, "水利局": 2}
    for office in told:
        path = folder / f"{office}.xlsx"
        levels.do("county", 2, "print", "order", "--department", office, "--xlsx", str(path))
        fill_in(path, office)
        done = levels.do("county", 3, "measure", "fill", "--from", str(path))
        assert (done["rejected"], len(done["remedied"])) == ([], 2)


def closed(levels: Levels, ids: list[str], numbers: tuple[str, ...]) -> None:
    """Look in again, ask for 销号, check, and carry the answer down: days 4 to 6."""
    for number in numbers:
        levels.do(
            "village", 4, "visit", "open", "--household", number, "--set", "visit_way=onsite",
            "--set", "visitor=李会计", "--set", "content=已经好了",
        )  # fmt: skip
    levels.send(4, "village", "township")
    for one in ids:
        levels.act("township", "warning", one, "request-close", 5)
    levels.send(5, "township", "county")
    for one in ids:
        levels.act("county", "warning", one, "close", 6, checker="周审核", check_way="上门核实",
                   system_updated_on=on(5))  # fmt: skip
    levels.send(6, "county", "township", "village")


def fill_in(path: Path, office: str) -> None:
    """Fill a 交办单 as a department does: a day and a result, and a measure where there is none."""
    book = openpyxl.load_workbook(path)
    sheet = book.active
    assert sheet is not None
    heads = {cell.value: place for place, cell in enumerate(sheet[1], 1)}
    for number in range(2, sheet.max_row + 1):
        if sheet.cell(number, 1).value is None:
            continue
        given = {"责任人": "刘水管" if office == "水利局" else "马救灾", "完成日": on(3),
                 "结果": "已办妥"}  # fmt: skip
        if not sheet.cell(number, heads["措施"]).value:
            given["措施"] = "灾害救助：发放救助金"
        for heading, text in given.items():
            sheet.cell(number, heads[heading]).value = text
    book.save(path)


# ---------------------------------------------------------------------------------------- dropout
def test_a_dropout_comes_back_once_with_a_remark_and_both_codes_end_together(
    levels: Levels,
) -> None:
    home = home_of(levels, "2")
    boy = members_of(levels, home)["赵明远"]
    levels.do("village", -25, "month", "open", "2025-09")
    levels.fill(home, {}, Period(2025, 9))  # at school then
    levels.fill(home, {("ED-01", boy): "dropout"})
    found = {w["code"]: w for w in warnings_of(levels, "village", 0)}
    assert set(found) == {"ED-01", "R-07"}
    assert {w["matter"] for w in found.values()} == {"上学"}
    school, rule = found["ED-01"]["id"], found["R-07"]["id"]
    for one in (school, rule):
        levels.act("village", "warning", one, "confirm", 0, "家里说不读了")
    levels.send(0, "village", "township")
    error = levels.refused("township", "warning", school, "return", 0)
    assert (error["code"], error["where"]) == ("E412", {"column": "note"})
    levels.act("township", "warning", school, "return", 0, "请附学校的联系记录")
    levels.send(0, "township", "village")
    seen = levels.do("village", 0, "warning", "show", school)
    assert (seen["state"], seen["remark"]) == ("returned", "请附学校的联系记录")
    assert levels.due(0, school)[0][0] == "village"
    levels.act("village", "warning", school, "resubmit", 0, "班主任电话核实，已记录")
    levels.send(0, "village", "township")
    levels.act("township", "warning", school, "pass", 1, "已补齐")
    levels.send(1, "township", "county")
    levels.act("county", "warning", school, "determine", 2)
    measure_id = back_to_school(levels, school)
    closed(levels, [school], ("2",))
    page = levels.alike(7, "warning", school)
    assert (page["state"], actions(page)) == ("closed", [
        "detect", "confirm", "return", "resubmit", "pass", "determine", "assign", "start", "done",
        "request-close", "close",
    ])  # fmt: skip
    other = levels.alike(7, "warning", rule)
    assert (other["state"], actions(other)) == ("closed", ["detect", "confirm", "settle"])
    assert "退回单" in levels.papers("warning", school, 7)
    assert levels.alike(7, "measure", measure_id)["state"] == "done"
    assert levels.due(8, school) == []


def back_to_school(levels: Levels, school: str) -> str:
    """Let the education office bring the boy back: it is done no earlier than its measure."""
    levels.act("county", "warning", school, "assign", 2, department="教育局", contact="赵股长",
               due_on=on(9))  # fmt: skip
    made = levels.do(
        "county", 2, "measure", "open", "--household", "2", "--set",
        "measure_category=compulsory_education", "--set", "measure_kind=控辍保学",
        "--set", "responsible_person=陈校长", "--set", f"warning_ids={school}",
        "--set", "measure_level=county", "--set", "department=教体局",
        "--set", f"planned_end_on={on(9)}",
    )  # fmt: skip
    measure_id: str = made["id"]
    levels.act("county", "measure", measure_id, "start", 2)
    levels.act("county", "warning", school, "start", 2, responsible_person="陈校长")
    error = levels.refused("county", "warning", school, "done", 3, "劝返")
    assert error["code"] == "E414"
    levels.act("county", "measure", measure_id, "finish", 3, "已返校", beneficiary="赵明远")
    levels.act("county", "warning", school, "done", 3, "已返校")
    levels.send(3, "county", "township", "village")
    return measure_id


# ---------------------------------------------------------------------------------------- illness
MARCH, SEPTEMBER = -230, -30  # days: 4 March, 20 September


def test_an_illness_is_identified_helped_removed_rolled_back_and_identified_again(
    levels: Levels,
) -> None:
    case_id = identified(levels, "3", MARCH)
    measure_id = helped(levels, case_id, MARCH + 20)
    removed(levels, case_id, SEPTEMBER, "9号")
    day = SEPTEMBER + 9
    page = levels.alike(day, "case", case_id)
    assert (page["state"], page["removal_way"]) == ("risk_removed", "by_help")
    assert levels.alike(day, "measure", measure_id)["state"] == "done"  # 脱贫不脱政策
    typed = levels.do("township", day, "case", "to-type")["items"]
    assert [(i["id"], i["action"]) for i in typed] == [(case_id, "removal-approve")]
    rolled_back(levels, case_id, day)
    removed(levels, case_id, day + 3, "12号")
    again = levels.act("village", "case", case_id, "re-identify", -5, "又添新病",
                       causes="因病、因残")  # fmt: skip
    assert (again["state"], again["previous_id"]) == ("clue", case_id)
    levels.share(-5)
    for level in RANKS:
        found = levels.do(level, -5, "clue", "list")["items"]
        assert [i["previous_id"] for i in found] == [case_id]
    page = levels.alike(-5, "case", case_id)
    assert page["state"] == "risk_removed"
    assert actions(page) == [
        "accept", "verify", "publicise", "end-publicity", "pass", "approve", "enter",
        *REMOVING, "roll-back", "roll-back-pass", "roll-back-approve", *REMOVING, "re-identify",
    ]  # fmt: skip
    assert {"风险消除评估表", "回退审批表", "公告"} <= levels.papers("case", case_id, -5)


# --------------------------------------------------------------------------- wrong identification
def test_a_wrong_identification_is_cleared_out_by_three_levels(levels: Levels) -> None:
    case_id = imported(levels, "4")
    check = levels.do("village", 1, "negative", "open", "--household", "4", "--set", "code=N-02",
                      "--set", "message=名下有轿车")  # fmt: skip
    levels.act("village", "negative", check["id"], "prove", 2, "车管所查询", proof="查询单")
    error = levels.refused("county", "case", case_id, "clear-out", 2, reason="消费型汽车",
                           approval_no="5号")  # fmt: skip
    assert error["code"] == "E411"
    meeting = MEETING | {"meeting_on": on(3)}
    error = levels.refused("village", "case", case_id, "propose-clear-out", 3, reason="其他",
                           **meeting)  # fmt: skip
    assert (error["code"], error["where"]) == ("E416", {"column": "note"})
    levels.act("village", "case", case_id, "propose-clear-out", 3, reason="消费型汽车", **meeting)
    levels.send(3, "village", "township")
    levels.act("township", "case", case_id, "return-clear-out", 4, "请写明车是谁的")
    levels.send(4, "township", "village")
    levels.act("village", "case", case_id, "propose-clear-out", 5, "户主本人的车",
               reason="消费型汽车", **meeting)  # fmt: skip
    levels.send(5, "village", "township")
    error = levels.refused("township", "case", case_id, "clear-out", 9, "属实")  # it still hangs
    assert "要公示满5天" in error["message"]
    levels.act("township", "case", case_id, "clear-out", 10, "属实")  # its share of it
    levels.send(10, "township", "county")
    levels.act("county", "case", case_id, "clear-out", 11, reason="消费型汽车", approval_no="5号")
    levels.send(11, "county", "township", "village")
    page = levels.alike(12, "case", case_id)
    assert page["state"] == "cleared_out"
    assert page["history"][-1]["values"]["negative_codes"] == "N-02"
    assert {"会议记录", "公示", "退回单", "清退审批表"} <= levels.papers("case", case_id, 12)
    typed = levels.do("township", 12, "case", "to-type")["items"]
    assert [i["what"] for i in typed] == ["清退"]
    levels.act("township", "case", case_id, "mark-typed", 13, entered_by="王芳")
    assert levels.do("township", 13, "case", "to-type")["items"] == []
    assert levels.due(13, case_id) == []


# ---------------------------------------------------------------------------------------- a split
def test_a_split_household_keeps_its_case_and_plan_and_asks_all_relations_again(
    levels: Levels,
) -> None:
    case_id = imported(levels, "4")
    home = home_of(levels, "4")
    people = members_of(levels, home)
    values = {"change_kind": "分户", "effective_on": on(1), "proof": "户口页",
              "member_ids": people["周大山"], "head_id": people["周大山"]}  # fmt: skip
    made = opened_change(levels, "4", 1, values)
    levels.act("village", "change", made, "submit", 1)
    levels.send(1, "village", "township")
    levels.act("township", "change", made, "return", 2, "请附户口页照片")
    levels.send(2, "township", "village")
    levels.act("village", "change", made, "resubmit", 3, "已附")
    levels.send(3, "village", "township")
    levels.act("township", "change", made, "decide", 4)
    levels.send(4, "township", "village")
    levels.send(4, "township", "county")
    page = levels.alike(4, "change", made)
    assert (page["state"], actions(page)) == ("done", ["submit", "return", "resubmit", "decide"])
    assert levels.papers("change", made, 4) == {"自然变更表"}
    for level in RANKS:
        rows = levels.do(level, 4, "roster", "show")["matches"]
        assert {r["household_no"]: r["persons"] for r in rows if r["household_no"][0] == "4"} == {
            "4": 2, "4-1": 1,
        }  # fmt: skip
        cases = levels.do(level, 4, "case", "list")["items"]
        assert [(i["id"], i["household"]) for i in cases] == [(case_id, "4")]
        kinds = levels.do(level, 4, "measure", "list")["items"]
        assert [(i["household"], i["measure_kind"]) for i in kinds] == [("4", "医疗救助")]
    # the head grows old: every relation is asked again, and the village decides alone
    relations = json.dumps({people["周长河"]: "配偶"}, ensure_ascii=False)
    head = {"change_kind": "户主变更", "reason": "old_age", "effective_on": on(5),
            "head_id": people["吴小梅"]}  # fmt: skip
    made = opened_change(levels, "4", 5, head)
    error = levels.refused("village", "change", made, "decide", 5)
    assert error["code"] == "E422"
    assert "还有1人没写与户主的关系" in error["message"]
    levels.act("village", "change", made, "decide", 5, relations=relations)
    levels.share(5)
    assert levels.alike(5, "change", made)["state"] == "done"
    for level in RANKS:
        store = levels.store(level)
        with store.read() as session:
            rows = session.scalars(select(Member).filter_by(household_id=home))
            found = {m.name: m.relation for m in rows}
        store.close()
        assert found == {"周长河": "配偶", "吴小梅": "户主"}
    assert levels.due(6, made) == []


def opened_change(levels: Levels, number: str, day: int, values: dict[str, str]) -> str:
    sets = [word for name, text in values.items() for word in ("--set", f"{name}={text}")]
    made = levels.do("village", day, "change", "open", "--household", number, *sets)
    change_id: str = made["id"]
    return change_id


# --------------------------------------------------------------------------------- the old couple
def test_an_old_couple_dies_and_measures_and_history_remain(levels: Levels) -> None:
    case_id, home = imported(levels, "5"), home_of(levels, "5")
    people = members_of(levels, home)
    levels.fill(home, {("WT-01", ""): "short"})
    found = warnings_of(levels, "village", 0)
    water = next(w for w in found if w["code"] == "WT-01")
    died = {"change_kind": "自然减少", "reason": "death", "proof": "火化证"}
    husband = opened_change(
        levels, "5", 2, died | {"member_id": people["郑老根"], "effective_on": on(1)}
    )
    error = levels.refused("village", "change", husband, "submit", 2)
    assert error["code"] == "E422"
    assert "死亡的是户主，家里还有1人" in error["message"]
    assert "请先办户主变更" in error["message"]
    head = opened_change(levels, "5", 2, {
        "change_kind": "户主变更", "reason": "death", "effective_on": on(1),
        "head_id": people["冯翠英"],
        "relations": json.dumps({people["郑老根"]: "配偶"}, ensure_ascii=False),
    })  # fmt: skip
    levels.act("village", "change", head, "decide", 2)
    levels.act("village", "change", husband, "submit", 2)
    decided(levels, husband, 3)
    wife = opened_change(
        levels, "5", 9, died | {"member_id": people["冯翠英"], "effective_on": on(8)}
    )
    levels.act("village", "change", wife, "submit", 9)
    decided(levels, wife, 10)
    tasks = levels.do("village", 10, "change", "list")["items"]
    assert [i["change_kind"] for i in tasks] == ["household_extinct"]
    levels.act("village", "change", tasks[0]["id"], "submit", 11)
    decided(levels, tasks[0]["id"], 12)
    levels.send(12, "township", "county")
    page = levels.alike(13, "case", case_id)
    assert (page["state"], actions(page)) == ("extinct", ["extinguish"])
    assert "自然变更表" in levels.papers("case", case_id, 13)
    seen = levels.alike(13, "warning", water["id"])
    assert (seen["state"], actions(seen)) == ("cancelled", ["detect", "cancel"])
    nothing_is_lost(levels, home)
    assert levels.due(14, case_id) == []
    assert levels.due(14, water["id"]) == []


def nothing_is_lost(levels: Levels, home: str) -> None:
    """Measures, changes and people are there at every level, though the household has ended."""
    for level in RANKS:
        (kept,) = levels.do(level, 13, "measure", "list", "--all", "--household", home)["items"]
        assert kept["state"] == "planned"  # nothing ends a measure by itself
        changes = levels.do(level, 13, "change", "list", "--all", "--household", home)["items"]
        assert {c["state"] for c in changes} == {"done"}
        assert len(changes) == 4
        store = levels.store(level)
        with store.read() as session:
            assert session.get_one(Household, home).removed_reason == "整户消亡"
            rows = session.scalars(select(Member).filter_by(household_id=home))
            assert {m.member_status for m in rows} == {"dead"}
        store.close()


def decided(levels: Levels, change_id: str, day: int) -> None:
    levels.send(day, "village", "township")
    levels.act("township", "change", change_id, "decide", day)
    levels.send(day, "township", "village")
