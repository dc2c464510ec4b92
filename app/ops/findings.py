"""D and N findings as doubts (疑点) and negative-list checks, made when a month is checked."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.household import Finding
from app.domain.lifecycle import Lifecycle
from app.domain.period import Period
from app.domain.registers import DOUBT, NEGATIVE
from app.models.base import natural_id
from app.models.household import Household
from app.models.register import DataDoubt, NegativeCheck
from app.models.step import steps_of
from app.ops.lives import THE_PROGRAM, Living, StepInput, living, write_step

_Row = type[DataDoubt] | type[NegativeCheck]
_SETTLED = frozenset({"confirmed_ok", "untrue", "harmless"})  # looked into: not asked again


def note_findings(
    session: Session,
    home: Household,
    period: Period,
    findings: Sequence[Finding],
    today: date,
    misplaced: Sequence[Finding] = (),
) -> int:
    """Open a doubt or check for each D or N finding; return how many are new.

    ``misplaced``: doubts of the form itself (此题不该问本户), by the code of the question.

    The same finding that somebody has looked into before is not opened again. A doubt that no
    longer shows is 已更正.
    """
    doubts = [f for f in findings if f.code.startswith("D-")]
    negatives = [f for f in findings if f.code.startswith("N-")]
    made = _note(session, home, period, [*doubts, *misplaced], DataDoubt, DOUBT, today)
    made += _note(session, home, period, negatives, NegativeCheck, NEGATIVE, today)
    _correct_gone(session, home.id, doubts, today)
    return made


_OWN_DOUBTS = "D-"  # a doubt of another code came in a list, or with a question that does not fit


def _note(  # noqa: PLR0913, PLR0917  one register after the other
    session: Session,
    home: Household,
    period: Period,
    findings: Sequence[Finding],
    table: _Row,
    life: Lifecycle,
    today: date,
) -> int:
    known = load(session, table, life, home.id)
    closed = {_key(t) for t in known if t.state in _SETTLED}
    waiting = {_key(t)[:2] for t in known if t.is_open}
    made = 0
    for finding in findings:
        subject = finding.code, finding.member_id
        if (*subject, finding.message) in closed or subject in waiting:
            continue
        waiting.add(subject)
        row_id = natural_id(table.__tablename__, home.id, str(period), *subject)
        if session.get(table, row_id) is not None:
            continue  # decided this month already
        session.add(
            table(
                id=row_id,
                scope=home.scope,
                household_id=home.id,
                member_id=finding.member_id,
                code=finding.code,
                severity=finding.severity,
                message=finding.message,
                period=str(period),
                opened_on=today,
            )
        )
        made += 1
    session.flush()
    return made


def _correct_gone(
    session: Session, household_id: str, doubts: Sequence[Finding], today: date
) -> None:
    """Close what the program itself found and finds no more; lists from above are answered."""
    found = {(f.code, f.member_id) for f in doubts}
    for thing in load(session, DataDoubt, DOUBT, household_id):
        is_own = thing.row.code.startswith(_OWN_DOUBTS)
        if is_own and thing.is_open and _key(thing)[:2] not in found:
            given = StepInput("复查时已不再出现", today)
            write_step(session, thing, "correct", THE_PROGRAM, given)


def load(session: Session, table: _Row, life: Lifecycle, household_id: str = "") -> list[Living]:
    """Return the rows of a register with their lives, oldest first."""
    query = select(table).order_by(table.opened_on, table.id)
    if household_id:
        query = query.where(table.household_id == household_id)
    rows = list(session.scalars(query))
    steps = steps_of(session, life.subject, [row.id for row in rows])
    return [living(row, steps.get(row.id, []), life) for row in rows]


def _key(thing: Living) -> tuple[str, str, str]:
    return thing.row.code, thing.row.member_id, thing.row.message
