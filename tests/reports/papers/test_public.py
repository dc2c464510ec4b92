"""公示 and 公告: the standard's lines of 28 characters, and a seal that never stands alone."""

from datetime import date
from pathlib import Path

import pypdfium2

from app.domain.papers import OpenText
from app.domain.public_notice import NoticeRow
from app.reports.official import PITCH
from app.reports.pages import OFFICIAL
from app.reports.papers.public import render
from tests.reports.reading import page_texts


def text(rows: int, *closing: str) -> OpenText:
    row = NoticeRow("赵德福", 4, "一组", "刚性支出较大")
    return OpenText(
        ("上坝村", "公告"), "云屏县人民政府", date(2025, 3, 17), ("监" * 120,), (row,) * rows,
        closing=closing,
    )  # fmt: skip


def test_a_line_has_28_characters_in_the_frame_of_the_standard(tmp_path: Path) -> None:
    render([text(1)], tmp_path / "a.pdf")
    with pypdfium2.PdfDocument(tmp_path / "a.pdf") as document:
        page = document[0].get_textpage()
        said = page.get_text_range()
        boxes = [page.get_charbox(n) for n, char in enumerate(said) if char == "监"]
    lines = sorted({round(box[1]) for box in boxes}, reverse=True)
    per_line = [sum(round(box[1]) == line for box in boxes) for line in lines]
    assert per_line[:4] == [26, 28, 28, 28]  # the first one is indented by two
    assert abs(lines[0] - lines[1] - PITCH) <= 1
    assert min(box[0] for box in boxes) >= OFFICIAL.left - 0.1
    assert max(box[2] for box in boxes) <= OFFICIAL.left + OFFICIAL.frame_width + 0.5


def test_the_last_row_goes_with_the_signature_wherever_the_page_ends(tmp_path: Path) -> None:
    for rows in range(6, 22):
        for closing in ((), ("此复。",)):
            render([text(rows, *closing)], tmp_path / "a.pdf")
            last = page_texts(tmp_path / "a.pdf")[-1]
            assert "云屏县人民政府（盖章）" in last
            assert "赵德福" in last, rows
