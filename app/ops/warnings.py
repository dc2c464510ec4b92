"""Warnings: list, show, open by hand, lead along their life. The table is app/domain/warning.py."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from app.domain import warning
from app.domain.catalogue import FormDef
from app.domain.household import AnswerKey, OpenWarning
from app.domain.lifecycle import PROGRAM
from app.domain.ownership import Actor
from app.domain.period import Period
from app.domain.warning import SETTLED_WITH
from app.errors import AppError
from app.models.base import natural_id
from app.models.household import Household, Member
from app.models.step import Step
from app.models.store import Store
from app.models.warning import HouseholdWarning
from app.ops import attachments, catalogue, due_list, proofs, warning_rows, warning_rules
from app.ops.attachments import AttachmentLine
from app.ops.changed import Changed
from app.ops.errors import (
    DuplicateWarningError,
    StepConditionError,
    UnknownHouseholdError,
)
from app.ops.lives import (
    THE_PROGRAM,
    Action,
    Added,
    StepInput,
    StepLine,
    Who,
    actions,
    bad_data,
    check,
    chosen,
    history,
    not_after,
    require_registered,
    require_text,
    write_step,
)
from app.ops.pictures import Picture
from app.ops.proofs import Proofs
from app.ops.warning_rows import Loaded, WarningLine, load, one

__all__ = [
    "Action", "BatchResult", "Loaded", "ManualWarning", "StepInput", "StepLine", "WarningLine",
    "WarningPage", "act", "act_many", "add_step", "batch", "list_warnings", "load_all",
    "open_by_household", "open_states", "open_warning", "raise_severity", "show_warning",
    "values_text",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class WarningPage:
    """A warning with why, what happened, and what may be done now."""

    line: WarningLine
    values: Mapping[str, str]
    basis: str
    question: str
    department: str
    history: tuple[StepLine, ...]
    actions: tuple[Action, ...]
    departments: tuple[str, ...] = ()
    measure_ids: tuple[str, ...] = ()
    is_event_item: bool = False
    photos: tuple[AttachmentLine, ...] = ()
    photo_words: str = ""
    calls: tuple[str, ...] = ()
    lacks_photo: bool = False


@dataclass(frozen=True, slots=True)
class ManualWarning:
    """A warning that a person opens (A1m). ``code``: a question's, or 其他.

    ``pictures`` prove it; ``photo`` is words instead: 后补, or why there is none.
    """

    household_id: str
    code: str
    severity: str
    message: str
    reason: str
    member_id: str = ""
    photo: str = ""
    due_on: str = ""
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What a batch did. ``skipped``: (warning id, why) of those that need a look of their own."""

    done: tuple[str, ...]
    skipped: tuple[tuple[str, str], ...]
    changed: Changed


def list_warnings(store: Store, today: date, *, only_open: bool = True) -> list[WarningLine]:
    """Return warnings, red first, then by due day, household and code."""
    with store.read() as session:
        lines = warning_rows.lines(session, load(session), today)
    if only_open:
        lines = [line for line in lines if line.state not in warning.ENDED]
    return sorted(lines, key=_order)


def show_warning(store: Store, warning_id: str, today: date, role: str = "") -> WarningPage:
    """Return one warning's page. ``role``: of whoever looks, for the steps; "" is every role.

    Raises:
        UnknownWarningError: no such warning.
    """
    with store.read() as session:
        loaded = one(session, warning_id)
        (line,) = warning_rows.lines(session, [loaded], today)
        who = Who(Actor("", role or "administrator"), store.level)
        extra = warning_rules.extra_needs(session, loaded)
        department = warning_rows.department(loaded)
        joined = loaded.thing.value("departments")
        photos = Proofs(session, {line.household_id})
        return WarningPage(
            line=line,
            values=json.loads(loaded.row.values or "{}"),
            basis=loaded.row.basis,
            question=loaded.row.question,
            department=department,
            history=tuple(_history(loaded)),
            actions=_shown(loaded, actions(loaded.thing, who, extra)),
            departments=tuple(filter(None, joined.split("、"))) or (department,),
            measure_ids=tuple(filter(None, loaded.thing.value("measure_ids").split(","))),
            is_event_item=warning_rules.is_event_item(loaded),
            photos=attachments.lines_of(session, photos.of(loaded.row)),
            photo_words=proofs.words(loaded.thing),
            calls=proofs.calls(session, line.household_id, line.opened_on),
            lacks_photo=warning_rules.lacks_photo(session, loaded),
        )


def act(
    store: Store,
    actor: Actor,
    warning_id: str,
    action: str,
    given: StepInput,
    today: date | None = None,
) -> tuple[WarningPage, Changed]:
    """Lead a warning one step along its life. ``today``: no step is dated after it.

    Raises:
        UnknownWarningError, StepNotAllowedError, StepRoleError, MissingStepDataError,
        StepDateError, StepConditionError, StepDataError: nothing is written.
    """
    changed = act_many(store, actor, [warning_id], action, given, today)
    shown_on = today or _day(store, given)
    return show_warning(store, warning_id, shown_on, actor.role), changed


def act_many(
    store: Store,
    actor: Actor,
    warning_ids: Sequence[str],
    action: str,
    given: StepInput,
    today: date | None = None,
) -> Changed:
    """Take one step with several warnings of a card: one row each, one operation, all or none.

    Raises:
        as ``act``; nothing is written.
    """
    on = _day(store, given)
    if today is not None:
        not_after(on, today, "今天")
    who = Who(actor, store.level)
    with store.write(f"warning.{action}", actor, given.note) as session:
        touched = [_step(session, one(session, i), action, who, given, on) for i in warning_ids]
    return Changed(frozenset({"warning_step"}), frozenset(touched))


def batch(
    store: Store,
    actor: Actor,
    warning_ids: Iterable[str],
    action: str,
    given: StepInput,
    today: date | None = None,
) -> BatchResult:
    """Take one step with many warnings in one operation; what needs a look of its own is skipped.

    Red ones never go in a batch, nor what lacks the proof that question and level ask for.
    ``today``: no step is dated after it.

    Raises:
        StepDateError, UnknownWarningError: nothing is written.
    """
    on, who = _day(store, given), Who(actor, store.level)
    if today is not None:
        not_after(on, today, "今天")
    done, skipped, households = [], [], set()
    with store.write(f"warning.{action}", actor, given.note) as session:
        for warning_id in warning_ids:
            loaded = one(session, warning_id)
            reason = _no_batch(session, loaded, action, who, given, on)
            if reason:
                skipped.append((warning_id, reason))
                continue
            try:
                households.add(_step(session, loaded, action, who, given, on))
                done.append(warning_id)
            except StepConditionError as error:
                skipped.append((warning_id, str(error.facts["reason"])))
    tables = frozenset({"warning_step"}) if done else frozenset()
    return BatchResult(tuple(done), tuple(skipped), Changed(tables, frozenset(households)))


def open_warning(
    store: Store, actor: Actor, new: ManualWarning, today: date
) -> tuple[WarningPage, Changed]:
    """Open a warning by hand (A1m): it goes to the township at once.

    Raises:
        UnknownHouseholdError, DuplicateWarningError, StepDataError: nothing is written.
    """
    require_text({"message": new.message})
    values = {"photo": new.photo, "due_on": new.due_on}
    given = StepInput(new.reason, today, {k: v for k, v in values.items() if v})
    who = Who(actor, store.level)
    with store.write("warning.open", actor, new.reason) as session:
        household = session.get(Household, new.household_id)
        if household is None:
            raise UnknownHouseholdError
        require_registered(household)
        row = _manual_row(session, household, new, today)
        session.add(row)
        session.flush()
        thing = attachments.Thing("warning", row.id)
        attachments.add_in(session, actor, [thing], new.pictures, "", today)
        _step(session, Loaded(row, []), "open", who, given, today)
        due_list.add(session, store, {household.id})  # an open warning makes due
        warning_id = row.id
    page = show_warning(store, warning_id, today)
    return page, Changed(frozenset({"warning"}), frozenset({new.household_id}))


def _manual_row(
    session: Session, household: Household, new: ManualWarning, today: date
) -> HouseholdWarning:
    code = new.code or warning.OTHER_CODE
    _check_manual(session, household, new, today)
    known = [
        loaded
        for loaded in load(session, {household.id})
        if (loaded.row.code, loaded.row.member_id) == (code, new.member_id)
    ]
    if any(loaded.state not in warning.ENDED for loaded in known):
        raise DuplicateWarningError(code=code)
    severity = chosen(StepInput(values={"severity": new.severity}), "severity",
                      warning.SEVERITIES, "severity")  # fmt: skip
    occurrence = len(known) + 1
    return HouseholdWarning(
        id=natural_id("warning", household.id, code, new.member_id, str(occurrence)),
        scope=household.scope,
        household_id=household.id,
        member_id=new.member_id,
        code=code,
        occurrence=occurrence,
        severity=severity,
        message=new.message,
        basis="人工提出",
        question="" if code == warning.OTHER_CODE else code,
        period=f"{today:%Y-%m}",
        opened_on=today,
        is_manual=True,
    )


def _check_manual(session: Session, household: Household, new: ManualWarning, today: date) -> None:
    """A manual warning is of a question or 其他, and of somebody of this household.

    Raises:
        StepDataError: it is not.
    """
    known = {warning.OTHER_CODE, "", *catalogue.form_for(Period.of(today)).by_code}
    if new.code not in known:
        raise bad_data("code", new.code, "应是题目的编号或“其他”")
    member = session.get(Member, new.member_id) if new.member_id else None
    if new.member_id and (member is None or member.household_id != household.id):
        raise bad_data("member_id", "", "不是本户的人")
    if member is not None and member.member_status != "present":
        raise bad_data("member_id", "", "已经不在户")


def add_step(  # noqa: PLR0913, PLR0917  one row, all its columns
    session: Session,
    row: HouseholdWarning,
    steps: list[Step],
    action: str,
    level: str,
    given: StepInput,
    actor: str,
    on: date,
) -> None:
    """Write a step of the program; the caller has checked that the table allows it."""
    who = THE_PROGRAM if level == PROGRAM else Who(Actor(actor, "administrator"), level)
    write_step(session, Loaded(row, steps).thing, action, who, replace(given, on=on))


def raise_severity(
    session: Session, loaded: Loaded, severity: str, message: str, today: date
) -> None:
    """Note that the same finding has become graver (A1 again, higher): a program step.

    The row keeps what was found first, so that the steps before keep their meaning.
    """
    given = StepInput(message, today)
    check(loaded.thing, "raise", THE_PROGRAM, given, today)
    write_step(session, loaded.thing, "raise", THE_PROGRAM, given, Added(kind=severity))


def propose_cancel(session: Session, loaded: Loaded, reason: str, today: date) -> bool:
    """Mark a warning 拟撤销 whose question is no longer asked (A17b); False if that is no news.

    A mark that the township took back (保留) is not made again in the same month.
    """
    if loaded.state in warning.ENDED or loaded.thing.standing.has_taken("propose-cancel"):
        return False
    kept = loaded.thing.last("keep")
    if kept is not None and Period.of(kept.step_on) == Period.of(today):
        return False  # the township has just said that it stays
    given = StepInput(f"题目已不适用：{reason}", today)
    write_step(session, loaded.thing, "propose-cancel", THE_PROGRAM, given)
    return True


def propose_obsolete(
    session: Session,
    household_id: str,
    asked: Collection[AnswerKey],
    found: Collection[AnswerKey],
    form: FormDef,
    today: date,
) -> list[str]:
    """Mark 拟撤销 what is open on a question that is no longer asked of this subject (A17b).

    Also R-07 and R-08 that are no longer found and whose own question is not open (A18r: the
    person works again). What this month's own submission withdrew is not open any more.

    Args:
        asked: the keys of the sheet as submitted.
        found: (code, member id) of its findings.
    """
    known = open_states(session, {household_id})
    open_now = {(loaded.row.code, loaded.row.member_id) for loaded in known}
    marked = []
    for loaded in known:
        row = loaded.row
        if row.is_manual:
            continue
        reason = ""
        if row.code in form.by_code and (row.code, row.member_id) not in asked:
            reason = form.question(row.code).label
        leader = SETTLED_WITH.get(row.code)
        is_alone = leader is not None and (leader, row.member_id) not in open_now
        if is_alone and (row.code, row.member_id) not in found:
            reason = "情况已恢复"
        if reason and propose_cancel(session, loaded, reason, today):
            marked.append(row.id)
    return marked


def cancel_open(
    session: Session, household_id: str, member_id: str | None, reason: str, today: date
) -> list[str]:
    """Cancel the open warnings of a household that is no more, or of a member who is gone (A17).

    ``member_id`` None: of the whole household. R-10 speaks of the loss itself and stays.
    """
    cancelled = []
    for loaded in load(session, {household_id}):
        is_meant = member_id is None or (
            loaded.row.member_id == member_id and loaded.row.code != "R-10"
        )
        if is_meant and loaded.state not in warning.ENDED:
            given = StepInput(reason, today)
            write_step(session, loaded.thing, "cancel", THE_PROGRAM, given)
            cancelled.append(loaded.row.id)
    return cancelled


def open_states(session: Session, household_ids: Iterable[str]) -> list[Loaded]:
    """Return the open warnings of households, for facts and for reconciling."""
    found = load(session, household_ids)
    return [loaded for loaded in found if loaded.state not in warning.ENDED]


def load_all(session: Session, household_ids: Iterable[str]) -> list[Loaded]:
    """Return every warning of households, ended ones included."""
    return load(session, household_ids)


def open_by_household(
    session: Session, household_ids: set[str] | None
) -> dict[str, tuple[OpenWarning, ...]]:
    """Return household id → its open warnings, as the rules see them (None: all households)."""
    found: dict[str, list[OpenWarning]] = {}
    for loaded in load(session, household_ids):
        if loaded.state not in warning.ENDED:
            row, due = loaded.row, warning_rows.remedy_limit(loaded)
            known = OpenWarning(row.code, due, row.member_id, loaded.severity, row.period)
            found.setdefault(row.household_id, []).append(known)
    return {household_id: tuple(group) for household_id, group in found.items()}


def values_text(values: Mapping[str, str]) -> str:
    """Return the values a finding used, as kept with its warning."""
    return json.dumps(dict(values), ensure_ascii=False)


def _step(
    session: Session, loaded: Loaded, action: str, who: Who, given: StepInput, on: date
) -> str:
    """Check and write one step with what follows from it; return the household's id."""
    extra = warning_rules.extra_needs(session, loaded)
    given = warning_rules.completed(loaded, action, given)
    check(loaded.thing, action, who, given, on, extra)
    added = warning_rules.prepare(session, loaded, action, who, given, on)
    added = replace(added, more={**added.more, **warning_rows.received(session, loaded, on)})
    write_step(session, loaded.thing, action, who, replace(given, on=on), added)
    _settle(session, loaded.again(), on)
    return loaded.row.household_id


def _shown(loaded: Loaded, allowed: tuple[Action, ...]) -> tuple[Action, ...]:
    """Leave out the urgent channel where it is of no use."""
    is_for_it = warning_rules.may_be_urgent(loaded) and not loaded.is_urgent
    return tuple(action for action in allowed if action.name != "urgent" or is_for_it)


def _settle(session: Session, ended: Loaded, on: date) -> None:
    """End what lives only with this warning (A18r): R-07 with ED-01, R-08 with EM-01."""
    if ended.state not in (warning.CLOSED, warning.CANCELLED):
        return
    action = "settle" if ended.state == warning.CLOSED else "cancel"
    for loaded in load(session, {ended.row.household_id}):
        leader = SETTLED_WITH.get(loaded.row.code)
        is_same = leader == ended.row.code and loaded.row.member_id == ended.row.member_id
        if is_same and loaded.state not in warning.ENDED:
            given = StepInput(f"随{leader}一起结束", on, {"linked_id": ended.row.id})
            write_step(session, loaded.thing, action, THE_PROGRAM, given)


def _no_batch(
    session: Session, loaded: Loaded, action: str, who: Who, given: StepInput, on: date
) -> str:
    """Return why a warning does not go in a batch, "" if it does."""
    if loaded.severity in warning.NOT_IN_BATCH:
        return "红色要逐条看"
    photos = Proofs(session, {loaded.row.household_id})
    lacking = warning_rules.missing_proof(loaded, len(photos.of(loaded.row)))
    if lacking:
        return lacking
    try:
        extra = warning_rules.extra_needs(session, loaded)
        check(loaded.thing, action, who, given, on, extra)
    except AppError as error:
        return error.message.format_map(error.facts)
    return ""


def _day(store: Store, given: StepInput) -> date:
    return given.on or store.clock().astimezone(warning_rows.CHINA).date()


def _history(loaded: Loaded) -> Iterable[StepLine]:
    if not loaded.row.is_manual:
        yield StepLine(loaded.row.opened_on, "系统提示", "程序", "village", "", "detect")
    yield from history(loaded.thing)


def _order(line: WarningLine) -> tuple[int, date, str, str]:
    rank = {"red": 0, "orange": 1, "yellow": 2, "blue": 3}
    return rank[line.severity], line.due_on or date.max, line.household_no, line.code
