"""What only this replica remembers: prints, exports, unmaskings, choices. In no package."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class PaperLogRow(Base):
    """One print, export or unmasking (glossary 打印记录). Times are UTC ISO text."""

    __tablename__ = "paper_log"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[str] = mapped_column(String(32), index=True)
    actor: Mapped[str]
    role: Mapped[str] = mapped_column(String(16))
    action: Mapped[str] = mapped_column(String(16))  # print, export, unmask
    paper: Mapped[str]  # the paper's or table's key
    households: Mapped[int] = mapped_column(default=0)
    pages: Mapped[int] = mapped_column(default=0)
    path: Mapped[str] = mapped_column(default="")  # of an exported file that holds personal data
    is_masked: Mapped[bool] = mapped_column(default=False)


class HangingPaperRow(Base):
    """A household's last paper of a kind: what it said, so that a changed one is seen."""

    __tablename__ = "hanging_paper"

    kind: Mapped[str] = mapped_column(String(24), primary_key=True)
    household_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    printed_on: Mapped[str] = mapped_column(String(10))


class LocalSettingRow(Base):
    """A choice of this installation, as text (own fonts, saved filters …)."""

    __tablename__ = "local_setting"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str]
