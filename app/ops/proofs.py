"""Which photos and scans prove what: for a warning, a measure, a notice; and what is still owed.

A photo hangs on the warning itself, or on the answer that opened it. Old steps may carry the name
of a photo as words; words are shown, but they are no photo.
"""

from collections.abc import Collection, Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.attachment import LATER
from app.models.attachment import Attachment
from app.models.form import Sheet, Visit
from app.models.warning import HouseholdWarning
from app.ops import pictures
from app.ops.lives import Living

PHOTO = "photo"  # named data of a step: 后补, or words why there is none
_CHUNK = 500  # bound parameters of one statement


class Proofs:
    """The photos of many warnings, in two queries."""

    def __init__(self, session: Session, household_ids: Collection[str] | None = None) -> None:
        rows = select(Attachment).where(
            Attachment.removed_on.is_(None), Attachment.subject.in_(("warning", "sheet"))
        )
        sheets = select(Sheet.id, Sheet.household_id, Sheet.period).join(
            Attachment, Attachment.subject_id == Sheet.id
        )
        if household_ids is not None and len(household_ids) <= _CHUNK:
            rows = rows.where(Attachment.household_id.in_(household_ids))
            sheets = sheets.where(Sheet.household_id.in_(household_ids))
        months = {sheet: (home, period) for sheet, home, period in session.execute(sheets)}
        self._by_warning: dict[str, list[Attachment]] = {}
        self._by_answer: dict[tuple[str, str, str], list[Attachment]] = {}
        for row in session.scalars(rows.order_by(Attachment.added_on, Attachment.id)):
            if row.subject == "warning":
                self._by_warning.setdefault(row.subject_id, []).append(row)
            elif row.subject_id in months:
                home, period = months[row.subject_id]
                self._by_answer.setdefault((home, period, row.question_code), []).append(row)

    def of(self, row: HouseholdWarning) -> tuple[Attachment, ...]:
        """Return the photos of one warning, oldest first, equal contents once."""
        own = self._by_warning.get(row.id, [])
        answered = self._by_answer.get((row.household_id, row.period, row.question), [])
        of_person = [one for one in answered if one.member_id in ("", row.member_id)]
        every = [*(of_person if row.question else []), *own]
        return tuple({one.sha256: one for one in every}.values())


def missing_for(session: Session, thing: Living, action: str) -> bool:
    """Tell whether a step of another life still lacks its photo: anything attached counts."""
    subject = thing.life.subject
    demanded = pictures.limits().are_demanded(subject, action)
    return demanded and not has_any(session, subject, [thing.row.id])


def later(given: str) -> bool:
    """Tell whether the words of a step promise a photo."""
    return given.strip() == LATER


def words(thing: Living) -> str:
    """Return what the steps say in words of photos, "" if a photo was only promised."""
    said = thing.value(PHOTO)
    return "" if later(said) else said


def calls(session: Session, household_id: str, since: date) -> tuple[str, ...]:
    """Return the calls to a household since a day, each in words, newest first."""
    query = select(Visit).filter_by(household_id=household_id, visit_way="phone")
    found = session.scalars(
        query.where(Visit.visited_on >= since, Visit.content != "").order_by(
            Visit.visited_on.desc(), Visit.id.desc()
        )
    )
    return tuple(f"{v.visited_on:%m-%d} {v.visitor}：{v.content}" for v in found)


def has_any(session: Session, subject: str, ids: Iterable[str], since: date | None = None) -> bool:
    """Tell whether anything hangs on one of some things, added since a day."""
    query = select(Attachment.id).filter_by(subject=subject)
    query = query.where(Attachment.removed_on.is_(None), Attachment.subject_id.in_(list(ids)))
    if since is not None:
        query = query.where(Attachment.added_on >= since)
    return session.scalars(query.limit(1)).first() is not None
