"""A village by chance in a real encrypted database: raw rows, as after a year of work."""

import json
import random
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.domain.labels import LABELS
from app.domain.ownership import Actor
from app.models.base import natural_id, new_id
from app.models.case import Clue
from app.models.change import NaturalChange
from app.models.form import Answer, PeriodRow, Sheet, Visit
from app.models.household import AnnualIncome, Area, Household, Member, MonitoredCase
from app.models.plan import Measure
from app.models.register import CampaignResult, DataDoubt, Issue, NegativeCheck, ReviewCampaign
from app.models.step import Step
from app.models.store import Store
from app.models.team import TeamFund, TeamMember
from app.models.warning import HouseholdWarning

ME = Actor("张卫东", "administrator")
_WARNING_PATH = (
    ("confirm", "village"), ("pass", "township"), ("determine", "county"), ("assign", "county"),
    ("start", "county"), ("done", "county"), ("request-close", "county"), ("close", "county"),
)  # fmt: skip
_REMOVAL = (
    ("request-removal", "village"), ("removal-deliberate", "village"),
    ("removal-publicise", "village"), ("removal-pass", "township"),
    ("removal-approve", "county"),
)  # fmt: skip
_ROLL_BACK = (
    ("roll-back", "village"), ("roll-back-pass", "township"), ("roll-back-approve", "county"),
)  # fmt: skip
Taken = tuple[Any, ...]  # action, level, day, and named data of some
_KINDS = (
    ("social_security", "低保"), ("health", "医疗救助"), ("industry", "产业奖补"),
    ("social_help", "防贫保险理赔"), ("education_aid", "助学金"),
)  # fmt: skip


class Writer:
    """Writes one village's rows; every choice comes from the seed."""

    def __init__(self, session: Session, village: str, seed: int) -> None:
        self.session, self.village = session, village
        self.dice = random.Random(seed)  # noqa: S311  test data

    def day(self, first: date, days: int) -> date:
        return first + timedelta(days=self.dice.randrange(days))

    def chance(self, share: float) -> bool:
        return self.dice.random() < share

    def add(self, table: Any, **values: Any) -> Any:
        row = table(id=values.pop("id", None) or new_id(), scope=self.village, **values)
        self.session.add(row)
        return row

    def steps(self, subject: str, subject_id: str, path: Sequence[Taken], **more: Any) -> None:
        follows = ""
        for place, (action, level, on, *values) in enumerate(path):
            extra = {key: value for key, value in more.items() if place == 0 or key != "kind"}
            extra |= {"values": json.dumps(values[0])} if values else {}
            row = self.add(
                Step, subject=subject, subject_id=subject_id, follows=follows, action=action,
                level=level, step_on=on, actor="张卫东", **extra,
            )  # fmt: skip
            follows = row.id

    def village_of(self, households: int) -> None:
        self.add(
            Area,
            area_code=self.village,
            area_level="village",
            name=f"村{self.village[7:9]}{self.village[-2:]}",
        )
        for month in (9, 10):
            self.add(
                PeriodRow, id=natural_id("period", self.village, f"2025-{month:02d}"),
                period=f"2025-{month:02d}", form_version="f", policy_version="2025-01",
                opened_on=date(2025, month, 1),
            )  # fmt: skip
        for place in range(3):
            left = self.day(date(2025, 3, 1), 300) if self.chance(0.3) else None
            self.add(
                TeamMember, name=f"队员{place}", joined_on=self.day(date(2024, 1, 1), 400),
                left_on=left,
            )  # fmt: skip
        for year in (2024, 2025):
            amount = Decimal(self.dice.randrange(10**7)) / 100
            self.add(TeamFund, year=year, source="县财政", amount=amount)
        homes = [self.home(number) for number in range(households)]
        self.campaign(homes)

    def home(self, number: int) -> str:
        row = self.add(
            Household, household_no=f"{number:04d}", position=number,
            household_kind=self.dice.choice(("lifted", "ordinary")),
            management_class=self.dice.choice((None, "general", "key")),
            removed_on=self.day(date(2025, 2, 1), 300) if self.chance(0.05) else None,
        )  # fmt: skip
        home = str(row.id)
        for person in range(self.dice.randint(1, 6)):
            left = self.day(date(2025, 1, 1), 360) if self.chance(0.1) else None
            self.add(
                Member, household_id=home, number=person + 1, name="甲", relation="户主",
                member_status="dead" if left else "present",
                joined_on=self.day(date(2025, 1, 1), 360) if self.chance(0.1) else None,
                left_on=left, has_dibao=self.chance(0.1), has_tekun=self.chance(0.02),
            )  # fmt: skip
        if self.chance(0.8):
            amount = Decimal(self.dice.randrange(3000, 20000))
            self.add(AnnualIncome, household_id=home, year=2025, annual_per_capita=amount)
        if self.chance(0.6):
            self.case(home)
        for _ in range(self.dice.choice((0, 1, 2))):
            self.warning(home)
        for _ in range(self.dice.choice((0, 1, 2))):
            self.measure(home)
        self.month(home)
        self.registers(home)
        return home

    def case(self, home: str) -> None:
        eliminated = self.chance(0.4)
        first = self.day(date(2022, 1, 1), 900)
        row = self.add(
            MonitoredCase, household_id=home,
            object_type=self.dice.choice(list(LABELS["object_type"])),
            identified_on=first.isoformat(), is_eliminated=eliminated,
            causes=self.dice.choice(list(LABELS["risk_cause"])),
            eliminated_on=(first + timedelta(days=60)).isoformat() if eliminated else None,
        )  # fmt: skip
        start = "risk_removed" if eliminated else "monitoring"
        self.steps("monitored_case", row.id, self.case_life(start), kind=start)

    def case_life(self, state: str) -> list[Taken]:
        """Return what happens to a case in the year: removed, rolled back, of another type, out."""
        path: list[Taken] = []
        on = self.day(date(2025, 1, 1), 60)
        for _ in range(self.dice.randint(0, 3)):
            on += timedelta(days=self.dice.randrange(100))
            if self.chance(0.2):
                more = {"object_type": self.dice.choice(list(LABELS["object_type"]))}
                path += [
                    ("propose-type", "township", on, more),
                    ("change-type", "county", on, more),
                ]
            elif state == "monitoring":
                path += [(action, level, on) for action, level in _REMOVAL]
                state = "risk_removed"
            else:
                path += [(action, level, on) for action, level in _ROLL_BACK]
                state = "monitoring"
        if self.chance(0.3):
            on += timedelta(days=self.dice.randrange(60))
            reason = {"reason": self.dice.choice(("其他", "公职人员"))}
            path += [
                ("propose-clear-out", "village", on, reason),
                ("pass-clear-out", "township", on, reason),
                ("clear-out", "county", on, reason),
            ]
        return path

    def warning(self, home: str) -> None:
        opened = self.day(date(2025, 8, 1), 100)
        row = self.add(
            HouseholdWarning, household_id=home, code=self.dice.choice(("ED-01", "MD-02", "R-01")),
            severity=self.dice.choice(("orange", "red")), message="缺项", opened_on=opened,
            period=f"{opened:%Y-%m}",
        )  # fmt: skip
        on, path = opened, []
        for action, level in _WARNING_PATH[: self.dice.randint(0, 8)]:
            on += timedelta(days=self.dice.randrange(8))
            path.append((action, level, on))
        if not path and self.chance(0.5):
            path = [("false-alarm", "village", opened + timedelta(days=1))]
        self.steps("warning", row.id, path)

    def measure(self, home: str) -> None:
        category, kind = self.dice.choice(_KINDS)
        row = self.add(
            Measure, household_id=home, measure_category=category, measure_kind=kind,
            amount=Decimal(self.dice.randrange(100, 9000)),
        )  # fmt: skip
        on = self.day(date(2025, 1, 1), 360)
        path = [("start", "village", on), ("finish", "village", on + timedelta(days=20))]
        path = path[: self.dice.randint(0, 2)]
        if path and self.chance(0.2):
            path.append(("terminate", "village", on + timedelta(days=40)))
        if path and self.chance(0.5):  # what the township does not agree to goes on
            path.append(("terminate", "township", on + timedelta(days=50)))
        self.steps("measure", row.id, path)

    def month(self, home: str) -> None:
        if not self.chance(0.7):
            return
        done = self.chance(0.8)
        sheet = self.add(
            Sheet, household_id=home, period="2025-10", form_version="f",
            submitted_on=date(2025, 10, 20) if done else None,
            submitted_by="张卫东" if done else None,
            unvisited_reason=None if done else "拒访",
            shortfall_codes=self.dice.choice(("", "ED-01", "ED-01,MD-02")) if done else "",
            per_capita=str(self.dice.randrange(3000, 20000)) if done else None,
        )  # fmt: skip
        way = self.dice.choice(("onsite", "onsite_family", "phone", "proxy"))
        if done:
            self.add(Answer, sheet_id=sheet.id, question="BF-03", value=way)
            self.add(
                Answer, sheet_id=sheet.id, question="LV-02", value=self.dice.choice(("yes", "no"))
            )
        self.add(
            Visit, household_id=home, visited_on=date(2025, 10, 20), visitor="张卫东",
            visit_way=way, is_helper=self.chance(0.5),
        )  # fmt: skip

    def registers(self, home: str) -> None:
        on = self.day(date(2025, 9, 20), 50)
        if self.chance(0.2):
            row = self.add(
                NaturalChange, household_id=home, change_kind="decrease", reason="death",
                reported_on=on, effective_on=on,
            )  # fmt: skip
            path = [("submit", "village", on), ("decide", "township", on + timedelta(days=2))]
            self.steps("natural_change", row.id, path[: self.dice.randint(0, 2)])
        if self.chance(0.2):
            source = self.dice.choice(("petition", "cadre"))
            row = self.add(
                Clue, household_id=home, clue_source=source, received_on=on, text="反映",
                reply_due_on=on + timedelta(days=10),
            )  # fmt: skip
            path = [("accept", "township", on), ("verify", "village", on + timedelta(days=2))]
            if self.chance(0.5):
                path.append(("exclude", "village", on + timedelta(days=4)))
            self.steps("monitored_case", row.id, path)
        for table, actions in (
            (DataDoubt, ("correct", "confirm-ok")),
            (NegativeCheck, ("prove", "disprove")),
        ):
            if self.chance(0.3):
                row = self.add(
                    table, household_id=home, code="D-01" if table is DataDoubt else "N-01",
                    severity="yellow", message="疑点", period="2025-10", opened_on=on,
                )  # fmt: skip
                path = [(self.dice.choice(actions), "village", on)] if self.chance(0.6) else []
                self.steps(table.__tablename__, row.id, path)

    def campaign(self, homes: list[str]) -> None:
        row = self.add(
            ReviewCampaign, campaign_kind="sweep", name="饮水大排查", starts_on=date(2025, 9, 1)
        )
        self.steps("review_campaign", row.id, [("start", "village", date(2025, 9, 2))])
        for home in homes:
            if not self.chance(0.8):
                continue
            result = self.dice.choice(("fine", "problem", "not_checked"))
            self.add(
                CampaignResult, campaign_id=row.id, household_id=home, campaign_result=result,
                checked_on=date(2025, 10, 2), checked_by="张卫东",
            )  # fmt: skip
            if result == "problem" and self.chance(0.6):
                self.add(
                    Issue, household_id=home, campaign_id=row.id, source="大排查", text="水压不足",
                    found_on=date(2025, 10, 2),
                )  # fmt: skip


def fill(store: Store, village: str, seed: int, households: int = 40) -> None:
    """Write a village into a replica, whatever its level may originate: as after an import."""
    with store.absorb() as session:
        Writer(session, village, seed).village_of(households)
