"""A report as a workbook: a sheet for each table, the same figures as on screen and on paper."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import xlsxwriter

from app.domain.report_checks import ReportCheck
from app.domain.statistics.errors import ReportNotSavedError
from app.domain.statistics.report import Report
from app.domain.statistics.table import Cell, ReportTable
from app.excel.replacing import replacing
from app.excel.writer import cell_text

_CHECKS = "核对"
_WIDTH, _LABEL_WIDTH = 11, 24


def write(report: Report, path: Path) -> None:
    """Write every table of a report, and its checks; a file that exists is replaced at the end.

    Raises:
        ReportNotSavedError: disk full or not writable; what stood there before is untouched.
    """
    buffer = BytesIO()
    _write(buffer, report)
    try:
        with replacing(path) as part:
            part.write_bytes(buffer.getvalue())
    except OSError as error:
        raise ReportNotSavedError(type(error).__name__) from error


def _write(target: BytesIO, report: Report) -> None:
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(target, options)
    try:
        formats = _formats(book)
        for table in report.tables:
            _write_table(book.add_worksheet(_sheet_name(table)), table, formats)
        _write_checks(book.add_worksheet(_CHECKS), report.checks, formats)
    finally:
        book.close()


def _sheet_name(table: ReportTable) -> str:
    """Return a name that Excel takes: at most 31 characters, no brackets, slashes, colons."""
    name = "".join("·" if c in "[]:*?/\\" else c for c in f"{table.number} {table.title}")
    return name[:31]


def _formats(book: Any) -> dict[str, Any]:
    plain = {"border": 1, "valign": "vcenter"}
    words = {"num_format": "@", "quote_prefix": True, "text_wrap": True}
    return {
        "title": book.add_format({"bold": True, "font_size": 14, "align": "center"}),
        "note": book.add_format({"num_format": "@", "quote_prefix": True}),
        "alarm": book.add_format({"bold": True, "font_color": "#B00000", "quote_prefix": True}),
        "head": book.add_format(
            plain | {"bold": True, "text_wrap": True, "align": "center", "quote_prefix": True}
        ),
        "text": book.add_format(plain | words),
        "whole": book.add_format(plain | {"num_format": "0"}),
        "decimal": book.add_format(plain | {"num_format": "0.00"}),
    }


def _write_table(sheet: Any, table: ReportTable, formats: dict[str, Any]) -> None:
    last = len(table.columns)
    heading = table.heading
    title = f"{heading.area}{heading.period}{table.full_title}"
    sheet.merge_range(0, 0, 0, max(1, last), cell_text(title), formats["title"])
    facts = (
        f"表号：{table.number}　计算日期：{heading.computed_on.isoformat()}　"
        f"参数：{heading.policy_version}　{heading.correction}"
    )
    sheet.write_string(1, 0, cell_text(facts.strip("　")), formats["note"])
    row = _write_heads(sheet, table, formats)
    sheet.freeze_panes(row, 1)
    sheet.repeat_rows(2, row - 1)
    for line in table.rows:
        sheet.write_string(row, 0, cell_text(line.label), formats["text"])
        for place, cell in enumerate(line.cells, 1):
            _write_cell(sheet, (row, place), cell, formats)
        row += 1
    for text, style in _below(table):
        sheet.write_string(row, 0, cell_text(text), formats[style])
        row += 1
    signs = (
        "制表人：　　　　　审核人：　　　　　负责人：　　　　　日期：　　　年　　月　　日（盖章）"
    )
    sheet.write_string(row + 1, 0, signs, formats["note"])
    _set_page(sheet, last)


def _below(table: ReportTable) -> Iterator[tuple[str, str]]:
    for note in table.all_notes:
        yield note, "note"
    for check in table.checks:
        if check.ok is False:
            yield f"核对未通过　{check.check}　{check.detail}", "alarm"
        elif check.ok is None:
            yield check.line, "note"


def _write_heads(sheet: Any, table: ReportTable, formats: dict[str, Any]) -> int:
    """Write one or two heading rows; return the row after them."""
    row = 2
    if any(column.group for column in table.columns):
        sheet.write_string(row, 0, "", formats["head"])
        for place, column in enumerate(table.columns, 1):
            sheet.write_string(row, place, cell_text(column.group), formats["head"])
        row += 1
    sheet.write_string(row, 0, cell_text(table.row_heading), formats["head"])
    for place, column in enumerate(table.columns, 1):
        sheet.write_string(row, place, cell_text(column.heading), formats["head"])
    return row + 1


def _write_cell(sheet: Any, at: tuple[int, int], cell: Cell, formats: dict[str, Any]) -> None:
    value = cell.value
    if isinstance(value, int):
        sheet.write_number(*at, value, formats["whole"])
    elif isinstance(value, Decimal):
        sheet.write_number(*at, float(value), formats["decimal"])
    else:
        sheet.write_string(*at, cell_text(cell.text), formats["text"])


def _set_page(sheet: Any, last: int) -> None:
    sheet.set_column(0, 0, _LABEL_WIDTH)
    sheet.set_column(1, max(1, last), _WIDTH)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.8, right=0.8, top=1, bottom=0.7)
    sheet.set_footer("&C第 &P 页　共 &N 页")


def _write_checks(sheet: Any, checks: Iterable[ReportCheck], formats: dict[str, Any]) -> None:
    for place, (heading, width) in enumerate(
        (("编号", 8), ("结果", 14), ("左", 14), ("右", 14), ("差", 12), ("内容", 80))
    ):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, heading, formats["head"])
    results = {True: "通过", False: "核对未通过", None: "无法核对"}
    for row, check in enumerate(checks, 1):
        sheet.write_string(row, 0, check.check, formats["text"])
        sheet.write_string(row, 1, results[check.ok], formats["text"])
        for place, value in enumerate((check.left, check.right, check.difference), 2):
            _write_cell(sheet, (row, place), Cell(value if value is not None else ""), formats)
        sheet.write_string(row, 5, cell_text(check.detail), formats["text"])
    sheet.freeze_panes(1, 0)
