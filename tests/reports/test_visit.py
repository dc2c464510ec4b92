"""The monthly visit paper, read back."""

from pathlib import Path

import pytest

from app.domain.visit_paper import visit_paper
from app.reports.errors import NothingToPrintError
from app.reports.table import Layout
from app.reports.visit import paper, render
from tests.reports.reading import bookmarks, page_texts
from tests.reports.samples import LONG_NAME, make_member
from tests.reports.visit_samples import make_visit


def test_the_paper_has_the_last_values_and_only_the_visitor_signs(tmp_path: Path) -> None:
    printed = render([visit_paper(make_visit())], tmp_path / "a.pdf")
    text = "".join(page_texts(tmp_path / "a.pdf"))
    assert printed.pages == len(page_texts(tmp_path / "a.pdf"))
    for words in (
        "月度走访登记表（2025 年 10 月）",
        "户编号：0012",
        "4 张𬭚（之子）",
        "走访人签字",
    ):
        assert words in text
    assert text.count("签字") == 1
    assert "户主签" not in text
    assert "532931" not in text


def test_the_line_of_the_twelve_months_stands_above_the_signature(tmp_path: Path) -> None:
    line = "近12个月（2024-10—2025-09）：工资36000元÷4人=人均9000元；消除风险后"
    render([visit_paper(make_visit(income=line))], tmp_path / "a.pdf")
    text = page_texts(tmp_path / "a.pdf")[-1]
    assert text.index("收入算式") < text.index("走访人签字")
    assert "人均9000元" in text


def test_a_number_to_write_beside_stands_in_the_line_of_its_person() -> None:
    members = (make_member(1, name=LONG_NAME), make_member(2, name="李四"))
    pages = paper(visit_paper(make_visit(members=members)), Layout()).pages
    row = next(r for page in pages for _, r in page if r.texts and r.texts[0].text == "CL-01")
    blank = [t for t in row.texts if t.x > row.verticals[3]]
    before = [t for t in row.texts if row.verticals[2] < t.x < row.verticals[3]]
    assert [t.text for t in blank] == ["1", "2"]
    assert [t.y for t in blank] == [before[0].y, next(t.y for t in before if "李四" in t.text)]


def test_every_household_starts_on_a_new_leaf(tmp_path: Path) -> None:
    papers = [visit_paper(make_visit())] * 3
    render(papers, tmp_path / "a.pdf")
    marks = bookmarks(tmp_path / "a.pdf")
    assert len(marks) == 3
    assert all(page % 2 == 0 for _, page in marks)


def test_nothing_to_print_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NothingToPrintError):
        render([], tmp_path / "a.pdf")
