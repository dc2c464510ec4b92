"""Who changed what, when, from what to what: the journal as people read it."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.changeset import NEW_ROW
from app.models.journal import ACTIVE, ChangeRow, ChangesetRow
from app.models.statements import among
from app.models.store import Store
from app.ops import devices
from app.ops.roster_words import field_label
from app.sync import local
from app.sync.past import Row, by_table
from app.sync.subjects import households_of, rows_of

OWN = "本机"


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One change. ``field`` "": a new row. ``state``: active, void, waiting or forked.

    ``device``: its name, «本机» for this one.

    ``at`` is the clock of the device that wrote it: shown, never used for order.
    """

    at: str
    actor: str
    level: str
    device: str
    operation: str
    reason: str
    household_id: str
    table: str
    row_id: str
    field: str
    label: str
    old: Any
    new: Any
    state: str
    state_reason: str
    changeset: str


def history(
    store: Store, *, household_id: str = "", field: str = "", since: date | None = None
) -> list[HistoryLine]:
    """Return the changes (of one household, of one field, since a day), the newest first."""
    with store.read() as session:
        found = []
        for query in _queries(session, household_id):
            narrowed = _narrowed(query, field, since)
            found += list(session.execute(narrowed))
        return _lines(session, sorted(found, key=lambda row: (-row[1].id, -row[0].id)))


def _queries(session: Session, household_id: str) -> list[Any]:
    query = select(ChangeRow, ChangesetRow).join(
        ChangesetRow, ChangesetRow.id == ChangeRow.changeset_id
    )
    if not household_id:
        return [query]
    rows = {Row("household", household_id), *rows_of(session, household_id)}
    return [
        query.where(ChangeRow.table_name == table, among(ChangeRow.row_id, ids))
        for table, ids in by_table(rows).items()
    ]


def _narrowed(query: Any, field: str, since: date | None) -> Any:
    if field:
        query = query.where(ChangeRow.field == field)
    return query if since is None else query.where(ChangesetRow.at >= since.isoformat())


def _lines(session: Session, found: list[Any]) -> list[HistoryLine]:
    me = local.load(session)
    trust = devices.trust_of(session, me)
    homes = households_of(session, {Row(c.table_name, c.row_id) for c, _ in found})
    lines = []
    for change, changeset in found:
        is_own = changeset.origin == me.keys.device_id
        certificate = trust.certificate(changeset.origin)
        identity = me.keys.identity if is_own else certificate and certificate.identity
        chain = (changeset.origin, changeset.epoch, changeset.scope, str(changeset.number))
        is_new = change.field == NEW_ROW
        lines.append(
            HistoryLine(
                at=changeset.at,
                actor=changeset.actor,
                level=identity.level if identity else "",
                device=OWN if is_own else trust.name(changeset.origin),
                operation=changeset.operation,
                reason=changeset.reason,
                household_id=homes.get(Row(change.table_name, change.row_id), ""),
                table=change.table_name,
                row_id=change.row_id,
                field=change.field,
                label=field_label(change.table_name if is_new else change.field),
                old=json.loads(change.old),
                new=json.loads(change.new),
                state=changeset.state,
                state_reason=changeset.state_reason if changeset.state != ACTIVE else "",
                changeset="/".join(chain),
            )
        )
    return lines
