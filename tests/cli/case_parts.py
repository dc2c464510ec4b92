"""Stretches of a monitored object's life through the command line, as the stories need them."""

from datetime import date

from sqlalchemy import select

from app.domain.period import Period
from app.models.household import Household, MonitoredCase
from app.models.plan import Measure
from app.ops import due_list
from tests.cli.levels import ME, Levels, on
from tests.conftest import VILLAGE

MEETING = {"present": "20", "votes_yes": "18", "votes_no": "1", "votes_abstain": "1"}
REMOVAL = {"team": "张卫东、李会计", "removal_way": "by_help"}
REMOVING = ("request-removal", "removal-deliberate", "removal-publicise", "removal-pass",
            "removal-approve")  # fmt: skip


def identified(levels: Levels, number: str, day: int) -> str:
    """Lead a clue to 未消除 (B1–B10) in 19 days; return its id."""
    made = levels.do(
        "village", day, "clue", "open", "--household", number, "--set", "clue_source=农户自主申报",
        "--set", "text=大病住院，自付较多", "--set", f"reply_due_on={on(day + 15)}",
    )  # fmt: skip
    case_id: str = made["id"]
    levels.send(day, "village", "township")
    levels.act("township", "clue", case_id, "accept", day + 1, team="王芳、刘洋")
    levels.send(day + 1, "township", "village")
    levels.act("village", "clue", case_id, "verify", day + 3, team="张卫东、李会计",
               object_type="脱贫不稳定户", causes="因病", negative_conclusion="没有负面清单情形",
               letter_signed_on=on(day + 3))  # fmt: skip
    meeting = MEETING | {"meeting_on": on(day + 5)}
    levels.act("village", "case", case_id, "publicise", day + 5, **meeting)
    error = levels.refused("village", "case", case_id, "end-publicity", day + 6, objections="无",
                           photo="后补")  # fmt: skip
    assert error["code"] == "E414"
    levels.act("village", "case", case_id, "end-publicity", day + 12, objections="无")
    levels.send(day + 12, "village", "township")
    levels.act("township", "case", case_id, "pass", day + 13, "情况属实")
    levels.send(day + 13, "township", "county")
    levels.act("county", "case", case_id, "approve", day + 15, object_type="unstable_lifted",
               causes="因病", approval_no="云防返〔2025〕3号")  # fmt: skip
    levels.send(day + 15, "county", "township")
    levels.act("township", "case", case_id, "enter", day + 18, entered_by="王芳")
    levels.send(day + 18, "township", "village")
    levels.send(day + 18, "township", "county")
    page = levels.alike(day + 19, "case", case_id)
    assert (page["state"], page["identified_on"]) == ("monitoring", on(day + 15))
    assert (page["late_entry"], page["identify_late"], page["case_no"]) == ("", "", "1")
    assert levels.due(day + 19, case_id)[0][0] == "village"  # the plan is due
    assert levels.papers("case", case_id, day + 19) == {
        "线索登记表", "访查任务单", "入户核查表", "承诺授权书", "会议记录", "公示", "公示结果",
        "乡镇审核表", "批复", "公告", "信息采集表",
    }  # fmt: skip
    return case_id


def helped(levels: Levels, case_id: str, day: int) -> str:
    """See what is missing for removal, help, and let six good months pass."""
    page = levels.do("village", day, "case", "checks", case_id)
    marks = {check["key"]: check["ok"] for check in page["checks"]}
    assert (marks["months"], marks["stable"], marks["helped"]) == (False, False, False)
    error = levels.refused("village", "case", case_id, "request-removal", day, **REMOVAL)
    assert error["code"] == "E414"
    assert "识别满6个月" in error["message"]
    made = levels.do(
        "village", day, "measure", "open", "--household", "3", "--set", "measure_category=health",
        "--set", "measure_kind=大病救治", "--set", "responsible_person=李会计",
        "--set", "cause=因病",
    )  # fmt: skip
    measure_id: str = made["id"]
    levels.act("village", "measure", measure_id, "start", day)
    levels.act("village", "measure", measure_id, "finish", day + 20, "已报销",
               beneficiary="钱有田")  # fmt: skip
    store = levels.store("village")
    with store.write("test.sheets", ME) as session:
        home = session.scalars(select(Household.id).filter_by(household_no="3")).one()
        for month in range(4, 10):
            day_of = date(2025, month, 12)
            sheet = due_list.sheet(home, VILLAGE, Period.of(day_of), "monthly")
            sheet.submitted_on = day_of
            session.add(sheet)
    store.close()
    return measure_id


def removed(levels: Levels, case_id: str, day: int, approval: str) -> None:
    """Lead a case to 已消除 in nine days."""
    levels.act("village", "case", case_id, "request-removal", day, **REMOVAL)
    meeting = MEETING | {"meeting_on": on(day)}
    levels.act("village", "case", case_id, "removal-deliberate", day, **meeting)
    levels.act("village", "case", case_id, "removal-publicise", day + 7, objections="无")
    levels.send(day + 7, "village", "township")
    levels.act("township", "case", case_id, "removal-pass", day + 8, "同意")
    levels.send(day + 8, "township", "county")
    levels.act("county", "case", case_id, "removal-approve", day + 9, approval_no=approval,
               per_capita="12750")  # fmt: skip
    levels.send(day + 9, "county", "township", "village")


def rolled_back(levels: Levels, case_id: str, day: int) -> None:
    """Lead a removed case back to 未消除 in two days: village, township, county."""
    levels.act("village", "case", case_id, "roll-back", day, "复核时收入又掉下来")
    levels.send(day, "village", "township", "county")
    assert levels.due(day, case_id) == [("township", on(day + 15), "township")]
    error = levels.refused("county", "case", case_id, "roll-back-approve", day)
    assert error["code"] == "E411"  # not before the township
    assert "批准回退" in error["message"]
    levels.act("township", "case", case_id, "roll-back-approve", day + 1, "镇里核过")
    levels.send(day + 1, "township", "county")
    levels.act("county", "case", case_id, "roll-back-approve", day + 2)
    levels.send(day + 2, "county", "township", "village")
    page = levels.alike(day + 2, "case", case_id)
    assert (page["state"], page["eliminated_on"]) == ("monitoring", "")


def imported(levels: Levels, number: str) -> str:
    """Add a monitored object as a roster brings it, and carry it up."""
    store, home = levels.store("village"), ""
    with store.write("test.case", ME) as session:
        home = session.scalars(select(Household.id).filter_by(household_no=number)).one()
        row = MonitoredCase(scope=VILLAGE, household_id=home, object_type="edge_prone",
                            identified_on="2025-01-10", causes="schooling")  # fmt: skip
        session.add(row)
        session.add(Measure(scope=VILLAGE, household_id=home, measure_category="health",
                            measure_kind="医疗救助", responsible_person="李会计",
                            cause="schooling", measure_level="village"))  # fmt: skip
        session.flush()
        case_id: str = row.id
    store.close()
    levels.send(0, "village", "township", "county")
    return case_id
