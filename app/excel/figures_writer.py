"""The form of 年度数据核对 as a workbook: to be filled in, and read back by ``report_reader``."""

from collections.abc import Iterator
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import xlsxwriter

from app.domain.statistics.errors import ReportNotSavedError
from app.domain.statistics.year_figures import Figure, YearFigures
from app.excel.replacing import replacing
from app.excel.writer import cell_text

_HEADS = ("表", "项目", "户", "人", "占比", "原文单位")
_WIDTHS = (12, 24, 10, 10, 10, 12)
_Line = tuple[str, str, int | None, int | None, Decimal | None, str]


def write(figures: YearFigures, path: Path) -> None:
    """Write figures (empty ones too) to a workbook with one row for each.

    Raises:
        ReportNotSavedError: not writable; what stood there before is untouched.
    """
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet("年度数据")
    head = book.add_format({"bold": True, "border": 1, "align": "center"})
    text = book.add_format({"num_format": "@", "quote_prefix": True, "border": 1})
    number = book.add_format({"border": 1})
    for column, (heading, width) in enumerate(zip(_HEADS, _WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(2, column, heading, head)
    for row, (name, value) in enumerate((("地区", figures.area), ("年度", figures.period))):
        sheet.write_string(row, 0, name, text)
        sheet.write_string(row, 1, cell_text(value), text)
    for row, line in enumerate(_lines(figures), 3):
        for column, cell in enumerate(line):
            if isinstance(cell, str):
                sheet.write_string(row, column, cell_text(cell), text)
            elif cell is None:
                sheet.write_blank(row, column, None, number)
            else:
                sheet.write_number(row, column, float(cell), number)
    sheet.freeze_panes(3, 2)
    book.close()
    try:
        with replacing(path) as part:
            part.write_bytes(buffer.getvalue())
    except OSError as error:
        raise ReportNotSavedError(type(error).__name__) from error


def _lines(figures: YearFigures) -> Iterator[_Line]:
    def of(table: str, name: str, figure: Figure) -> _Line:
        return (table, name, *figure, None, figures.units.get(name, ""))

    yield of("存量", "合计", figures.total)
    for table, rows in (
        ("状态", figures.by_state), ("类型", figures.by_type), ("原因", figures.by_cause),
        ("动态", figures.dynamics), ("清退原因", figures.removed_by_reason),
        ("排查", figures.survey),
    ):  # fmt: skip
        for name, figure in rows.items():
            yield of(table, name, figure)
    for name, measure in figures.measures.items():
        yield ("措施覆盖", name, measure.households, None, measure.percent, "")
    for claim in figures.claims:
        yield ("说法", claim, None, None, None, "")
