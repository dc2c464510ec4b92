"""Invented households for the papers, from an ordinary one to the worst that a printer meets."""

from datetime import date, timedelta
from decimal import Decimal

from app.domain.household import Member, MonitoredObject
from app.domain.plan import (
    Edition,
    PlanDocument,
    PlanGoals,
    PlanHelper,
    PlanIncome,
    PlanMeasure,
    PlanSource,
    PlanVisit,
    PlanWarning,
)
from app.domain.plan_fields import plan_document

TODAY = date(2025, 10, 31)
ID_NO = "532931198503120017"
LONG_NAME = "阿卜杜热合曼·买买提吐尔逊·艾尔肯江·吾买尔艾力·麦麦提依明·吐尔洪江·阿布力孜"
RARE_NAMES = ("张𣲗", "李䶮", "王㛃", "赵𬭚")


def make_member(number: int = 1, **changes: object) -> Member:
    values: dict[str, object] = {
        "id": str(number),
        "number": number,
        "name": "张三",
        "relation": "户主" if number == 1 else "之子",
        "sex": "male",
        "birth_date": date(1985, 3, 12),
        "id_no": ID_NO,
        "labor_skill": "ordinary",
        "employment": "other_province",
        "health": frozenset({"healthy"}),
    }
    return Member(**(values | changes))  # type: ignore[arg-type]  # keyword bag of a test


def make_source(**changes: object) -> PlanSource:
    values: dict[str, object] = {
        "area": "云岭县勐库镇兴源村",
        "year": 2025,
        "household_no": "0012",
        "printed_on": TODAY,
        "policy_version": "2025（自2025-01）",
        "hamlet_group": "二组",
        "household_kind": "lifted",
        "phone": "13800001234",
        "bank_account": "6217 0038 1000 4567 890",
        "members": (make_member(),),
    }
    return PlanSource(**(values | changes))  # type: ignore[arg-type]  # keyword bag of a test


def full_family() -> tuple[Member, ...]:
    wife = {"relation": "配偶", "sex": "female", "name": "李䶮"}
    ill = frozenset({"chronic", "disabled"})
    mother = {"relation": "之母", "sex": "female", "name": "王㛃", "birth_date": date(1951, 2, 28)}
    child = {"name": "张𬭚", "birth_date": date(2016, 9, 1), "id_no": "", "labor_skill": "none"}
    return (
        make_member(1),
        make_member(2, **wife, employment="farming"),
        make_member(3, **mother, health=ill, disability_kind="physical", disability_grade=2,
                    has_dibao=True, labor_skill="lost", employment=""),
        make_member(4, **child, school_status="小学三年级", employment=""),
    )  # fmt: skip


def make_measures() -> tuple[PlanMeasure, ...]:
    start, end = date(2025, 3, 1), date(2025, 12, 31)
    return (
        PlanMeasure("industry", "小微产业奖补", "养猪3头、种茶2亩，验收后兑付", "", "农业农村局",
                    "周建国", start, end, Decimal(3000), "running"),
        PlanMeasure("employment", "务工奖补", "跨省务工一次性交通补贴", "张三", "人社局", "陈敏",
                    start, end, Decimal("1000.50"), "done", done_on=date(2025, 6, 18)),
        PlanMeasure("social_security", "低保", "按月发放", "王㛃", "民政局", "杨柳", start, None,
                    Decimal(5040), "running", is_carried_over=True),
    )  # fmt: skip


def full_source(**changes: object) -> PlanSource:
    """Return a household of four with every block filled, as most will look."""
    values: dict[str, object] = {
        "management_class": "key",
        "visit_frequency": "每月2次",
        "members": full_family(),
        "monitored": MonitoredObject("unstable_lifted", identified_on=date(2025, 2, 17),
                                     causes=("illness", "labor_shortage")),
        "guarantees": {"education": True, "medical": True, "housing": True, "water": False,
                       "electricity": True, "tv": True, "income": True},
        "guarantees_period": "2025-09",
        "income": PlanIncome("2024-10至2025-09", Decimal(36000), Decimal("8200.50"), Decimal(0),
                             Decimal(6240), Decimal("12610.13"), Decimal("15230.40")),
        "warnings": (
            PlanWarning("WT-01 饮水不达标：近一个月停水超过10天", "orange", TODAY,
                        date(2025, 11, 15), "水利局"),
            PlanWarning("R-03 医疗自付支出达到 15230.40 元", "yellow", TODAY, date(2025, 11, 30),
                        "医保局"),
        ),
        "measures": make_measures(),
        "helpers": (
            PlanHelper("帮扶责任人", "周建国", "云岭县农业农村局", "科员", "13900005678", False,
                       date(2024, 1, 1)),
            PlanHelper("驻村队员", "陈敏", "云岭县人社局", "副队长", "13700009876"),
            PlanHelper("网格员", "杨柳", "兴源村委会", "", "13600004321"),
        ),
        "goals": PlanGoals("2026-06 前消除风险", Decimal(14000), "饮水达标，医疗费用及时报销",
                           "希望修好水管"),
        "visits": tuple(
            PlanVisit(TODAY - timedelta(days=30 * n), "周建国", "onsite", "了解用水、送药")
            for n in range(7)
        ),
    }  # fmt: skip
    return make_source(**(values | changes))


def large_source() -> PlanSource:
    """Return twelve members with long and rare names, twelve visits and nine measures."""
    names = [
        LONG_NAME,
        *RARE_NAMES,
        "尉迟·𠮷",
        "<b>赵</b>&",
        "欧阳锋锋",
        "单于",
        "曾",
        "查理",
        "盖",
    ]
    members = tuple(
        make_member(n, name=name, health=frozenset({"serious_illness", "disabled"}),
                    disability_kind="intellectual", disability_grade=1, has_dibao=True)
        for n, name in enumerate(names, 1)
    )  # fmt: skip
    visits = tuple(
        PlanVisit(TODAY - timedelta(days=20 * n), LONG_NAME[:12], "onsite_family", "查看“漏雨”处")
        for n in range(15)
    )
    return full_source(members=members, measures=make_measures() * 3, visits=visits)


def document(source: PlanSource, edition: Edition = Edition.ARCHIVE) -> PlanDocument:
    return plan_document(source, edition)
