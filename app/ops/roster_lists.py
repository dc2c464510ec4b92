"""Lists from above: seen against the roster, taken in as clues and doubts, answered in their form.

Nobody is ever created: a row that is nobody of the roster is answered as such, and one whose
person is not sure waits until somebody says who is meant.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.case import RISK_REMOVED
from app.domain.ownership import Actor
from app.domain.registers import DOUBT
from app.domain.roster_answers import (
    MATCHED,
    ListAnswer,
    subject_of,
    unknown_answer,
    words_of,
)
from app.domain.roster_diff import KnownMember, KnownRoster
from app.domain.roster_items import row_key
from app.domain.roster_list import TiedRow, tie
from app.errors import AppError
from app.excel.answers import write_answers
from app.excel.lists import LIST_KINDS, ListFile, parse_list, read_list
from app.excel.pasted import Pasted
from app.models.base import natural_id
from app.models.case import Clue
from app.models.household import Household
from app.models.register import DataDoubt
from app.models.step import steps_of
from app.models.store import Store
from app.ops import case_rows, print_log
from app.ops.changed import Changed
from app.ops.lives import Living, living, state_label
from app.ops.print_log import Noted
from app.ops.roster_rows import load_roster

__all__ = [
    "LIST_KINDS",
    "ListPreview",
    "ListResult",
    "answer_list",
    "apply_list",
    "preview_list",
    "tie_by_hand",
]
_CLUES = "department_list"
_CODE = 16  # characters of a doubt's code
_SEVERITY = "yellow"


class UnknownPersonError(AppError):
    """Somebody is named for a row who is not in the roster."""

    code, message = "E222", "给清单第{row}行指定的人不在名册里。没有导入，数据没有变。"
    hint = "请在名册里另选一个人。"


@dataclass(frozen=True, slots=True)
class ListPreview:
    """A list, each row tied to whom it means."""

    file: ListFile
    rows: tuple[TiedRow, ...]

    @property
    def counts(self) -> Mapping[str, int]:
        """Return how many rows have each status."""
        return Counter(row.status for row in self.rows)

    @property
    def is_of_clues(self) -> bool:
        """The list brings clues (else doubts)."""
        return self.file.kind.kind == _CLUES


@dataclass(frozen=True, slots=True)
class ListResult:
    """What was taken in.

    Attributes:
        stored: rows that became a clue or doubt.
        known: rows that came before.
        already: rows about a household that is being looked at or is a monitored object.
        left: rows that nobody of the roster is tied to, by status.
    """

    changed: Changed
    stored: int
    known: int
    already: int
    left: Mapping[str, int] = field(default_factory=dict)


def preview_list(store: Store | None, source: Path | Pasted) -> ListPreview:
    """Read a list of warnings or doubts and tie it to the village's people.

    Raises:
        TableError: the file cannot be read, or is no such list.
    """
    file = parse_list(source.table()) if isinstance(source, Pasted) else read_list(source)
    known, village = KnownRoster(), ""
    if store is not None:
        village = store.identity.name
        with store.read() as session:
            known = load_roster(session).known
    return ListPreview(file, tuple(tie(file.rows, known, village)))


def apply_list(
    store: Store,
    actor: Actor,
    preview: ListPreview,
    today: date,
    chosen: Mapping[str, str] | None = None,
) -> ListResult:
    """Take a list in, in one transaction; the same list again changes nothing.

    ``chosen``: key of a row (``row_key``) → id of the member who is meant, where it is not sure.

    Raises:
        UnknownPersonError: a chosen member is not in the roster; nothing is written.
        OwnershipError: this person may not write clues or doubts.
    """
    with store.write("list.import", actor) as session:
        taken = _Taken(session, today)
        for tied in _with_chosen(session, preview.rows, chosen or {}):
            taken.take(tied, is_clue=preview.is_of_clues)
        table = "clue" if preview.is_of_clues else "data_doubt"
        changed = Changed(frozenset({table}), frozenset(taken.homes)) if taken.stored else Changed()
    return ListResult(changed, taken.stored, taken.known, taken.already, taken.left)


def tie_by_hand(store: Store, preview: ListPreview, key: str, member_id: str) -> ListPreview:
    """Return a preview in which the row of this key (``row_key``) means the given person.

    Raises:
        UnknownPersonError: nobody of that id is present in the roster.
    """
    with store.read() as session:
        rows = _with_chosen(session, preview.rows, {key: member_id})
    return replace(preview, rows=tuple(rows))


def answer_list(store: Store, actor: Actor, preview: ListPreview, path: Path) -> int:
    """Write the list again in its own layout with the results; return the rows answered.

    Raises:
        TableError: the list can no longer be read.
        OSError: the answer cannot be written; what stood there before is untouched.
    """
    with store.read() as session:
        found = _Answers(session, preview)
        answers = {tied.row.place: found.of(tied) for tied in preview.rows}
    write_answers(preview.file.path, path, answers)
    print_log.note(store, actor, Noted("上级清单的答复", 0), path)
    return sum(answer.is_done for answer in answers.values())


class _Taken:
    """Rows of a list on their way into the tables."""

    def __init__(self, session: Session, today: date) -> None:
        self._session, self._today = session, today
        self._homes = {h.id: h for h in session.scalars(select(Household))}
        self._watched = {
            str(found.thing.row.household_id)
            for found in case_rows.load(session)
            if found.thing.is_open and found.state != RISK_REMOVED
        }
        self.stored = self.known = self.already = 0
        self.left: Counter[str] = Counter()
        self.homes: set[str] = set()

    def take(self, tied: TiedRow, *, is_clue: bool) -> None:
        if tied.member is None or tied.status not in MATCHED:
            self.left[tied.status] += 1
            return
        row_id = _row_id(tied, tied.member, is_clue=is_clue)
        home = self._homes[tied.member.household_id]
        if self._session.get(Clue if is_clue else DataDoubt, row_id) is not None:
            self.known += 1
        elif is_clue and home.id in self._watched:
            self.already += 1
        else:
            row = self._clue(tied, home) if is_clue else self._doubt(tied, tied.member, home)
            row.id = row_id
            self._session.add(row)
            self._watched.add(home.id)
            self.homes.add(home.id)
            self.stored += 1

    def _clue(self, tied: TiedRow, home: Household) -> Clue:
        reply_by = tied.row.details.get("reply_by", "")
        return Clue(
            scope=home.scope,
            household_id=home.id,
            clue_source="department",
            received_on=self._today,
            text=words_of(tied),
            reply_due_on=date.fromisoformat(reply_by) if len(reply_by) == 10 else None,
        )

    def _doubt(self, tied: TiedRow, member: KnownMember, home: Household) -> DataDoubt:
        return DataDoubt(
            scope=home.scope,
            household_id=home.id,
            member_id=member.member_id,
            code=_rule(tied)[:_CODE],
            severity=_SEVERITY,
            message=words_of(tied),
            period=f"{self._today:%Y-%m}",
            opened_on=self._today,
        )


class _Answers:
    """The state of what a list has become."""

    def __init__(self, session: Session, preview: ListPreview) -> None:
        self._is_clue = preview.is_of_clues
        self._things: dict[str, Living] = {}
        self._of_home: dict[str, Living] = {}
        if self._is_clue:
            for found in case_rows.load(session):
                self._things[found.id] = found.thing
                self._of_home[found.thing.row.household_id] = found.thing
            return
        rows = session.scalars(select(DataDoubt)).all()
        steps = steps_of(session, DOUBT.subject, [row.id for row in rows])
        self._things = {row.id: living(row, steps.get(row.id, []), DOUBT) for row in rows}

    def of(self, tied: TiedRow) -> ListAnswer:
        """Return the answer to one row."""
        if tied.member is None or tied.status not in MATCHED:
            return unknown_answer(tied)
        thing = self._things.get(_row_id(tied, tied.member, is_clue=self._is_clue))
        thing = thing or self._of_home.get(tied.member.household_id)
        if thing is None:
            return ListAnswer(False, "")
        last = thing.last()
        words = state_label(thing.life.subject, thing.state)
        if last is None:
            return ListAnswer(bool(thing.steps) or self._was_object(thing), words)
        note = f"：{last.note}" if last.note else ""
        return ListAnswer(True, f"{words}{note}", last.step_on.isoformat())

    @staticmethod
    def _was_object(thing: Living) -> bool:
        return not isinstance(thing.row, Clue | DataDoubt)


def _with_chosen(
    session: Session, rows: tuple[TiedRow, ...], chosen: Mapping[str, str]
) -> list[TiedRow]:
    """Return the rows with the people that somebody has named for them."""
    if not chosen:
        return list(rows)
    known = load_roster(session).known
    present = {m.member_id: m for m in known.members if m.is_present}
    numbers = {home.household_id: home.household_no for home in known.households}
    found = []
    for tied in rows:
        member_id = chosen.get(row_key(tied.row.place))
        if member_id is None:
            found.append(tied)
            continue
        member = present.get(member_id)
        if member is None:
            raise UnknownPersonError(row=tied.row.place.row)
        number = numbers[member.household_id]
        found.append(replace(tied, status="matched", member=member, household_no=number))
    return found


def _row_id(tied: TiedRow, member: KnownMember, *, is_clue: bool) -> str:
    """Return the natural id: the same list again, here or on another replica, is the same row."""
    kind = "list_clue" if is_clue else "list_doubt"
    return natural_id(kind, member.member_id, subject_of(tied.row))


def _rule(tied: TiedRow) -> str:
    return tied.row.details.get("rule_code") or tied.row.subject.rpartition("/")[2]
