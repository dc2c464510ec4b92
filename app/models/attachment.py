"""Photos and scans (附件) that prove an answer, a step, a visit or a measure.

The row is journaled and says what the content is by its SHA-256; the content lies beside it, once
for equal bytes, and travels in packages of its own parts. A row may be here before its content.
"""

from datetime import date

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Journaled


class Attachment(Journaled):
    """One photo or scan of one thing. ``id`` is natural (thing, question, member, content).

    ``subject``: the table of the thing (sheet, warning, visit, measure, monitored_case …), and
    ``subject_id`` its row. ``size`` in bytes, ``width`` and ``height`` in pixels (0: no picture).
    """

    __tablename__ = "attachment"
    __table_args__ = (Index("ix_attachment_subject_subject_id", "subject", "subject_id"),)

    subject: Mapped[str] = mapped_column(String(24))
    subject_id: Mapped[str] = mapped_column(String(36))
    household_id: Mapped[str] = mapped_column(String(36), default="", index=True)  # "" if of none
    question_code: Mapped[str] = mapped_column(String(16), default="")
    member_id: Mapped[str] = mapped_column(String(36), default="")
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    media_type: Mapped[str] = mapped_column(String(32))
    size: Mapped[int]
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)
    caption: Mapped[str] = mapped_column(default="")
    taken_on: Mapped[date | None]
    added_on: Mapped[date]
    added_by: Mapped[str]
    removed_on: Mapped[date | None]
    removed_reason: Mapped[str | None]


class AttachmentContent(Base):
    """The bytes of an attachment, in no journal: what its SHA-256 says needs no other proof."""

    __tablename__ = "attachment_content"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[bytes]
