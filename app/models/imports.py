"""What this replica has imported from tables: local notes, in no journal and in no package.

No file name is kept, only its digest: names of files hold names of people often enough.
"""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class ImportRow(Base):
    """One import, of one or several files. ``operation_id``: its changesets, "" if none."""

    __tablename__ = "import_log"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    at: Mapped[str] = mapped_column(String(32))
    imported_on: Mapped[str] = mapped_column(String(10))
    actor: Mapped[str]
    operation_id: Mapped[str] = mapped_column(String(36), default="", index=True)
    counts: Mapped[str]  # JSON: what was written
    undone_at: Mapped[str] = mapped_column(String(32), default="")


class ImportFileRow(Base):
    """A file of an import: what it was, and what there was to say about its rows."""

    __tablename__ = "import_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[str] = mapped_column(ForeignKey("import_log.id"), index=True)
    name_digest: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    choice_digest: Mapped[str] = mapped_column(String(64))  # of kind and mapping, if decided
    kind: Mapped[str] = mapped_column(String(32))
    rows: Mapped[int]
    left_open: Mapped[int] = mapped_column(default=0)  # items that were skipped or put off
    report: Mapped[str]  # JSON: [sheet, row, column, reason code, class] of each reason


class ImportDecisionRow(Base):
    """What a person decided about an item of an import."""

    __tablename__ = "import_decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[str] = mapped_column(ForeignKey("import_log.id"), index=True)
    key: Mapped[str]
    choice: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(default="")
    on: Mapped[str] = mapped_column("left_on", String(10), default="")


class ColumnMappingRow(Base):
    """A corrected mapping of a source, found again by its headings."""

    __tablename__ = "column_mapping"

    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    fields: Mapped[str]  # JSON: heading → field, "" for none
    at: Mapped[str] = mapped_column(String(32))
