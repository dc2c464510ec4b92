"""Builders with good defaults: a household of four about which nothing is to be said."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from app.domain.household import (
    AnswerKey,
    AnswerValue,
    Facts,
    IncomeTotals,
    MeasureFact,
    Member,
    MonitoredObject,
)
from app.domain.period import Period
from app.domain.policy import Policy
from app.domain.policy_data import build_policy, changed
from app.domain.rules import evaluate
from app.ops import catalogue

PERIOD = Period(2025, 10)
FORM = catalogue.form_for(PERIOD)
POLICY = catalogue.policy_for(PERIOD)
LINE = 8700


def policy_with(**values: Any) -> Policy:
    """Return the policy with some parameters changed."""
    return build_policy(
        changed(catalogue.packs()[0], values), catalogue.rule_texts(), catalogue.topics()
    )


def head(**fields: Any) -> Member:
    """Return the head: an able man of 43 who works away from home."""
    base = Member(
        id="1",
        number=1,
        name="赵德福",
        relation="户主",
        sex="male",
        birth_date=date(1982, 4, 12),
        id_no="539901198204120359",
        education="初中",
        labor_skill="ordinary",
        employment="province",
        monthly_wage=Decimal(4200),
        health=frozenset({"healthy"}),
        medical_insurance="resident",
        phone="13800138000",
    )
    return replace(base, **fields)


def wife(**fields: Any) -> Member:
    """Return the wife: a farmer of 41."""
    base = Member(
        id="2",
        number=2,
        name="李秀兰",
        relation="配偶",
        sex="female",
        birth_date=date(1984, 9, 3),
        id_no="539901198409030488",
        education="小学",
        labor_skill="ordinary",
        employment="farming",
        health=frozenset({"healthy"}),
        medical_insurance="resident",
    )
    return replace(base, **fields)


def son(**fields: Any) -> Member:
    """Return the son: a pupil of 14 in the ninth year."""
    base = Member(
        id="3",
        number=3,
        name="赵明远",
        relation="之子",
        sex="male",
        birth_date=date(2011, 6, 20),
        id_no="539901201106200632",
        school_status="九年级",
        labor_skill="none",
        health=frozenset({"healthy"}),
        medical_insurance="resident",
    )
    return replace(base, **fields)


def income(per_capita: int | str = 12750, persons: int = 3, **fields: Any) -> IncomeTotals:
    """Return twelve months that give each of some persons so much, all of it wages."""
    totals = {"wage_t12": Decimal(per_capita) * persons}
    return replace(IncomeTotals(), **(totals | fields))


def facts(
    *members: Member, answers: Mapping[AnswerKey, AnswerValue] | None = None, **fields: Any
) -> Facts:
    """Return a household of 脱贫户 kind; without members it has head, wife and son."""
    people = members or (head(), wife(), son())
    base = Facts(
        period=PERIOD,
        as_of=PERIOD.last_day,
        household_id="h1",
        household_no="7",
        household_kind="lifted",
        house_rating="B",
        farmland_mu=Decimal("6.5"),
        members=people,
        income=income(persons=max(1, len(people))),
        answers=answers or {},
    )
    return replace(base, **fields)


def monitored(**fields: Any) -> MonitoredObject:
    """Return an unstable lifted household, identified last month for schooling."""
    base = MonitoredObject("unstable_lifted", "monitoring", Period(2025, 9), causes=("schooling",))
    return replace(base, **fields)


def measure(category: str = "employment", state: str = "running") -> MeasureFact:
    """Return a measure."""
    return MeasureFact(category, "岗位推荐", state)


def found(household: Facts, policy: Policy = POLICY) -> list[tuple[str, str, str]]:
    """Return code, member id and severity of everything that the rules say."""
    return [(f.code, f.member_id, f.severity) for f in evaluate(household, FORM, policy)]


def codes(household: Facts, policy: Policy = POLICY) -> set[str]:
    """Return the codes of everything that the rules say."""
    return {code for code, _, _ in found(household, policy)}
