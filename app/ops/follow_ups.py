"""What was asked after an answer, and the roster changes that it proposes."""

import json
from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import follow_up
from app.domain.follow_up import Proposal
from app.domain.household import AnswerKey
from app.domain.ownership import Actor
from app.domain.period import Period
from app.models.base import natural_id
from app.models.form import Answer, Sheet
from app.models.household import Member
from app.models.store import Store
from app.ops import sheet_context
from app.ops.changed import Changed
from app.ops.errors import AnswerError
from app.ops.sheet_answers import require_filling
from app.ops.sheet_context import SheetContext, month_of


def save_follow_up(
    store: Store,
    actor: Actor,
    sheet_id: str,
    key: AnswerKey,
    replies: Mapping[str, str],
    today: date,
) -> Changed:
    """Keep the replies (name of the ask → value) beside an answer; "" takes one back.

    Raises:
        SheetStateError: the month takes no answers.
        AnswerError: nothing is asked after this answer, or a reply that it does not take.
    """
    with store.write("sheet.follow_up", actor) as session:
        sheet = session.get_one(Sheet, sheet_id)
        require_filling(session, sheet)
        context = _context(session, sheet, today)
        _check(context, key, replies)
        row = session.get_one(Answer, natural_id("answer", sheet_id, *key))
        kept = {**_replies(row), **replies}
        kept = {name: value for name, value in kept.items() if value}
        row.follow_up = json.dumps(kept, ensure_ascii=False, sort_keys=True) if kept else ""
        return Changed(frozenset({"answer"}), frozenset({sheet.household_id}))


def proposals(store: Store, sheet_id: str, today: date) -> tuple[Proposal, ...]:
    """Return what a sheet's answers suggest to change in the roster and it does not say yet."""
    with store.read() as session:
        sheet = session.get_one(Sheet, sheet_id)
        return _proposals(session, sheet, _context(session, sheet, today))


def accept(
    store: Store, actor: Actor, sheet_id: str, accepted: Collection[Proposal], today: date
) -> Changed:
    """Write proposals into the roster, after a person has seen them; others are passed over.

    Raises:
        SheetStateError: the month takes no answers.
    """
    with store.write("roster.proposal", actor, "走访登记") as session:
        sheet = session.get_one(Sheet, sheet_id)
        require_filling(session, sheet)
        standing = _proposals(session, sheet, _context(session, sheet, today))
        for proposal in standing:
            if proposal in accepted:
                member = session.get_one(Member, proposal.member_id)
                setattr(member, proposal.field, proposal.new)
        return Changed(frozenset({"member"}), frozenset({sheet.household_id}))


def _context(session: Session, sheet: Sheet, today: date) -> SheetContext:
    period = Period.parse(sheet.period)
    return sheet_context.one(session, month_of(period, today), sheet.household_id)


def _check(context: SheetContext, key: AnswerKey, replies: Mapping[str, str]) -> None:
    question = context.form.question(key[0])
    asks = {a.name: a for a in follow_up.asks_of(question, context.given.answers.get(key))}
    for name, value in replies.items():
        ask = asks.get(name)
        if ask is None:
            raise AnswerError(question=question.label, reason="这个答案后面没有这一问。")
        reason = follow_up.problem(ask, value, context.given.members) if value else ""
        if reason:
            raise AnswerError(question=question.label, reason=f"{reason}。")


def _proposals(session: Session, sheet: Sheet, context: SheetContext) -> tuple[Proposal, ...]:
    rows = session.scalars(select(Answer).filter_by(sheet_id=sheet.id))
    replies = {(row.question, row.member_id): _replies(row) for row in rows}
    return tuple(
        proposal
        for (code, member_id), value in context.given.answers.items()
        for proposal in follow_up.proposals(
            context.form.question(code),
            member_id,
            value,
            replies.get((code, member_id), {}),
            context.given.members,
        )
    )


def _replies(row: Answer) -> dict[str, str]:
    found: dict[str, str] = json.loads(row.follow_up or "{}")
    return found
