"""一户一档 on paper: cover, contents with page numbers, then each paper on a leaf of its own."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from reportlab.lib.units import mm

from app.domain.dossier import Dossier, DossierPart
from app.reports import listing
from app.reports import plan as plan_paper
from app.reports.errors import NothingToPrintError
from app.reports.fonts import BODY, BOLD, HEADING
from app.reports.pages import Placed
from app.reports.pdf import (
    FRAME_HEIGHT,
    FRAME_WIDTH,
    NUMBER_AT,
    Paper,
    PrintedPapers,
    Section,
    build,
    compose,
)
from app.reports.photos import photos
from app.reports.table import Cell, Layout, Row, Table
from app.reports.text import Style

_BIG, _MIDDLE = Style(BOLD, 36, 52), Style(HEADING, 16, 26)
_TITLE = Style(BOLD, 18, 28)
_LINE = Style(BODY, 13, 20)
_FOOT = Style(HEADING, 9, 11)


def render(dossier: Dossier, path: Path) -> PrintedPapers:
    """Write the file to one PDF.

    Raises:
        NothingToPrintError: no paper was chosen.
        PaperNotSavedError: the file cannot be written.
    """
    if not dossier.parts:
        raise NothingToPrintError
    layout = Layout()
    parts = [_part(part, dossier, layout) for part in dossier.parts]
    cover = compose(Section("封面", tuple(_cover(dossier))), layout)
    # The contents take a fixed number of pages, so that they can be laid out last.
    starts = _starts([cover, _contents(dossier, [0] * len(parts), layout), *parts])
    contents = _contents(dossier, starts[2:], layout)
    papers = [cover, contents, *parts]
    _number(papers, starts, layout)
    pages = build(papers, path, "一户一档", len(papers))
    return PrintedPapers(pages, 1, tuple(sorted(layout.unknown)))


def _starts(papers: Sequence[Paper]) -> list[int]:
    """Return on which page of the file each paper begins: always the front of a leaf."""
    starts, page = [], 1
    for paper in papers:
        page += page % 2 == 0
        starts.append(page)
        page += len(paper.pages)
    return starts


def _number(papers: Sequence[Paper], starts: Sequence[int], layout: Layout) -> None:
    """Write the page of the file at the right of every page's foot, the cover's apart."""
    table = Table((FRAME_WIDTH,), (), is_ruled=False)
    for paper, start in list(zip(papers, starts, strict=True))[1:]:
        for place, page in enumerate(paper.pages):
            foot = Row((Cell(f"档案第 {start + place} 页", _FOOT, "right"),))
            laid = next(layout.rows(foot, table, FRAME_HEIGHT))
            page.append(Placed(NUMBER_AT, laid))


def _cover(dossier: Dossier) -> Iterator[Table]:
    day = dossier.printed_on
    lines = (
        ("户编号", dossier.household_no),
        ("户主姓名", dossier.head_name),
        ("村民小组", dossier.hamlet_group),
        ("建档日期", f"{day.year} 年 {day.month} 月 {day.day} 日"),
    )
    heading = (
        Row((Cell(dossier.area, _MIDDLE, "center"),), 50 * mm),
        Row((Cell("一户一档", _BIG, "center"),), 50 * mm),
    )
    yield Table((FRAME_WIDTH,), heading, is_ruled=False)
    rows = tuple(
        Row((Cell(name, _MIDDLE, "center"), Cell(value, _MIDDLE, "center")), 16 * mm)
        for name, value in lines
    )
    yield Table((FRAME_WIDTH * 0.35, FRAME_WIDTH * 0.65), rows, keep=True)


def _contents(dossier: Dossier, starts: Sequence[int], layout: Layout) -> Paper:
    title = Table(
        (FRAME_WIDTH,), (Row((Cell("目　录", _TITLE, "center"),), 20 * mm),), is_ruled=False
    )
    widths = (FRAME_WIDTH * 0.12, FRAME_WIDTH * 0.68, FRAME_WIDTH * 0.2)
    head = Row(
        tuple(Cell(text, _LINE, "center") for text in ("序号", "材料名称", "档案页码")), 10 * mm
    )
    rows = tuple(
        Row(
            (
                Cell(str(number), _LINE, "center"),
                Cell(part.title, _LINE),
                Cell(str(start), _LINE, "center"),
            ),
            10 * mm,
        )
        for number, (part, start) in enumerate(zip(dossier.parts, starts, strict=True), 1)
    )
    return compose(Section("目录", (title, Table(widths, rows, (head,)))), layout)


def _part(part: DossierPart, dossier: Dossier, layout: Layout) -> Paper:
    if part.plan is not None:
        laid = plan_paper.paper(part.plan, layout)
        return Paper(part.title, laid.pages)
    title = Row((Cell(part.title, _TITLE, "center"),), 14 * mm)
    tables = (
        Table((FRAME_WIDTH,), (title,), is_ruled=False),
        *(table for one in part.listings for table in listing.tables(one, FRAME_WIDTH)),
        *(photos(part.photos, layout) if part.key == "photos" else ()),
    )
    name = f"{dossier.household_no}　{dossier.head_name}".strip("　")
    running = f"{dossier.area}　户编号：{name}　{part.title}"
    return compose(Section(part.title, tables, running), layout)
