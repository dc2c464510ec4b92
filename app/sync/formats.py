"""What a text must look like beyond being text: else whoever reads it later would stumble."""

import json
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from app.domain.labels import SEVERITIES
from app.domain.period import Period
from app.models.base import Journaled
from app.sync.keys import read_certificate
from app.sync.records import from_file

_PERIOD = "period"
_DAY_OR_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?")


def require_amount(text: object) -> Decimal:
    """Return an amount of money.

    Raises:
        ValueError, ArithmeticError: none.
    """
    if not isinstance(text, str) or len(text) > 40:
        raise ValueError("no amount")
    amount = Decimal(text)
    if not amount.is_finite():
        raise ValueError("no amount")
    return amount


def require_form(cls: type[Journaled], name: str, text: str) -> None:
    """Check a text of a field that has a form.

    Raises:
        ValueError, ArithmeticError: another form.
    """
    if name == _PERIOD:
        if text != _default(cls):
            _require_period(text)
        return
    check = _FORMS.get((cls.__tablename__, name))
    if check is not None:
        check(text)


def _default(cls: type[Journaled]) -> str | None:
    """Return what stands for no month, if that may be."""
    default = cls.__mapper__.columns[_PERIOD].default
    return getattr(default, "arg", None)


def _require_period(text: str) -> None:
    if str(Period.parse(text)) != text:
        raise ValueError("no month")


def _require_certificate(text: str) -> None:
    read_certificate(from_file(text.encode()))


def _require_day(text: str) -> None:
    if text and not _DAY_OR_MONTH.fullmatch(text):
        raise ValueError("no day")
    if text:
        date.fromisoformat(text if len(text) > len("2025-10") else f"{text}-01")


def _require_object(text: str) -> None:
    try:
        if text and not isinstance(json.loads(text), dict):
            raise ValueError("no object")
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def _require_severity(text: str) -> None:
    if text not in SEVERITIES:
        raise ValueError("no severity")


_FORMS: dict[tuple[str, str], Callable[[str], object]] = {
    ("device", "certificate"): _require_certificate,
    ("sheet", "per_capita"): require_amount,
    ("sheet", "roster_snapshot"): _require_object,
    ("answer", "follow_up"): _require_object,
    ("warning", "values"): _require_object,
    ("step", "values"): _require_object,
    ("natural_change", "details"): _require_object,
    ("month_snapshot", "content"): _require_object,
    ("warning", "severity"): _require_severity,
    ("negative_check", "severity"): _require_severity,
    ("data_doubt", "severity"): _require_severity,
    ("monitored_case", "identified_on"): _require_day,
    ("monitored_case", "eliminated_on"): _require_day,
}


def has_form(cls: type[Journaled], name: str) -> bool:
    """Tell whether a field's text has a form of its own."""
    return name == _PERIOD or (cls.__tablename__, name) in _FORMS
