"""Official texts: the standard's page, lines and characters; the signature never alone."""

from dataclasses import replace
from pathlib import Path

import docx
import pypdfium2
import pytest
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.annual_report import BODY, HEADING, OfficialText, Paragraph
from app.reports import docx as word
from app.reports import official
from app.reports.errors import PaperNotSavedError
from app.reports.pages import OFFICIAL
from tests.reports.reading import page_texts
from tests.reports.report_samples import official_text


def test_a_full_page_has_22_lines_of_28_characters(tmp_path: Path) -> None:
    long = OfficialText(
        ("标题", ""), (Paragraph(BODY, "监" * 28 * 80),), "云岭镇", official_text().signed_on
    )
    official.render(long, tmp_path / "a.pdf")
    document = pypdfium2.PdfDocument(tmp_path / "a.pdf")
    text = document[1].get_textpage()
    boxes = [text.get_charbox(n) for n in range(text.count_chars())]
    body = [box for n, box in enumerate(boxes) if text.get_text_range(n, 1) == "监"]
    rows = sorted({round(box[1]) for box in body}, reverse=True)
    assert len(rows) == 22
    per_row = [sum(round(box[1]) == row for box in body) for row in rows]
    assert set(per_row) == {28}
    assert min(box[0] for box in body) >= OFFICIAL.left - 0.1
    right = OFFICIAL.left + OFFICIAL.frame_width
    assert max(box[2] for box in body) <= right + 0.5
    assert max(box[2] for box in body) > right - 3
    document.close()


@settings(max_examples=60, deadline=None)
@given(paragraphs=st.integers(0, 40), words=st.sampled_from(("监", "测，", "（户）数")))
def test_no_page_is_too_long_and_neither_heading_nor_signature_stands_alone(
    paragraphs: int, words: str
) -> None:
    text = official_text(paragraphs, words)
    headed = replace(
        text, paragraphs=(*text.paragraphs, Paragraph(HEADING, "二、打算"), Paragraph(BODY, "好。"))
    )
    pages = official.paginate(headed)
    assert all(len(page) <= official.LINES for page in pages)
    for page in pages:
        assert not page[-1].is_heading
    lines = [line for line in pages[-1] if line.line is not None]
    assert lines, "the signature has text above it"
    assert sum(len(page) for page in pages) == sum(1 for page in pages for _ in page)
    shown = "".join(
        run.text for page in pages for line in page if line.line for run in line.line.runs
    )
    assert shown.replace("　", "") == "".join(p.text for p in headed.paragraphs)


def test_no_heading_stays_behind_where_the_signature_takes_lines_along() -> None:
    for lines in range(10, 20):
        body = [Paragraph(BODY, "短。")] * lines
        end = (Paragraph(HEADING, "附"), Paragraph(BODY, "监" * 40))
        pages = official.paginate(replace(official_text(), paragraphs=(*body, *end)))
        assert not any(page[-1].is_heading for page in pages), lines


def test_a_long_title_is_turned_between_its_parts(tmp_path: Path) -> None:
    official.render(official_text(), tmp_path / "a.pdf")
    width = OFFICIAL.frame_width - 2 * official.TITLE_SIZE
    assert official.title_lines(("云岭镇2025年", "防止返贫监测和帮扶工作总结"), width) == [
        "云岭镇2025年", "防止返贫监测和帮扶工作总结",
    ]  # fmt: skip
    assert official.title_lines(("短", "题"), width) == ["短题"]
    lines = official.balanced("县" * 50, width)
    assert len(lines) == 3
    assert max(map(len, lines)) - min(map(len, lines)) <= 2


def test_page_numbers_have_dashes_and_change_sides(tmp_path: Path) -> None:
    official.render(official_text(60), tmp_path / "a.pdf")
    document = pypdfium2.PdfDocument(tmp_path / "a.pdf")
    sides = []
    for number, page in enumerate(list(document)[:2], 1):
        text = page.get_textpage()
        whole = text.get_text_range()
        assert f"— {number} —" in whole
        place = text.search(f"— {number} —").get_next()
        left = text.get_charbox(place[0])[0]
        sides.append(left > OFFICIAL.width / 2)
    assert sides == [True, False]
    document.close()


def test_author_and_date_are_signed(tmp_path: Path) -> None:
    official.render(official_text(), tmp_path / "a.pdf")
    assert "云岭镇2026年1月5日" in "".join(page_texts(tmp_path / "a.pdf")[-1].split())


def test_failed_checks_stand_in_the_text(tmp_path: Path) -> None:
    text = replace(official_text(), notes=("核对未通过：K2 差 +4",))
    official.render(text, tmp_path / "a.pdf")
    assert "核对未通过：K2" in "".join(page_texts(tmp_path / "a.pdf"))
    word.render(text, tmp_path / "a.docx")
    assert "核对未通过：K2 差 +4" in [
        p.text for p in docx.Document(str(tmp_path / "a.docx")).paragraphs
    ]


def test_the_word_file_has_the_standards_page_and_every_word(tmp_path: Path) -> None:
    text = official_text()
    word.render(text, tmp_path / "a.docx")
    document = docx.Document(str(tmp_path / "a.docx"))
    words = [paragraph.text for paragraph in document.paragraphs]
    assert words[0] == text.title
    assert all(paragraph.text in words for paragraph in text.paragraphs)
    assert words[-1] == "2026年1月5日"
    section = document.sections[0]
    size = (section.page_width, section.page_height, section.top_margin, section.left_margin)
    assert [round(length.mm) for length in size if length is not None] == [210, 297, 37, 28]
    grid = section._sectPr.find(qn("w:docGrid"))
    assert grid.get(qn("w:type")) == "linesAndChars"
    body = document.paragraphs[3].runs[0]
    assert body.font.size is not None
    assert body.font.size.pt == 16
    fonts = body._r.get_or_add_rPr().get_or_add_rFonts()
    assert fonts.get(qn("w:eastAsia")) == "仿宋_GB2312"


def test_control_characters_of_free_text_do_not_break_the_files(tmp_path: Path) -> None:
    paragraph = Paragraph(BODY, "{words}", {"words": "问题\x00一\x0b是\ud800。"})
    text = replace(official_text(), paragraphs=(paragraph,))
    official.render(text, tmp_path / "a.pdf")
    word.render(text, tmp_path / "a.docx")
    shown = [p.text for p in docx.Document(str(tmp_path / "a.docx")).paragraphs]
    assert "问题一是。" in shown


def test_a_bad_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PaperNotSavedError):
        official.render(official_text(), tmp_path / "no" / "a.pdf")
    with pytest.raises(PaperNotSavedError):
        word.render(official_text(), tmp_path / "no" / "a.docx")
