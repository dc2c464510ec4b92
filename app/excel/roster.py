"""A file → the roster it holds: sheets, columns, rows, skipped rows, and what must be shown."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from app.domain.roster import (
    HOUSEHOLD_FIELDS,
    MEMBER_FIELDS,
    Place,
    ReadRow,
    Reason,
    RosterBuilder,
    RosterTable,
    cross_check,
)
from app.domain.roster_diff import Departure
from app.domain.roster_id import IdReading, read_id
from app.domain.roster_values import (
    AMOUNTS,
    EMPTY,
    ErrorCell,
    Reading,
    ValueReader,
    folded,
    is_blank,
    read_day,
    read_name,
)
from app.errors import Where
from app.excel.errors import HeaderNotFoundError, NoRowsError, OtherKindError, TableEmptyError
from app.excel.headings import HeadingList, TableKind, heading_list, heading_text, vocabulary
from app.excel.judge import ColumnJudge
from app.excel.layout import (
    FEWEST_FIELDS,
    MIN_FIELDS,
    Column,
    Layout,
    find_layout,
    remembered,
)
from app.excel.person_rows import PersonRows
from app.excel.reader import RawSheet, RawTable, cell_at, read_table

_NUMBER = re.compile(r"\d+")
_BARE = re.compile(r"\d[\d,]*(?:\.\d+)?")  # an amount without a unit
_EXTINCT, _OTHER = "整户自然减少", "其他转出"
_MERGED_MARKS = ("household_no", "head_name", "registered_size", "row_no")
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class SheetReport:
    """What became of a sheet. Rows count from 1."""

    sheet: str
    used: bool
    reason: str
    header_rows: tuple[int, ...] = ()
    first_data_row: int | None = None
    last_data_row: int | None = None
    columns: tuple[Column, ...] = ()


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """A row that describes no person: blank, repeated_header, total, footer, other."""

    sheet: str
    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class RosterFile:
    """Everything that was found in one file."""

    path: Path
    kind: TableKind
    sheets: tuple[SheetReport, ...]
    table: RosterTable
    skipped: tuple[SkippedRow, ...]
    hidden: tuple[Place, ...]
    departures: tuple[Departure, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person has decided about a file: its kind ("" : find out), heading → field.

    ``remembered``: fingerprint of headings → what was decided about such a source before.
    """

    kind: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    remembered: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


FIND_OUT = Choice()


def roster_kinds() -> list[str]:
    """Return the kinds of table that are read as a roster."""
    return [kind.kind for kind in heading_list().kinds if kind.is_roster]


def read_roster(
    path: Path, progress: Progress | None = None, choice: Choice = FIND_OUT
) -> RosterFile:
    """Read a roster of any layout.

    Raises:
        TableError: the file cannot be read, has no heading that is known, or is no roster.
    """
    return parse_roster(read_table(path, progress), progress, choice)


def parse_roster(
    table: RawTable, progress: Progress | None = None, choice: Choice = FIND_OUT
) -> RosterFile:
    """Find sheets, headings and rows in a table that has been read."""
    names = frozenset(sheet.name for sheet in table.sheets)
    headings = heading_list().within(names).with_overrides(choice.fields)
    reader = ValueReader(vocabulary())
    judge = ColumnJudge(reader, vocabulary())
    find = partial(_layout, headings=headings, judge=judge, choice=choice)
    layouts = [find(sheet) for sheet in table.sheets]
    if not any(layouts):
        layouts = [find(sheet, fewest=FEWEST_FIELDS) for sheet in table.sheets]
    usable = [
        (sheet, layout)
        for sheet, layout in zip(table.sheets, layouts, strict=True)
        if layout is not None
        and layout.kind.is_roster
        and layout.first_data < len(sheet.rows)
        and not sheet.is_hidden
    ]
    _check_usable(table, usable, layouts)
    kind = usable[0][1].kind
    builder = RosterBuilder()
    reports: dict[str, SheetReport] = {}
    skipped: list[SkippedRow] = []
    hidden: list[Place] = []
    done, total = 0, sum(len(sheet.rows) for sheet, _ in usable)
    for sheet, layout in usable:
        parser = SheetParser(table.path.name, sheet, layout, reader)
        rows = parser.rows()
        builder.add_sheet(rows, parser.fields)
        skipped += parser.skipped
        hidden += [row.place for row in rows if row.place.row in sheet.hidden_rows]
        reports[sheet.name] = _report(sheet, layout, rows)
        done += len(sheet.rows)
        sheet.rows.clear()  # read: a county's cells would take 100 MB beside what was made of them
        if progress is not None:
            progress(done, total)
    for sheet, unused in zip(table.sheets, layouts, strict=True):
        if sheet.name not in reports:
            reports[sheet.name] = SheetReport(sheet.name, False, _why_unused(sheet, unused))
    return RosterFile(
        path=table.path,
        kind=kind,
        sheets=tuple(reports[sheet.name] for sheet in table.sheets),
        table=builder.build(),
        skipped=tuple(skipped),
        hidden=tuple(hidden),
        departures=tuple(_departures(table, layouts)),
    )


def _layout(
    sheet: RawSheet,
    headings: HeadingList,
    judge: ColumnJudge,
    choice: Choice,
    fewest: int = MIN_FIELDS,
) -> Layout | None:
    known = None if choice.fields else remembered(sheet, choice.remembered)
    if known is not None:
        headings = headings.with_overrides(known)
    layout = find_layout(sheet, headings, judge, fewest)
    if layout is None or _is_cut_short(sheet, layout):
        return None
    if choice.kind and layout.kind.is_roster:
        chosen = next(k for k in headings.kinds if k.kind == choice.kind)
        return replace(layout, kind=chosen)
    return layout


def _is_cut_short(sheet: RawSheet, layout: Layout) -> bool:
    """Tell whether a list of households is rather one of people whose names were not found."""
    if not layout.kind.of_households:
        return False
    index = layout.of("household_no")[0]
    rows = sheet.rows[layout.first_data :]
    numbers = [folded(cell) for row in rows if not is_blank(cell := cell_at(row, index))]
    return len(set(numbers)) * 4 < len(numbers) * 3


def _departures(table: RawTable, layouts: list[Layout | None]) -> Iterator[Departure]:
    """Read the registers of changes: they tell why somebody is no longer in the roster."""
    for sheet, layout in zip(table.sheets, layouts, strict=True):
        if layout is None or layout.kind.kind != "change_register" or sheet.is_hidden:
            continue
        for row in sheet.rows[layout.first_data :]:
            departure = _departure(row, layout)
            if departure is not None:
                yield departure


def _departure(row: list[object], layout: Layout) -> Departure | None:
    """Read a line; None if it is about somebody who came."""

    def cell(field: str) -> object:
        index = next(iter(layout.of(field)), None)
        return cell_at(row, index)

    def text(field: str) -> str:
        raw = cell(field)
        return "" if is_blank(raw) else folded(raw)

    words = vocabulary().words["departure"]
    kind, on = text("change_type"), cell("change_on")
    reason = text("change_reason") or (kind if kind in words else "")
    cause = words.get(reason, _OTHER) if reason else ""
    if "增" in kind or (reason and not cause):
        return None
    name = "" if is_blank(cell("name")) else read_name(cell("name")).value
    return Departure(
        household_no=text("household_no"),
        name=str(name or ""),
        id_no="" if is_blank(cell("id_no")) else read_id(cell("id_no")).value,
        cause=cause,
        reason=_EXTINCT if "整户" in kind and "减少" in kind else reason,
        on="" if is_blank(on) else str(read_day(on).value or ""),
    )


def _check_usable(
    table: RawTable, usable: list[tuple[RawSheet, Layout]], layouts: list[Layout | None]
) -> None:
    if usable:
        return
    where = Where(file=table.path.name)
    if not any(sheet.rows for sheet in table.sheets):
        raise TableEmptyError(where=where)
    other = next((layout for layout in layouts if layout and not layout.kind.is_roster), None)
    if other is not None:
        kind = other.kind
        raise OtherKindError(where=where, title=kind.title, kind=kind.kind, advice=kind.advice)
    if any(layouts):
        raise NoRowsError(where=where)
    raise HeaderNotFoundError(where=where)


def _why_unused(sheet: RawSheet, layout: Layout | None) -> str:
    if not sheet.rows:
        return "空表"
    if sheet.is_hidden:
        return "隐藏的工作表，没有导入"
    if layout is not None and not layout.kind.is_roster:
        return layout.kind.title
    return "没有成员行"


def _report(sheet: RawSheet, layout: Layout, rows: list[ReadRow]) -> SheetReport:
    return SheetReport(
        sheet=sheet.name,
        used=True,
        reason="",
        header_rows=tuple(sheet.number(index) for index in layout.header),
        first_data_row=rows[0].place.row if rows else None,
        last_data_row=rows[-1].place.row if rows else None,
        columns=layout.columns,
    )


class SheetParser:
    """Reads the rows of one sheet whose columns are known."""

    def __init__(self, file: str, sheet: RawSheet, layout: Layout, reader: ValueReader) -> None:
        self._file, self._sheet, self._reader = file, sheet, reader
        self.fields = frozenset(column.field for column in layout.columns if column.field)
        self._is_of_households = layout.kind.of_households
        self._use(layout)
        self._merged_from = self._fill_merges()
        self._write_units_out()
        self.skipped: list[SkippedRow] = []

    def rows(self) -> list[ReadRow]:
        """Return every row that describes a person, in order."""
        found: list[ReadRow] = []
        pending: list[int] = []  # blank rows: only of interest if a row follows
        for index in range(self._layout.first_data, len(self._sheet.rows)):
            cells = self._sheet.rows[index]
            reason = self._persons.why_skipped(cells)
            if reason == "blank":
                pending.append(index)
                continue
            self.skipped += [self._skip(i, "blank") for i in pending]
            if reason:
                self.skipped.append(self._skip(index, reason))
                if reason == "repeated_header":
                    self._follow(cells)
            else:
                row = self._read(index, cells)
                row.after_gap = bool(pending)
                found.append(row)
            pending.clear()
        if found:
            last = found[-1].place.row
            self.skipped = [_below(skip, last) for skip in self.skipped]
        return found

    def _use(self, layout: Layout) -> None:
        """Read the rows that follow by the columns of this layout."""
        self._layout = layout
        self._plain = [
            (c.field, c.index, self._reader.seen(c.field))
            for c in layout.columns
            if c.field in (*HOUSEHOLD_FIELDS, *MEMBER_FIELDS) and c.field not in {"id_no", "causes"}
        ]
        causes = sorted((c for c in layout.columns if c.field == "causes"), key=_ordinal)
        self._causes = [column.index for column in causes]
        self._main_cause = layout.of("main_cause")
        self._insured = (layout.of("insured_resident"), layout.of("insured_employee"))
        self._id = next(iter(layout.of("id_no")), None)
        self._row_no = next(iter(layout.of("row_no")), None)
        self._persons = PersonRows(layout)

    def _follow(self, cells: list[object]) -> None:
        """Follow headings that come again in another order: a second table below the first."""
        columns = {heading_text(c.heading): c for c in self._layout.columns if c.heading}
        found = [columns.get(heading_text(cell)) for cell in cells]
        own = {c.index: heading_text(c.heading) for c in self._layout.columns}
        if all(c is None or own.get(i) == heading_text(c.heading) for i, c in enumerate(found)):
            return
        moved = (replace(c, index=i) for i, c in enumerate(found) if c is not None)
        self._use(replace(self._layout, columns=tuple(moved)))

    def _fill_merges(self) -> dict[int, int]:
        """Spread merged household cells over their rows; return row → first row of its household.

        Only the household's own marks tell where a household begins: 村民小组 may be merged over
        many households.
        """
        columns = {c.index: c.field for c in self._layout.columns if c.field}
        merged_from: dict[int, int] = {}
        for top, left, bottom, _ in self._sheet.merges:
            field = columns.get(left, "")
            if top < self._layout.first_data or bottom == top:
                continue
            if field not in HOUSEHOLD_FIELDS and field != "row_no":
                continue
            value = cell_at(self._sheet.rows[top], left)
            for index in range(top + 1, min(bottom + 1, len(self._sheet.rows))):
                self._sheet.rows[index][left] = value
            if field in _MERGED_MARKS:
                for index in range(top, bottom + 1):
                    merged_from[index] = top
        return merged_from

    def _write_units_out(self) -> None:
        """Put 万 behind the bare numbers of a column whose heading says 万元."""
        for column in self._layout.columns:
            if column.field not in (*AMOUNTS, "amount") or "万元" not in folded(column.heading):
                continue
            for cells in self._sheet.rows[self._layout.first_data :]:
                cell = cell_at(cells, column.index)
                if not is_blank(cell) and _BARE.fullmatch(folded(cell)):
                    cells[column.index] = f"{folded(cell)}万"

    def _skip(self, index: int, reason: str) -> SkippedRow:
        return SkippedRow(self._sheet.name, self._sheet.number(index), reason)

    def _read(self, index: int, cells: list[object]) -> ReadRow:
        readings = self._readings(cells)
        if self._causes:
            readings |= self._read_causes(cells, self._causes)
        elif readings.get("main_cause", EMPTY).code:
            several = self._read_causes(cells, self._main_cause)
            readings |= {} if several["causes"].code else several
        if any(self._insured) and "medical_insurance" not in readings:
            readings["medical_insurance"] = self._read_insurance(cells)
        place = Place(self._file, self._sheet.name, self._sheet.number(index))
        row_no = cell_at(cells, self._row_no)
        row = ReadRow(
            place,
            readings,
            self._identity(cells),
            row_no="" if is_blank(row_no) else folded(row_no),
            merged_from=self._merged_from.get(index),
        )
        row.reasons += [
            Reason(reading.code, field, reading.text)
            for field, reading in readings.items()
            if reading.code and field not in HOUSEHOLD_FIELDS
        ]
        if not self._is_of_households:
            cross_check(row)
        quiet = self._layout.kind.quiet
        if quiet:
            row.reasons = [reason for reason in row.reasons if reason.code not in quiet]
        return row

    def _readings(self, cells: list[object]) -> dict[str, Reading]:
        """Read the cells of a row; written out, because this is done for millions of cells."""
        read, width = self._reader.read, len(cells)
        readings = {}
        for name, index, seen in self._plain:
            raw = cells[index] if index < width else ""
            if raw == "":
                readings[name] = EMPTY
            else:
                readings[name] = (seen.get(raw) if raw.__class__ is str else None) or read(
                    name, raw
                )
        return readings

    def _read_causes(self, cells: list[object], columns: list[int]) -> dict[str, Reading]:
        """Read the columns 风险1, 2 … as one list, the main cause first.

        Or one column in which several stand: 因病、因残.
        """
        readings = [self._reader.read("causes", cell_at(cells, i)) for i in columns]
        listed = [word for r in readings if isinstance(r.value, tuple) for word in r.value]
        causes = tuple(dict.fromkeys(listed))
        code = next((r.code for r in readings if r.code), "")
        text = next((r.text for r in readings if r.text), "")
        main = Reading(causes[0] if causes else None)
        return {"main_cause": main, "causes": Reading(causes or None, code, text)}

    def _read_insurance(self, cells: list[object]) -> Reading:
        """Read the two columns 居民 and 职工 as one answer."""
        resident, employee = (
            next((self._reader.read("insured_resident", cell_at(cells, i)) for i in columns), EMPTY)
            for columns in self._insured
        )
        if word := next((r.value for r in (resident, employee) if isinstance(r.value, str)), None):
            return Reading(word)
        if resident.value and employee.value:
            return Reading("居民+职工")
        if resident.value or employee.value:
            return Reading("居民" if resident.value else "职工")
        return Reading("未参保") if False in (resident.value, employee.value) else EMPTY

    def _identity(self, cells: list[object]) -> IdReading:
        if self._id is None:
            return IdReading("")
        raw = cell_at(cells, self._id)
        if raw is None or raw == "" or isinstance(raw, ErrorCell):
            return IdReading("", "W_ID_MISSING")
        return read_id(raw)


def _ordinal(column: Column) -> int:
    """Return which of several columns this is: 风险1, 2 …; one without a number is the main one."""
    found = _NUMBER.search(folded(column.heading))
    return int(found[0]) if found else 0


def _below(skip: SkippedRow, last: int) -> SkippedRow:
    """Call a footer what stands below the last person, however it begins."""
    is_footer = skip.reason == "other" and skip.row > last
    return replace(skip, reason="footer") if is_footer else skip
