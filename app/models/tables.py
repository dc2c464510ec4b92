"""Every table, imported once: Alembic and the guard must know them all."""

from app.models import (
    attachment,
    case,
    change,
    conflict,
    form,
    household,
    imports,
    income,
    journal,
    local,
    pinyin,
    plan,
    policy,
    register,
    replica,
    step,
    team,
    warning,
)
from app.models.base import Base

__all__ = [
    "attachment",
    "case",
    "change",
    "conflict",
    "form",
    "household",
    "imports",
    "income",
    "journal",
    "local",
    "metadata",
    "pinyin",
    "plan",
    "policy",
    "register",
    "replica",
    "step",
    "team",
    "warning",
]

metadata = Base.metadata
