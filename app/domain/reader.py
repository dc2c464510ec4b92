"""Reads one table of a catalogue file: typed, complete, a Chinese reason for each fault."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NoReturn

from app.domain.catalogue import CatalogueError
from app.domain.expressions import Compiled, ExpressionError, Name, compile_expression
from app.domain.household import NOTHING


class TableReader:
    """A table of which every key must be taken; ``finish`` refuses what nobody asked for."""

    def __init__(self, table: object, file: str, place: str) -> None:
        self.file, self.place = file, place
        if not isinstance(table, Mapping):
            self.fail("这里应是一张表")
        self._table: dict[str, Any] = dict(table)

    def fail(self, reason: str) -> NoReturn:
        """Refuse the file."""
        raise CatalogueError(self.file, self.place, reason)

    def has(self, name: str) -> bool:
        """Whether a key is given and not taken yet."""
        return name in self._table

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text; without a default it must be given."""
        value: str = self._take(name, default, str, "文字")
        return value

    def flag(self, name: str, default: bool | None = None) -> bool:
        """Return true or false."""
        value: bool = self._take(name, default, bool, "true 或 false")
        return value

    def whole(self, name: str, default: int | None = None) -> int:
        """Return a whole number."""
        value: int = self._take(name, default, int, "整数")
        return value

    def decimal(self, name: str) -> Decimal | None:
        """Return an exact number, None where it is not given."""
        value = self._table.pop(name, None)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            self.fail(f"{name} 应是数")
        return Decimal(value)

    def words(self, name: str) -> tuple[str, ...]:
        """Return a list of texts, empty where it is not given."""
        return self._list(name, str, "文字")

    def wholes(self, name: str) -> tuple[int, ...]:
        """Return a list of whole numbers, empty where it is not given."""
        return self._list(name, int, "整数")

    def mapping(self, name: str) -> Mapping[str, Any]:
        """Return a table as it is, empty where it is not given."""
        value = self._table.pop(name, NOTHING)
        if not isinstance(value, Mapping):
            self.fail(f"{name} 应是表")
        return value

    def raw(self, name: str) -> Any:
        """Return a value of any type, None where it is not given."""
        return self._table.pop(name, None)

    def tables(self, name: str, label: Callable[[Any], str] = str) -> list["TableReader"]:
        """Return the readers of a list of tables, empty where it is not given."""
        value = self._table.pop(name, [])
        if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
            self.fail(f"{name} 应是若干张表")
        return [
            TableReader(item, self.file, f"{self.place} {label(item)}".strip()) for item in value
        ]

    def one_of(self, name: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        """Return a text that must be one of some words."""
        value = self.text(name, default)
        if value not in allowed:
            self.fail(f"{name} 只能是 {'、'.join(allowed)}，不能是“{value}”")
        return value

    def condition(
        self, name: str, names: Mapping[str, Name], kind: str = "flag"
    ) -> Compiled | None:
        """Return a compiled condition, None where it is not given."""
        if name not in self._table:
            return None
        text = self.text(name)
        try:
            return compile_expression(text, names, kind)
        except ExpressionError as error:
            self.fail(f"{name}：{error}（{text}）")

    def finish(self) -> None:
        """Refuse keys that nobody knows."""
        if self._table:
            self.fail(f"不认识“{'、'.join(map(str, self._table))}”")

    def _take(self, name: str, default: object, kind: type, words: str) -> Any:
        value = self._table.pop(name, default)
        if value is None:
            self.fail(f"缺少 {name}")
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.fail(f"{name} 应是{words}")
        return value

    def _list(self, name: str, kind: type, words: str) -> tuple[Any, ...]:
        value = self._table.pop(name, [])
        if not isinstance(value, list) or not all(isinstance(item, kind) for item in value):
            self.fail(f"{name} 应是{words}的清单")
        return tuple(value)
