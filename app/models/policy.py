"""Parameter packs (政策参数包): dated, written by a superior, taken in by everybody below."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Journaled


class ParameterPack(Journaled):
    """One pack as imported; lives in the scope ``policy:<area code>`` of who issued it.

    ``id`` is natural (area, month, content); a corrected pack of the same month is a further row
    with the next revision, so that closed months find theirs.
    """

    __tablename__ = "parameter_pack"

    valid_from: Mapped[str] = mapped_column(String(7), index=True)  # YYYY-MM
    area_code: Mapped[str] = mapped_column(String(12))
    revision: Mapped[int] = mapped_column(default=1)  # nth pack of this area and month
    content: Mapped[str]  # the whole pack as text (TOML): what holds is read from here alone
