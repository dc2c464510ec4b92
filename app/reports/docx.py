"""Official texts as .docx, to be edited in WPS: the standard's page, grid and sizes."""

from io import BytesIO
from pathlib import Path
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from app.domain.annual_report import HEADING, OfficialText
from app.reports.fonts import clean
from app.reports.pages import save

_FANGSONG, _HEITI, _TITLE_SONG = "仿宋_GB2312", "黑体", "方正小标宋简体"
_TITLE, _BODY, _NUMBER = Pt(22), Pt(16), Pt(14)
_LINE_PITCH = "580"  # twentieths of a point: 22 lines in 225 mm
_CHARACTER_SPACE = "-849"  # 1/4096 point: 28 characters in 156 mm
_INDENT = Pt(32)  # two characters


def render(text: OfficialText, path: Path) -> None:
    """Write an official text to a .docx file; the same text gives the same words and layout.

    Raises:
        PaperNotSavedError: the file cannot be written.
    """
    document = docx.Document()
    _set_page(document.sections[0])
    _add(document, text.title, (_TITLE_SONG, _TITLE)).alignment = WD_ALIGN_PARAGRAPH.CENTER
    _add(document, "", (_FANGSONG, _BODY))
    for paragraph in text.paragraphs:
        font = _HEITI if paragraph.level == HEADING else _FANGSONG
        _indented(_add(document, paragraph.text, (font, _BODY)))
    if text.notes:
        _indented(_add(document, "附：本报告的核对情况", (_HEITI, _BODY)))
    for note in text.notes:
        _indented(_add(document, note, (_FANGSONG, _BODY)))
    _sign(document, text)
    document.core_properties.title = text.title
    document.core_properties.author = text.author
    buffer = BytesIO()
    document.save(buffer)
    save(path, buffer.getvalue())


def _set_page(section: Any) -> None:
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(25)
    grid = OxmlElement("w:docGrid")
    grid.set(qn("w:type"), "linesAndChars")
    grid.set(qn("w:linePitch"), _LINE_PITCH)
    grid.set(qn("w:charSpace"), _CHARACTER_SPACE)
    old = section._sectPr.find(qn("w:docGrid"))  # noqa: SLF001  python-docx has no name for it
    if old is not None:
        section._sectPr.remove(old)  # noqa: SLF001
    section._sectPr.append(grid)  # noqa: SLF001
    _number_pages(section.footer.paragraphs[0])


def _number_pages(paragraph: Any) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(paragraph, "— ", (_FANGSONG, _NUMBER))
    run = _run(paragraph, "", (_FANGSONG, _NUMBER))
    for kind, instruction in (("begin", ""), ("", " PAGE "), ("end", "")):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = instruction
        run._r.append(element)  # noqa: SLF001  python-docx has no fields
    _run(paragraph, " —", (_FANGSONG, _NUMBER))


def _add(document: Any, words: str, font: tuple[str, Pt]) -> Any:
    paragraph = document.add_paragraph()
    style = paragraph.paragraph_format
    style.space_before = style.space_after = Pt(0)
    style.line_spacing = 1.0
    _run(paragraph, clean(words), font)
    return paragraph


def _run(paragraph: Any, words: str, font: tuple[str, Pt]) -> Any:
    run = paragraph.add_run(words)
    run.font.name, run.font.size = font
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font[0])  # noqa: SLF001
    return run


def _indented(paragraph: Any) -> None:
    paragraph.paragraph_format.first_line_indent = _INDENT


def _sign(document: Any, text: OfficialText) -> None:
    day = text.signed_on
    lines = ("", "", text.author, f"{day.year}年{day.month}月{day.day}日")
    for place, words in enumerate(lines):
        paragraph = _add(document, words, (_FANGSONG, _BODY))
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        paragraph.paragraph_format.right_indent = Pt(64) if words else Pt(0)
        paragraph.paragraph_format.keep_with_next = place < len(lines) - 1
