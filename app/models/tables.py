"""Every table, imported once: Alembic and the guard must know them all."""

from app.models import form, household, journal, pinyin, plan, replica, warning
from app.models.base import Base

__all__ = ["form", "household", "journal", "metadata", "pinyin", "plan", "replica", "warning"]

metadata = Base.metadata
