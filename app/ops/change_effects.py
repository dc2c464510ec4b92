"""What a decided natural change does to the roster. Called inside the operation that decides it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain import natural_change as domain
from app.domain.household import HEAD
from app.domain.natural_change import NATURAL_CHANGE
from app.domain.period import Period, months_between
from app.models.base import natural_id
from app.models.change import NaturalChange, details_of
from app.models.household import Household, Member
from app.models.step import steps_of
from app.ops import household_moves, policies, warnings
from app.ops.change_rules import PRESENT, ids_of, present, relations_of
from app.ops.household_moves import Move
from app.ops.lives import Living, living

SPLIT_FLAG = "split_recent"
EXTINCT = domain.KIND_LABELS[domain.EXTINCT]
_MEMBER_FIELDS = (
    "name", "relation", "sex", "birth_date", "id_no", "ethnicity", "education", "labor_skill",
    "medical_insurance", "disability_cert_no",
)  # fmt: skip


def apply(session: Session, row: NaturalChange, today: date) -> set[str]:
    """Bring a change into the roster; return the households touched. Nothing is deleted."""
    return _EFFECTS[row.change_kind](session, row, details_of(row), today)


def expire_split_flags(session: Session, today: date) -> None:
    """Take the mark of a 分户 off both households after split_months; a later split renews it."""
    done = [t for t in _splits(session) if t.state == domain.DONE]
    last: dict[str, date] = {}
    for thing in done:
        for home in (thing.row.household_id, natural_id("household", thing.row.id)):
            if thing.row.effective_on is not None:
                last[home] = max(last.get(home, date.min), thing.row.effective_on)
    for home_id, split_on in last.items():
        household = session.get(Household, home_id)
        if household is None:
            continue
        policy = policies.policy_for(session, Period.of(today), household.scope)
        if months_between(split_on, today) >= int(policy.process["split_months"]):
            flags = filter(None, household.flags.split(","))
            household.flags = ",".join(flag for flag in flags if flag != SPLIT_FLAG)


def _splits(session: Session) -> list[Living]:
    """Return the splits with their lives."""
    rows = list(session.scalars(select(NaturalChange).filter_by(change_kind=domain.SPLIT)))
    steps = steps_of(session, NATURAL_CHANGE.subject, [row.id for row in rows])
    return [living(r, steps.get(r.id, []), NATURAL_CHANGE, r.change_kind) for r in rows]


def _increase(
    session: Session, row: NaturalChange, details: Mapping[str, Any], _today: date
) -> set[str]:
    if row.reason in domain.RETURNS:
        member = session.get_one(Member, row.member_id)
        member.member_status, member.left_on = PRESENT, None
        return {row.household_id}
    given = {name: str(details[name]) for name in _MEMBER_FIELDS if details.get(name)}
    session.add(
        Member(
            id=natural_id("member", row.id),
            scope=row.scope,
            household_id=row.household_id,
            number=_next_number(session, row.household_id),
            joined_on=row.effective_on,
            **given,
        )
    )
    session.flush()
    return {row.household_id}


def _decrease(
    session: Session, row: NaturalChange, _details: Mapping[str, Any], today: date
) -> set[str]:
    member = session.get_one(Member, row.member_id)
    member.member_status = domain.DECREASE_STATUS[row.reason]
    member.left_on = row.effective_on
    session.flush()
    word = domain.reason_label(domain.DECREASE, row.reason)
    warnings.cancel_open(session, row.household_id, member.id, f"本人已{word}", today)
    if not present(session, row.household_id):
        home = session.get_one(Household, row.household_id)
        ask_extinct(session, home, row.id, today, proof=row.proof, period=row.period)
    return {row.household_id}


def ask_extinct(
    session: Session, home: Household, cause: str, today: date, *, proof: str = "", period: str = ""
) -> None:
    """The last one is gone: the task 整户自然减少 waits for the village; of the last leaving.

    ``cause``: id of what took the last one away (a change, an import), so that it asks once.
    """
    gone = select(func.max(Member.left_on)).filter_by(household_id=home.id)
    session.add(
        NaturalChange(
            id=natural_id("change", home.id, domain.EXTINCT, cause),
            scope=home.scope,
            household_id=home.id,
            change_kind=domain.EXTINCT,
            effective_on=session.scalar(gone),
            proof=proof,
            reported_on=today,
            period=period,
        )
    )
    session.flush()


def _split(
    session: Session, row: NaturalChange, details: Mapping[str, Any], today: date
) -> set[str]:
    old, going = session.get_one(Household, row.household_id), ids_of(details)
    new = Household(
        id=natural_id("household", row.id),
        scope=old.scope,
        household_no=str(details.get("household_no") or _free_number(session, old)),
        hamlet_group=old.hamlet_group,
        position=old.position,
        household_kind=old.household_kind,
        registered_size=len(going),
        flags=_with_flag(""),
        note=f"由{old.household_no}号户分出",
    )
    session.add(new)
    session.flush()
    old.flags = _with_flag(old.flags)
    _move(session, going, new.id, relations_of(details), str(details["head_id"]))
    household_moves.split(session, Move(old, new, today), going)
    return {old.id, new.id}


def _merge(
    session: Session, row: NaturalChange, details: Mapping[str, Any], today: date
) -> set[str]:
    source = session.get_one(Household, row.household_id)
    target = session.get_one(Household, str(details["target_household_id"]))
    going = [member.id for member in present(session, source.id)]
    _move(session, going, target.id, relations_of(details), "")
    source.removed_on = row.effective_on
    source.removed_reason = f"并入{target.household_no}号户"
    household_moves.merge(session, Move(source, target, today))
    return {source.id, target.id}


def _head_change(
    session: Session, row: NaturalChange, details: Mapping[str, Any], _today: date
) -> set[str]:
    relations = relations_of(details)
    for member in present(session, row.household_id):
        if member.id == details["head_id"]:
            member.relation = HEAD
        else:
            member.relation = relations.get(member.id, "其他")
    session.flush()
    return {row.household_id}


def _extinct(
    session: Session, row: NaturalChange, _details: Mapping[str, Any], today: date
) -> set[str]:
    home = session.get_one(Household, row.household_id)
    home.removed_on, home.removed_reason = row.effective_on, EXTINCT
    warnings.cancel_open(session, home.id, None, EXTINCT, today)
    household_moves.end(session, home, EXTINCT, today)
    return {home.id}


_EFFECTS = {
    domain.INCREASE: _increase,
    domain.DECREASE: _decrease,
    domain.SPLIT: _split,
    domain.MERGE: _merge,
    domain.HEAD_CHANGE: _head_change,
    domain.EXTINCT: _extinct,
}


def _move(
    session: Session, going: list[str], target: str, relations: Mapping[str, str], head_id: str
) -> None:
    number = _next_number(session, target)
    ordered = sorted(going, key=lambda i: i != head_id)  # the new head first
    for offset, member_id in enumerate(ordered):
        member = session.get_one(Member, member_id)
        member.household_id, member.number = target, number + offset
        member.relation = HEAD if member_id == head_id else relations[member_id]
    session.flush()


def _next_number(session: Session, household_id: str) -> int:
    query = select(func.max(Member.number)).filter_by(household_id=household_id)
    return (session.scalar(query) or 0) + 1


def _free_number(session: Session, old: Household) -> str:
    taken = set(session.scalars(select(Household.household_no).filter_by(scope=old.scope)))
    return next(
        number for n in range(1, len(taken) + 2)
        if (number := f"{old.household_no}-{n}") not in taken
    )  # fmt: skip


def _with_flag(flags: str) -> str:
    return ",".join(sorted({*filter(None, flags.split(",")), SPLIT_FLAG}))
