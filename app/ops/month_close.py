"""A month to its end: check, back, close, correct; what a closed month was stays as it was."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain import form, rules, warning
from app.domain.month import CHECKING, CLOSED, FILLING, MONTH, UNVISITED_REASONS
from app.domain.ownership import Actor
from app.domain.period import Period
from app.models.base import natural_id
from app.models.form import Answer, PeriodRow, Sheet
from app.models.household import Household
from app.models.register import MonthSnapshot
from app.models.step import steps_of
from app.models.store import Store
from app.ops import (
    changes,
    conflicts,
    findings,
    measures,
    months,
    policies,
    sheet_context,
    warnings,
)
from app.ops.changed import Changed
from app.ops.errors import MonthNotReadyError, NotDueError, SheetStateError
from app.ops.lives import Living, StepInput, Who, bad_data, check, living, write_step
from app.ops.sheet_context import SheetContext, month_of

_DONE = ("complete", "locked")
_SHOWN = 5  # households named in one sentence


@dataclass(frozen=True, slots=True)
class MonthDone:
    """What a step of a month did.

    Attributes:
        new_doubts: D and N findings that were opened for somebody to look into.
        version: of the frozen month; 1 at closing, one more after each correction.
        produced: findings that only a correction produced, as (household no., code, message).
    """

    period: Period
    village: str
    state: str
    new_doubts: int
    version: int
    produced: tuple[tuple[str, str, str], ...]
    changed: Changed


def set_unvisited(
    store: Store, actor: Actor, household_id: str, period: Period, reason: str, note: str = ""
) -> Changed:
    """Note why a household that is due was not visited; "" takes the reason back.

    Raises:
        NotDueError, StepDataError, SheetStateError: nothing is written.
    """
    if reason and reason not in UNVISITED_REASONS:
        shown = "、".join(UNVISITED_REASONS)
        raise bad_data("unvisited_reason", reason, f"可填：{shown}")
    if reason == "其他" and not note.strip():
        raise bad_data("unvisited_reason", reason, "选“其他”要写明")
    with store.write("month.unvisited", actor) as session:
        sheet = session.get(Sheet, natural_id("sheet", household_id, str(period)))
        if sheet is None:
            raise NotDueError(period=str(period))
        if months.state(session, sheet.scope, period) == CLOSED:
            raise SheetStateError(period=str(period))
        sheet.unvisited_reason = f"{reason}：{note.strip()}" if note.strip() else reason or None
    return Changed(frozenset({"sheet"}), frozenset({household_id}))


def missing(store: Store, period: Period, today: date) -> list[str]:
    """Return in words what stands between a month and its close; empty if nothing does."""
    with store.read() as session:
        return _not_checked(session, store.area_code, period, today) + _not_closed(
            session, store.area_code, period
        )


def check_month(store: Store, actor: Actor, period: Period, today: date) -> MonthDone:
    """Check a month (P2): nobody left out, everything decided; D and N findings become lists.

    Raises:
        NoPeriodError, StepNotAllowedError, MonthNotReadyError: nothing is written.
    """
    with store.write("month.check", actor) as session:
        made = _check(session, store, actor, period, today)
    return _done(store, store.area_code, period, made)


def close_month(store: Store, actor: Actor, period: Period, today: date) -> MonthDone:
    """Close a month (P4), checking it first where nobody has: one operation, all or nothing.

    Raises:
        NoPeriodError, StepNotAllowedError, MonthNotReadyError: nothing is written.
    """
    made = 0
    with store.write("month.close", actor) as session:
        thing = _month(session, store.area_code, period)
        if thing.state == FILLING:
            made = _check(session, store, actor, period, today)
            thing = _month(session, store.area_code, period)
        who = Who(actor, store.level)
        check(thing, "close", who, StepInput(on=today), today)
        _refuse_if(period, "关账", _not_closed(session, store.area_code, period))
        thing.row.policy_version = policies.version(session, period)
        for context in _contexts(session, store.area_code, period, period.last_day):
            _freeze(session, context, thing.row, today, 1)
        write_step(session, thing, "close", who, StepInput(on=today))
        measures.sweep(session, today)
    return _done(store, store.area_code, period, made)


def act_month(
    store: Store, actor: Actor, period: Period, action: str, given: StepInput, village: str = ""
) -> MonthDone:
    """Take one of the other steps: ``back``, ``correct``, ``approve-correction``.

    ``village``: whose month, for a township; "" is one's own.

    Raises:
        NoPeriodError, StepNotAllowedError, MissingStepDataError, StepDateError: nothing is written.
    """
    scope = village or store.area_code
    on = given.on or store.clock().date()
    who = Who(actor, store.level)
    dated = StepInput(given.note, on, given.values)
    produced: list[tuple[str, str, str]] = []
    with store.write(f"month.{action}", actor, given.note or "更正办理") as session:
        thing = _month(session, scope, period)
        check(thing, action, who, dated, on)
        if action == "approve-correction":
            produced = _freeze_again(session, thing.row, period, on)
        write_step(session, thing, action, who, dated)
    return _done(store, scope, period, 0, tuple(produced))


def frozen(store: Store, period: Period, household_id: str) -> dict[str, Any] | None:
    """Return a household as the month was last closed, None if it never was."""
    with store.read() as session:
        row = _newest(session, household_id, str(period))
        found: dict[str, Any] | None = json.loads(row.content) if row else None
        return found


def _check(session: Session, store: Store, actor: Actor, period: Period, today: date) -> int:
    thing = _month(session, store.area_code, period)
    who = Who(actor, store.level)
    check(thing, "check", who, StepInput(on=today), today)
    _refuse_if(period, "核对", _not_checked(session, store.area_code, period, today))
    made = 0
    for context in _contexts(session, store.area_code, period, period.last_day):
        found = rules.evaluate(context.facts, context.form, context.policy)
        strange = form.misplaced(context.form, context.facts, context.policy)
        home = session.get_one(Household, context.given.household_id)
        made += findings.note_findings(session, home, period, found, today, strange)
    write_step(session, thing, "check", who, StepInput(on=today))
    return made


def _not_checked(session: Session, scope: str, period: Period, today: date) -> list[str]:
    """不漏一户, and no 系统提示 left undecided."""
    left = [
        f"{context.given.household_no}号户"
        for context in _contexts(session, scope, period, today)
        if context.sheet_state(is_closed=False) not in _DONE
        and not (context.loaded.sheet and context.loaded.sheet.unvisited_reason)
    ]
    undecided = [
        loaded.row.message
        for loaded in warnings.load_all(session, _due(session, scope, period))
        if loaded.state == warning.SUGGESTED and loaded.row.period <= str(period)
    ]
    found = [f"{len(left)}户没填完，也没写未访原因（{_some(left)}）"] if left else []
    return found + ([f"{len(undecided)}条系统提示没有确认或排除"] if undecided else [])


def _not_closed(session: Session, scope: str, period: Period) -> list[str]:
    red = [
        loaded
        for loaded in warnings.load_all(session, _due(session, scope, period))
        if loaded.state == warning.SUGGESTED and loaded.severity == "red"
    ]
    open_changes = changes.unreported(session, scope, period)
    found = [f"{len(red)}条红色系统提示没有办"] if red else []
    found += [f"{len(open_changes)}件自然变更没有上报"] if open_changes else []
    return found + conflicts.blocking_month(session, scope, period)


def _refuse_if(period: Period, what: str, todo: Sequence[str]) -> None:
    if todo:
        raise MonthNotReadyError(period=str(period), what=what, todo="；".join(todo))


def _month(session: Session, scope: str, period: Period) -> Living:
    row = months.require_open(session, scope, period)
    return living(row, steps_of(session, MONTH.subject, [row.id]).get(row.id, []), MONTH)


def _due(session: Session, scope: str, period: Period) -> set[str]:
    query = select(Sheet.household_id).filter_by(period=str(period), scope=scope)
    return set(session.scalars(query))


def _contexts(session: Session, scope: str, period: Period, today: date) -> list[SheetContext]:
    return sheet_context.load(session, month_of(period, today), _due(session, scope, period))


def _freeze(
    session: Session, context: SheetContext, month: PeriodRow, today: date, version: int
) -> None:
    home = context.given.household_id
    session.add(
        MonthSnapshot(
            id=natural_id("snapshot", home, month.period, str(version)),
            scope=month.scope,
            household_id=home,
            period=month.period,
            version=version,
            policy_version=month.policy_version,
            content=_content(session, context),
            frozen_on=today,
        )
    )


def _freeze_again(
    session: Session, month: PeriodRow, period: Period, today: date
) -> list[tuple[str, str, str]]:
    """Freeze what a correction changed as the next version; return what it alone produced."""
    produced = []
    for context in _contexts(session, month.scope, period, period.last_day):
        home = context.given.household_id
        before = _newest(session, home, month.period)
        if before is None or _data(before.content) == _data(_content(session, context)):
            continue
        _freeze(session, context, month, today, before.version + 1)
        known = {(f["code"], f["member_id"]) for f in json.loads(before.content)["findings"]}
        produced += [
            (context.given.household_no, finding.code, finding.message)
            for finding in rules.evaluate(context.facts, context.form, context.policy)
            if (finding.code, finding.member_id) not in known and finding.code != "R-13"
        ]
    return produced


def _newest(session: Session, household_id: str, period: str) -> MonthSnapshot | None:
    query = select(MonthSnapshot).filter_by(household_id=household_id, period=period)
    return session.scalars(query.order_by(MonthSnapshot.version.desc())).first()


def _content(session: Session, context: SheetContext) -> str:
    """Return a household's month as JSON: answers as stored, roster, case, findings."""
    facts, sheet = context.facts, context.loaded.sheet
    answers = select(Answer).filter_by(sheet_id=sheet.id if sheet else "")
    monitored = facts.monitored
    found = {
        "household_no": facts.household_no,
        "household_kind": facts.household_kind,
        "is_submitted": sheet is not None and sheet.submitted_on is not None,
        "unvisited_reason": (sheet.unvisited_reason or "") if sheet else "",
        "per_capita": sheet.per_capita if sheet else None,
        "object_type": monitored.object_type if monitored else "",
        "case_state": monitored.case_state if monitored else "",
        "answers": {
            f"{row.question}/{row.member_id}": row.value
            for row in session.scalars(answers.order_by(Answer.question, Answer.member_id))
        },
        "members": [
            {
                "id": m.id,
                "name": m.name,
                "relation": m.relation,
                "member_status": m.member_status,
                "health": sorted(m.health),
                "labor_skill": m.labor_skill,
                "employment": m.employment,
                "school_status": m.school_status,
                "medical_insurance": m.medical_insurance,
            }
            for m in facts.members
        ],
        "findings": [
            {"code": f.code, "member_id": f.member_id, "severity": f.severity}
            for f in rules.evaluate(facts, context.form, context.policy)
        ],
    }
    return json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _data(content: str) -> dict[str, Any]:
    """Return what people wrote; findings also follow from what has happened since."""
    found: dict[str, Any] = json.loads(content)
    return {name: value for name, value in found.items() if name != "findings"}


def _done(
    store: Store,
    scope: str,
    period: Period,
    new_doubts: int,
    produced: tuple[tuple[str, str, str], ...] = (),
) -> MonthDone:
    with store.read() as session:
        state = months.state(session, scope, period)
        version = session.scalar(
            select(func.max(MonthSnapshot.version)).filter_by(scope=scope, period=str(period))
        )
        homes = frozenset(_due(session, scope, period))
    tables = frozenset({"period", "sheet", "data_doubt", "negative_check"})
    changed = Changed(tables, homes if state in (CHECKING, CLOSED) else frozenset())
    return MonthDone(period, scope, state, new_doubts, version or 0, produced, changed)


def _some(words: Sequence[str]) -> str:
    shown = "、".join(words[:_SHOWN])
    return f"{shown}等" if len(words) > _SHOWN else shown
