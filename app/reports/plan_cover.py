"""The cover of a pile of plan sheets."""

from collections.abc import Iterator

from reportlab.lib.units import mm

from app.domain.plan_cover import PlanCover
from app.reports.fonts import BODY, BOLD, HEADING
from app.reports.pdf import FRAME_WIDTH, Paper, Section, compose
from app.reports.table import Cell, Layout, Row, Table
from app.reports.text import Style

_TITLE = Style(BOLD, 22, 34)
_AREA = Style(HEADING, 16, 26)
_HEAD = Style(BOLD, 12, 18)
_LABEL = Style(HEADING, 12, 18)
_VALUE = Style(BODY, 12, 18)
_COLUMNS = 2  # label and count twice in a row
_LABEL_SHARE = 0.68


def paper(cover: PlanCover, layout: Layout) -> Paper:
    """Return the cover laid out."""
    whole = Table((FRAME_WIDTH,), _heading(cover), is_ruled=False)
    return compose(Section("封面", (whole, *_counts(cover))), layout)


def _heading(cover: PlanCover) -> tuple[Row, ...]:
    day = cover.printed_on
    return (
        Row((Cell(cover.area, _AREA, "center"),), 60 * mm),
        Row((Cell(cover.title, _TITLE, "center"),), 32 * mm),
        Row((Cell(f"{day.year} 年 {day.month} 月 {day.day} 日", _AREA, "center"),), 26 * mm),
    )


def _counts(cover: PlanCover) -> Iterator[Table]:
    pair = (FRAME_WIDTH / _COLUMNS * _LABEL_SHARE, FRAME_WIDTH / _COLUMNS * (1 - _LABEL_SHARE))
    for heading, counts in cover.groups:
        rows = []
        for start in range(0, len(counts), _COLUMNS):
            some = [*counts[start : start + _COLUMNS], ("", "")][:_COLUMNS]
            rows.append(Row(tuple(cell for one in some for cell in _pair(one))))
        head = Row((Cell(heading, _HEAD, span=2 * _COLUMNS),))
        yield Table(pair * _COLUMNS, tuple(rows), (head,), keep=True)


def _pair(one: tuple[str, str]) -> tuple[Cell, Cell]:
    return Cell(one[0], _LABEL), Cell(one[1], _VALUE, "center")
