"""The one application of all tests of the window, with the bundled fonts; a small real village."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from PySide6.QtWidgets import QApplication

from app.domain.ownership import Actor
from app.domain.period import Period
from app.models.household import Household, Member, MonitoredCase
from app.models.store import Store
from app.ops import months
from app.ui import desktop
from app.ui.page import Desk
from app.ui.runner import Runner

TODAY = date(2025, 10, 20)
OCTOBER = Period(2025, 10)
VILLAGE = "539901101201"


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    app, _families = desktop.application(1.0)
    return app


def add_household(store: Store, actor: Actor, number: int, head: str, *, size: int = 1) -> str:
    """Write one lifted household: head, wife, then children of school age."""
    household_id = f"h{number}"
    with store.write("test.roster", actor) as session:
        session.add(
            Household(
                id=household_id,
                scope=VILLAGE,
                household_no=str(number),
                position=number,
                hamlet_group="一组" if number < 3 else "二组",
                household_kind="lifted",
                house_rating="B",
                registered_size=size,
            )
        )
        for index in range(size):
            session.add(_person(household_id, index, head))
    return household_id


def _person(household_id: str, index: int, head: str) -> Member:
    surname = head[0]
    people = (
        {"name": head, "relation": "户主", "sex": "male", "birth_date": "1982-03-01",
         "labor_skill": "ordinary", "employment": "province", "education": "初中",
         "monthly_wage": Decimal(4200)},
        {"name": "李秀兰", "relation": "配偶", "sex": "female", "birth_date": "1984-05-01",
         "labor_skill": "ordinary", "employment": "farming", "education": "小学"},
        {"name": f"{surname}明远", "relation": "之子", "sex": "male", "birth_date": "2011-06-01",
         "labor_skill": "none", "school_status": "八年级"},
        {"name": f"{surname}明月", "relation": "之女", "sex": "female", "birth_date": "2016-08-01",
         "labor_skill": "none", "school_status": "三年级"},
    )  # fmt: skip
    return Member(
        id=f"{household_id}-{index + 1}", scope=VILLAGE, household_id=household_id,
        number=index + 1, ethnicity="汉族", medical_insurance="resident",
        is_id_no_valid=False, name_pinyin="", name_initials="", **people[index],
    )  # fmt: skip


@pytest.fixture
def village(store: Store, actor: Actor) -> Store:
    """Return a village of three households, October opened."""
    add_household(store, actor, 1, "杨文才", size=1)
    add_household(store, actor, 2, "赵德福", size=4)
    add_household(store, actor, 4, "和金花", size=2)
    with store.write("test.case", actor) as session:
        session.add(
            MonitoredCase(
                scope=VILLAGE,
                household_id="h4",
                case_no=1,
                object_type="unstable_lifted",
                identified_on="2024-03",
                causes="illness",
            )
        )
    months.open_period(store, actor, OCTOBER, TODAY)
    return store


def make_desk(store: Store, actor: Actor) -> Desk:
    return Desk(store, actor, lambda: TODAY, Runner())


@pytest.fixture
def desk(village: Store, actor: Actor, qapp: QApplication) -> Iterator[Desk]:
    made = make_desk(village, actor)
    yield made
    made.runner.close()
