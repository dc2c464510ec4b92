"""The log of packages: what was written and taken in, their numbers, what they tell of."""

from collections.abc import Iterable

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.domain.ownership import Actor
from app.models.journal import ChangeRow, ChangesetRow
from app.models.replica import PackageRow, ReceiptRow
from app.sync import outbox, package
from app.sync.known import of_chain
from app.sync.local import Local
from app.sync.package import Header
from app.sync.past import Row
from app.sync.segments import Segment
from app.sync.subjects import homes_in, warnings_of

OUT, IN = "out", "in"
STARTED, EXPORTED, IMPORTED = "started", "exported", "imported"


def log_row(header: Header, direction: str, peer_id: str, actor: Actor, at: str) -> PackageRow:
    """Return the line of a package; its state and counts are the caller's."""
    return PackageRow(
        direction=direction,
        peer_id=peer_id,
        epoch=header.epoch,
        number=header.number,
        body_digest=header.body_digest,
        bytes=package.HEADER_BYTES + header.body_length,
        at=at,
        actor=actor.name,
    )


def receipt_row(header: Header, direction: str, content: str, at: str) -> ReceiptRow:
    """Return the latest receipt, ``taken`` from the sender or ``given`` to the receiver."""
    return ReceiptRow(
        peer_id=header.sender if direction == outbox.TAKEN else header.receiver,
        direction=direction,
        epoch=header.epoch,
        package_number=header.number,
        content=content,
        at=at,
    )


def next_number(session: Session, me: Local, peer_id: str) -> int:
    """Return the next number to a peer; that of a file never written is skipped."""
    query = select(func.max(PackageRow.number)).filter_by(
        direction=OUT, peer_id=peer_id, epoch=me.epoch
    )
    return (session.scalars(query).one() or 0) + 1


def counts(session: Session, segments: Iterable[Segment]) -> dict[str, int]:
    """Return how many changesets, households and warnings a package tells of."""
    transactions = 0
    households: set[str] = set()
    warnings: set[str] = set()
    for segment in segments:
        transactions += len(segment.lines)
        inside = _inside(segment)
        households |= homes_in(session, inside)
        led = select(ChangeRow.table_name, ChangeRow.row_id).where(
            ChangeRow.changeset_id.in_(inside), ChangeRow.table_name.in_(("warning", "step"))
        )
        warnings |= warnings_of(session, {Row(*row) for row in session.execute(led.distinct())})
    return {
        "transactions": transactions,
        "households": len(households),
        "warnings": len(warnings),
    }


def _inside(segment: Segment) -> Select[int]:
    """Return the query of the local ids of a segment's changesets."""
    return select(ChangesetRow.id).where(
        of_chain(segment.chain), ChangesetRow.number.between(segment.first, segment.last)
    )
