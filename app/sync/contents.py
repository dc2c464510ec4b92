"""Contents of attachments in packages: which are sent, which are kept (FORMAT.md §10).

Nothing here decodes, opens or runs a content: its digest, its length and its first bytes decide.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from app.domain.attachment import HEAD_BYTES, NotAcceptedError, media_type_of
from app.domain.changeset import NEW_ROW, Chain, Head
from app.domain.merge import Origin, may_read
from app.models.attachment import Attachment, AttachmentContent
from app.models.journal import ACTIVE, WAITING, ChangeRow, ChangesetRow
from app.models.replica import QuarantinedContentRow
from app.models.statements import among
from app.sync.package import Opened
from app.sync.receipt import MAX_LACKING, Receipt
from app.sync.trust import Trust

MAX_CONTENT_BYTES = 8 * 1024 * 1024
MAX_UNNAMED_BYTES = 512 * 1024 * 1024  # of contents that wait for their rows
UNNAMED, TYPE, SIZE = "unnamed", "type", "size"


class Wanted(NamedTuple):
    """A content to be sent, and its size."""

    sha256: str
    size: int


class _Said(NamedTuple):
    scope: str
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the contents of a package: ``kept`` anew, and quarantined with the reason."""

    kept: tuple[str, ...] = ()
    quarantined: tuple[tuple[str, str], ...] = ()


def wanted(session: Session, me: Origin, peer: Origin, receipt: Receipt) -> list[Wanted]:
    """Return the contents that the peer is not known to have, of the oldest row first.

    It has one if it has receipted a changeset that names it and does not list it as lacking.
    """
    named: dict[str, None] = {}
    known: set[str] = set()
    for sha256, chain, number in _names(session, me, peer):
        named.setdefault(sha256)
        if receipt.heads.get(chain, Head(0, "")).number >= number:
            known.add(sha256)
    known -= set(receipt.lacking)
    if not named:
        return []
    query = select(AttachmentContent.sha256, func.length(AttachmentContent.content))
    found = session.execute(query.where(among(AttachmentContent.sha256, named)))
    sizes: dict[str, int] = dict(found.all())
    return [Wanted(sha, sizes[sha]) for sha in named if sha in sizes and sha not in known]


def _names(session: Session, me: Origin, peer: Origin) -> Iterator[tuple[str, Chain, int]]:
    """Yield the digest that each row of the common scopes names, and who began the row."""
    query = (
        select(
            Attachment.sha256,
            ChangesetRow.origin,
            ChangesetRow.epoch,
            ChangesetRow.scope,
            ChangesetRow.number,
        )
        .join(ChangeRow, ChangeRow.row_id == Attachment.id)
        .join(ChangesetRow, ChangesetRow.id == ChangeRow.changeset_id)
        .where(ChangeRow.table_name == Attachment.__tablename__, ChangeRow.field == NEW_ROW)
        .where(ChangesetRow.state == ACTIVE, Attachment.removed_on.is_(None))
        .order_by(ChangeRow.id)
    )
    for sha256, *chain, number in session.execute(query):
        if may_read(chain[2], me) and may_read(chain[2], peer):
            yield sha256, Chain(*chain), number


def load(session: Session, wanted_: Iterable[Wanted]) -> tuple[bytes, ...]:
    """Return the bytes of contents."""
    found = [session.get_one(AttachmentContent, content.sha256) for content in wanted_]
    return tuple(row.content for row in found)


def lacking(session: Session, me: Origin, peer: Origin) -> tuple[str, ...]:
    """Return what rows of the common scopes name and is not here, of the oldest row first."""
    bad = select(QuarantinedContentRow.sha256).where(QuarantinedContentRow.reason != UNNAMED)
    query = (
        select(Attachment.sha256, Attachment.scope)
        .where(Attachment.removed_on.is_(None), Attachment.sha256.not_in(bad))
        .where(Attachment.sha256.not_in(select(AttachmentContent.sha256)))
        .order_by(Attachment.added_on, Attachment.id)
    )
    found = {
        sha256: None
        for sha256, scope in session.execute(query)
        if may_read(scope, me) and may_read(scope, peer)
    }
    return tuple(found)[:MAX_LACKING]


def take_in(session: Session, opened: Opened, at: str) -> Taken:
    """Keep the contents that fit a row which their sender may read; note the others.

    What came before its row waited and is looked at again.
    """
    came = {hashlib.sha256(content).hexdigest(): content for content in opened.contents}
    waited = {
        row.sha256: row
        for row in session.scalars(select(QuarantinedContentRow).filter_by(reason=UNNAMED))
    }
    if not came and not waited:
        return Taken()
    here = set(session.scalars(select(AttachmentContent.sha256)))
    named = _named(session)
    kept, quarantined = [], []
    for sha256, content in {**{s: row.content for s, row in waited.items()}, **came}.items():
        if sha256 in here:
            continue
        sender = opened.sender.device_id if sha256 in came else waited[sha256].peer_id
        reason = _fault(content, _readable(named.get(sha256, []), sender, opened.trust))
        if reason == UNNAMED and sha256 in waited:
            continue
        session.execute(delete(QuarantinedContentRow).filter_by(sha256=sha256))
        if reason:
            quarantined.append((sha256, reason))
            session.add(_aside(session, sha256, content, reason, (sender, at)))
        else:
            kept.append(sha256)
            session.execute(insert(AttachmentContent), [{"sha256": sha256, "content": content}])
    session.flush()
    return Taken(tuple(kept), tuple(quarantined))


def _aside(
    session: Session, sha256: str, content: bytes, reason: str, whence: tuple[str, str]
) -> QuarantinedContentRow:
    """Return the note of a content; the bytes wait only if a row may still come, and room is."""
    used = session.scalars(select(func.sum(func.length(QuarantinedContentRow.content)))).one() or 0
    waits = reason == UNNAMED and used + len(content) <= MAX_UNNAMED_BYTES
    return QuarantinedContentRow(
        sha256=sha256,
        reason=reason,
        size=len(content),
        peer_id=whence[0],
        at=whence[1],
        content=content if waits else b"",
    )


def _readable(rows: list[_Said], peer_id: str, trust: Trust) -> list[dict[str, Any]]:
    """Return what rows say that the sender may read: it could have it from there only."""
    sender = trust.certificate(peer_id)
    origin = sender.identity.origin if sender else None
    return [row.values for row in rows if origin and may_read(row.scope, origin)]


def _named(session: Session) -> dict[str, list[_Said]]:
    """Return digest → what rows say of the content, of rows in force and of waiting ones."""
    query = (
        select(ChangeRow.new, ChangesetRow.scope)
        .join(ChangesetRow, ChangesetRow.id == ChangeRow.changeset_id)
        .where(ChangeRow.table_name == Attachment.__tablename__, ChangeRow.field == NEW_ROW)
        .where(ChangesetRow.state.in_([ACTIVE, WAITING]))
    )
    found: dict[str, list[_Said]] = {}
    for text, scope in session.execute(query):
        values = json.loads(text)
        if isinstance(values, dict):
            found.setdefault(str(values.get("sha256")), []).append(_Said(scope, values))
    return found


def _fault(content: bytes, rows: list[dict[str, Any]]) -> str:
    """Return why a content is not kept, "" if it is what one of its rows says."""
    if len(content) > MAX_CONTENT_BYTES:
        return SIZE
    if not rows:
        return UNNAMED
    if all(row.get("size") != len(content) for row in rows):
        return SIZE
    try:
        media_type = media_type_of(content[:HEAD_BYTES])
    except NotAcceptedError:
        return TYPE
    return "" if any(row.get("media_type") == media_type for row in rows) else TYPE
