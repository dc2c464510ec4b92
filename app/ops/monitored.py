"""Clues and monitored objects (监测对象): register, list, show, lead along their life."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import case as domain
from app.domain import labels
from app.domain.case import CASE, CheckItem
from app.domain.labels import LABELS
from app.domain.lifecycle import due_on
from app.domain.ownership import Actor
from app.domain.period import Period
from app.domain.policy import Policy
from app.models.case import Clue
from app.models.household import Household
from app.models.plan import Measure, Plan
from app.models.store import Store
from app.ops import (
    case_effects,
    case_rows,
    case_rules,
    due_list,
    pictures,
    policies,
    proofs,
    removal_checks,
    seven_steps,
)
from app.ops.case_rows import LoadedCase
from app.ops.changed import Changed
from app.ops.errors import (
    LivingCaseError,
    StepConditionError,
    UnknownHouseholdError,
)
from app.ops.items import Item, Shown, item
from app.ops.limits import limit
from app.ops.lives import (
    Living,
    StepInput,
    Who,
    bad_data,
    check,
    not_after,
    not_before,
    require_calendar,
    require_registered,
    require_text,
    state_label,
    write_step,
)
from app.ops.names import Names
from app.ops.seven_steps import Bar
from app.ops.warning_rows import Arrivals

_TABLES = frozenset({"clue", "monitored_case", "sheet"})


@dataclass(frozen=True, slots=True)
class NewClue:
    """A clue to register (B1). ``reply_due_on``: until when it is answered."""

    household_id: str
    clue_source: str
    text: str
    received_on: date
    platform_no: str = ""
    reply_due_on: date | None = None
    previous_id: str = ""


@dataclass(frozen=True, slots=True)
class CasePage:
    """A case with the seven steps (排访评录测补销), and what 风险消除 would need now."""

    item: Item
    bar: Bar
    checks: tuple[CheckItem, ...]
    procedure: str
    papers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToType:
    """What must still be typed into the national system. ``action``: what happened here."""

    case_id: str
    household_no: str
    head_name: str
    village: str
    what: str
    action: str
    since: date


def list_cases(
    store: Store,
    today: date,
    actor: Actor,
    *,
    household_id: str = "",
    states: frozenset[str] | None = None,
    only_open: bool = True,
) -> list[Item]:
    """Return clues and cases by household; superseded ones only with ``only_open`` False."""
    with store.read() as session:
        found = case_rows.load(session, [household_id] if household_id else None)
        newest = case_rows.newest(found)
        if only_open:
            found = [f for f in found if f.thing.is_open and f.id in newest]
        if states is not None:
            found = [f for f in found if f.state in states]
        items = _items(session, found, newest, Who(actor, store.level), today)
    return sorted(items, key=lambda i: (i.village, len(i.household_no), i.household_no))


def show_case(store: Store, case_id: str, today: date, actor: Actor) -> CasePage:
    """Return one clue or case with its seven steps and, for a living one, the removal checks.

    Raises:
        UnknownItemError: no such case.
    """
    with store.read() as session:
        found = case_rows.one(session, case_id)
        home = found.thing.row.household_id
        newest = case_rows.newest(case_rows.load(session, [home]))
        (shown,) = _items(session, [found], newest, Who(actor, store.level), today)
        _policy, procedure = case_rules.procedure_of(session, found.thing.row.scope, today)
        is_living = found.state == domain.MONITORING
        return CasePage(
            shown,
            seven_steps.of_cases(session, home, [found]),
            removal_checks.checks(session, found, today) if is_living else (),
            procedure.label,
            procedure.papers,
        )


def register_clue(store: Store, actor: Actor, new: NewClue, today: date) -> tuple[Item, Changed]:
    """Register a clue (B1).

    Raises:
        UnknownHouseholdError, LivingCaseError, StepDataError, StepDateError: nothing is written.
    """
    if new.clue_source not in LABELS["clue_source"]:
        shown = "、".join(LABELS["clue_source"].values())
        raise bad_data("clue_source", new.clue_source, f"可填：{shown}")
    if not new.text.strip():
        raise bad_data("text", "", "要写明")
    require_calendar(new.received_on, "received_on")
    require_text({"text": new.text, "platform_no": new.platform_no})
    not_after(new.received_on, today, "今天", "received_on")
    not_before(new.reply_due_on, new.received_on, "收到线索", "reply_due_on")
    with store.write("clue.open", actor) as session:
        clue_id = _add_clue(session, new)
        due_list.add(session, store, {new.household_id})
    changed = Changed(_TABLES, frozenset({new.household_id}))
    return show_case(store, clue_id, today, actor).item, changed


def act_case(
    store: Store, actor: Actor, case_id: str, action: str, given: StepInput, today: date
) -> tuple[CasePage, Changed]:
    """Lead a clue or case one step along its life; return its page, or that of the new clue.

    Raises:
        UnknownItemError, StepNotAllowedError, MissingStepDataError, StepDateError, StepDataError,
        StepConditionError, LivingCaseError: nothing is written.
    """
    on = given.on or today
    given, who = replace(given, on=on), Who(actor, store.level)
    action, shown_id = domain.share_of(action, store.level), case_id
    not_after(on, today, "今天")
    with store.write(f"case.{action}", actor, given.note) as session:
        found = case_rows.one(session, case_id)
        _refuse_superseded(session, found)
        if action == "roll-back":
            _refuse_beside_another(session, found)
        check(found.thing, action, who, given, on, _more_needs(session, found.thing))
        policy, procedure = case_rules.procedure_of(session, found.thing.row.scope, on)
        asked = case_rules.Asked(found, who, given, on, policy, procedure)
        added = replace(case_rules.prepare(session, asked, action), kind=found.first_kind)
        step = write_step(session, found.thing, action, who, given, added)
        case_effects.apply(session, found, action, step)
        if action in ("re-identify", "reopen"):
            shown_id = _add_clue(session, _again(found, given, on), found.id)
            due_list.add(session, store, {found.thing.row.household_id})
        home = found.thing.row.household_id
    return show_case(store, shown_id, today, actor), Changed(_TABLES, frozenset({home}))


def _more_needs(session: Session, thing: Living) -> dict[str, Sequence[str]]:
    """Return what steps need besides: the photo of the notice, or words why there is none."""
    demanded = pictures.limits().demands["monitored_case"]
    return {a: (proofs.PHOTO,) for a in demanded if proofs.missing_for(session, thing, a)}


def to_type(store: Store) -> list[ToType]:
    """Return what must still be typed into the national system, longest waiting first."""
    with store.read() as session:
        found = case_rows.load(session)
        names = Names.of(session, {f.thing.row.household_id for f in found})
        waiting = [w for f in found if (w := _waiting(f, names)) is not None]
    return sorted(waiting, key=lambda w: (w.since, w.household_no))


def due_of(session: Session, found: LoadedCase, arrivals: Arrivals) -> date | None:
    """Return until when the next step is due, None where nothing is."""
    row, last = found.thing.row, found.thing.last()
    opened = found.clue.received_on if found.clue else date.min
    if found.state == domain.IN_PUBLICITY and last:
        _, procedure = case_rules.procedure_of(session, row.scope, last.step_on)
        return due_on(last.step_on, procedure.publicity_days)
    entered = found.thing.last("enter")
    if found.state == domain.MONITORING and entered and not _has_plan(session, row.household_id):
        return limit(_policy(session, found), "plan_days", entered.step_on)
    name = domain.STATE_LIMITS.get(found.state)
    if name is None or (last is None and found.clue is None):
        return None
    policy = _policy(session, found)
    if found.state == domain.ROLLBACK_PENDING:
        last = found.thing.last("roll-back")  # one limit for township and county together
    return limit(policy, name, arrivals.start(last, opened, policy))


def _has_plan(session: Session, household_id: str) -> bool:
    """Tell whether there is a 一户一策: a plan of its own, or measures."""
    return any(
        session.scalars(select(table.id).filter_by(household_id=household_id)).first()
        for table in (Plan, Measure)
    )


def identify_due(session: Session, found: LoadedCase) -> date | None:
    """Return until when a clue must have become a decision (identify_days), None once decided."""
    if found.clue is None or found.state not in domain.BEFORE_ENTRY - {domain.TO_ENTER}:
        return None
    return limit(_policy(session, found), "identify_days", found.clue.received_on)


def _policy(session: Session, found: LoadedCase) -> Policy:
    """Return the parameters of the month of the last step, else of the clue."""
    last = found.thing.last()
    begun = found.clue.received_on if found.clue else None
    on = last.step_on if last else begun
    if on is None:
        raise LookupError("a case that came with the roster has no limit before its first step")
    return policies.policy_for(session, Period.of(on), found.thing.row.scope)


def _add_clue(session: Session, new: NewClue, replaces: str = "") -> str:
    home = session.get(Household, new.household_id)
    if home is None:
        raise UnknownHouseholdError
    require_registered(home)
    previous = new.previous_id
    for found in case_rows.load(session, [home.id]):
        if found.id == replaces or not found.thing.is_open:
            continue
        if found.state != domain.RISK_REMOVED:
            raise LivingCaseError(state=state_label(CASE.subject, found.state))
        previous = found.id  # 再标注: a new risk after removal
    clue = Clue(
        scope=home.scope,
        household_id=home.id,
        clue_source=new.clue_source,
        platform_no=new.platform_no,
        received_on=new.received_on,
        text=new.text.strip(),
        reply_due_on=new.reply_due_on,
        previous_id=previous,
    )
    session.add(clue)
    session.flush()
    return clue.id


def _again(found: LoadedCase, given: StepInput, on: date) -> NewClue:
    source = given.get("clue_source") or "cadre"
    return NewClue(found.thing.row.household_id, source, given.note, on, previous_id=found.id)


def _refuse_superseded(session: Session, found: LoadedCase) -> None:
    every = case_rows.load(session, [found.thing.row.household_id])
    if found.id not in case_rows.newest(every):
        raise StepConditionError(
            action="这一步", reason="这一件已被新的识别取代", way_out="请在新的那件上办理。"
        )


def _refuse_beside_another(session: Session, found: LoadedCase) -> None:
    """One living case a household: none comes back to life while a new one is under way."""
    for other in case_rows.load(session, [found.thing.row.household_id]):
        if other.id != found.id and other.thing.is_open and other.state != domain.RISK_REMOVED:
            raise LivingCaseError(state=state_label(CASE.subject, other.state))


def _waiting(found: LoadedCase, names: Names) -> ToType | None:
    if found.state == domain.TO_ENTER:
        step, what = found.thing.last("approve"), "新识别对象"
    else:
        step = found.thing.last(*domain.TYPED_LATER, "mark-typed")
        if step is None or step.action == "mark-typed":
            return None
        what = next(r.label for s, r in found.thing.standing.taken if s.id == step.id)
    if step is None:
        return None
    row = found.thing.row
    home = row.household_id
    return ToType(
        found.id, names.number(home), names.head(home), names.village(row.scope), what,
        step.action, step.step_on,
    )  # fmt: skip


def _items(
    session: Session, found: Sequence[LoadedCase], newest: set[str], who: Who, today: date
) -> list[Item]:
    names = Names.of(session, {f.thing.row.household_id for f in found})
    arrivals = Arrivals(session)
    return [item(f.thing, _shown(session, f, newest, arrivals), names, who, today) for f in found]


def _shown(session: Session, found: LoadedCase, newest: set[str], arrivals: Arrivals) -> Shown:
    clue, case, thing = found.clue, found.case, found.thing
    object_type = case.object_type if case else thing.value("object_type")
    causes = case.causes if case else thing.value("causes")
    title = labels.label("object_type", object_type) if object_type else "线索"
    if clue is not None and not object_type:
        title = f"线索：{labels.label('clue_source', clue.clue_source)}"
    identify_by = identify_due(session, found)
    return Shown(
        title=title,
        opened_on=clue.received_on if clue else None,
        due_on=due_of(session, found, arrivals),
        more_needs=_more_needs(session, found.thing),
        fields={
            "clue_source": clue.clue_source if clue else "",
            "clue_source_label": labels.label("clue_source", clue.clue_source) if clue else "",
            "text": clue.text if clue else "",
            "platform_no": clue.platform_no if clue else "",
            "reply_due_on": clue.reply_due_on if clue else None,
            "previous_id": clue.previous_id if clue else "",
            "case_no": case.case_no if case else "",
            "object_type": object_type,
            "object_type_label": labels.label("object_type", object_type),
            "causes": causes,
            "causes_label": "、".join(
                labels.label("risk_cause", key) for key in causes.split(",") if key
            ),
            "identified_on": case.identified_on if case else "",
            "eliminated_on": case.eliminated_on if case else "",
            "removal_way": case.removal_way if case else "",
            "entered_in_national_system_on": thing.value("entered_in_national_system_on"),
            "late_entry": thing.value("late_entry"),
            "identify_late": thing.value("identify_late"),
            "identify_due_on": identify_by,
            "is_superseded": found.id not in newest,
            "holder": domain.holder(thing.standing),
        },
    )
