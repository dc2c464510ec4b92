"""Rows → ``PaperSource``: what a paper of a case, a warning, a change or a visit is made from."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import natural_change as changing
from app.domain.case import CheckItem
from app.domain.labels import label
from app.domain.lifecycle import Transition
from app.domain.papers import Deed, Offices, OrderLine, PaperSource
from app.domain.period import Period
from app.models.form import Visit
from app.models.step import Step
from app.models.store import Store
from app.ops import (
    case_rules,
    measure_rows,
    removal_checks,
    warning_rows,
)
from app.ops.case_rows import LoadedCase
from app.ops.limits import limit
from app.ops.lives import Living, values_of
from app.ops.names import Names
from app.ops.plan_catalogue import catalogue_for
from app.ops.plan_sources import area_names, plan_sources
from app.ops.warning_rows import Loaded, WarningLine

_REVIEWS = {"初审清单": "pass", "预警监测对象名单": "determine", "已销号台账": "close"}
_PUBLICITY = frozenset({"公示", "公示结果", "公告", "批复"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A paper that somebody wants: of which thing, and of which of its steps (None: by hand)."""

    name: str
    thing: Living
    step_id: str
    today: date


def deeds_of(thing: Living) -> tuple[Deed, ...]:
    """Return the steps that the table allowed, oldest first."""
    return tuple(_deed(step, row) for step, row in thing.standing.taken if isinstance(step, Step))


def _deed(step: Step, row: Transition) -> Deed:
    return Deed(
        step.action, row.label, step.step_on, step.actor, step.level, step.note, values_of(step)
    )


def offices(session: Session, store: Store, scope: str) -> Offices:
    """Return what county, township and village of a village's code are called."""
    names = area_names(session, store)
    codes = dict.fromkeys((f"{scope[:6]}000000", f"{scope[:9]}000", scope))
    found = [names.get(code, "") for code in codes]  # a county has fewer codes than a village
    return Offices(*found)


def _base(session: Session, store: Store, asked: Asked) -> PaperSource:
    thing = asked.thing
    place = next(
        (n for n, (step, _) in enumerate(thing.standing.taken) if step.id == asked.step_id), None
    )
    deeds = deeds_of(thing)
    return PaperSource(
        name=asked.name,
        printed_on=asked.today,
        offices=offices(session, store, thing.row.scope),
        deed=None if place is None else deeds[place],
        # a paper of an earlier step does not know what came after it
        deeds=deeds if place is None else deeds[: place + 1],
        household=plan_sources(store, [thing.row.household_id], asked.today)[0],
    )


def of_case(session: Session, store: Store, asked: Asked, found: LoadedCase) -> PaperSource:
    """Return the source of a paper of a clue or case."""
    source = _base(session, store, asked)
    clue, case = found.clue, found.case
    facts = {
        "clue_source_label": label("clue_source", clue.clue_source) if clue else "",
        "platform_no": clue.platform_no if clue else "",
        "received_on": clue.received_on.isoformat() if clue else "",
        "reply_due_on": _day(clue.reply_due_on) if clue else "",
        "text": clue.text if clue else "",
        "object_type": case.object_type if case else "",
        "causes": case.causes if case else "",
        "identified_on": (case.identified_on or "") if case else "",
        "eliminated_on": (case.eliminated_on or "") if case else "",
        "removal_way": (case.removal_way or "") if case else "",
    }
    policy, procedure = case_rules.procedure_of(session, found.thing.row.scope, source.day)
    if source.deed is not None and source.deed.action == "accept":
        facts["visit_due_on"] = limit(policy, "verify_days", source.deed.on).isoformat()
    source = replace(source, facts=facts, publicity_days=procedure.publicity_days)
    if asked.name in _PUBLICITY:
        groups = catalogue_for(Period.of(source.day)).reason_groups
        main = source.known("causes").split(",")[0]
        return replace(source, reason_group=groups.get(main, groups["other"]))
    if asked.name == "风险消除评估表":
        return replace(source, checks=_checks(session, found, source))
    return source


def _checks(session: Session, found: LoadedCase, source: PaperSource) -> tuple[CheckItem, ...]:
    way = source.said("removal_way") or "by_help"
    return removal_checks.checks(session, found, source.day, way)


def of_change(session: Session, store: Store, asked: Asked) -> PaperSource:
    """Return the source of a paper of a natural change."""
    source, row = _base(session, store, asked), asked.thing.row
    names = Names.of(session, {row.household_id})
    facts = {
        "change_kind_label": changing.KIND_LABELS[row.change_kind],
        "reason_label": changing.reason_label(row.change_kind, row.reason),
        "member": names.member(row.member_id),
        "effective_on": _day(row.effective_on),
        "proof": row.proof,
    }
    return replace(source, facts=facts)


def of_warning(session: Session, store: Store, asked: Asked, loaded: Loaded) -> PaperSource:
    """Return the source of a paper of a warning; its lists hold all of the same day and level."""
    source = _base(session, store, asked)
    (line,) = warning_rows.lines(session, [loaded], asked.today)
    follow_up = last_follow_up(session, loaded)
    facts = {
        "code": line.code,
        "message": line.message,
        "member": line.member_name,
        "severity": line.severity,
        "department": line.department,
        "opened_on": line.opened_on.isoformat(),
        "due_on": _day(line.remedy_due_on),
        "level": source.deed.level if source.deed else warning_rows.holder(loaded),
        **_visit_facts(follow_up, Names.of(session, {line.household_id})),
    }
    source = replace(source, facts=facts, department=line.department)
    if asked.name in _REVIEWS:
        return replace(source, lines=tuple(_rows(session, source, asked)))
    return replace(source, orders=tuple(order_lines(session, [loaded], asked.today)))


def _rows(session: Session, source: PaperSource, asked: Asked) -> Iterator[tuple[str, ...]]:
    """Yield what went through the same step on the same day; of 销号 everything until then."""
    action = _REVIEWS[asked.name]
    found = []
    for loaded in warning_rows.load(session):
        step = loaded.thing.last(action)
        if step is None or step.step_on > source.day:
            continue
        if action == "close" or step.step_on == source.day:
            found.append((loaded, step.step_on))
    lines = warning_rows.lines(session, [loaded for loaded, _ in found], asked.today)
    for line, (_, on) in zip(lines, found, strict=True):
        yield _list_row(line, on if action == "close" else line.remedy_due_on)


def _list_row(line: WarningLine, day: date | None) -> tuple[str, ...]:
    return (
        line.village, line.household_no, line.head_name, line.member_name or "全户", line.code,
        line.message, label("severity", line.severity), line.opened_on.isoformat(), _day(day),
        line.department,
    )  # fmt: skip


def order_lines(session: Session, found: Iterable[Loaded], today: date) -> Iterator[OrderLine]:
    """Yield a line for each measure of the warnings; one without measures has a line of its own."""
    known = list(found)
    for loaded, line in zip(known, warning_rows.lines(session, known, today), strict=True):
        base = OrderLine(
            village=line.village,
            household_no=line.household_no,
            head_name=line.head_name,
            subject=line.member_name or "全户",
            matter=f"{line.code} {line.message}",
            severity=line.severity,
            due_on=_day(line.remedy_due_on),
        )
        measures = measure_rows.answering(session, loaded.row.id, loaded.row.household_id)
        for thing in measures:
            yield _measured(base, thing)
        if not measures:
            yield base


def _measured(base: OrderLine, thing: Living) -> OrderLine:
    row, done = thing.row, thing.last("finish")
    return replace(
        base,
        measure="：".join(filter(None, (row.measure_kind, row.content))),
        responsible_person=row.responsible_person,
        done_on=done.step_on.isoformat() if done else "",
        result=done.note if done else "",
    )


def last_follow_up(session: Session, loaded: Loaded) -> Visit | None:
    """Return the newest 回访 of the household after the completion date, None if there is none."""
    done = loaded.thing.last("done")
    query = select(Visit).filter_by(household_id=loaded.row.household_id, purpose="follow_up")
    since = done.step_on if done else loaded.row.opened_on
    after = (row for row in session.scalars(query) if row.visited_on >= since)
    return max(after, key=lambda row: (row.visited_on, row.id), default=None)


def _visit_facts(row: Visit | None, names: Names) -> Mapping[str, str]:
    if row is None:
        return {}
    return {
        "visited_on": row.visited_on.isoformat(),
        "visitor": row.visitor,
        "visit_way_label": label("visit_way", row.visit_way),
        "met_member": names.member(row.met_member_id),
        "content": row.content,
    }


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
