"""What a natural change needs before it can be reported: persons, dates, heads, relations."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NoReturn

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain import natural_change as domain
from app.domain.case import CASE
from app.domain.household import HEAD
from app.domain.identity import read
from app.domain.labels import LABELS
from app.domain.natural_change import NATURAL_CHANGE
from app.domain.period import years_between
from app.models.change import NaturalChange, details_of
from app.models.household import Household, Member
from app.models.step import steps_of
from app.ops.errors import ChangeRefusedError
from app.ops.household_moves import SETTLED, living_case
from app.ops.lives import bad_data, state_label

PRESENT = "present"
_FIX = "请改好后再报。"


def refuse(row: NaturalChange, reason: str, way_out: str = _FIX) -> NoReturn:
    """Refuse a change.

    Raises:
        ChangeRefusedError: always.
    """
    kind = domain.KIND_LABELS[row.change_kind]
    raise ChangeRefusedError(kind=kind, reason=reason, way_out=way_out)


def validate(session: Session, row: NaturalChange, on: date) -> None:
    """Refuse a change that cannot be, with the reason and the way out. ``on``: day of the step.

    Raises:
        ChangeRefusedError: nothing is written.
    """
    if row.effective_on is None:
        refuse(row, "没有写日期")
    if row.effective_on > on:
        refuse(row, f"变更日期{row.effective_on.isoformat()}晚于办理日期")
    home = session.get_one(Household, row.household_id)
    if home.removed_on is not None:
        refuse(row, "这户已经不在册", "不用再报。")
    _CHECKS[row.change_kind](session, row, details_of(row))


def present(session: Session, household_id: str) -> list[Member]:
    """Return who is 在户, in the order of the book."""
    query = select(Member).filter_by(household_id=household_id, member_status=PRESENT)
    return list(session.scalars(query.order_by(Member.number)))


def relations_of(details: Mapping[str, Any]) -> dict[str, str]:
    """Return member id → the new relation to the head, as it was asked again.

    Raises:
        StepDataError: not a JSON object.
    """
    found = details.get("relations") or {}
    try:
        given = json.loads(found) if isinstance(found, str) else found
    except ValueError:
        given = None
    if not isinstance(given, Mapping):
        raise bad_data("relations", "", '应写成 {"成员编号": "关系"}')
    return {str(member_id): str(relation) for member_id, relation in given.items()}


def ids_of(details: Mapping[str, Any]) -> list[str]:
    """Return the members who go."""
    found = details.get("member_ids") or ""
    return [i for i in (found.split(",") if isinstance(found, str) else found) if i]


def _increase(session: Session, row: NaturalChange, details: Mapping[str, Any]) -> None:
    if row.reason not in domain.INCREASE_REASONS:
        refuse(row, "没有写原因")
    if row.reason in domain.RETURNS:
        back = session.get(Member, row.member_id) if row.member_id else None
        if back is None or back.household_id != row.household_id or back.member_status == PRESENT:
            refuse(row, "没有选回来的是谁", "请选一位已减少的家庭成员。")
        _not_before(row, back.left_on, "离开的日期")
        return
    missing = [
        word
        for name, word in (("name", "姓名"), ("relation", "与户主关系"), ("sex", "性别"))
        if not str(details.get(name, "")).strip()
    ]
    if missing:
        refuse(row, f"还缺{'、'.join(missing)}")
    if details["sex"] not in LABELS["sex"]:
        refuse(row, "性别应是男或女")
    written = str(details.get("birth_date", "")).strip()
    if written and not _is_day(written):
        refuse(row, "出生日期应写成 2025-10-31")
    _not_before(row, _born(written, str(details.get("id_no", ""))), "出生日期")
    people = present(session, row.household_id)
    if details["relation"] == HEAD and any(m.relation == HEAD for m in people):
        refuse(row, "家里已有户主", "请写与户主的关系；换户主另报户主变更。")


def _decrease(session: Session, row: NaturalChange, _details: Mapping[str, Any]) -> None:
    if row.reason not in domain.DECREASE_STATUS:
        refuse(row, "没有写原因")
    member = _member(session, row, row.member_id)
    _not_before(row, _born(member.birth_date, member.id_no), "出生日期")
    _not_before(row, member.joined_on, "来到这户的日期")
    others = [m for m in present(session, row.household_id) if m.id != member.id]
    if member.relation != HEAD or not _adults(others, row.effective_on):
        return
    word = domain.reason_label(domain.DECREASE, row.reason)
    refuse(
        row,
        f"{word}的是户主，家里还有{len(others)}人",
        "请先办户主变更，定好新户主和各人关系，再报这一件。",
    )


def _split(session: Session, row: NaturalChange, details: Mapping[str, Any]) -> None:
    people = {m.id: m for m in present(session, row.household_id)}
    going = ids_of(details)
    if not going or any(i not in people for i in going):
        refuse(row, "没有选分出去的人，或者选了不在户的人")
    if set(going) >= set(people):
        refuse(row, "全家都分出去了", "整户迁走请报迁出。")
    if any(people[i].relation == HEAD for i in going):
        refuse(row, "户主不能分出去", "请先办户主变更。")
    _new_head(row, [people[i] for i in going], details)


def _merge(session: Session, row: NaturalChange, details: Mapping[str, Any]) -> None:
    target = session.get(Household, str(details.get("target_household_id", "")))
    if target is None or target.id == row.household_id or target.removed_on is not None:
        refuse(row, "没有选并到哪一户")
    if target.scope != row.scope:
        refuse(row, "并到的户不在本村")
    moving = present(session, row.household_id)
    if not moving:
        refuse(row, "家里没有在户的人", "请报整户消亡。")
    _require_nothing_else(session, row)
    _require_one_case(session, row, target)
    _require_relations(row, moving, relations_of(details))


def _require_nothing_else(session: Session, row: NaturalChange) -> None:
    """A change of a household that has ended could never be decided any more."""
    rows = session.scalars(select(NaturalChange).filter_by(household_id=row.household_id))
    others = {other.id: other for other in rows if other.id != row.id}
    steps = steps_of(session, NATURAL_CHANGE.subject, list(others))
    waiting = [
        domain.KIND_LABELS[other.change_kind]
        for other in others.values()
        if NATURAL_CHANGE.state_of(steps.get(other.id, []), other.change_kind)
        not in NATURAL_CHANGE.ended
    ]
    if waiting:
        refuse(row, f"这户还有没办完的：{'、'.join(sorted(waiting))}", "请先办完或撤回，再报并户。")


def _require_one_case(session: Session, row: NaturalChange, target: Household) -> None:
    """A household has at most one living case: of two, neither may be under way (processes b)."""
    found = [living_case(session, home) for home in (row.household_id, target.id)]
    both = [one for one in found if one is not None]
    busy = [one for one in both if one.state not in SETTLED]
    if len(both) > 1 and busy:
        home = session.get_one(Household, busy[0].thing.row.household_id)
        state = state_label(CASE.subject, busy[0].state)
        refuse(
            row,
            f"两户都有监测对象或线索，{home.household_no}号户的正在办（{state}）",
            "请先把这一件办完，再报并户。",
        )


def _head_change(session: Session, row: NaturalChange, details: Mapping[str, Any]) -> None:
    if row.reason not in domain.HEAD_REASONS:
        refuse(row, "没有写原因", f"可写：{'、'.join(domain.HEAD_REASONS.values())}。")
    _new_head(row, present(session, row.household_id), details)


def _extinct(session: Session, row: NaturalChange, _details: Mapping[str, Any]) -> None:
    left = present(session, row.household_id)
    if left:
        refuse(row, f"家里还有{len(left)}人在户", "请先逐人报自然减少。")
    gone = select(func.max(Member.left_on)).filter_by(household_id=row.household_id)
    _not_before(row, session.scalar(gone), "最后一人离开的日期")


_CHECKS = {
    domain.INCREASE: _increase,
    domain.DECREASE: _decrease,
    domain.SPLIT: _split,
    domain.MERGE: _merge,
    domain.HEAD_CHANGE: _head_change,
    domain.EXTINCT: _extinct,
}


def _new_head(row: NaturalChange, people: Sequence[Member], details: Mapping[str, Any]) -> None:
    """The new head is one of these people and of age; all relations to him are asked again."""
    by_id = {m.id: m for m in people}
    head = by_id.get(str(details.get("head_id", "")))
    if head is None:
        refuse(row, "新户主不在户", "请从在户的人里选。")
    if not _adults([head], row.effective_on):
        refuse(row, f"新户主要满{domain.HEAD_AGE}岁（出生日期不全的请先补上）")
    others = [m for m in people if m.id != head.id]
    if row.reason == "death":
        others = [m for m in others if m.relation != HEAD]  # the dead one is asked nothing
    _require_relations(row, others, relations_of(details))


def _require_relations(
    row: NaturalChange, people: Sequence[Member], relations: Mapping[str, str]
) -> None:
    missing = [m for m in people if not relations.get(m.id, "").strip()]
    if missing:
        refuse(row, f"还有{len(missing)}人没写与户主的关系")
    if any(relations[m.id] == HEAD for m in people):
        refuse(row, "户主只能有一个")


def _member(session: Session, row: NaturalChange, member_id: str) -> Member:
    member = session.get(Member, member_id) if member_id else None
    if member is None or member.household_id != row.household_id:
        refuse(row, "没有选是谁")
    if member.member_status != PRESENT:
        refuse(row, "这个人已经不在户", "不用再报。")
    return member


def _adults(people: Sequence[Member], on: date | None) -> list[Member]:
    return [m for m in people if (age := _age(m, on)) is not None and age >= domain.HEAD_AGE]


def _age(member: Member, on: date | None) -> int | None:
    """Return completed years on a day; None if nobody knows the birthday."""
    birthday = _born(member.birth_date, member.id_no)
    return years_between(birthday, on) if on and birthday else None


def _born(written: str, id_no: str | None) -> date | None:
    """Return the birthday as written, else as the identity number says; None if neither does."""
    try:
        return date.fromisoformat(written)
    except ValueError:
        return read(id_no).birth_date if id_no else None


def _is_day(written: str) -> bool:
    try:
        date.fromisoformat(written)
    except ValueError:
        return False
    return True


def _not_before(row: NaturalChange, earliest: date | None, what: str) -> None:
    if earliest is not None and row.effective_on is not None and row.effective_on < earliest:
        refuse(row, f"变更日期早于{what}（{earliest.isoformat()}）")
