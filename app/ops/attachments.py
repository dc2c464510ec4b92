"""Photos and scans of things: add, list, look at, take out, end. Bytes stand once in the store."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.attachment import SUBJECTS, day_doubt, natural_parts, size_text
from app.domain.ownership import Actor
from app.models.attachment import Attachment, AttachmentContent
from app.models.base import Journaled, natural_id
from app.models.case import Clue
from app.models.change import NaturalChange
from app.models.form import Sheet, Visit
from app.models.household import Household, MonitoredCase
from app.models.ownership import bundled
from app.models.plan import Measure
from app.models.register import DataDoubt, Issue, NegativeCheck
from app.models.store import Store
from app.models.warning import HouseholdWarning
from app.ops import durable, pictures, print_log
from app.ops.attachment_errors import (
    AttachmentRefusedError,
    ContentDamagedError,
    ContentMissingError,
    PictureRefusedError,
    RemovalRefusedError,
    UnknownAttachmentError,
)
from app.ops.changed import Changed
from app.ops.pictures import Picture
from app.ops.print_log import Noted

TABLE = "attachment"
_TABLES = frozenset({TABLE})
_MIN_REASON = 2  # characters
_CHUNK = 500  # bound parameters of one statement
_CLASSES: Mapping[str, tuple[type[Journaled], ...]] = {
    "warning": (HouseholdWarning,),
    "sheet": (Sheet,),
    "visit": (Visit,),
    "measure": (Measure,),
    "monitored_case": (MonitoredCase, Clue),  # a case lives under the id of either
    "natural_change": (NaturalChange,),
    "issue": (Issue,),
    "data_doubt": (DataDoubt,),
    "negative_check": (NegativeCheck,),
    "household": (Household,),
}


@dataclass(frozen=True, slots=True)
class Thing:
    """What a photo is of: a row, and for a sheet the question and the member."""

    subject: str
    subject_id: str
    question: str = ""
    member_id: str = ""


@dataclass(frozen=True, slots=True)
class AttachmentLine:
    """An attachment as listed. ``is_here``: its content has come to this replica."""

    attachment_id: str
    thing: Thing
    household_id: str
    sha256: str
    media_type: str
    size: int
    width: int
    height: int
    caption: str
    taken_on: date | None
    added_on: date
    added_by: str
    removed_on: date | None
    removed_reason: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Added:
    """What was added. ``notes``: what was refused or is strange, each a sentence."""

    lines: tuple[AttachmentLine, ...]
    notes: tuple[str, ...]
    changed: Changed


@dataclass(frozen=True, slots=True)
class Totals:
    """What this replica keeps. ``missing``: contents that have not come yet."""

    count: int
    missing: int
    size: int
    budget: int

    def text(self) -> str:
        """Return it in words."""
        words = f"{self.count}件，占{size_text(self.size)}，余地{size_text(self.budget)}"
        if self.missing:
            words += f"；{self.missing}件的内容还没有到"
        return words + ("；已超过，请和镇里商量清理" if self.size > self.budget else "")


def read_files(
    paths: Sequence[Path], progress: Callable[[int, int], None] = lambda _done, _all: None
) -> tuple[list[Picture], list[str]]:
    """Return the pictures of files, and a sentence for each that is refused."""
    found, refused = [], []
    for number, path in enumerate(paths):
        progress(number, len(paths))
        try:
            found.append(pictures.from_file(path))
        except PictureRefusedError as error:
            refused.append(error.sentence())
    return found, refused


def add_files(
    store: Store,
    actor: Actor,
    things: Sequence[Thing],
    paths: Sequence[Path],
    caption: str,
    today: date,
) -> Added:
    """Attach files, all or none.

    Raises:
        PictureRefusedError: of the first file that is not kept; as ``add`` else.
    """
    found = [pictures.from_file(path) for path in paths]
    return add(store, actor, things, found, caption, today)


def add(
    store: Store,
    actor: Actor,
    things: Sequence[Thing],
    found: Sequence[Picture],
    caption: str,
    today: date,
) -> Added:
    """Attach pictures to one or several things (the warnings of a card), in one operation.

    What is attached already stays as it is; what was taken down comes back.

    Raises:
        AttachmentRefusedError: no such thing, or too many of one; nothing is written.
    """
    with store.write("attachment.add", actor) as session:
        rows = add_in(session, actor, things, found, caption, today)
        lines = lines_of(session, rows)
        notes = [n for t in things for p in found if (n := _doubt(session, t, p, today))]
    homes = frozenset(line.household_id for line in lines) - {""}
    return Added(lines, tuple(dict.fromkeys(notes)), Changed(_TABLES, homes))


def add_in(
    session: Session,
    actor: Actor,
    things: Sequence[Thing],
    found: Iterable[Picture],
    caption: str,
    today: date,
) -> list[Attachment]:
    """Attach pictures within an operation; return their rows, also those that were there.

    Raises:
        AttachmentRefusedError: no such thing, or too many of one.
    """
    rows = []
    for picture in found:
        digest = hashlib.sha256(picture.content).hexdigest()
        if session.get(AttachmentContent, digest) is None:
            session.add(AttachmentContent(sha256=digest, content=picture.content))
        for thing in things:
            made = _new_row(session, thing, digest, picture)
            made.added_on, made.added_by, made.caption = today, actor.name, caption.strip()
            rows.append(_kept(session, made))
    for thing in dict.fromkeys(things):
        _check_count(session, thing)
    return rows


def of_things(
    store: Store, things: Iterable[Thing], *, with_removed: bool = False
) -> list[AttachmentLine]:
    """Return the attachments of things, in the order of adding; equal contents once.

    A thing without a question stands for all of its questions.
    """
    with store.read() as session:
        rows = [row for thing in things for row in _of(session, thing, with_removed=with_removed)]
        once = {row.sha256: row for row in reversed(rows)}
        kept = sorted(once.values(), key=lambda row: (row.added_on, row.id))
        return list(lines_of(session, kept))


def listed(
    store: Store, *, subject: str = "", subject_id: str = "", household_id: str = "",
    with_removed: bool = False,
) -> list[AttachmentLine]:  # fmt: skip
    """Return the attachments of a thing, of a household, or all, oldest first."""
    query = select(Attachment).order_by(Attachment.added_on, Attachment.id)
    for name, value in (
        ("subject", subject), ("subject_id", subject_id), ("household_id", household_id),
    ):  # fmt: skip
        if value:
            query = query.filter_by(**{name: value})
    if not with_removed:
        query = query.where(Attachment.removed_on.is_(None))
    with store.read() as session:
        return list(lines_of(session, list(session.scalars(query))))


def content(store: Store, attachment_id: str) -> tuple[bytes, str]:
    """Return the bytes and media type of an attachment, checked against their digest.

    Raises:
        UnknownAttachmentError, ContentMissingError, ContentDamagedError: there is nothing to see.
    """
    with store.read() as session:
        row = _one(session, attachment_id)
        kept = session.get(AttachmentContent, row.sha256)
    if kept is None:
        raise ContentMissingError
    if hashlib.sha256(kept.content).hexdigest() != row.sha256:
        raise ContentDamagedError
    return kept.content, row.media_type


def export(store: Store, actor: Actor, attachment_id: str, path: Path) -> int:
    """Write an attachment into a plain file that somebody asked for; return its size.

    Raises:
        as ``content``; OSError: the file cannot be written.
    """
    data, _media_type = content(store, attachment_id)
    part = path.with_name(path.name + ".part")
    durable.drop(part)
    try:
        durable.write_new(part, data)
        part.replace(path)
    finally:
        durable.drop(part)
    print_log.note(store, actor, Noted("照片和扫描件", 1), path)
    return len(data)


def remove(
    store: Store, actor: Actor, attachment_ids: Sequence[str], reason: str, today: date
) -> Changed:
    """Take attachments down: their rows are ended with a reason, the bytes stay.

    Raises:
        UnknownAttachmentError, RemovalRefusedError: nothing is written.
    """
    if len(reason.strip()) < _MIN_REASON:
        raise RemovalRefusedError(reason="没有写为什么撤下")
    homes = set()
    with store.write("attachment.remove", actor, reason.strip()) as session:
        for attachment_id in attachment_ids:
            row = _one(session, attachment_id)
            if row.removed_on is not None:
                raise RemovalRefusedError(reason="已经撤下过")
            row.removed_on, row.removed_reason = today, reason.strip()
            homes.add(row.household_id)
    return Changed(_TABLES, frozenset(homes - {""}))


def may_add(store: Store, actor: Actor) -> bool:
    """Tell whether this person may attach anything here."""
    return bundled().tables[TABLE].rule.allows(store.level, actor.role)


def same_elsewhere(store: Store, line: AttachmentLine, things: Iterable[Thing]) -> list[str]:
    """Return the ids under which the same content hangs on these things, its own among them."""
    with store.read() as session:
        rows = [row for thing in things for row in _of(session, thing)]
    ids = [row.id for row in rows if row.sha256 == line.sha256]
    return list(dict.fromkeys([*ids, line.attachment_id]))


def totals(store: Store) -> Totals:
    """Return how much this replica keeps."""
    with store.read() as session:
        digests = select(Attachment.sha256).distinct().subquery()
        here = select(func.sum(func.length(AttachmentContent.content)))
        size = session.execute(here).scalar_one()
        known = session.execute(select(func.count()).select_from(digests)).scalar_one()
        missing = select(func.count()).where(
            digests.c.sha256.not_in(select(AttachmentContent.sha256))
        )
        lacking = session.execute(missing.select_from(digests)).scalar_one()
    return Totals(known, lacking, size or 0, pictures.limits().budget_bytes)


def damaged(session: Session) -> list[str]:
    """Return what is damaged, for the doctor: contents that are not what their digest says."""
    query = select(AttachmentContent).execution_options(yield_per=20)
    return [
        f"{row.sha256[:8]}：内容坏了"
        for row in session.scalars(query)
        if hashlib.sha256(row.content).hexdigest() != row.sha256
    ]


def _new_row(session: Session, thing: Thing, digest: str, picture: Picture) -> Attachment:
    about = _about(session, thing)
    parts = natural_parts(thing.subject, thing.subject_id, thing.question, thing.member_id, digest)
    is_home = isinstance(about, Household)
    return Attachment(
        id=natural_id(*parts),
        scope=about.scope,
        subject=thing.subject,
        subject_id=thing.subject_id,
        household_id=about.id if is_home else getattr(about, "household_id", ""),
        question_code=thing.question,
        member_id=thing.member_id,
        sha256=digest,
        media_type=picture.media_type,
        size=len(picture.content),
        width=picture.width,
        height=picture.height,
        taken_on=picture.taken_on,
    )


def _kept(session: Session, made: Attachment) -> Attachment:
    """Return the row that is there now: one that was taken down hangs again."""
    known = session.get(Attachment, made.id)
    if known is None:
        session.add(made)
        session.flush()
        return made
    if known.removed_on is not None:
        known.removed_on = known.removed_reason = None
        known.added_on, known.added_by = made.added_on, made.added_by
    known.caption = made.caption or known.caption
    return known


def _about(session: Session, thing: Thing) -> Any:
    for cls in _CLASSES.get(thing.subject, ()):
        row = session.get(cls, thing.subject_id)
        if row is not None:
            return row
    word = SUBJECTS.get(thing.subject)
    if word is None:
        raise AttachmentRefusedError(reason=f"可加到：{'、'.join(SUBJECTS)}")
    raise AttachmentRefusedError(reason=f"没有编号为“{thing.subject_id}”的{word}")


def _check_count(session: Session, thing: Thing) -> None:
    most = pictures.limits().per_thing
    number = len(_of(session, Thing(thing.subject, thing.subject_id)))
    if number > most:
        raise AttachmentRefusedError(reason=f"一件事最多{most}张，这样会有{number}张")


def _doubt(session: Session, thing: Thing, picture: Picture, today: date) -> str:
    period = getattr(_about(session, thing), "period", "")
    return day_doubt(picture.taken_on, today, period, pictures.limits())


def _of(session: Session, thing: Thing, *, with_removed: bool = False) -> list[Attachment]:
    query = select(Attachment).filter_by(subject=thing.subject, subject_id=thing.subject_id)
    if thing.question:
        query = query.filter_by(question_code=thing.question, member_id=thing.member_id)
    if not with_removed:
        query = query.where(Attachment.removed_on.is_(None))
    return list(session.scalars(query.order_by(Attachment.added_on, Attachment.id)))


def _one(session: Session, attachment_id: str) -> Attachment:
    row = session.get(Attachment, attachment_id)
    if row is None:
        raise UnknownAttachmentError(attachment_id=attachment_id)
    return row


def lines_of(session: Session, rows: Sequence[Attachment]) -> tuple[AttachmentLine, ...]:
    """Return rows as listed, in their order."""
    digests = {row.sha256 for row in rows}
    query = select(AttachmentContent.sha256)
    if len(digests) <= _CHUNK:
        query = query.where(AttachmentContent.sha256.in_(digests))
    here = set(session.scalars(query))
    return tuple(_line(row, is_here=row.sha256 in here) for row in rows)


def _line(row: Attachment, *, is_here: bool) -> AttachmentLine:
    return AttachmentLine(
        attachment_id=row.id,
        thing=Thing(row.subject, row.subject_id, row.question_code, row.member_id),
        household_id=row.household_id,
        sha256=row.sha256,
        media_type=row.media_type,
        size=row.size,
        width=row.width,
        height=row.height,
        caption=row.caption,
        taken_on=row.taken_on,
        added_on=row.added_on,
        added_by=row.added_by,
        removed_on=row.removed_on,
        removed_reason=row.removed_reason or "",
        is_here=is_here,
    )
