"""The page engine: whole rows, repeated heads, one file or none."""

import os
from pathlib import Path

import pytest
from reportlab.lib.units import mm

from app.reports.errors import PaperNotSavedError, PrintCancelledError
from app.reports.pages import THIN, UPRIGHT, Page
from app.reports.pdf import FRAME_HEIGHT, FRAME_WIDTH, Paper, Section, build, compose
from app.reports.table import Cell, Layout, Row, Table
from tests.reports.reading import bookmarks, page_texts

HEAD = (Row((Cell("表头甲"), Cell("表头乙"))),)


def make_table(rows: int, keep: bool = False) -> Table:
    body = tuple(Row((Cell(f"行{n}首"), Cell(f"行{n}尾\n第二行"))) for n in range(rows))
    return Table((FRAME_WIDTH / 2,) * 2, body, HEAD, keep)


def make_paper(*tables: Table, bookmark: str = "一") -> Paper:
    return compose(Section(bookmark, tables, running="页眉", note="脚注"), Layout())


def texts(page: Page) -> list[str]:
    return [text.text for _, row in page for text in row.texts]


def test_no_row_is_split_and_every_page_has_the_head(tmp_path: Path) -> None:
    paper = make_paper(make_table(120))
    build([paper], tmp_path / "a.pdf", "表", 1)
    pages = page_texts(tmp_path / "a.pdf")
    assert len(pages) == len(paper.pages) > 2
    for number, page in enumerate(pages, 1):
        assert page.count("表头甲") == 1
        assert f"第 {number} 页" in page
        assert f"共 {len(pages)} 页" in page
        assert page.count("首") == page.count("尾") == page.count("第二行")
    assert sum(page.count("首") for page in pages) == 120


def test_nothing_stands_outside_the_frame() -> None:
    for page in make_paper(make_table(120)).pages:
        bottoms = [y + row.height for y, row in page if row.verticals]
        assert max(bottoms) <= FRAME_HEIGHT + 0.01
    assert 25 * mm <= UPRIGHT.left
    assert THIN >= 0.5


def test_a_kept_table_moves_as_a_whole() -> None:
    kept = make_table(5, keep=True)
    pages = make_paper(make_table(20), kept).pages
    assert [text for text in texts(pages[0]) if text == "表头甲"] == ["表头甲"]
    assert texts(pages[1])[:2] == ["表头甲", "表头乙"]
    assert "行0首" in texts(pages[1])


def test_a_head_is_never_the_last_thing_on_a_page() -> None:
    for rows in range(1, 60):
        for page in make_paper(make_table(rows), make_table(3)).pages:
            body = [row.texts[0].text for _, row in page if row.verticals]
            assert body[-1] != "表头甲", rows


def test_a_text_longer_than_a_page_goes_on_without_losing_a_line() -> None:
    lines = "\n".join(f"第{n}句。" for n in range(150))
    table = Table((FRAME_WIDTH,), (Row((Cell(lines),)),))
    pages = make_paper(table).pages
    said = [text for page in pages for text in texts(page) if text.endswith("句。")]
    assert said == lines.split("\n")
    assert len(pages) >= 3


def test_every_paper_starts_on_a_new_leaf_with_its_bookmark(tmp_path: Path) -> None:
    papers = [make_paper(make_table(3), bookmark=f"户{n}") for n in range(3)]
    pages = build(papers, tmp_path / "a.pdf", "表", 3)
    assert bookmarks(tmp_path / "a.pdf") == [("户0", 0), ("户1", 2), ("户2", 4)]
    assert pages == len(page_texts(tmp_path / "a.pdf")) == 5
    assert page_texts(tmp_path / "a.pdf")[1] == ""


def test_the_same_papers_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.pdf", "b.pdf"):
        build([make_paper(make_table(30))], tmp_path / name, "表", 1)
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_progress_counts_papers(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    papers = [make_paper(make_table(1)) for _ in range(3)]
    build(papers, tmp_path / "a.pdf", "表", 3, lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_stopping_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"old")
    answers = iter([False, True])
    with pytest.raises(PrintCancelledError):
        build([make_paper(make_table(1))] * 2, path, "表", 2, cancelled=lambda: next(answers))
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failure_while_writing_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_fd: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "a.pdf"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(PaperNotSavedError) as caught:
        build([make_paper(make_table(1))], path, "表", 1)
    assert "原来的文件没有变" in caught.value.user_text()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_an_error_in_chinese(tmp_path: Path) -> None:
    with pytest.raises(PaperNotSavedError):
        build([make_paper(make_table(1))], tmp_path / "no" / "a.pdf", "表", 1)


def test_a_running_head_is_one_line_however_long_the_name() -> None:
    section = Section("一", (make_table(80),), running="很长的名字" * 40)
    page = compose(section, Layout()).pages[1]
    head = [row for y, row in page if y < 0]
    assert [text.text[-1] for text in head[0].texts] == ["…"]
