"""Builders: records by hand, and whole areas by chance."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from app.domain.labels import LABELS
from app.domain.statistics import records as r
from app.domain.statistics.context import Context, Parameters, Window
from app.domain.statistics.records import StateStep
from app.domain.statistics.table import Heading

YEAR = Window(date(2025, 1, 1), date(2025, 12, 31))
OCTOBER = Window(date(2025, 10, 1), date(2025, 10, 31))
V1, V2 = "539901101201", "539901101202"
VILLAGES = (r.Village(V1, "上坝村"), r.Village(V2, "下坝村"))
LIMITS = {
    "village_confirm_days": 3, "village_confirm_days_red": 1, "town_review_days": 3,
    "county_review_days": 5, "assign_days": 2, "accept_days": 3,
}  # fmt: skip
TYPES, CAUSES = tuple(LABELS["object_type"]), tuple(LABELS["risk_cause"])
KINDS = (
    ("social_security", "低保"), ("social_security", "残疾人两项补贴"), ("health", "医疗救助"),
    ("industry", "产业奖补"), ("employment", "务工奖补(交通补贴)"), ("education_aid", "助学金"),
    ("housing", "危房改造"), ("social_help", "防贫保险理赔"), ("public_post", "护林员"),
    ("infrastructure", "道路"), ("water", "水窖水池"), ("finance", "小额信贷"),
)  # fmt: skip
CLEAR_REASONS = ("公职人员", "消费型汽车", "工商经营实体", "种养大户", "其他")


def day(text: str) -> date:
    """Return the day of ``03-01`` in 2025, or of a whole date."""
    return date.fromisoformat(text if len(text) > 5 else f"2025-{text}")


def step(on: str, action: str, state: str, detail: str = "") -> StateStep:
    return StateStep(day(on), action, state, detail)


def home(
    household_id: str = "h1",
    persons: int = 4,
    village: str = V1,
    members: Sequence[r.MemberRecord] = (),
    **more: Any,
) -> r.HouseholdRecord:
    named = (r.MemberRecord(f"{household_id}p{place}") for place in range(persons))
    people = tuple(members) or tuple(named)
    record = r.HouseholdRecord(household_id, village, members=people)
    return replace(record, **more)


def a_case(
    household_id: str = "h1",
    *steps: StateStep,
    case_no: int = 1,
    object_type: str = "edge_prone",
    causes: tuple[str, ...] = ("illness",),
) -> r.CaseRecord:
    case_id = f"{household_id}-{case_no}"
    entered = steps or (step("2021-06-01", "enter", "monitoring"),)
    return r.CaseRecord(case_id, household_id, case_no, object_type, causes, entered)


def a_warning(
    warning_id: str = "w1", opened: str = "10-05", *steps: StateStep, **more: Any
) -> r.WarningRecord:
    record = r.WarningRecord(warning_id, "h1", V1, "ED-01", "orange", day(opened), steps=steps)
    return replace(record, **more)


def context(window: Window = YEAR, missing: tuple[str, ...] = (), **records: Any) -> Context:
    """Return a context of two villages with the given records."""
    found = r.Records(**({"villages": VILLAGES} | records))
    heading = Heading("云岭镇", "2025年", date(2026, 1, 5), "2025-01起", missing=missing)
    parameters = Parameters(Decimal(8700), limits=LIMITS)
    return Context(found, window, heading, parameters)


class Chance:
    """An area of households with everything that may happen to them in some years."""

    def __init__(self, seed: int, households: int, villages: Sequence[r.Village] = VILLAGES):
        self.dice = random.Random(seed)  # noqa: S311  test data
        self.villages = tuple(villages)
        self.count = households
        self.cases: list[r.CaseRecord] = []
        self.warnings: list[r.WarningRecord] = []
        self.measures: list[r.MeasureRecord] = []
        self.sheets: list[r.SheetRecord] = []

    def records(self) -> r.Records:
        homes = [self._home(n) for n in range(self.count)]
        for one in homes:
            self._live(one)
        return r.Records(
            villages=self.villages,
            households=tuple(homes),
            cases=tuple(self.cases),
            warnings=tuple(self.warnings),
            measures=tuple(self.measures),
            sheets=tuple(self.sheets),
        )

    def _day(self, first: date = date(2024, 1, 1), days: int = 800) -> date:
        return first + timedelta(days=self.dice.randrange(days))

    def _maybe(self, chance: float) -> bool:
        return self.dice.random() < chance

    def _home(self, number: int) -> r.HouseholdRecord:
        village = self.villages[number * len(self.villages) // self.count]
        people = self.dice.randint(1, 7)
        members = tuple(self._member(f"h{number}p{place}") for place in range(people))
        return r.HouseholdRecord(
            f"h{number}",
            village.code,
            self.dice.choice(("lifted", "ordinary")),
            self.dice.choice(("", "general", "key", "edge_lifted")),
            self._day() if self._maybe(0.04) else None,
            members,
            Decimal(self.dice.randrange(2000, 30000)) if self._maybe(0.9) else None,
        )

    def _member(self, member_id: str) -> r.MemberRecord:
        joined = self._day() if self._maybe(0.1) else None
        left = self._day() if self._maybe(0.1) else None
        dibao, tekun = self._maybe(0.1), self._maybe(0.02)
        return r.MemberRecord(member_id, joined, left, left is None, dibao, tekun)

    def _live(self, one: r.HouseholdRecord) -> None:
        if self._maybe(0.5):
            self._identify(one)
        for number in range(self.dice.choice((0, 0, 1, 3))):
            self._warn(one, number)
        for number in range(self.dice.choice((0, 1, 2))):
            self._help(one, number)
        for month in range(1, 13):
            if self._maybe(0.3):
                self._visit(one, f"2025-{month:02d}")

    def _identify(self, one: r.HouseholdRecord) -> None:
        on = self._day(date(2023, 1, 1), 1000)
        for case_no in range(1, self.dice.choice((2, 2, 3))):
            steps = [StateStep(on, "enter", "monitoring")]
            state = "monitoring"
            for _ in range(self.dice.randint(0, 4)):
                on += timedelta(days=self.dice.randrange(120))
                steps.append(self._case_step(on, state))
                state = steps[-1].state
                if state in ("cleared_out", "extinct"):
                    break
            causes = tuple(self.dice.sample(CAUSES, 2)) if self._maybe(0.9) else ()
            kind = self.dice.choice(TYPES)
            self.cases.append(
                r.CaseRecord(
                    f"{one.household_id}-{case_no}", one.household_id, case_no, kind, causes,
                    tuple(steps),
                )
            )  # fmt: skip
            if state == "monitoring":
                return  # a new case begins only after the old one was removed or ended
            on += timedelta(days=self.dice.randrange(60))

    def _case_step(self, on: date, state: str) -> StateStep:
        if self._maybe(0.1):
            return StateStep(on, "clear-out", "cleared_out", self.dice.choice(CLEAR_REASONS))
        if self._maybe(0.05):
            return StateStep(on, "extinguish", "extinct")
        if self._maybe(0.2):
            return StateStep(on, "change-type", state, self.dice.choice(TYPES))
        if state == "monitoring":
            return StateStep(on, "removal-approve", "risk_removed")
        return StateStep(on, "roll-back-approve", "monitoring")

    def _warn(self, one: r.HouseholdRecord, number: int) -> None:
        on = opened = self._day(date(2024, 10, 1), 450)
        steps: list[StateStep] = []
        path = [
            ("confirm", "pending_township"), ("pass", "pending_county"),
            ("determine", "determined"), ("assign", "assigned"), ("start", "remedying"),
            ("done", "remedied"), ("request-close", "closing_requested"), ("close", "closed"),
        ]  # fmt: skip
        for action, state in path[: self.dice.randint(0, len(path))]:
            on += timedelta(days=self.dice.randrange(12))
            steps.append(StateStep(on, action, state))
        if not steps and self._maybe(0.5):
            steps.append(StateStep(on + timedelta(days=2), "false-alarm", "false_alarm"))
            if self._maybe(0.5):
                back = on + timedelta(days=40)
                steps.append(StateStep(back, "reinstate", "suggested"))
        due = opened + timedelta(days=30) if steps else None
        self.warnings.append(
            r.WarningRecord(
                f"{one.household_id}w{number}", one.household_id, one.village,
                self.dice.choice(("ED-01", "MD-02", "R-01", "HS-01")),
                self.dice.choice(("yellow", "orange", "red")), opened,
                department=self.dice.choice(("教体局", "医保局", "")), due_on=due,
                due_on_original=due, steps=tuple(steps), household_no=one.household_id,
            )
        )  # fmt: skip

    def _help(self, one: r.HouseholdRecord, number: int) -> None:
        category, kind = self.dice.choice(KINDS)
        on = self._day()
        steps = []
        for action, state in (("start", "running"), ("finish", "done"))[: self.dice.randint(0, 2)]:
            steps.append(StateStep(on, action, state))
            on += timedelta(days=self.dice.randrange(60))
        if self._maybe(0.1):
            steps.append(StateStep(on, "terminate", "terminated"))
        self.measures.append(
            r.MeasureRecord(
                f"{one.household_id}m{number}", one.household_id, category, kind,
                Decimal(self.dice.randrange(100, 9000)), (), tuple(steps),
            )
        )  # fmt: skip

    def _visit(self, one: r.HouseholdRecord, period: str) -> None:
        way = self.dice.choice(("onsite", "onsite_family", "phone", "proxy", "not_met", ""))
        codes = tuple(self.dice.sample(("ED-01", "MD-02", "R-01", "BF-01"), 1))
        self.sheets.append(
            r.SheetRecord(
                one.household_id, one.village, period, self._maybe(0.9) and bool(way), way,
                "" if way else self.dice.choice(("拒访", "", "修路")), self._maybe(0.3), codes,
                f"{one.household_id}s{period}",
            )
        )  # fmt: skip
