"""What was imported here: the last report at hand, the same file again, mappings remembered.

Local notes, in no journal. They are written in the same transaction as the import itself.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.roster_items import Decisions
from app.excel.layout import fingerprint
from app.excel.roster import Choice, RosterFile
from app.models.base import new_id
from app.models.imports import ColumnMappingRow, ImportDecisionRow, ImportFileRow, ImportRow
from app.models.store import Store


@dataclass(frozen=True, slots=True)
class ImportLine:
    """An import as a list shows it. ``is_undone``: it was taken back as a whole."""

    import_id: str
    at: str
    imported_on: date
    actor: str
    kinds: tuple[str, ...]
    rows: int
    counts: Mapping[str, int]
    is_undone: bool


@dataclass(frozen=True, slots=True)
class ReportLine:
    """What an import said about a cell: code and class, without the cell's content."""

    sheet: str
    row: int
    field: str
    code: str
    row_class: str


@dataclass(frozen=True, slots=True)
class NewImport:
    """What is to be noted about an import."""

    at: str
    imported_on: date
    actor: str
    operation_id: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class NewFile:
    """What is to be noted about one of its files."""

    file: RosterFile
    sha256: str
    choice: Choice
    left_open: int


def file_sha256(path: Path) -> str:
    """Return the digest of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def imported_before(session: Session, sha256: str, choice: Choice) -> date | None:
    """Return when the same file was imported, if nothing of its kind came after it.

    None also if some of it was skipped or put off then: a second look may be for just that.
    """
    files = select(ImportFileRow).join(ImportRow, ImportRow.id == ImportFileRow.import_id)
    living = files.where(ImportRow.undone_at == "").order_by(ImportFileRow.id.desc())
    same = session.scalars(living.where(ImportFileRow.sha256 == sha256).limit(1)).first()
    if same is None or same.choice_digest != _choice_digest(choice) or same.left_open:
        return None
    newest = session.scalars(living.where(ImportFileRow.kind == same.kind).limit(1)).first()
    if newest is not None and newest.import_id != same.import_id:
        return None
    return date.fromisoformat(session.get_one(ImportRow, same.import_id).imported_on)


def note_import(
    session: Session, new: NewImport, files: Sequence[NewFile], decisions: Decisions
) -> str:
    """Note an import with its files, decisions and corrected mappings; return its id."""
    row = ImportRow(
        id=new_id(),
        at=new.at,
        imported_on=new.imported_on.isoformat(),
        actor=new.actor,
        operation_id=new.operation_id,
        counts=json.dumps(dict(new.counts)),
    )
    session.add(row)
    session.flush()
    for file in files:
        session.add(_file_row(row.id, file))
        if file.choice.fields:
            _remember(session, file, new.at)
    for key, decision in (*decisions.items.items(), *decisions.kinds.items()):
        session.add(
            ImportDecisionRow(
                import_id=row.id,
                key=key,
                choice=decision.choice,
                reason=decision.reason,
                on=decision.on,
            )
        )
    return row.id


def list_imports(store: Store, limit: int = 20) -> list[ImportLine]:
    """Return the imports of this replica, the newest first."""
    with store.read() as session:
        rows = session.scalars(select(ImportRow).order_by(ImportRow.at.desc(), ImportRow.id.desc()))
        found = rows.fetchmany(limit)
        files = session.scalars(
            select(ImportFileRow).where(ImportFileRow.import_id.in_([row.id for row in found]))
        ).all()
    return [_line(row, [file for file in files if file.import_id == row.id]) for row in found]


def last_report(store: Store, import_id: str = "") -> list[ReportLine]:
    """Return what an import (the last one) said about its rows."""
    with store.read() as session:
        query = select(ImportFileRow.report).join(ImportRow).order_by(ImportFileRow.id)
        if not import_id:
            newest = select(ImportRow.id).order_by(ImportRow.at.desc(), ImportRow.id.desc())
            import_id = session.scalars(newest.limit(1)).first() or ""
        texts = session.scalars(query.where(ImportRow.id == import_id)).all()
    return [ReportLine(*entry) for text in texts for entry in json.loads(text)]


def remembered_mappings(session: Session) -> dict[str, dict[str, str]]:
    """Return fingerprint of headings → heading → field, as somebody once corrected them."""
    rows = session.scalars(select(ColumnMappingRow))
    return {row.fingerprint: json.loads(row.fields) for row in rows}


def _remember(session: Session, new: NewFile, at: str) -> None:
    fields = json.dumps(dict(new.choice.fields), ensure_ascii=False)
    for sheet in new.file.sheets:
        if sheet.used:
            key = fingerprint(column.heading for column in sheet.columns)
            session.merge(ColumnMappingRow(fingerprint=key, fields=fields, at=at))


def _file_row(import_id: str, new: NewFile) -> ImportFileRow:
    table = new.file.table
    report = [
        ReportLine(row.place.sheet, row.place.row, reason.field, reason.code, row.row_class)
        for row in table.rows
        for reason in row.reasons
    ]
    return ImportFileRow(
        import_id=import_id,
        name_digest=hashlib.sha256(new.file.path.name.encode()).hexdigest(),
        sha256=new.sha256,
        choice_digest=_choice_digest(new.choice),
        kind=new.file.kind.kind,
        rows=len(table.rows),
        left_open=new.left_open,
        report=json.dumps(
            [[e.sheet, e.row, e.field, e.code, e.row_class] for e in report], ensure_ascii=False
        ),
    )


def _choice_digest(choice: Choice) -> str:
    text = json.dumps([choice.kind, sorted(choice.fields.items())], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _line(row: ImportRow, files: Sequence[ImportFileRow]) -> ImportLine:
    return ImportLine(
        import_id=row.id,
        at=row.at,
        imported_on=date.fromisoformat(row.imported_on),
        actor=row.actor,
        kinds=tuple(file.kind for file in files),
        rows=sum(file.rows for file in files),
        counts=json.loads(row.counts),
        is_undone=bool(row.undone_at),
    )
