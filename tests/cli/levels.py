"""Three real replicas driven by the command line alone, and packages carried between them."""

import contextlib
import io
import itertools
import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.cli import main
from app.domain.household import AnswerKey, AnswerValue
from app.domain.identity import check_digit
from app.domain.ownership import Actor
from app.domain.period import Period
from app.models.household import AnnualIncome, Household, Member
from app.models.store import Store
from app.ops import setup, sheets
from app.ops.setup import ReplicaPlan
from tests.conftest import COUNTY, TOWNSHIP, VILLAGE
from tests.ops.network import enrol
from tests.ops.village import OCTOBER, usual_answers

GOOD = "shanlihaofengguang9"
ME = Actor("张卫东", "administrator")
DAY = date(2025, 10, 20)
PLANS = {
    "county": ReplicaPlan("county", COUNTY, "云山县", "周审核"),
    "township": ReplicaPlan("township", TOWNSHIP, "云岭镇", "王芳"),
    "village": ReplicaPlan("village", VILLAGE, "上坝村", "张卫东"),
}
RANKS = tuple(PLANS)
PHOTO = frozenset({"end-publicity", "removal-publicise", "done", "request-close", "open"})


@dataclass(frozen=True)
class Person:
    """Somebody of a household: name, relation, sex, birthday, and other columns."""

    name: str
    relation: str
    sex: str
    born: str
    more: dict[str, Any] = field(default_factory=dict)


WORKER = {"labor_skill": "ordinary", "employment": "province", "education": "初中"}
FARMER = {"labor_skill": "ordinary", "employment": "farming", "education": "小学"}
PUPIL = {"labor_skill": "none", "school_status": "九年级"}
OLD = {"labor_skill": "none", "education": "小学"}
HOMES: dict[str, tuple[str, tuple[Person, ...]]] = {
    "2": ("lifted", (
        Person("赵德福", "户主", "male", "1982-04-12", WORKER),
        Person("李秀兰", "配偶", "female", "1984-09-03", FARMER),
        Person("赵明远", "之子", "male", "2011-06-20", PUPIL),
    )),
    "3": ("lifted", (
        Person("钱有田", "户主", "male", "1979-02-11", WORKER),
        Person("孙桂香", "配偶", "female", "1980-07-21", FARMER),
    )),
    "4": ("lifted", (
        Person("周长河", "户主", "male", "1975-12-01", FARMER),
        Person("吴小梅", "配偶", "female", "1977-03-30", FARMER),
        Person("周大山", "之子", "male", "2001-05-05", WORKER),
    )),
    "5": ("lifted", (
        Person("郑老根", "户主", "male", "1948-01-15", OLD),
        Person("冯翠英", "配偶", "female", "1950-10-10", OLD),
    )),
}  # fmt: skip


@dataclass
class Levels:
    """The replicas' folders; ``day`` is counted from ``DAY``."""

    folder: Path
    made: int = 0

    def run(self, level: str, day: int, *words: str) -> tuple[int, dict[str, Any], str]:
        """Run one verb; return exit code, JSON and standard error."""
        today = (DAY + timedelta(days=day)).isoformat()
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main.run(
                ["--data", str(self.folder / level), "--json", "--today", today, *words]
            )
        return code, json.loads(out.getvalue()), err.getvalue()

    def do(self, level: str, day: int, *words: str) -> dict[str, Any]:
        """Run one verb that must succeed; return its thing, or the whole JSON."""
        code, found, _ = self.run(level, day, *words)
        assert code == 0, found
        for key in ("item", "warning"):
            if key in found:
                thing: dict[str, Any] = found[key]
                return thing
        return found

    def act(
        self, level: str, verb: str, item_id: str, action: str, day: int,
        note: str = "", **values: str,
    ) -> dict[str, Any]:  # fmt: skip
        """Take one step that must succeed; a photo that is asked for follows later."""
        return self.do(level, day, *step(verb, item_id, action, note, values))

    def refused(
        self, level: str, verb: str, item_id: str, action: str, day: int,
        note: str = "", **values: str,
    ) -> dict[str, Any]:  # fmt: skip
        """Take one step that must be refused; return the error."""
        code, found, _ = self.run(level, day, *step(verb, item_id, action, note, values))
        assert code == 1, found
        error: dict[str, Any] = found["error"]
        return error

    def send(self, day: int, *route: str) -> None:
        """Carry packages along a route of levels."""
        for sender, receiver in itertools.pairwise(route):
            self.made += 1
            path = self.folder / f"{self.made}.变更包"
            goes_up = RANKS.index(sender) > RANKS.index(receiver)
            to = "parent" if goes_up else PLANS[receiver].name
            self.do(sender, day, "package", "export", "--to", to, "--out", str(path))
            taken = self.do(receiver, day, "package", "import", str(path))
            assert (taken["void"], taken["gaps"], taken["conflicts"]) == ([], [], []), taken

    def share(self, day: int) -> None:
        """Bring everything to every level."""
        self.send(day, "village", "township", "county", "township", "village")

    def alike(self, day: int, verb: str, item_id: str) -> dict[str, Any]:
        """Return a thing after showing that every level tells the same of it."""
        seen = [self.do(level, day, verb, "show", item_id) for level in RANKS]
        told = [{k: v for k, v in one.items() if k not in ("actions", "received_on")}
                for one in seen]  # fmt: skip
        assert told[0] == told[1] == told[2]
        return seen[-1]

    def papers(self, subject: str, item_id: str, day: int) -> set[str]:
        """Return the papers that a thing has now, alike at every level."""
        found = [
            {p["name"] for p in self.do(
                level, day, "print", "paper", "--subject", subject, "--id", item_id
            )["papers"] if p["on"]}
            for level in RANKS
        ]  # fmt: skip
        assert found[0] == found[1] == found[2]
        return found[0]

    def due(self, day: int, item_id: str) -> list[tuple[str, str, str]]:
        """Return (holder, due day, level that looks) of a thing in the village's list."""
        items = self.do("village", day, "deadline", "list")["items"]
        return [(i["holder"], i["due_on"], i["escalated_to"]) for i in items if i["id"] == item_id]

    def store(self, level: str) -> Store:
        """Open a replica in this process, for what a person does in the form."""
        return setup.open_replica(self.folder / level, GOOD, "测试")

    def fill(
        self, home: str, changes: dict[AnswerKey, AnswerValue], period: Period = OCTOBER
    ) -> None:
        """Answer and submit the sheet of a household in the village's form."""
        store, today = self.store("village"), min(DAY, period.last_day)
        try:
            sheet = sheets.open_sheet(store, home, period, today)
            for _ in range(2):  # an answer may bring up a further question
                given = usual_answers(sheet) | changes
                sheets.save_answers(store, ME, sheet.sheet_id, given, today)
                sheet = sheets.open_sheet(store, home, period, today)
            sheets.submit_sheet(store, ME, sheet.sheet_id, today)
        finally:
            store.close()


def step(
    verb: str, item_id: str, action: str, note: str, values: dict[str, str]
) -> tuple[str, ...]:
    """Return the words of one step."""
    if action in PHOTO and verb in ("warning", "case", "clue"):
        values = {"photo": "后补"} | values
    sets = [word for name, value in values.items() for word in ("--set", f"{name}={value}")]
    return (verb, "act", item_id, action, "--note", note, *sets)


def build(folder: Path) -> None:
    """Make the three enrolled replicas without data."""
    for level, plan in PLANS.items():
        setup.create_replica(folder / level, plan, GOOD)
    stores = {level: setup.open_replica(folder / level, GOOD, "测试") for level in PLANS}
    stick = folder / "stick"
    for superior, lower in (("county", "township"), ("township", "village")):
        stick.mkdir(exist_ok=True)
        enrol(stores[superior], stores[lower], stick)
        shutil.rmtree(stick)
    for store in stores.values():
        store.close()


def family(store: Store, number: str, kind: str, people: Iterable[Person]) -> str:
    """Add a household; return its id."""
    persons = list(people)
    home = Household(
        scope=VILLAGE, household_no=number, household_kind=kind, hamlet_group="一组",
        position=int(number), house_rating="B", registered_size=len(persons),
        phone=f"1870000{number:0>4}",
    )  # fmt: skip
    with store.write("test.family", ME) as session:
        session.add(home)
        session.flush()
        for place, person in enumerate(persons, 1):
            session.add(
                Member(
                    scope=VILLAGE,
                    household_id=home.id,
                    number=place,
                    name=person.name,
                    relation=person.relation,
                    sex=person.sex,
                    birth_date=person.born,
                    id_no=_id_no(person, int(number) * 10 + place),
                    medical_insurance="resident",
                    ethnicity="汉族",
                    **person.more,
                )
            )
        income = AnnualIncome(
            scope=VILLAGE, household_id=home.id, year=2025, annual_per_capita=Decimal(12750)
        )
        session.add(income)
    return home.id


def _id_no(person: Person, order: int) -> str:
    body = f"539901{person.born.replace('-', '')}{order * 2 - (person.sex == 'male'):03d}"
    return body + check_digit(body)


def on(day: int) -> str:
    return (DAY + timedelta(days=day)).isoformat()


def home_of(levels: Levels, number: str) -> str:
    store = levels.store("village")
    with store.read() as session:
        found = session.scalars(select(Household.id).filter_by(household_no=number)).one()
    store.close()
    return found


def members_of(levels: Levels, home: str) -> dict[str, str]:
    store = levels.store("village")
    with store.read() as session:
        found = {m.name: m.id for m in session.scalars(select(Member).filter_by(household_id=home))}
    store.close()
    return found


def warnings_of(levels: Levels, level: str, day: int, *, number: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = levels.do(level, day, "warning", "list")["warnings"]
    return [w for w in found if not number or w["household"] == number]


def actions(item: dict[str, Any]) -> list[str]:
    return [step["action"] for step in item["history"]]


__all__ = ["OCTOBER"]
