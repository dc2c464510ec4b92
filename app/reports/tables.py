"""Report tables on paper: A4 lying, heads on every page, checks on the table they concern."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from app.domain.annual_report import OfficialText
from app.domain.papers import Place, Signing
from app.domain.report_checks import ReportCheck
from app.domain.statistics.report import Report
from app.domain.statistics.table import Line, ReportTable
from app.reports import charts, official
from app.reports.errors import NothingToPrintError
from app.reports.fonts import BODY, BOLD, HEADING
from app.reports.pages import LANDSCAPE, Margin, Pages, lying_margin, text_width, write_parts
from app.reports.papers.engine import places
from app.reports.pdf import PrintedPapers
from app.reports.table import PAD_X, Align, Cell, Row, Table
from app.reports.text import Style

_WIDTH = LANDSCAPE.frame_width
_TITLE = Style(BOLD, 16, 22)
_SMALL = Style(HEADING, 9, 13)
_ALARM = Style(BOLD, 9.5, 14)
_SIZES = (10.0, 9.0, 8.0)  # the largest that fits is taken
_ROW = 7 * mm
_LABEL_SHARE = 0.3  # of the width, at most, for the names of the rows
_CHECKS = "核对"
_SIGNING = Signing((Place("制表人"), Place("审核人"), Place("单位", has_seal=True)))
_LONG = 16  # characters from which words stand at the left


def render(report: Report, path: Path, text: OfficialText | None = None) -> PrintedPapers:
    """Write the printed set of a report to one PDF: tables, pictures, checks, and its text.

    The tables lie, the text stands upright; the pages are numbered through.

    Raises:
        NothingToPrintError: the report has no table.
        PaperNotSavedError: the file cannot be written.
    """
    if not report.printed:
        raise NothingToPrintError
    pages = Pages(LANDSCAPE)
    for table in report.printed:
        pages.start(f"{table.number} {table.title}")
        _add_table(pages, table)
    _add_charts(pages, report)
    _add_checks(pages, report)
    unknown = pages.layout.unknown
    parts: list[tuple[Pages, Margin]] = [(pages, partial(lying_margin, report.title))]
    if text is not None:
        parts.append((official.filled(text), official.page_number))
        unknown |= official.unknown_in(text)
    count = write_parts(parts, path, report.title)
    return PrintedPapers(count, 0, tuple(sorted(unknown)))


def _add_table(pages: Pages, table: ReportTable) -> None:
    for part in _heading(table):
        pages.table(part)
    lines = [(note, _SMALL) for note in table.all_notes]
    lines += [(_alarm(check), _ALARM) for check in table.checks if check.ok is False]
    lines += [(f"△{check.line}", _SMALL) for check in table.checks if check.ok is None]
    *parts, last = [grid(table), *(_one(Cell(text, style)) for text, style in lines)]
    for part in parts:
        pages.table(part)
    pages.signed(last, _signatures())


def _alarm(check: ReportCheck) -> str:
    return f"▲核对未通过　{check.check}　{check.detail}"


def _heading(table: ReportTable) -> Iterator[Table]:
    heading = table.heading
    yield _one(Cell(f"{heading.area}{heading.period}{table.full_title}", _TITLE, "center"))
    left = Cell(f"表号：{table.number}", _SMALL)
    facts = [f"计算日期：{heading.computed_on.isoformat()}", f"参数：{heading.policy_version}"]
    facts += [heading.correction] if heading.correction else []
    right = Cell("　".join(facts), _SMALL, "right")
    yield Table((_WIDTH * 0.3, _WIDTH * 0.7), (Row((left, right)),), is_ruled=False)


def _one(cell: Cell) -> Table:
    return Table((_WIDTH,), (Row((cell,)),), is_ruled=False)


def _signatures() -> Table:
    words = ("制表人：", "审核人：", "负责人：", "日期：　　　年　　月　　日")
    cells = tuple(Cell(word, _SMALL) for word in words)
    widths = (_WIDTH * 0.22,) * 3 + (_WIDTH * 0.34,)
    return Table(widths, (Row(cells, 14 * mm),), keep=True, is_ruled=False)


def grid(table: ReportTable) -> Table:
    """Return a report table as a ruled table, in the largest size that fits."""
    size = next((s for s in _SIZES if sum(_natural_widths(table, s)) <= _WIDTH), _SIZES[-1])
    widths = _fitted(_natural_widths(table, size))
    body = Style(BODY, size, size * 1.3)
    head = Style(HEADING, size, size * 1.3)
    strong = Style(BOLD, size, size * 1.3)
    rows = [_body_row(table, line, strong if line.is_total else body) for line in table.rows]
    if not rows:
        span = len(table.columns) + 1
        rows = [Row((Cell("本期没有", body, "center", span),), _ROW)]
    return Table(widths, tuple(rows), tuple(_heads(table, head)))


def _body_row(table: ReportTable, line: Line, style: Style) -> Row:
    cells = [Cell(line.label, style)]
    for column, cell in zip(table.columns, line.cells, strict=True):
        is_long = len(cell.text) > _LONG
        align: Align = "right" if column.unit else "left" if is_long else "center"
        cells.append(Cell(cell.text, style, align))
    return Row(tuple(cells), _ROW)


def _heads(table: ReportTable, style: Style) -> Iterator[Row]:
    groups = [column.group for column in table.columns]
    if any(groups):
        cells = [Cell("", style, "center")]
        for group, span in _runs(groups):
            cells.append(Cell(group, style, "center", span))
        yield Row(tuple(cells), _ROW)
    lift = _ROW / 2 if any(groups) else 0.0
    first = Cell(table.row_heading, style, "center", lift=lift)
    labels = (
        Cell(column.heading, style, "center", lift=0.0 if column.group else lift)
        for column in table.columns
    )
    yield Row((first, *labels), _ROW)


def _runs(groups: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Yield each group with how many columns it spans; ungrouped columns stand alone."""
    place = 0
    while place < len(groups):
        end = place + 1
        while groups[place] and end < len(groups) and groups[end] == groups[place]:
            end += 1
        yield groups[place], end - place
        place = end


def _natural_widths(table: ReportTable, size: float) -> list[float]:
    """Return the width that each column needs for its longest figure and a third of its head."""
    pad = 2 * PAD_X + 2

    def needed(heading: str, texts: list[str]) -> float:
        longest = max((text_width(text, BODY, size) for text in texts), default=0.0)
        third = text_width(heading, HEADING, size) / 3 + size
        return max(longest, third) + pad

    labels = [line.label for line in table.rows]
    first = needed(table.row_heading, labels)
    widths = [min(first, _WIDTH * _LABEL_SHARE)]
    for place, column in enumerate(table.columns):
        texts = [line.cells[place].text for line in table.rows]
        widths.append(min(needed(column.heading, texts), _WIDTH * _LABEL_SHARE))
    return widths


def _fitted(widths: list[float]) -> tuple[float, ...]:
    """Return the widths spread over the whole frame."""
    total = sum(widths)
    if total > _WIDTH:
        return tuple(width * _WIDTH / total for width in widths)
    extra = (_WIDTH - total) / len(widths)
    return tuple(width + extra for width in widths)


def _add_charts(pages: Pages, report: Report) -> None:
    for place, chart in enumerate(report.charts):
        needed = charts.height(chart)
        if place == 0 or needed > pages.room:
            pages.start("图" if place == 0 else "图（续）")

        def draw(canvas: Canvas, left: float, top: float, chart: Any = chart) -> None:
            charts.draw(chart, canvas, left, top, _WIDTH)

        pages.drawing(needed, draw)
        pages.gap(4 * mm)


def _add_checks(pages: Pages, report: Report) -> None:
    """List every check: those that failed one by one, those that passed by their number."""
    pages.start(_CHECKS)
    pages.table(_one(Cell(f"{report.title}：{_CHECKS}", _TITLE, "center")))
    style, strong = Style(BODY, 9.5, 13), Style(BOLD, 9.5, 13)
    rows = [Row(tuple(Cell(text, strong) for text in _told(c)), _ROW) for c in report.failed]
    unclear = [check for check in report.checks if check.ok is None]
    rows += [Row(tuple(Cell(text, style) for text in _told(check)), _ROW) for check in unclear]
    passed: dict[str, list[ReportCheck]] = {}
    for check in report.checks:
        if check.ok:
            passed.setdefault(check.check, []).append(check)
    for number, found in passed.items():
        hints = [check.detail for check in found if check.hint]
        told = [found[0].detail] if len(found) == 1 else [f"{len(found)}项都符合", *hints]
        words = "；".join(told)
        rows.append(Row((Cell(number, style), Cell("通过", style), Cell(words, style)), _ROW))
    head = Row(tuple(Cell(text, strong, "center") for text in ("编号", "结果", "内容")), _ROW)
    table = Table((18 * mm, 32 * mm, _WIDTH - 50 * mm), tuple(rows), (head,))
    pages.signed(table, _one(Cell(style=_SMALL)), places(_SIGNING, _WIDTH))


def _told(check: ReportCheck) -> tuple[str, str, str]:
    return check.check, "▲核对未通过" if check.ok is False else "△无法核对", check.detail
