"""Measures (帮扶措施): plan, lead along their life, carry over. Nothing else ever ends one."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import labels, warning
from app.domain.lifecycle import LEVELS
from app.domain.measure import (
    CONTINUING_CATEGORIES,
    CONTINUING_KINDS,
    DONE,
    MOST_MONEY,
    PLANNED,
    RUNNING,
    TERMINATE,
    TERMINATE_REASONS,
    WHOLE_HOUSEHOLD,
)
from app.domain.ownership import Actor
from app.models.household import Household, Member
from app.models.plan import Measure
from app.models.store import Store
from app.ops import measure_rows, proofs, warning_rows
from app.ops.changed import Changed
from app.ops.errors import (
    MeasureRefusedError,
    StepConditionError,
    UnknownHouseholdError,
)
from app.ops.items import Item, Shown, item
from app.ops.lives import (
    NOTHING_ADDED,
    THE_PROGRAM,
    Added,
    Living,
    StepInput,
    Who,
    bad_data,
    check,
    chosen,
    day,
    not_after,
    not_before,
    require_registered,
    values_of,
    write_step,
)
from app.ops.names import Names

_TABLES = frozenset({"measure"})


@dataclass(frozen=True, slots=True)
class NewMeasure:
    """A measure to plan (M1). ``measure_level``: who delivers it, village township county.

    It answers a risk cause or warnings of the household; ``continues_id``: the one before (续).
    """

    household_id: str
    measure_category: str
    measure_kind: str
    responsible_person: str
    content: str = ""
    member_id: str = ""
    cause: str = ""
    warning_ids: tuple[str, ...] = ()
    department: str = ""
    measure_level: str = "village"
    planned_start_on: date | None = None
    planned_end_on: date | None = None
    amount: Decimal | None = None
    continues_id: str = ""


@dataclass(frozen=True, slots=True)
class CarriedOver:
    """The year's end: ids carried over (结转), and those still 拟定 that somebody must decide."""

    carried: tuple[str, ...]
    to_decide: tuple[str, ...]
    changed: Changed


def list_measures(
    store: Store, today: date, actor: Actor, *, household_id: str = "", only_open: bool = False
) -> list[Item]:
    """Return the measures, in order of planning."""
    with store.read() as session:
        found = measure_rows.load(session, [household_id] if household_id else None)
        if only_open:
            found = [thing for thing in found if thing.state in (PLANNED, RUNNING)]
        return _items(session, found, Who(actor, store.level), today)


def show_measure(store: Store, measure_id: str, today: date, actor: Actor) -> Item:
    """Return one measure.

    Raises:
        UnknownItemError: no such measure.
    """
    with store.read() as session:
        found = measure_rows.one(session, measure_id)
        return _items(session, [found], Who(actor, store.level), today)[0]


def plan_measure(store: Store, actor: Actor, new: NewMeasure, today: date) -> tuple[Item, Changed]:
    """Plan a measure (M1).

    Raises:
        UnknownHouseholdError, UnknownWarningError, MeasureRefusedError: nothing is written.
    """
    with store.write("measure.plan", actor) as session:
        measure_id = plan_in(session, new, today)
    changed = Changed(_TABLES, frozenset({new.household_id}))
    return show_measure(store, measure_id, today, actor), changed


def plan_in(session: Session, new: NewMeasure, today: date) -> str:
    """Plan a measure within an operation; return its id.

    Raises:
        UnknownHouseholdError, UnknownWarningError, MeasureRefusedError: nothing is written.
    """
    household = session.get(Household, new.household_id)
    if household is None:
        raise UnknownHouseholdError
    require_registered(household)
    new = replace(new, planned_start_on=new.planned_start_on or today)
    _check_new(session, new)
    row = Measure(
        scope=household.scope,
        household_id=household.id,
        member_id=new.member_id,
        measure_category=labels.key("measure_category", new.measure_category),
        measure_kind=new.measure_kind.strip(),
        content=new.content,
        warning_ids=",".join(new.warning_ids),
        department=labels.department(new.department),
        responsible_person=new.responsible_person.strip(),
        planned_start_on=new.planned_start_on,
        planned_end_on=new.planned_end_on,
        amount=new.amount,
        measure_level=new.measure_level,
        cause=labels.key("risk_cause", new.cause),
        continues_id=new.continues_id,
    )
    session.add(row)
    session.flush()
    return row.id


def link_measure(
    store: Store, actor: Actor, measure_id: str, warning_ids: Sequence[str]
) -> Changed:
    """Let a measure answer further warnings of its household.

    Raises:
        UnknownItemError, UnknownWarningError, MeasureRefusedError: nothing is written.
    """
    with store.write("measure.link", actor) as session:
        row = measure_rows.one(session, measure_id).row
        _check_warnings(session, row.household_id, warning_ids)
        known = [w for w in row.warning_ids.split(",") if w]
        row.warning_ids = ",".join(dict.fromkeys([*known, *warning_ids]))
        return Changed(_TABLES, frozenset({row.household_id}))


def act_measure(
    store: Store, actor: Actor, measure_id: str, action: str, given: StepInput, today: date
) -> tuple[Item, Changed]:
    """Lead a measure one step along its life.

    Raises:
        UnknownItemError, StepNotAllowedError, MissingStepDataError, StepDateError,
        StepConditionError, StepDataError, MeasureRefusedError: nothing is written.
    """
    given = replace(given, on=given.on or today)
    who = Who(actor, store.level)
    with store.write(f"measure.{action}", actor, given.note) as session:
        thing = act_in(session, measure_id, action, who, given, today)
        changed = Changed(_TABLES, frozenset({thing.row.household_id}))
    return show_measure(store, measure_id, today, actor), changed


def act_in(
    session: Session, measure_id: str, action: str, who: Who, given: StepInput, today: date
) -> Living:
    """Lead a measure one step within an operation; return it.

    Raises:
        as ``act_measure``; the caller's transaction must not be committed then.
    """
    thing = measure_rows.one(session, measure_id)
    given = _completed(thing, action, replace(given, on=given.on or today))
    added = _prepare(session, thing, action, who, given, today)
    write_step(session, thing, action, who, given, added)
    if action == "extend":
        thing.row.planned_end_on = day(given, "planned_end_on")
    return thing


def sweep(session: Session, today: date) -> list[str]:
    """Note what ran out (M4 逾期未落实, M5 到期); return the ids. The program's own steps."""
    touched = []
    for thing in measure_rows.load(session):
        end = thing.row.planned_end_on
        if end is None or end >= today:
            continue
        action = {RUNNING: "lapse", DONE: "expire"}.get(thing.state)
        if action == "expire" and not is_continuing(thing.row):
            continue
        if action:
            write_step(session, thing, action, THE_PROGRAM, StepInput(on=today))
            touched.append(thing.row.id)
    return touched


def carry_over(store: Store, actor: Actor, year: int, today: date) -> CarriedOver:
    """Carry open and continuing measures over into a year (结转); 拟定 ones are only listed.

    Raises:
        StepDataError: neither this year nor the next; nothing is written.
    """
    if year not in (today.year, today.year + 1):
        raise bad_data("year", str(year), "应是今年或明年")
    with store.write("measure.carry-over", actor) as session:
        return carry_over_in(session, year, today)


def carry_over_in(
    session: Session, year: int, today: date, only: Collection[str] | None = None
) -> CarriedOver:
    """Carry over within an operation (``only`` these); opening January does it by itself."""
    carried, to_decide = [], []
    for thing in measure_rows.load(session):
        if thing.state == PLANNED:
            to_decide.append(thing.row.id)
        elif goes_over(thing, year) and (only is None or thing.row.id in only):
            given = StepInput(f"结转{year}年", today, {"year": str(year)})
            write_step(session, thing, "carry-over", THE_PROGRAM, given)
            thing.row.is_carried_over = True
            carried.append(thing.row.id)
    changed = Changed(_TABLES if carried else frozenset())
    return CarriedOver(tuple(carried), tuple(to_decide), changed)


def is_continuing(row: Measure) -> bool:
    """Tell whether a measure is a benefit that runs on after 已落实 (低保, 公益岗, 贷款, 资助)."""
    return row.measure_category in CONTINUING_CATEGORIES or row.measure_kind in CONTINUING_KINDS


def of_member(session: Session, member_id: str) -> list[str]:
    """Return the ids of a member's measures that are not over: 终止 is asked, never done."""
    query = select(Measure.household_id).filter_by(member_id=member_id)
    return [
        measure_id
        for home in sorted(set(session.scalars(query)))
        for measure_id in going_on(session, home, member_id)
    ]


def going_on(session: Session, household_id: str, member_id: str = "") -> list[str]:
    """Return the ids of a household's measures (or only a member's) that are not over."""
    return [
        thing.row.id
        for thing in measure_rows.load(session, [household_id])
        if member_id in ("", thing.row.member_id) and thing.state in (PLANNED, RUNNING, DONE)
    ]


def _check_new(session: Session, new: NewMeasure) -> None:
    problem = _problem_of(new)
    if problem:
        raise MeasureRefusedError(reason=problem)
    try:
        labels.key("measure_category", new.measure_category)
        labels.key("risk_cause", new.cause)
    except ValueError as error:
        raise MeasureRefusedError(reason=str(error)) from error
    if new.member_id and new.member_id not in _present(session, new.household_id):
        raise MeasureRefusedError(reason="受益人不在这一户")
    before = session.get(Measure, new.continues_id) if new.continues_id else None
    if new.continues_id and (before is None or before.household_id != new.household_id):
        raise MeasureRefusedError(reason="接续的措施不是这一户的")
    _check_warnings(session, new.household_id, new.warning_ids)


def _problem_of(new: NewMeasure) -> str:
    """Return what is missing or cannot be, "" if nothing is."""
    start, end = new.planned_start_on, new.planned_end_on
    problems = {
        "没有选措施类别": not new.measure_category.strip(),
        "没有写措施种类": not new.measure_kind.strip(),
        "没有写责任人": not new.responsible_person.strip(),
        "落实级别应是村、镇或县部门": new.measure_level not in LEVELS,
        "县部门落实的要写部门": new.measure_level == "county" and not new.department.strip(),
        "要写针对哪个风险原因或哪条预警": not new.cause and not new.warning_ids,
        "完成日早于开始日": bool(start and end and end < start),
        "金额应是数字，不能是负数": new.amount is not None
        and not (new.amount.is_finite() and 0 <= new.amount < MOST_MONEY),
    }
    return next((text for text, is_wrong in problems.items() if is_wrong), "")


def _check_warnings(session: Session, household_id: str, ids: Sequence[str]) -> None:
    for warning_id in ids:
        if warning_rows.one(session, warning_id).row.household_id != household_id:
            raise MeasureRefusedError(reason="预警不是这一户的")


def _prepare(
    session: Session, thing: Living, action: str, who: Who, given: StepInput, today: date
) -> Added:
    needs_money = ("approval_no",) if thing.row.amount else ()
    is_shown = not proofs.missing_for(session, thing, "finish")
    needs_proof = ("proof",) if thing.row.amount and not is_shown else ()
    on = given.on or today
    check(thing, action, who, given, on, {"start": needs_money, "finish": needs_proof})
    not_after(on, today, "今天")
    if action == "start":
        _require_determined(session, thing, on)
    if action == "finish":
        _require_money(given)
        return Added(more={"beneficiary": _beneficiary(session, thing, given)})
    if action == TERMINATE:
        _require_words(given)
        _require_no_proposal(thing, who)
    if action == "extend":
        end, new = thing.row.planned_end_on, day(given, "planned_end_on")
        not_before(new, today, "今天", "planned_end_on")
        return Added(more={"planned_end_was": end.isoformat() if end else ""})
    return NOTHING_ADDED


def _require_determined(session: Session, thing: Living, on: date) -> None:
    """What only answers warnings waits for their review, unless help comes first (先行救助).

    It cannot have begun before the first of them was found.
    """
    ids = [w for w in thing.row.warning_ids.split(",") if w]
    found = [warning_rows.one(session, i) for i in ids]
    is_ready = any(w.is_urgent or w.state in warning.REVIEWED for w in found)
    if found and not is_ready and not thing.row.cause:
        raise StepConditionError(
            action="开始落实",
            reason="预警还没有确定",
            way_out="请等审定；红色和灾害可先点“先行救助”。",
        )
    if found and not thing.row.cause:
        not_before(on, min(w.row.opened_on for w in found), "发现预警")


def _require_words(given: StepInput) -> None:
    reason = chosen(given, "reason", TERMINATE_REASONS)
    if reason == "其他" and not given.note.strip():
        raise bad_data("note", "", "选“其他”要写明")


def _completed(thing: Living, action: str, given: StepInput) -> StepInput:
    """The township that agrees to the village's proposal ends for the same reason."""
    proposal = thing.last(TERMINATE) if thing.standing.has_taken(TERMINATE) else None
    if action != TERMINATE or proposal is None or given.get("reason"):
        return given
    values = {**given.values, "reason": values_of(proposal)["reason"]}
    return replace(given, values=values, note=given.note or proposal.note)


def _require_no_proposal(thing: Living, who: Who) -> None:
    if who.level == "village" and thing.standing.has_taken(TERMINATE):
        raise StepConditionError(
            action="提请终止", reason="已经提请过", way_out="请等镇里同意或退回。"
        )


def _require_money(given: StepInput) -> None:
    text = given.get("amount_paid")
    if text and not (re.fullmatch(r"\d+(\.\d{1,2})?", text) and Decimal(text) < MOST_MONEY):
        raise bad_data("amount_paid", text, "应是数字，如 3000 或 3000.50")


def _beneficiary(session: Session, thing: Living, given: StepInput) -> str:
    """Return the member's id or 全户; a measure that nobody enjoys is none (有措施无人享受)."""
    present = _present(session, thing.row.household_id)
    text = given.get("beneficiary")
    named = [member_id for member_id, name in present.items() if text in (member_id, name)]
    if not present or (text != WHOLE_HOUSEHOLD and not named):
        raise MeasureRefusedError(reason="受益人不是在户的人，有措施无人享受")
    if thing.row.member_id and named and thing.row.member_id not in named:
        raise MeasureRefusedError(reason="受益人和计划里的不是同一个人")
    return named[0] if named else WHOLE_HOUSEHOLD


def _present(session: Session, household_id: str) -> dict[str, str]:
    people = select(Member).filter_by(household_id=household_id, member_status="present")
    return {member.id: member.name for member in session.scalars(people)}


def goes_over(thing: Living, year: int) -> bool:
    """Tell whether a measure goes on in a year that it was not begun in, and is not there yet."""
    last = thing.last("carry-over")
    if last is not None and thing.value("year") == str(year):
        return False
    start = thing.row.planned_start_on
    is_older = start is None or start.year < year
    goes_on = thing.state == RUNNING or (thing.state == DONE and is_continuing(thing.row))
    return is_older and goes_on


def _items(session: Session, found: list[Living], who: Who, today: date) -> list[Item]:
    names = Names.of(session, {thing.row.household_id for thing in found})
    return [item(thing, _shown(thing, names), names, who, today) for thing in found]


def _shown(thing: Living, names: Names) -> Shown:
    row, proposed = thing.row, measure_rows.ending_proposed(thing)
    category = labels.label("measure_category", row.measure_category)
    return Shown(
        title=f"{category}·{row.measure_kind}{'（已提请终止）' if proposed else ''}",
        opened_on=row.planned_start_on,
        due_on=row.planned_end_on,
        fields={
            "measure_category": row.measure_category,
            "measure_category_label": category,
            "measure_kind": row.measure_kind,
            "content": row.content,
            "member_id": row.member_id,
            "member": names.member(row.member_id),
            "cause": row.cause,
            "warning_ids": row.warning_ids,
            "department": row.department,
            "measure_level": row.measure_level,
            "responsible_person": row.responsible_person,
            "planned_start_on": row.planned_start_on,
            "planned_end_on": row.planned_end_on,
            "amount": None if row.amount is None else format(row.amount, "f"),
            "continues_id": row.continues_id,
            "is_carried_over": row.is_carried_over,
            "ending_proposed_on": proposed.step_on if proposed else None,
        },
    )
