"""Parameter packs (政策参数包): dated, written by a superior, taken in by everybody below."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Journaled


class ParameterPack(Journaled):
    """One pack as imported; lives in the scope ``policy:<area code>`` of who issued it."""

    __tablename__ = "parameter_pack"

    valid_from: Mapped[str] = mapped_column(String(7), index=True)  # YYYY-MM
    area_code: Mapped[str] = mapped_column(String(12))
    content: Mapped[str]  # the exact text of the pack's file (TOML)
