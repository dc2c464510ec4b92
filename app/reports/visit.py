"""月度走访登记表: the month's form of a household on paper, with a blank column to write in."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from reportlab.lib.units import mm

from app.domain.visit_paper import VisitChapter, VisitLine, VisitPaper, VisitQuestion
from app.reports.errors import NothingToPrintError
from app.reports.fonts import BODY, BOLD, HEADING
from app.reports.pdf import (
    FRAME_WIDTH,
    Cancelled,
    Paper,
    PrintedPapers,
    Progress,
    Section,
    build,
    compose,
)
from app.reports.table import PAD_X, Cell, Layout, Row, Table
from app.reports.text import Style

NAME = "月度走访登记表"
_TITLE = Style(BOLD, 18, 26)
_CHAPTER = Style(BOLD, 9.5, 13)
_LABEL = Style(HEADING, 9, 12)
_SMALL = Style(HEADING, 9, 13)
_QUESTION = Style(BODY, 9, 12)
_ANSWER = Style(BODY, 9, 17)  # wide lines: one a person, to write beside
_COLUMNS = (13 * mm, 68 * mm, 44 * mm, FRAME_WIDTH - 125 * mm)
_HEIGHT = 8 * mm
_HEADS = ("上次", "本次")


def render(
    papers: Sequence[VisitPaper],
    path: Path,
    progress: Progress = lambda _done, _total: None,
    cancelled: Cancelled = lambda: False,
) -> PrintedPapers:
    """Write the papers to one PDF: a bookmark and a new leaf for every household.

    Raises:
        NothingToPrintError: no papers.
        PrintCancelledError, PaperNotSavedError: see ``pdf.build``; no file has been made.
    """
    if not papers:
        raise NothingToPrintError
    layout = Layout()
    laid = (paper(one, layout) for one in papers)
    pages = build(laid, path, NAME, len(papers), progress, cancelled)
    return PrintedPapers(pages, len(papers), tuple(sorted(layout.unknown)))


def paper(visit: VisitPaper, layout: Layout) -> Paper:
    """Return one household's paper laid out."""
    name = f"{visit.household_no}　{visit.head_name}".strip("　")
    chapters = (_chapter(chapter, layout) for chapter in visit.chapters)
    return compose(
        Section(
            bookmark=name,
            tables=(*_title(visit), *chapters, *_income(visit), _signature()),
            running=f"{visit.area}　{_month(visit)}　户编号：{name}",
        ),
        layout,
    )


def _month(visit: VisitPaper) -> str:
    return f"{visit.period.year} 年 {visit.period.month} 月"


def _title(visit: VisitPaper) -> Iterator[Table]:
    title = Cell(f"{NAME}（{_month(visit)}）", _TITLE, "center")
    yield Table((FRAME_WIDTH,), (Row((title,)),), is_ruled=False)
    heads = (
        Cell(f"{visit.area}{visit.hamlet_group}", _SMALL),
        Cell(f"户编号：{visit.household_no}", _SMALL, "center"),
        Cell(f"打印日期：{visit.printed_on.isoformat()}", _SMALL, "right"),
    )
    widths = (FRAME_WIDTH * 0.44, FRAME_WIDTH * 0.26, FRAME_WIDTH * 0.3)
    yield Table(widths, (Row(heads),), is_ruled=False)
    rows = (
        Row((Cell("家庭成员", _LABEL, "center"), Cell("　".join(visit.members), _QUESTION))),
        Row((Cell("本次走访", _LABEL, "center"), Cell(visit.head_strip, _QUESTION)), 14 * mm),
    )
    yield Table((22 * mm, FRAME_WIDTH - 22 * mm), rows)


def _chapter(chapter: VisitChapter, layout: Layout) -> Table:
    heads = (Cell(text, _LABEL, "center") for text in _HEADS)
    head = Row((Cell(chapter.title, _CHAPTER, span=2), *heads))
    rows = tuple(_row(question, layout) for question in chapter.questions)
    return Table(_COLUMNS, rows, (head,))


def _row(question: VisitQuestion, layout: Layout) -> Row:
    words = "\n".join(part for part in (question.text, question.options) if part)
    if not question.lines:
        nothing = Cell("—", _QUESTION, "center")
        return Row((_code(question), Cell(words, _QUESTION), nothing, nothing))
    before = "\n".join(map(_before, question.lines))
    blank = "\n".join(_number(line, layout) for line in question.lines)
    cells = (_code(question), Cell(words, _QUESTION), Cell(before, _ANSWER), Cell(blank, _ANSWER))
    return Row(cells, _HEIGHT)


def _number(line: VisitLine, layout: Layout) -> str:
    """Return a person's number, with empty lines so that it stands beside the value before."""
    height = len(layout.lines(_before(line), _ANSWER, _COLUMNS[2] - 2 * PAD_X))
    return line.who.split(" ")[0] + "\n" * (height - 1)


def _code(question: VisitQuestion) -> Cell:
    return Cell(question.code, _LABEL, "center")


def _before(line: VisitLine) -> str:
    return f"{line.who}：{line.before}" if line.who else line.before


def _income(visit: VisitPaper) -> Iterator[Table]:
    if visit.income:
        cells = (Cell("收入算式", _LABEL, "center"), Cell(visit.income, _QUESTION))
        yield Table((22 * mm, FRAME_WIDTH - 22 * mm), (Row(cells),), keep=True)


def _signature() -> Table:
    """Return the place where the visitor signs: nobody else does."""
    cells = (Cell("走访人签字：", _LABEL), Cell("走访日期：　　　年　　月　　日", _LABEL))
    return Table((FRAME_WIDTH / 2,) * 2, (Row(cells, 12 * mm),), keep=True)
