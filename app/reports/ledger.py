"""The ledger of warnings and measures: A4 lying, to be signed."""

from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from app.domain.listing import Ledger
from app.domain.papers import Place, Signing
from app.reports import listing
from app.reports.fonts import BOLD, HEADING
from app.reports.pages import LANDSCAPE, Pages, lying_margin, write
from app.reports.papers.engine import places
from app.reports.pdf import PrintedPapers
from app.reports.table import Cell, Row, Table
from app.reports.text import Style

_WIDTH = LANDSCAPE.frame_width
_TITLE = Style(BOLD, 16, 24)
_SMALL = Style(HEADING, 9, 13)
_SIGNING = Signing((Place("制表人"), Place("审核人"), Place("单位", has_seal=True)))


def render(ledger: Ledger, path: Path) -> PrintedPapers:
    """Write the ledger to one PDF, each list from a new page.

    Raises:
        PaperNotSavedError: the file cannot be written.
    """
    pages = Pages(LANDSCAPE)
    for one in ledger.listings:
        pages.start(one.title)
        title = Cell(f"{ledger.area}{ledger.title}（{one.title}）", _TITLE, "center")
        pages.table(Table((_WIDTH,), (Row((title,)),), is_ruled=False))
        day = Cell(f"制表日期：{ledger.printed_on.isoformat()}", _SMALL, "right")
        pages.table(Table((_WIDTH,), (Row((day,)),), is_ruled=False))
        pages.signed(*listing.tables(one, _WIDTH), places(_SIGNING, _WIDTH))
    starts = {place + 1 for _, place in pages.marks}  # these have the title as their heading

    def margin(canvas: Canvas, page: int, total: int) -> None:
        title = "" if page in starts else f"{ledger.area}{ledger.title}"
        lying_margin(title, canvas, page, total)

    count = write(pages, path, ledger.title, margin)
    rows = {row[1] for one in ledger.listings for row in one.rows}
    return PrintedPapers(count, len(rows), tuple(sorted(pages.layout.unknown)))
