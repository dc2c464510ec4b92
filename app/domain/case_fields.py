"""Fields of a worked case: taken by name and type, everything else refused by its path."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from app.domain.labels import key
from app.domain.period import Period
from app.domain.policy_data import read_flag

Convert = Callable[[Any], Any]
_MISSING: Any = object()  # no default: the field must be given


class CaseError(ValueError):
    """A fault in one field: ``path`` of the field and a Chinese reason."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(reason)
        self.path, self.reason = path, reason


class Fields:
    """One mapping of a case: every field is taken by name and type; the rest is refused."""

    def __init__(self, table: object, path: str) -> None:
        if not isinstance(table, Mapping):
            raise CaseError(path, "应是字段和值")
        self._table, self._path = dict(table), path

    def take(self, name: str, convert: Convert, default: Any = _MISSING) -> Any:
        """Return the converted value; null only where the conversion allows it."""
        path = self.path_of(name)
        if name not in self._table:
            if default is _MISSING:
                raise CaseError(path, "缺少这个字段")
            return default
        try:
            return convert(self._table.pop(name))
        except CaseError as error:
            raise CaseError(f"{path}.{error.path}".rstrip("."), error.reason) from None
        except ValueError as error:
            raise CaseError(path, str(error)) from None

    def path_of(self, name: str) -> str:
        """Return where a field stands in the case."""
        return f"{self._path}.{name}" if self._path else name

    def finish(self) -> None:
        """Refuse what the schema does not know."""
        for name in self._table:
            raise CaseError(self.path_of(str(name)), "不认识这个字段")


def _wrong(reason: str) -> ValueError:
    """A value of the wrong type is bad data to whoever wrote the file, not a mistake in code."""
    return ValueError(reason)


_TOO_LARGE = Decimal(10) ** 15  # beyond it a figure could not be written as a JSON number


def text(value: object) -> str:
    """Return a text; null, lists and tables are refused."""
    if not isinstance(value, str):
        raise _wrong("应是文字")
    return value


def number(value: object) -> Decimal:
    """Return an exact number, in whatever unit the field has.

    Raises:
        ValueError: no number, not finite, or beyond all measure; Chinese text.
    """
    try:
        amount = Decimal(text(value).strip())
    except InvalidOperation:
        raise ValueError(f"应是数，不能是“{value}”") from None
    if not amount.is_finite():
        raise ValueError("应是数")
    if abs(amount) >= _TOO_LARGE:
        raise ValueError("数太大")
    return amount


def whole(value: object) -> int:
    """Return a whole number.

    Raises:
        ValueError: not a whole number; Chinese text.
    """
    amount = number(value)
    if amount != amount.to_integral_value():
        raise ValueError("应是整数")
    return int(amount)


def flag(value: object) -> bool:
    """Return true or false."""
    return read_flag(text(value))


def day(value: object) -> date:
    """Return a date written YYYY-MM-DD.

    Raises:
        ValueError: written otherwise, or no day of the calendar; Chinese text.
    """
    word = text(value).strip()
    if len(word) != len("2025-10-31"):
        raise ValueError("日期应写成 2025-10-31")
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise ValueError("日期应写成 2025-10-31") from None


def day_or_month(value: object) -> date | Period:
    """Return a date, or a month where only that is given."""
    word = text(value).strip()
    return Period.parse(word) if len(word) == len("2025-10") else day(word)


def listed(value: object) -> list[Any]:
    """Return a list."""
    if not isinstance(value, list):
        raise _wrong("应是清单")
    return value


def mapping(value: object) -> dict[str, Any]:
    """Return a table with free keys."""
    if not isinstance(value, Mapping):
        raise _wrong("应是字段和值")
    return dict(value)


def enum(name: str) -> Convert:
    """Return the conversion of a label (or alias, or key) to its key."""
    return lambda value: key(name, text(value))


def optional(convert: Convert) -> Convert:
    """Return the conversion that also allows null."""
    return lambda value: None if value is None else convert(value)
