"""How much of a device is kept without effect, waiting or on a fork: it is read at each import."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models.journal import FORKED, WAITING, ChangesetRow
from app.sync.errors import TooMuchWaitingError
from app.sync.package import Opened

MAX_KEPT = 20_000  # changesets of one device: more than a village makes in a year
MAX_KEPT_BYTES = 64 * 1024 * 1024


def require_room(session: Session, opened: Opened) -> None:
    """Refuse a package with which a device would have too much kept that has no effect.

    Raises:
        TooMuchWaitingError: names the device.
    """
    count, size = func.count(), func.sum(func.length(ChangesetRow.line))
    full = session.scalars(
        select(ChangesetRow.origin)
        .where(ChangesetRow.state.in_([WAITING, FORKED]))
        .group_by(ChangesetRow.origin)
        .having((count > MAX_KEPT) | (size > MAX_KEPT_BYTES))
    )
    sent = {checked.segment.chain.origin for checked in opened.segments}
    for origin in sorted(sent & set(full)):
        raise TooMuchWaitingError(origin, device=opened.trust.name(origin))
