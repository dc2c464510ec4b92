"""Every table, imported once: Alembic and the guard must know them all."""

from app.models import form, household, journal, pinyin, plan, policy, replica, step, warning
from app.models.base import Base

__all__ = [
    "form",
    "household",
    "journal",
    "metadata",
    "pinyin",
    "plan",
    "policy",
    "replica",
    "step",
    "warning",
]

metadata = Base.metadata
