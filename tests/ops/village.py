"""Builders: a small village with a family of four and an old couple, and how they answer."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from app.domain.household import AnswerKey, AnswerValue
from app.domain.ownership import Actor
from app.domain.period import Period
from app.models.household import AnnualIncome, Household, Member
from app.models.store import Store
from app.ops import months, sheets
from app.ops.printing import Printing
from tests.conftest import VILLAGE

OCTOBER = Period(2025, 10)
TODAY = date(2025, 10, 20)
ME = Actor("张卫东", "administrator")
AMOUNTS = {"IN-01": "4200", "IN-02": "0", "IN-03": "0", "IN-04": "200", "IN-06": "0", "IN-07": "0"}


def printing(path: Path, today: date = TODAY) -> Printing:
    """Return how ``ME`` prints to a file."""
    return Printing(ME, path, today)


def add_family(store: Store, number: str = "2", kind: str = "lifted") -> str:
    """Add 赵德福 with wife, son of 14 and daughter of 9; return the household's id."""
    home = Household(
        scope=VILLAGE,
        household_no=number,
        household_kind=kind,
        hamlet_group="一组",
        position=int(number),
        house_rating="B",
        registered_size=4,
        farmland_mu=Decimal("6.5"),
        phone="18700000475",
    )
    with store.write("test.family", ME) as session:
        session.add(home)
        session.flush()
        for row in _family(home.id):
            session.add(row)
        session.add(
            AnnualIncome(
                scope=VILLAGE,
                household_id=home.id,
                year=2025,
                annual_per_capita=Decimal(12750),
            )
        )
    return home.id


def _family(household_id: str) -> list[Member]:
    def member(
        number: int, name: str, relation: str, sex: str, born: str, **more: object
    ) -> Member:
        return Member(
            scope=VILLAGE,
            household_id=household_id,
            number=number,
            name=name,
            relation=relation,
            sex=sex,
            birth_date=born,
            medical_insurance="resident",
            ethnicity="汉族",
            **more,
        )

    return [
        member(
            1, "赵德福", "户主", "male", "1982-04-12", id_no="539901198204120359", education="初中",
            labor_skill="ordinary", employment="province", monthly_wage=Decimal(4200),
        ),
        member(
            2, "李秀兰", "配偶", "female", "1984-09-03", id_no="539901198409030488",
            education="小学", labor_skill="ordinary", employment="farming",
        ),
        member(
            3, "赵明远", "之子", "male", "2011-06-20", id_no="539901201106200632",
            school_status="九年级", labor_skill="none",
        ),
        member(
            4, "赵明月", "之女", "female", "2016-02-11", id_no="539901201602110767",
            school_status="小学", labor_skill="none",
        ),
    ]  # fmt: skip


def usual_answers(sheet: sheets.SheetData) -> dict[AnswerKey, AnswerValue]:
    """Return the good answer to everything that is asked now."""
    found: dict[AnswerKey, AnswerValue] = {}
    for key, cell in sheet.cells.items():
        question = sheet.form.question(key[0])
        if cell.value is not None:
            found[key] = cell.value
        elif key[0] == "BF-03":
            found[key] = "onsite"
        elif key[0] in AMOUNTS:
            found[key] = Decimal(AMOUNTS[key[0]])
        elif question.default is not None:
            found[key] = question.default
    return found


def answer_all(
    store: Store, household_id: str, changes: dict[AnswerKey, AnswerValue] | None = None
) -> str:
    """Answer the household's October sheet, ``changes`` over the good answers; return its id."""
    sheet = sheets.open_sheet(store, household_id, OCTOBER, TODAY)
    for _ in range(2):  # an answer may bring up a further question
        given = usual_answers(sheet) | (changes or {})
        sheets.save_answers(store, ME, sheet.sheet_id, given, TODAY)
        sheet = sheets.open_sheet(store, household_id, OCTOBER, TODAY)
    return sheet.sheet_id


def open_october(store: Store) -> None:
    """Open the month."""
    months.open_period(store, ME, OCTOBER, TODAY)
