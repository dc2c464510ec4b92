"""Plan sheets from a real database: what the rows say is what the sheet says."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from app.domain.ownership import Actor
from app.domain.plan import Block, Edition, PlanDocument
from app.models.base import Journaled
from app.models.form import Answer, Sheet, Visit
from app.models.household import (
    AnnualIncome,
    Area,
    Helper,
    HelperAssignment,
    Household,
    Member,
    MonitoredCase,
)
from app.models.plan import Measure, Plan
from app.models.step import Step
from app.models.store import Store
from app.models.warning import HouseholdWarning
from app.ops import plans, print_log
from app.ops.errors import UnknownHouseholdError
from app.ops.plan_errors import NothingChangedError, PastRefusedError
from app.ops.plans import PlanJob
from app.ops.printing import Printing
from app.reports.errors import NothingToPrintError, PaperNotSavedError
from tests.conftest import VILLAGE
from tests.ops.levels import acting_as
from tests.reports.reading import bookmarks, page_texts

TODAY = date(2025, 10, 31)


def printing(path: Path) -> Printing:
    """Return how 张卫东 prints to a file on this day."""
    return Printing(Actor("张卫东", "administrator"), path, TODAY)


def add(store: Store, actor: Actor, *rows: Journaled) -> None:
    """Store rows of this village; rows that others refer to come first."""
    for row in rows:
        row.scope = VILLAGE
        with store.write("test.setup", actor) as session:
            session.add(row)


def add_household(store: Store, actor: Actor, number: str = "0012", position: int = 1) -> str:
    """Store a household of two and return its id."""
    household_id = f"h-{number}"
    add(
        store,
        actor,
        Household(
            id=household_id, household_no=number, household_kind="lifted", hamlet_group="二组",
            management_class="key", phone="13800001234", bank_account="6217003810004567890",
            position=position,
        ),
        Member(
            id=f"m1-{number}", household_id=household_id, number=1, name="张𣲗", relation="户主",
            sex="male", birth_date="1985-03-12", id_no="532931198503120017",
            labor_skill="ordinary", name_initials="zw",
        ),
        Member(
            id=f"m2-{number}", household_id=household_id, number=2, name="张小雨",
            relation="之女", sex="female", birth_date="2016-09",
        ),
    )  # fmt: skip
    return household_id


def add_month(store: Store, actor: Actor, household_id: str, codes: str, **answers: str) -> None:
    sheet = Sheet(
        id=f"s-{household_id}",
        household_id=household_id,
        period="2025-10",
        form_version="2025-01",
        submitted_on=TODAY,
        submitted_by="张卫东",
        shortfall_codes=codes,
    )
    given = [
        Answer(sheet_id=sheet.id, question=code.replace("_", "-"), value=value)
        for code, value in answers.items()
    ]
    add(store, actor, sheet, *given)


def block(document: PlanDocument, key: str) -> Block:
    return next(b for b in document.blocks if b.key == key)


def value(document: PlanDocument, key: str) -> str:
    return next(item.value for b in document.blocks for item in b.items if item.key == key)


def test_roster_and_area_stand_on_the_sheet(store: Store, actor: Actor) -> None:
    household_id = add_household(store, actor)
    add(
        store,
        actor,
        Area(area_code="539901000000", area_level="county", name="云岭县"),
        Area(area_code="539901101000", area_level="township", name="勐库镇"),
    )
    sheet = plans.plan_document(store, household_id, TODAY)
    assert sheet.area == "云岭县勐库镇上坝村"
    assert sheet.title == "2025 年“一户一策”帮扶计划表"
    assert (sheet.household_no, sheet.head_name) == ("0012", "张𣲗")
    assert value(sheet, "head_id_no") == "532931********0017"
    assert value(sheet, "bank_account") == "***************7890"
    assert value(sheet, "visit_frequency") == "每月2次"
    assert value(sheet, "management_class") == "常走访户"  # a farmer reads no «重点监测»
    assert [row[:4] for row in block(sheet, "members").rows] == [
        ("张𣲗", "户主", "男", "40"),
        ("张小雨", "之女", "女", "9"),
    ]
    assert value(sheet, "water") == "未核实"
    assert value(sheet, "per_capita") == ""


def test_case_income_plan_and_helper_stand_on_the_sheet(store: Store, actor: Actor) -> None:
    household_id = add_household(store, actor)
    add(
        store,
        actor,
        MonitoredCase(household_id=household_id, object_type="unstable_lifted",
                      identified_on="2025-02", causes="illness,labor_shortage"),
        AnnualIncome(household_id=household_id, year=2024, annual_per_capita=Decimal("9300.50")),
        Plan(household_id=household_id, year=2025, removal_target="2026-06 前",
             income_target=Decimal(14000), guarantee_target="饮水达标", needs="修水管"),
        Helper(id="p1", name="周建国", organisation="县农业农村局", phone="13900005678"),
        Helper(id="p2", name="前任人"),
        HelperAssignment(household_id=household_id, helper_id="p2", assigned_on=date(2023, 1, 1),
                         ended_on=date(2024, 1, 1)),
        HelperAssignment(household_id=household_id, helper_id="p1", assigned_on=date(2024, 1, 1)),
    )  # fmt: skip
    sheet = plans.plan_document(store, household_id, TODAY)
    assert value(sheet, "object_type") == "脱贫不稳定户"
    assert value(sheet, "identified_on") == "2025-02"
    assert value(sheet, "causes") == "因病、缺劳动力"
    assert value(sheet, "per_capita") == "9,300.50"
    assert value(sheet, "income_target") == "14,000"
    assert block(sheet, "helpers").rows == (
        ("帮扶责任人", "周建国", "县农业农村局", "", "2024-01-01起", "13900005678"),
    )
    wall = plans.plan_document(store, household_id, TODAY, Edition.WALL)
    assert "13900005678" not in repr(wall)
    assert "修水管" not in repr(wall)


def test_the_last_month_handed_in_decides_the_scorecard(store: Store, actor: Actor) -> None:
    household_id = add_household(store, actor)
    add_month(store, actor, household_id, "WT-01,R-03", LV_01="normal", LV_02="yes")
    sheet = plans.plan_document(store, household_id, TODAY)
    said = {item.key: item.value[0] for item in block(sheet, "guarantees").items}
    assert said["water"] == "×"
    assert said["electricity"] == said["tv"] == said["housing"] == "√"
    assert block(sheet, "guarantees").title.endswith("2025-10")


def make_warning(household_id: str, warning_id: str, code: str) -> HouseholdWarning:
    return HouseholdWarning(
        id=warning_id,
        household_id=household_id,
        code=code,
        severity="orange",
        message=f"{code} 不达标",
        period="2025-10",
        opened_on=TODAY,
    )


def test_open_warnings_and_their_steps_stand_on_the_sheet(store: Store, actor: Actor) -> None:
    household_id = add_household(store, actor)
    step = {"step_on": TODAY, "actor": "张卫东", "level": "village"}
    add(
        store,
        actor,
        make_warning(household_id, "w1", "WT-01"),
        make_warning(household_id, "w2", "HS-01"),
        make_warning(household_id, "w3", "MD-01"),
        Step(
            subject="warning", subject_id="w1", action="confirm", due_on=date(2025, 11, 15), **step
        ),
        Step(
            subject="warning",
            subject_id="w3",
            action="false-alarm",
            values='{"reason":"录入错误"}',
            **step,
        ),
    )
    rows = block(plans.plan_document(store, household_id, TODAY), "warnings").rows
    assert ("WT-01 不达标", "橙", "2025-10-31", "2025-11-15", "水利局") in rows
    assert [row[0] for row in rows if "HS-01" in row[0]] == ["HS-01 不达标（系统提示）"]
    assert not [row for row in rows if "MD-01" in row[0]]


def test_measures_with_their_state_and_visits_newest_first(store: Store, actor: Actor) -> None:
    household_id = add_household(store, actor)
    kind = {"household_id": household_id, "measure_category": "industry"}
    step = {"actor": "张卫东", "step_on": date(2025, 6, 1), "level": "village"}
    add(
        store,
        actor,
        Measure(id="a", measure_kind="产业奖补", content="养猪", amount=Decimal(3000), **kind),
        Measure(id="b", measure_kind="农技服务", member_id="m1-0012", is_carried_over=True, **kind),
        Measure(id="c", measure_kind="光伏", **kind),
        Step(subject="measure", id="s1", subject_id="b", action="start", **step),
        Step(subject="measure", id="s2", subject_id="b", follows="s1", action="finish", **step),
    )
    with acting_as(store, "township"):
        add(store, actor, Step(subject="measure", subject_id="c", action="terminate",
                               **step | {"level": "township"}))  # fmt: skip
    for day in (3, 20, 11):
        add(store, actor, Visit(household_id=household_id, visited_on=date(2025, 10, day),
                                visitor="周建国", visit_way="onsite"))  # fmt: skip
    sheet = plans.plan_document(store, household_id, TODAY)
    measures = block(sheet, "measures").rows
    assert measures[0][1:4] == ("产业帮扶", "产业奖补：养猪", "全户")
    assert measures[0][-2:] == ("3,000", "拟定")
    assert (measures[1][3], measures[1][-1]) == ("张𣲗", "已落实\n（结转）")
    assert len(measures) == 2
    assert block(sheet, "results").rows[1] == ("2", "已落实", "2025-06-01", "")
    assert [row[0] for row in block(sheet, "visits").rows] == [
        "2025-10-20", "2025-10-11", "2025-10-03",
    ]  # fmt: skip
    assert block(sheet, "visits").rows[0][1:] == ("周建国", "入户见到户主", "月度走访")


def test_a_village_is_printed_in_roster_order_without_those_removed(
    store: Store, actor: Actor, tmp_path: Path
) -> None:
    for position, number in enumerate(("0003", "0001", "0002")):
        add_household(store, actor, number, position)
    with store.write("test.remove", actor) as session:
        session.get_one(Household, "h-0001").removed_on = date(2025, 1, 1)
    seen: list[tuple[int, int]] = []
    to = replace(
        printing(tmp_path / "a.pdf"), progress=lambda done, total: seen.append((done, total))
    )
    printed = plans.print_plans(store, PlanJob(), to)
    assert (printed.pages, printed.households, printed.warnings) == (4, 2, ())
    assert [title[:4] for title, _ in bookmarks(tmp_path / "a.pdf")] == ["0003", "0002"]
    assert seen == [(1, 2), (2, 2)]
    assert "532931198503120017" not in "".join(page_texts(tmp_path / "a.pdf"))


def test_an_unknown_character_is_told_by_number_and_not_by_name(
    store: Store, actor: Actor, tmp_path: Path
) -> None:
    household_id = add_household(store, actor)
    with store.write("test.rename", actor) as session:
        session.get_one(Member, "m2-0012").name = "张\U0003fffd"
    printed = plans.print_plans(store, PlanJob((household_id,)), printing(tmp_path / "a.pdf"))
    assert printed.warnings == ("有1个字字库里没有，已印成〓，请手写补上：U+3FFFD",)


def test_what_cannot_be_printed_is_refused_and_leaves_no_file(
    store: Store, actor: Actor, tmp_path: Path
) -> None:
    with pytest.raises(NothingToPrintError):
        plans.print_plans(store, PlanJob(), printing(tmp_path / "a.pdf"))
    household_id = add_household(store, actor)
    with pytest.raises(UnknownHouseholdError):
        plans.print_plans(store, PlanJob(("nobody",)), printing(tmp_path / "a.pdf"))
    with pytest.raises(PaperNotSavedError):
        plans.print_plans(store, PlanJob((household_id,)), printing(tmp_path / "no" / "a.pdf"))
    assert not (tmp_path / "a.pdf").exists()


def test_a_household_is_found_by_number_name_or_initials(store: Store, actor: Actor) -> None:
    first, _second = (add_household(store, actor, number) for number in ("0001", "0002"))
    with store.write("test.rename", actor) as session:
        member = session.get_one(Member, "m1-0001")
        member.name, member.name_initials = "李四", "ls"
    for text in ("0001", "李四", "LS", first):
        assert plans.find_household(store, text) == first
    for text in ("张小雨", "王五", ""):  # two of them, nobody, nothing
        with pytest.raises(UnknownHouseholdError):
            plans.find_household(store, text)


def test_a_village_of_wall_sheets_prints_only_what_changed(
    store: Store, actor: Actor, tmp_path: Path
) -> None:
    first, second = add_household(store, actor), add_household(store, actor, "0013", 2)
    job = PlanJob(None, Edition.WALL, only_changed=True, has_cover=True)
    path = tmp_path / "a.pdf"
    assert plans.print_plans(store, job, printing(path)).households == 2
    assert next(title for title, _ in bookmarks(path)) == "封面"
    with pytest.raises(NothingChangedError):
        plans.print_plans(store, job, printing(path))
    with store.write("test.change", actor) as session:
        session.add(Measure(scope=VILLAGE, household_id=second, measure_category="water",
                            measure_kind="水窖水池"))  # fmt: skip
    assert plans.print_plans(store, job, printing(path)).households == 1
    assert "0013" in "".join(page_texts(path))
    always = PlanJob((first,), Edition.WALL)
    assert plans.print_plans(store, always, printing(path)).households == 1
    lines = print_log.recent(store)
    assert [(line.households, line.actor, line.action) for line in lines] == [
        (1, "张卫东", "export"),
        (1, "张卫东", "export"),
        (2, "张卫东", "export"),
    ]


def test_own_words_hang_only_where_somebody_says_so_and_then_the_wall_is_right_either_way(
    store: Store, actor: Actor, tmp_path: Path
) -> None:
    home, path = add_household(store, actor), tmp_path / "a.pdf"
    add(store, actor, Plan(household_id=home, year=TODAY.year, needs="修水窖"))
    job = PlanJob((home,), Edition.WALL, only_changed=True)
    plans.print_plans(store, job, printing(path))
    assert "修水窖" not in "".join(page_texts(path))
    plans.print_plans(store, replace(job, shows_words=True, only_changed=False), printing(path))
    assert "修水窖" in "".join(page_texts(path))
    assert plans.hangs_since(store, home, TODAY) == TODAY.isoformat()
    with pytest.raises(NothingChangedError):
        plans.print_plans(store, job, printing(path))
    with store.write("test.change", actor) as session:
        session.scalars(select(Plan)).one().needs = "修水池"
    assert plans.hangs_since(store, home, TODAY) == ""


def test_a_sheet_of_an_earlier_day_says_so_and_does_not_hang(
    store: Store, actor: Actor, tmp_path: Path
) -> None:
    june = datetime(2025, 6, 30, 4, tzinfo=UTC)
    now, store.clock = store.clock, lambda: june
    household_id = add_household(store, actor)
    add(store, actor, Measure(
        household_id=household_id, measure_category="water", measure_kind="应急送水",
    ))  # fmt: skip
    store.clock = now
    with store.write("test.change", actor) as session:
        session.get_one(Member, "m1-0012").name = "张改名"
        session.scalars(select(Measure)).one().measure_kind = "水窖水池"
    path = tmp_path / "a.pdf"
    for edition in Edition:
        job = PlanJob((household_id,), edition, as_of=june.date())
        assert plans.print_plans(store, job, printing(path)).households == 1
        text = "".join(page_texts(path))
        mark = "按2025年6月30日的内容补打（以写入时电脑的日期为准），打印于2025年10月31日"
        assert mark in text
        assert "应急送水" in text
        assert "张改名" not in text
    assert print_log.hanging(store, Edition.WALL.value) == {}
    assert "按2025-06-30补打" in print_log.recent(store)[0].paper
    plans.print_plans(store, PlanJob((household_id,)), printing(path))
    assert "补打" not in "".join(page_texts(path))


@pytest.mark.parametrize(
    ("day", "reason"),
    [(date(2025, 1, 1), "还没有录入这一户"), (date(2025, 11, 1), "还没到")],
)
def test_a_day_without_the_household_is_refused(
    store: Store, actor: Actor, tmp_path: Path, day: date, reason: str
) -> None:
    job = PlanJob((add_household(store, actor),), as_of=day)
    with pytest.raises(PastRefusedError, match="E555") as caught:
        plans.print_plans(store, job, printing(tmp_path / "a.pdf"))
    assert reason in caught.value.user_text()
    assert not (tmp_path / "a.pdf").exists()


def test_the_cover_counts_households_people_and_measures(
    store: Store, actor: Actor, tmp_path: Path
) -> None:
    household_id = add_household(store, actor)
    add(store, actor, Measure(
        household_id=household_id, measure_category="water", measure_kind="应急送水",
    ))  # fmt: skip
    path = tmp_path / "a.pdf"
    plans.print_plans(store, PlanJob(has_cover=True), printing(path))
    text = page_texts(path)[0].replace(" ", "")
    for words in ("存档版", "1户2人", "二组1户", "饮水安全保障1条", "拟定1条"):
        assert words in text
