"""Rules over rows that a merge can break: one head, a person once, one living case, one next step.

Computed from the tables whenever asked for, so that nothing can be out of date.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.domain import labels
from app.domain.case import ENDED, RISK_REMOVED
from app.domain.household import HEAD
from app.domain.lifecycles import BY_SUBJECT
from app.models.base import natural_id
from app.models.conflict import PersonJoin, step_conflict_id
from app.models.household import Household, Member, MonitoredCase
from app.models.journal import ACTIVE, ChangeRow, ChangesetRow
from app.models.step import Rivals, Step, rivals_of
from app.ops import case_rows
from app.ops.exchange_lines import ConflictLine, SideLine
from app.ops.lives import SUBJECT_WORDS
from app.sync.trust import Trust

HEADS, PERSON, CASES, STEPS = "heads", "person", "cases", "steps"
_PRESENT = "present"


def breaches(
    session: Session, trust: Trust, only: Iterable[str] | None = None
) -> list[ConflictLine]:
    """Return what breaks a rule, of these households (None: of all)."""
    found = [
        *_heads(session, trust),
        *_persons(session, trust),
        *_cases(session, trust),
        *(_rivals(session, rivals, trust) for rivals in rivals_of(session)),
    ]
    if only is None:
        return found
    wanted = set(only)
    return [line for line in found if line.household_id in wanted]


def _there() -> list[ColumnElement[bool]]:
    """Members who count: present, in a household that is there."""
    return [Member.member_status == _PRESENT, Household.removed_on.is_(None)]


def _heads(session: Session, trust: Trust) -> Iterable[ConflictLine]:
    query = (
        select(Member.household_id)
        .join(Household, Household.id == Member.household_id)
        .where(*_there(), Member.relation == HEAD)
        .group_by(Member.household_id)
        .having(func.count() > 1)
    )
    for home in session.scalars(query).all():
        members = select(Member).filter_by(household_id=home, relation=HEAD, member_status=_PRESENT)
        rows = session.scalars(members.order_by(Member.number, Member.id)).all()
        sides = [_member_side(session, at, row, trust) for at, row in enumerate(rows, 1)]
        yield _line(session, HEADS, ("member", home, "relation"), home, sides, "户主")


def _persons(session: Session, trust: Trust) -> Iterable[ConflictLine]:
    """The same identity number twice in a village is offered for joining."""
    query = (
        select(Member.scope, Member.id_no)
        .join(Household, Household.id == Member.household_id)
        .where(*_there(), Member.id_no != "", Member.is_id_no_valid)
        .group_by(Member.scope, Member.id_no)
        .having(func.count() > 1)
    )
    apart = {
        (row.member_id, row.other_id)
        for row in session.scalars(select(PersonJoin).where(~PersonJoin.is_one))
    }
    for scope, id_no in session.execute(query).all():
        rows = session.scalars(
            select(Member)
            .join(Household, Household.id == Member.household_id)
            .where(*_there(), Member.scope == scope, Member.id_no == id_no)
            .order_by(Member.id)
        ).all()
        if all((rows[0].id, row.id) in apart for row in rows[1:]):
            continue
        sides = [_member_side(session, at, row, trust) for at, row in enumerate(rows, 1)]
        unit = ("member", rows[0].id, "id_no")
        yield _line(session, PERSON, unit, rows[0].household_id, sides, "证件号码")


def _cases(session: Session, trust: Trust) -> Iterable[ConflictLine]:
    query = select(MonitoredCase.household_id).group_by(MonitoredCase.household_id)
    homes = list(session.scalars(query.having(func.count() > 1)))
    if not homes:
        return
    living: dict[str, list[case_rows.LoadedCase]] = defaultdict(list)
    for loaded in case_rows.load(session, homes):
        if loaded.case is not None and loaded.state not in ENDED | {RISK_REMOVED}:
            living[loaded.case.household_id].append(loaded)
    for home, cases in sorted(living.items()):
        if len(cases) < 2:
            continue
        sides = [
            _side(
                session,
                at,
                ("monitored_case", loaded.id),
                labels.label("case_state", loaded.state),
                trust,
            )
            for at, loaded in enumerate(cases, 1)
        ]
        unit = ("monitored_case", home, "household_id")
        yield _line(session, CASES, unit, home, sides, "监测对象")


def _rivals(session: Session, rivals: Rivals, trust: Trust) -> ConflictLine:
    life = BY_SUBJECT[rivals.subject]
    words = {row.action: row.label for row in life.transitions}
    sides = [
        _side(session, at, ("step", step.id), words.get(step.action, step.action), trust)
        for at, step in enumerate(_in_force_first(rivals.steps), 1)
    ]
    unit = (rivals.subject, rivals.subject_id, rivals.follows)
    home = rivals.steps[0].household_id
    line = _line(session, STEPS, unit, home, sides, SUBJECT_WORDS[rivals.subject])
    named = step_conflict_id(rivals.subject_id, rivals.follows)
    return replace(line, conflict_id=named, scope=rivals.steps[0].scope, blocks=True)


def _in_force_first(steps: Iterable[Step]) -> list[Step]:
    order = {"county": 0, "township": 1, "village": 2}
    return sorted(steps, key=lambda step: (order.get(step.level, 3), step.id))


def _member_side(session: Session, at: int, row: Member, trust: Trust) -> SideLine:
    home = session.get_one(Household, row.household_id)
    text = f"{home.household_no}号户 {row.name}（{row.relation}）"
    return _side(session, at, ("member", row.id), text, trust)


def _side(session: Session, at: int, row: tuple[str, str], text: str, trust: Trust) -> SideLine:
    """Return a row as one side, with the last changeset that wrote it."""
    query = (
        select(ChangesetRow)
        .join(ChangeRow, ChangeRow.changeset_id == ChangesetRow.id)
        .where(ChangeRow.table_name == row[0], ChangeRow.row_id == row[1])
        .where(ChangesetRow.state == ACTIVE)
        .order_by(ChangesetRow.at.desc(), ChangesetRow.digest)
    )
    made = session.scalars(query.limit(1)).first()
    certificate = trust.certificate(made.origin) if made else None
    return SideLine(
        changeset="/".join((made.origin, made.epoch, made.scope, str(made.number))) if made else "",
        values={"/".join(row): text},
        actor=made.actor if made else "",
        at=made.at if made else "",
        level=certificate.identity.level if certificate else "",
        is_in_force=at == 1,
        side=str(at),
        text=text,
    )


def _line(
    session: Session,
    kind: str,
    unit: tuple[str, str, str],
    home: str,
    sides: list[SideLine],
    label: str,
) -> ConflictLine:
    household = session.get(Household, home) if home else None
    return ConflictLine(
        *unit,
        household_id=home,
        household_no=household.household_no if household else "",
        sides=tuple(sides),
        conflict_id=natural_id("conflict", kind, *unit[:2]),
        kind=kind,
        label=label,
        scope=household.scope if household else "",
        blocks=False,
    )
