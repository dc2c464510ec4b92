"""A workbook of yearly figures → the same tree of values as the YAML form.

People fill such tables in their own way: the table's name in the first column, as a line of its
own, or as the sheet's name; 户 and 人 under headings. What cannot be placed is refused.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from app.domain.case import CLEAR_OUT_REASONS
from app.domain.labels import LABELS
from app.domain.roster_values import ErrorCell
from app.domain.statistics import year_figures as names
from app.domain.statistics.errors import FigureFieldError
from app.domain.statistics.year_data import Node
from app.errors import Where
from app.excel.percents import percent_cells
from app.excel.reader import RawSheet, read_table

TABLES: Mapping[str, str] = {  # name of a table on paper → its name in the format
    "存量": "stock.total", "存量合计": "stock.total", "stock.total": "stock.total",
    "total": "stock.total", "T2": "stock.by_state", "T5": "stock.by_type", "T3": "by_cause",
    "状态": "stock.by_state", "存量按状态": "stock.by_state", "by_state": "stock.by_state",
    "stock.by_state": "stock.by_state", "风险是否消除": "stock.by_state",
    "类型": "stock.by_type", "对象类型": "stock.by_type", "监测对象类型": "stock.by_type",
    "by_type": "stock.by_type", "stock.by_type": "stock.by_type",
    "原因": "by_cause", "风险原因": "by_cause", "by_cause": "by_cause",
    "动态": "dynamics", "年度动态": "dynamics", "监测对象年度动态": "dynamics",
    "dynamics": "dynamics", "T1": "dynamics",
    "清退原因": "removed_by_reason", "T9": "removed_by_reason",
    "removed_by_reason": "removed_by_reason",
    "措施": "measures", "措施覆盖": "measures", "帮扶措施": "measures", "measures": "measures",
    "T8": "measures", "排查": "survey", "大排查": "survey", "survey": "survey", "T21": "survey",
    "说法": "claims", "报告说法": "claims", "claims": "claims",
    "地区": "area", "area": "area", "年度": "period", "期间": "period", "period": "period",
    "stock": "stock",
}  # fmt: skip
_HEADINGS = {  # what people write over a column; what stands in brackets is its unit
    "households": re.compile(r"(?:总|覆盖|涉及|受益|监测)?户数?|households"),
    "persons": re.compile(r"(?:总|覆盖|涉及|受益|监测)?人[数口]?|persons"),
    "percent": re.compile(r"占比.*|比例|占存量比例|percent"),
    "units": re.compile(r"原文单位|单位|units_as_written"),
}
_BRACKETS = re.compile(r"\(([^)]*)\)")
_MANY = 10_000  # 万户, 万人
_NOTHING = frozenset({"-", "—", "——", "―", "/"})  # what people put into a cell without a figure
_OTHERS = re.compile(r"T\d+|催报|核对")
_SIGNATURE = re.compile(r"(?:填表|制表|审核|负责|填报|联系)[人单日][^:]*:.*|(?:备注|注|说明):.*")
_TOTALS = frozenset({"合计", "总计", "total", "监测对象合计", "监测对象总数"})
_UNITS = "units_as_written"
_NUMBER = re.compile(r"[\d.]+(?:%|户|人)?")
_WHOLE = re.compile(r"\d+\s*(?:户|[\s、/])\s*\d+\s*人?")  # both figures in one cell: 81户321人
_ROWS: Mapping[str, str] = {  # a row that belongs to one table only → that table
    **dict.fromkeys((names.MONITORING, names.REMOVED), "stock.by_state"),
    **dict.fromkeys(LABELS["object_type"].values(), "stock.by_type"),
    **dict.fromkeys((w for w in LABELS["risk_cause"].values() if w != names.OTHER), "by_cause"),
    **dict.fromkeys(
        (
            names.OPENING, names.MIDYEAR, names.CLOSING, names.OPENING_MONITORING, names.NEW,
            names.AGAIN, names.RISK_REMOVED, names.ROLLED_BACK, names.TYPE_CHANGED,
            names.CLEARED, names.EXTINCT, names.INCREASE, names.DECREASE,
        ),
        "dynamics",
    ),
    **dict.fromkeys((w for w in CLEAR_OUT_REASONS if w != names.OTHER), "removed_by_reason"),
    "大排查": "survey",
}  # fmt: skip


def read_nodes(path: Path) -> Node:
    """Return the content of a workbook as a tree of values with their places.

    Raises:
        TableError: the file cannot be read; FigureFieldError: a row that fits no table.
    """
    book = _Book(path.name)
    sheets = read_table(path).sheets
    percents = percent_cells(path)
    for sheet in sheets:
        _write_percents(sheet, percents.get(sheet.name, ()))
        if not sheet.is_hidden:
            book.take(sheet)
    return Node(book.top)


def _write_percents(sheet: RawSheet, places: Iterable[tuple[int, int]]) -> None:
    """Put what the sheet shows in per cent as it is shown: 0.23 → 23%."""
    for number, column in places:
        row = sheet.rows[number - 1] if number <= len(sheet.rows) else []
        value = row[column] if column < len(row) else None
        if isinstance(value, int | float):
            row[column] = f"{(Decimal(str(value)) * 100).normalize():f}%"


@dataclass(slots=True)
class _Line:
    """One row of a sheet, as text."""

    cells: list[str]
    row: int

    def at(self, column: int | None) -> str:
        """Return a cell's text; "" where there is none."""
        return self.cells[column] if column is not None and column < len(self.cells) else ""

    def words(self) -> Iterator[tuple[int, str]]:
        """Yield the cells that are no numbers."""
        for place, text in enumerate(self.cells):
            if text and not _NUMBER.fullmatch(text) and not _WHOLE.fullmatch(text):
                yield place, text


@dataclass(slots=True)
class _Book:
    """Collects the rows of all sheets."""

    file: str
    top: dict[str, Node] = field(default_factory=dict)
    sheet: str = ""
    table: str = ""
    is_guessed: bool = False  # the table follows from the rows' names
    columns: dict[str, int] = field(default_factory=dict)
    factors: dict[str, int] = field(default_factory=dict)  # of columns in 万户 or 万人

    def take(self, sheet: RawSheet) -> None:
        """Read one sheet."""
        self.sheet, self.columns, self.factors = sheet.name, {}, {}
        self.table = _table(sheet.name)
        if not self.table and _OTHERS.match(sheet.name):
            return  # a report of this program has more tables than are checked
        for index, cells in enumerate(sheet.rows):
            line = _Line([_text(cell) for cell in cells], sheet.number(index))
            if any(line.cells):
                self._line(line)

    def _line(self, line: _Line) -> None:
        heads = {} if self._has_numbers(line) else _heads(line)
        if heads:
            self._take_heads(line, heads)
            return
        words = [(place, text) for place, text in line.words() if not _SIGNATURE.fullmatch(text)]
        if not words and not self._has_numbers(line):
            return  # who filled it in, when, notes
        if not words:
            self._refuse(line, "", "没有项目名")
        words[0] = (words[0][0], self._undotted(words[0][1]))
        named = _table(words[0][1])
        if named in {"area", "period"}:
            self._put(self.top, named, line, self._rest(line, words[0][0]))
            return
        if named and (len(words) > 1 or not self._has_numbers(line) or named == "stock.total"):
            self.table, self.is_guessed = named, False
            words = words[1:]
        if self.table == "claims":
            for _, text in words:
                self._claim(text, line)
        elif words or self.table == "stock.total":
            self._figures(line, words[0][1] if words else "合计")

    def _take_heads(self, line: _Line, heads: dict[str, int]) -> None:
        """Take the columns over, and the table where its name stands in the same row."""
        self.columns = heads
        self.factors = {name: _MANY for name, place in heads.items() if "万" in line.at(place)}
        named = (_table(text) for place, text in line.words() if place not in heads.values())
        table = next((name for name in named if name and name not in {"area", "period"}), "")
        if table:
            self.table, self.is_guessed = table, False

    def _undotted(self, text: str) -> str:
        """Return the row of ``by_cause.因病``, whose table is taken over."""
        table, _, row = text.rpartition(".")
        if row and text not in TABLES and table in TABLES:
            self.table, self.is_guessed = TABLES[table], False
            return row
        return text

    def _has_numbers(self, line: _Line) -> bool:
        return any(_NUMBER.fullmatch(cell) or _WHOLE.fullmatch(cell) for cell in line.cells)

    def _rest(self, line: _Line, place: int) -> str:
        return next((cell for cell in line.cells[place + 1 :] if cell), "")

    def _claim(self, text: str, line: _Line) -> None:
        claims = self.top.setdefault("claims", Node([]))
        assert isinstance(claims.value, list)  # noqa: S101  made in the line above
        claims.value.append(Node(text, line.row, sheet=self.sheet))

    def _figures(self, line: _Line, item: str) -> None:
        """Place one row of figures; a line of words alone is a title or a note."""
        if not self._has_numbers(line):
            return
        if item in _TOTALS and self.table in {"", "stock"}:
            self.table = "stock.total"
        if item in _TOTALS and self.table != "stock.total":
            return  # totals of breakdowns are computed, here as everywhere
        self._guess(item)
        if not self.table or self.table == "stock":
            self._refuse(line, item, "不知道属于哪张表")
        values = {name: self._number(line, name) for name in ("households", "persons", "percent")}
        if self.table == "measures":
            node = {name: values[name] for name in ("households", "percent")}
            self._put(self._rows("measures"), item, line, node)
            return
        whole = next((cell for cell in line.cells if _WHOLE.fullmatch(cell)), None)
        pair: str | list[Node] = whole or [values["households"], values["persons"]]
        if self.table == "stock.total":
            self._put(self._rows("stock"), "total", line, pair)
            return
        rows = self._rows(self.table)
        self._put(rows, item, line, pair)
        units = line.at(self.columns.get("units"))
        if units:
            written = rows.setdefault(_UNITS, Node({}, line.row, sheet=self.sheet))
            assert isinstance(written.value, dict)  # noqa: S101  made in the line above
            written.value[item] = Node(units, line.row, sheet=self.sheet)

    def _guess(self, item: str) -> None:
        """Take the table from the row's own name where the sheet does not name one."""
        found = _ROWS.get(item)
        is_open = self.is_guessed or self.table in {"", "stock", "stock.total"}
        if item in _TOTALS or not (is_open or found == "survey"):
            return
        if found is not None:
            self.table, self.is_guessed = found, True
        elif self.table == "stock.total":
            self.table = ""

    def _number(self, line: _Line, name: str) -> Node:
        """Return a cell by its heading; without headings 户, 人 are the first two numbers."""
        if self.columns:
            place = self.columns.get(name)
        else:
            numbers = [i for i, cell in enumerate(line.cells) if _NUMBER.fullmatch(cell)]
            order = ["households", "percent" if self.table == "measures" else "persons"]
            found = order.index(name) if name in order else len(numbers)
            place = numbers[found] if found < len(numbers) else None
        text = _times(line.at(place), self.factors.get(name, 1))
        column = "" if place is None else _letter(place)
        return Node(text or None, line.row, column, self.sheet)

    def _rows(self, table: str) -> dict[str, Node]:
        """Return the rows of a table such as ``stock.by_type``, made when first needed."""
        at = self.top
        for name in table.split("."):
            node = at.setdefault(name, Node({}, sheet=self.sheet))
            assert isinstance(node.value, dict)  # noqa: S101  only tables are made here
            at = node.value
        return at

    def _put(
        self,
        table: dict[str, Node],
        name: str,
        line: _Line,
        value: str | list[Node] | dict[str, Node],
    ) -> None:
        if name in table:
            self._refuse(line, name, "和前面的一行重复")
        table[name] = Node(value, line.row, sheet=self.sheet)

    def _refuse(self, line: _Line, item: str, reason: str) -> None:
        where = Where(self.file, self.sheet, line.row, item)
        raise FigureFieldError(where=where, row=line.row, field=item, reason=reason)


def _heads(line: _Line) -> dict[str, int]:
    """Return the columns by name if the row is a heading row."""
    found: dict[str, int] = {}
    for place, text in line.words():
        plain = re.sub(r"\s", "", _BRACKETS.sub("", text))
        for name, words in _HEADINGS.items():
            if words.fullmatch(plain):
                found.setdefault(name, place)
    return found if "households" in found else {}


def _table(text: str) -> str:
    """Return the table that a name on paper means; "" for none."""
    plain = re.sub(r"^[(（]?[一二三四五六七八九十\d]+[)）、.．]\s*", "", text).strip(" :：")
    found = TABLES.get(plain) or TABLES.get(re.sub(r"(?:统计|分布)?(?:情况|表)+$", "", plain))
    if found is None:
        number = re.match(r"T\d+", plain)
        found = TABLES.get(number[0], "") if number else ""
    return found


def _text(cell: object) -> str:
    """Return a cell as plain text; whole numbers without “.0”."""
    if cell is None or isinstance(cell, ErrorCell):
        return ""
    if isinstance(cell, float):
        return f"{Decimal(str(cell)):f}".removesuffix(".0")
    text = unicodedata.normalize("NFKC", str(cell)).strip().replace(",", "")
    return "" if text in _NOTHING else text


def _times(text: str, factor: int) -> str:
    """Return a number of 万 as a whole one; what is no number is told later, with its place."""
    if factor == 1 or not re.fullmatch(r"\d+(?:\.\d+)?", text):
        return text
    return f"{(Decimal(text) * factor).normalize():f}"


def _letter(place: int) -> str:
    """Return the letters of a column, from 0."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
