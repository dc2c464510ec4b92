"""Every table, imported once: Alembic and the guard must know them all."""

from app.models import (
    case,
    change,
    conflict,
    form,
    household,
    imports,
    income,
    journal,
    pinyin,
    plan,
    policy,
    register,
    replica,
    step,
    warning,
)
from app.models.base import Base

__all__ = [
    "case",
    "change",
    "conflict",
    "form",
    "household",
    "imports",
    "income",
    "journal",
    "metadata",
    "pinyin",
    "plan",
    "policy",
    "register",
    "replica",
    "step",
    "warning",
]

metadata = Base.metadata
