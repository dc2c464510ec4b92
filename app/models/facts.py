"""Rows → domain ``Facts``: the only mapping between the two, for one household or for all.

Loading is by table, not by household: the same queries serve one sheet and a whole county.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.domain import income_window
from app.domain.case import state_of_case
from app.domain.catalogue import FormDef
from app.domain.household import (
    NOTHING,
    AnswerKey,
    Answers,
    AnswerValue,
    Facts,
    LeftReport,
    MeasureFact,
    Member,
    MonitoredObject,
    OpenWarning,
    Previous,
    PreviousMember,
)
from app.domain.identity import normalise_phone, read
from app.domain.measure import MEASURE, OPEN
from app.domain.period import Period
from app.models import fact_rows
from app.models import household as rows
from app.models.fact_rows import RECENT, HouseholdRow, Month, SheetRow, Tables, member_of
from app.models.step import Step

__all__ = [
    "HouseholdMonth",
    "HouseholdRow",
    "Month",
    "SheetRow",
    "load_facts",
    "load_households",
    "member_of",
    "snapshot",
]


@dataclass(frozen=True, slots=True)
class HouseholdMonth:
    """One household in one month: facts of the given answers, its sheet, the months before.

    ``months``: answers of the submitted months before, whole for the last three, else only amounts
    and the questions that rest for months. ``helper_visited``: on the spot, this month.
    ``unread``: stored texts of this month that its edition of the form cannot read.
    """

    facts: Facts
    household: HouseholdRow
    sheet: SheetRow | None
    months: Mapping[Period, Answers]
    helper_visited: bool
    unread: Mapping[AnswerKey, str] = field(default_factory=lambda: NOTHING)


def load_households(
    session: Session,
    month: Month,
    household_ids: Collection[str] | None,
    open_warnings: Mapping[str, Sequence[OpenWarning]],
) -> list[HouseholdMonth]:
    """Return the given households (None: all living ones) in a month, in roster order.

    ``open_warnings``: household id → its open warnings, which only the life cycle can tell.
    """
    found = fact_rows.households(session, household_ids)
    wanted = None if household_ids is None else {row.id for row in found}
    tables = Tables(session, month, wanted, {row.id: row.phone for row in found})
    return [_month(row, month, tables, tuple(open_warnings.get(row.id, ()))) for row in found]


def load_facts(
    session: Session,
    month: Month,
    household_ids: Collection[str] | None,
    open_warnings: Mapping[str, Sequence[OpenWarning]],
) -> list[Facts]:
    """Return only the facts of ``load_households``."""
    return [m.facts for m in load_households(session, month, household_ids, open_warnings)]


def _month(
    household: HouseholdRow,
    month: Month,
    tables: Tables,
    open_warnings: tuple[OpenWarning, ...],
) -> HouseholdMonth:
    sheets = tables.sheets.get(household.id, NOTHING)
    before = {
        period: tables.answers.get(sheet.id, NOTHING)
        for period, sheet in sheets.items()
        if sheet.submitted_on and period < month.period
    }
    sheet = sheets.get(month.period)
    answers = tables.answers.get(sheet.id, NOTHING) if sheet else NOTHING
    figures = income_window.figures(month.period, {**before, month.period: answers})
    previous = _previous(month, sheets, before, tables) if sheets else Previous()
    facts = _facts(household, month, tables, answers, figures, previous, open_warnings)
    return HouseholdMonth(
        facts=facts,
        household=household,
        sheet=sheet,
        months=before,
        helper_visited=household.id in tables.helper_visits,
        unread=tables.unread.get(sheet.id, NOTHING) if sheet else NOTHING,
    )


def _facts(  # noqa: PLR0913, PLR0917  one value from its parts
    household: HouseholdRow,
    month: Month,
    tables: Tables,
    answers: Answers,
    figures: income_window.Figures,
    previous: Previous,
    open_warnings: tuple[OpenWarning, ...],
) -> Facts:
    members = tuple(tables.members.get(household.id, ()))
    measures, had_measures = _measures(tables, household.id, month.period)
    farmland = household.farmland_mu
    return Facts(
        period=month.period,
        as_of=month.as_of,
        household_id=household.id,
        household_no=household.household_no,
        household_kind=household.household_kind,
        management_class=household.management_class or "",
        house_rating=household.house_rating or "",
        farmland_mu=None if farmland is None else Decimal(farmland),
        registered_size=household.registered_size,
        flags=fact_rows.key_set(household.flags),
        monitored=_monitored(tables.cases.get(household.id, ()), tables.case_steps),
        measures=measures,
        had_measures=had_measures,
        members=members,
        income=figures.totals,
        annual_per_capita=tables.annual.get(household.id),
        selfpay=figures.selfpay,
        claims=figures.claims,
        answers=answers,
        previous=previous,
        open_warnings=open_warnings,
        other_ids=_others(tables.ids, household.id, (m.id_no for m in members), _number),
        other_phones=_others(tables.phones, household.id, _phones_of(members), normalise_phone),
    )


def snapshot(members: Iterable[Member]) -> str:
    """Return as JSON what next month's comparing rules need of the roster, frozen at submission."""
    found = {
        m.id: {
            "health": sorted(m.health),
            "has_disability": bool(m.disability_kind),
            "employment": m.employment,
            "labor_skill": m.labor_skill,
            "has_dibao": m.has_dibao,
        }
        for m in members
        if m.member_status == "present"
    }
    return json.dumps(found, sort_keys=True, separators=(",", ":"))


def _previous(
    month: Month,
    sheets: Mapping[Period, SheetRow],
    before: Mapping[Period, Answers],
    tables: Tables,
) -> Previous:
    """Return the last submitted month's state; nothing where there is none within reach."""
    period = month.period
    year_ago = sheets.get(period.plus(-income_window.MONTHS))
    then = Decimal(year_ago.per_capita) if year_ago and year_ago.per_capita else None
    members: dict[str, PreviousMember] = {}
    for months in range(1, RECENT + 1):
        sheet = sheets.get(period.plus(-months))
        if sheet is None:
            continue
        if sheet.submitted_on and sheet.roster_snapshot:
            answers = tables.answers.get(sheet.id, {})
            members = {
                member_id: _previous_member(member_id, frozen, answers)
                for member_id, frozen in json.loads(sheet.roster_snapshot).items()
            }
        break
    return Previous(members, then, _left(month.form, before))


def _left(form: FormDef, before: Mapping[Period, Answers]) -> dict[str, LeftReport]:
    """Return who was reported as gone in an earlier month (EV-03)."""
    question = form.by_code.get("EV-03")
    found: dict[str, LeftReport] = {}
    for period in sorted(before):
        items = before[period].get(("EV-03", ""))
        for item in items if isinstance(items, tuple) else ():
            kind, _, member_id = item.partition(":")
            option = question.by_key.get(kind) if question else None
            if member_id and option and option.direction == "out":
                found[member_id] = LeftReport(str(period), option.label)
    return found


def _previous_member(
    member_id: str, frozen: Mapping[str, Any], answers: Mapping[AnswerKey, AnswerValue]
) -> PreviousMember:
    ed_01 = answers.get(("ED-01", member_id))
    employment = answers.get(("EM-01", member_id), frozen["employment"])
    return PreviousMember(
        ed_01=_known(ed_01),
        health=frozenset(frozen["health"]) or None,
        has_disability=frozen["has_disability"],
        employment=_known(employment),
        labor_skill=frozen["labor_skill"] or None,
        has_dibao=frozen.get("has_dibao"),
    )


def _known(answer: object) -> str | None:
    """Return an answer that tells something; a special answer is "unknown"."""
    return answer if isinstance(answer, str) and answer and not answer.startswith("_") else None


def _monitored(
    cases: Sequence[rows.MonitoredCase], steps: Mapping[str, Sequence[Step]]
) -> MonitoredObject | None:
    if not cases:
        return None
    case = cases[-1]
    return MonitoredObject(
        object_type=case.object_type,
        case_state=state_of_case(steps.get(case.id, []), case.is_eliminated),
        identified_on=_day_or_month(case.identified_on),
        eliminated_on=_day_or_month(case.eliminated_on),
        eliminated_per_capita=case.eliminated_per_capita,
        removal_way=case.removal_way or "",
        causes=tuple(filter(None, case.causes.split(","))),
        cause_note=case.cause_note,
    )


def _day_or_month(text: str | None) -> date | Period | None:
    if not text:
        return None
    return Period.parse(text) if len(text) == 7 else date.fromisoformat(text)


def _measures(
    tables: Tables, household_id: str, period: Period
) -> tuple[tuple[MeasureFact, ...], bool]:
    """Return the measures as the rules see them, and whether one was open at last month's close."""
    found: list[MeasureFact] = []
    had_open = False
    for row in tables.measures.get(household_id, ()):
        steps = tables.measure_steps.get(row.id, [])
        state = MEASURE.state_of(steps)
        if state != "terminated":
            found.append(MeasureFact(row.measure_category, row.measure_kind, state))
        earlier = [step for step in steps if step.step_on < period.first_day]
        was_there = earlier or (row.planned_start_on and row.planned_start_on < period.first_day)
        had_open = had_open or bool(was_there and MEASURE.state_of(earlier) in OPEN)
    return tuple(found), had_open


def _number(id_no: str) -> str:
    return read(id_no).number


def _phones_of(members: Iterable[Member]) -> Iterator[str]:
    return (member.phone or "" for member in members)


def _others(
    shared: Mapping[str, Mapping[str, str]],
    own: str,
    keys: Iterable[str],
    normal: Callable[[str], str],
) -> dict[str, str]:
    """Return the numbers that another household has too, as the rules compare them."""
    return {
        normal(key): next(words for other, words in shared[key].items() if other != own)
        for key in keys
        if key in shared and len(shared[key]) > 1
    }
