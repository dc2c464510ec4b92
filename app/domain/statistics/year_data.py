"""A tree of nodes (from YAML or a workbook) → ``YearFigures``; every fault names its place."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import NoReturn, TypeVar

from app.domain.statistics import year_figures as names
from app.domain.statistics.errors import FigureFieldError, NoFiguresError
from app.domain.statistics.year_figures import EMPTY, Figure, MeasureFigure, YearFigures
from app.errors import Where

Value = TypeVar("Value")
MAX_COUNT = 1_500_000_000  # more people than there are is a typing error
_BREAKDOWNS = ("by_cause", "dynamics", "removed_by_reason", "survey")
_FIELDS = frozenset({"area", "period", "stock", "measures", "claims", *_BREAKDOWNS})
_STOCK = frozenset({"total", "by_state", "by_type"})
_UNITS = "units_as_written"
_ALIASES = {  # what other people call the rows
    "期初存量": names.OPENING, "期初": names.OPENING, "年初": names.OPENING,
    "上年末存量": names.OPENING, "年中存量": names.MIDYEAR, "期中存量": names.MIDYEAR,
    "年初未消除": names.OPENING_MONITORING, "新增识别": names.NEW, "新增": names.NEW,
    "重新识别": names.AGAIN, "标注风险消除": names.RISK_REMOVED, "消除": names.RISK_REMOVED,
    "回退": names.ROLLED_BACK, "变更监测类型": names.TYPE_CHANGED, "清退": names.CLEARED,
    "识别不精准": names.CLEARED, "整户自然减少": names.EXTINCT, "消亡": names.EXTINCT,
    "未标注": names.MONITORING, "未标注风险消除": names.MONITORING,
    "已标注": names.REMOVED, "已标注风险消除": names.REMOVED, "已稳定消除": names.REMOVED,
    "期末存量": names.CLOSING, "年末": names.CLOSING, "期末": names.CLOSING,
}  # fmt: skip
_RENAMED = ("dynamics", "by_state")  # the tables whose rows the checks call by name
_WRITTEN = re.compile(r"([\d,]+)\s*(?:(户)|[\s、/])\s*([\d,]+)\s*(人?)")


@dataclass(frozen=True, slots=True)
class Node:
    """A value with its place: text, None, a list or a mapping of nodes; ``row`` from 1."""

    value: "str | list[Node] | dict[str, Node] | None"
    row: int = 1
    column: str = ""
    sheet: str = ""


def year_figures(root: Node, file: str) -> YearFigures:
    """Return the figures of a file.

    Raises:
        FigureFieldError: the first field that is wrong, with its row.
        NoFiguresError: nothing to check.
    """
    return _Parser(file).figures(root)


def written_figure(text: str) -> tuple[Figure, str] | None:
    """Return both figures of ``81户321`` and the units in it; None if it is not so written."""
    found = _WRITTEN.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        return None
    households, persons = (int(found[place].replace(",", "")) for place in (1, 3))
    return Figure(households, persons), (found[2] or "") + found[4]


class _Parser:
    def __init__(self, file: str) -> None:
        self.file = file
        self.units: dict[str, str] = {}

    def figures(self, root: Node) -> YearFigures:
        """Return the whole."""
        top = self.mapping(root, "文件")
        self.only(top, _FIELDS, "")
        if not top.keys() - {"area", "period"}:
            raise NoFiguresError(where=Where(file=self.file))
        stock = self.mapping(top["stock"], "stock") if "stock" in top else {}
        self.only(stock, _STOCK, "stock.")
        parts = {name: self.breakdown(top, name) for name in _BREAKDOWNS}
        total = self.figure(stock["total"], "stock.total") if "total" in stock else EMPTY
        return YearFigures(
            area=self.text(top.get("area")),
            period=self.text(top.get("period")),
            total=total if total != EMPTY else parts["dynamics"].get(names.CLOSING, EMPTY),
            by_state=self.breakdown(stock, "by_state"),
            by_type=self.breakdown(stock, "by_type"),
            measures=self.rows(top, "measures", self.measure),
            claims=self.claims(top.get("claims")),
            units=self.units,
            **parts,
        )

    def breakdown(self, table: Mapping[str, Node], name: str) -> dict[str, Figure]:
        """Return the rows of a breakdown; the units as written are kept apart."""
        return self.rows(table, name, self.figure)

    def rows(
        self, table: Mapping[str, Node], name: str, parse: Callable[[Node, str], Value]
    ) -> dict[str, Value]:
        """Return row name → parsed value of one table, in its order."""
        if name not in table or table[name].value is None:
            return {}
        found: dict[str, Value] = {}
        for row, node in self.mapping(table[name], name).items():
            if row == _UNITS:
                units = self.mapping(node, f"{name}.{row}")
                self.units |= {_known(name, key): self.text(word) for key, word in units.items()}
                continue
            known = _known(name, row)
            if known in found:
                self.fail(node, f"{name}.{row}", "和前面的一行重复")
            found[known] = parse(node, f"{name}.{row}")
            if row in self.units:
                self.units[known] = self.units.pop(row)
        return found

    def figure(self, node: Node, field: str) -> Figure:
        """Return 户 and 人 of ``[614, 2470]``, of ``81户321人`` or of null."""
        if node.value is None:
            return EMPTY
        if isinstance(node.value, str):
            return self.written(node, field)
        if isinstance(node.value, dict):
            return self.named(node, field)
        if len(node.value) != 2:
            self.fail(node, field, "应写成 [户, 人] 两个数")
        households, persons = node.value
        return Figure(self.count(households, field), self.count(persons, field))

    def named(self, node: Node, field: str) -> Figure:
        """Return the two figures of ``{户: 614, 人: 2470}``."""
        table = self.mapping(node, field)
        self.only(table, frozenset({"户", "人", "households", "persons"}), f"{field}.")
        nothing = Node(None, node.row)
        households = table.get("户", table.get("households", nothing))
        persons = table.get("人", table.get("persons", nothing))
        return Figure(self.count(households, field), self.count(persons, field))

    def written(self, node: Node, field: str) -> Figure:
        """Return the two figures of a text, and keep which units it has."""
        found = written_figure(str(node.value))
        if found is None:
            self.fail(node, field, "应写成 [户, 人] 两个数")
        figure, self.units[field.rpartition(".")[2]] = found
        return figure

    def measure(self, node: Node, field: str) -> MeasureFigure:
        """Return households and percentage of a kind of measure."""
        if isinstance(node.value, dict):
            self.only(node.value, frozenset({"households", "percent"}), f"{field}.")
            households = node.value.get("households", Node(None, node.row))
            percent = node.value.get("percent", Node(None, node.row))
        elif isinstance(node.value, list) and len(node.value) == 2:
            households, percent = node.value
        else:
            households, percent = node, Node(None, node.row)
        return MeasureFigure(self.count(households, field), self.percent(percent, field))

    def count(self, node: Node, field: str) -> int | None:
        """Return a whole number, 0 or more; None for nothing. A unit behind it may stand."""
        text = self.scalar(node, field)
        if text is None:
            return None
        digits = re.sub(r"(?<=\d)\.0+$", "", text.rstrip("户人"))
        if not re.fullmatch(r"\d{1,12}", digits) or int(digits) > MAX_COUNT:
            self.fail(node, field, f"应是0或正整数，写的是“{text[:20]}”")
        return int(digits)

    def percent(self, node: Node, field: str) -> Decimal | None:
        """Return a percentage of 0 to 100 or more (a wrong one is to be found, not refused)."""
        text = self.scalar(node, field)
        if text is None:
            return None
        try:
            value = Decimal(text.rstrip("%"))
        except InvalidOperation:
            self.fail(node, field, f"占比应是数字，写的是“{text[:20]}”")
        if not value.is_finite() or not 0 <= value <= 100_000 or value != round(value, 6):
            self.fail(node, field, f"占比不对：“{text[:20]}”")
        return value

    def scalar(self, node: Node, field: str) -> str | None:
        """Return the plain text of a value, None for nothing."""
        if node.value is None:
            return None
        if not isinstance(node.value, str):
            self.fail(node, field, "应是一个数")
        return _plain(node.value) or None

    def claims(self, node: Node | None) -> tuple[str, ...]:
        """Return the sentences that the report states."""
        if node is None or node.value is None:
            return ()
        items = node.value if isinstance(node.value, list) else [node]
        for item in items:
            if not isinstance(item.value, str):
                self.fail(item, "claims", "应是一句一句的文字")
        return tuple(self.text(item) for item in items)

    def text(self, node: Node | None) -> str:
        """Return a text; "" for nothing."""
        if node is None or node.value is None:
            return ""
        if not isinstance(node.value, str):
            self.fail(node, "文字", "应是一段文字")
        return node.value.strip()

    def mapping(self, node: Node, field: str) -> dict[str, Node]:
        """Return the rows of a table."""
        if not isinstance(node.value, dict):
            self.fail(node, field, "应是“项目: 数”的表")
        return node.value

    def only(self, table: Mapping[str, Node], allowed: frozenset[str], prefix: str) -> None:
        """Refuse a name that the format does not have: a typing error must not be passed over."""
        for name, node in table.items():
            if name not in allowed:
                self.fail(node, f"{prefix}{name}", f"不认识；可用：{'、'.join(sorted(allowed))}")

    def fail(self, node: Node, field: str, reason: str) -> NoReturn:
        """Refuse the file at a place."""
        where = Where(self.file, node.sheet, node.row, node.column or field)
        raise FigureFieldError(where=where, row=node.row, field=field, reason=reason)


def _known(table: str, row: str) -> str:
    """Return what the checks call a row."""
    return _ALIASES.get(row.strip(), row.strip()) if table in _RENAMED else row.strip()


def _plain(text: str) -> str:
    return re.sub(r"[\s,，]", "", unicodedata.normalize("NFKC", text))
