"""The printed plan sheets, read back and looked at."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.lib.units import mm

from app.domain.plan import Edition, PlanGoals, PlanMeasure
from app.reports.errors import NothingToPrintError, PrintCancelledError
from app.reports.pdf import Paper
from app.reports.plan import SEAL_WIDTH, paper, render
from app.reports.table import Layout
from tests.reports.reading import bookmarks, colours, ink, page_texts
from tests.reports.samples import (
    ID_NO,
    LONG_NAME,
    RARE_NAMES,
    TODAY,
    document,
    full_source,
    large_source,
    make_member,
    make_source,
)

NOBODY_DRAWS = "\U0003fffd"
ANY_TEXT = st.text(st.characters(codec=None), max_size=200)  # halves of pairs too


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plan") / "large.pdf"
    render([document(large_source())], path)
    return path


def test_an_ordinary_sheet_is_one_leaf(tmp_path: Path) -> None:
    printed = render([document(full_source())], tmp_path / "a.pdf")
    assert (printed.pages, printed.households, printed.unknown) == (2, 1, ())
    first, second = page_texts(tmp_path / "a.pdf")
    assert "云岭县勐库镇兴源村 2025 年“一户一策”帮扶计划表" in first
    for words in ("户编号：0012", "制表日期：2025-10-31", "参数版本：2025", "第 1 页　共 2 页"):
        assert words in first
    for words in ("云岭县勐库镇兴源村　户编号：0012　张三", "乡镇审核（盖章）", "第 2 页　共 2 页"):
        assert words in second


@pytest.mark.parametrize("edition", list(Edition))
def test_no_full_number_is_in_the_file(tmp_path: Path, edition: Edition) -> None:
    render([document(full_source(), edition)], tmp_path / "a.pdf")
    text = "".join(page_texts(tmp_path / "a.pdf"))
    assert "一户一策" in text
    assert ID_NO not in text
    assert ("532931********0017" in text) == (edition is Edition.ARCHIVE)
    assert "6217" not in text


def test_rare_and_long_names_can_be_read_back(large: Path) -> None:
    text = "".join(page_texts(large))
    for name in (*RARE_NAMES, LONG_NAME, "尉迟·𠮷", "<b>赵</b>&"):
        assert name in text, name


@pytest.mark.parametrize("char", "𣲗䶮㛃𬭚𠮷张")
def test_rare_characters_have_ink(large: Path, char: str) -> None:
    assert 0.05 < ink(large, 0, char) < 0.7


def test_a_character_nobody_can_draw_is_a_sign_and_a_warning(tmp_path: Path) -> None:
    member = make_member(name=f"张{NOBODY_DRAWS}")
    printed = render([document(make_source(members=(member,)))], tmp_path / "a.pdf")
    assert printed.unknown == (NOBODY_DRAWS,)
    assert "张〓" in page_texts(tmp_path / "a.pdf")[0]
    assert ink(tmp_path / "a.pdf", 0, "〓") > 0.05


def test_a_village_is_one_file_with_a_bookmark_and_a_new_leaf_each(tmp_path: Path) -> None:
    sources = [full_source(household_no=f"{n:04d}") for n in range(4)]
    sources[1] = replace(large_source(), household_no="0001")
    printed = render([document(source) for source in sources], tmp_path / "a.pdf")
    marks = bookmarks(tmp_path / "a.pdf")
    assert [title[:4] for title, _ in marks] == ["0000", "0001", "0002", "0003"]
    assert all(page % 2 == 0 for _, page in marks)
    pages = page_texts(tmp_path / "a.pdf")
    assert printed.pages == len(pages)
    for number, (_, page) in enumerate(marks):
        assert f"户编号：{number:04d}" in pages[page]


def test_an_empty_plan_leaves_five_lines_to_write_on() -> None:
    empty, full = (
        paper(document(source), Layout()).pages[0]
        for source in (make_source(), replace(make_source(), measures=full_source().measures[:1]))
    )
    blank = [
        row for _, row in empty if row.verticals and not row.texts and len(row.verticals) == 10
    ]
    assert len(blank) == 5
    assert all(row.height >= 8 * mm for row in blank)
    assert not [row for _, row in full if not row.texts and len(row.verticals) == 10]


def test_the_seals_have_a_free_circle_of_forty_millimetres_on_one_page() -> None:
    pages = paper(document(large_source()), Layout()).pages
    rows = [
        row for page in pages for _, row in page if any("村委会（" in t.text for t in row.texts)
    ]
    assert len(rows) == 1
    seals = rows[0].verticals[-3:]
    assert seals[1] - seals[0] >= 40 * mm
    assert 40 * mm <= SEAL_WIDTH
    inside = [text for text in rows[0].texts if text.x > seals[0]]
    uppers = [text.y for text in inside if "年" not in text.text]
    lowers = [text.y - text.size for text in inside if "年" in text.text]
    assert min(lowers) - max(uppers) >= 40 * mm


@pytest.mark.parametrize("edition", list(Edition))
def test_the_place_to_sign_never_stands_on_a_page_alone(edition: Edition, tmp_path: Path) -> None:
    for count in range(1, 12):
        measures = tuple(PlanMeasure("industry", f"产业{n}", start_on=TODAY) for n in range(count))
        source = full_source(measures=measures, visits=())
        render([document(source, edition)], tmp_path / "a.pdf")
        last = [text for text in page_texts(tmp_path / "a.pdf") if "签字" in text][-1]
        assert "措施序号" in last, count


def test_the_foot_is_where_every_laser_prints(tmp_path: Path) -> None:
    render([document(full_source(), Edition.WALL)], tmp_path / "a.pdf")
    with pypdfium2.PdfDocument(tmp_path / "a.pdf") as opened:
        page = opened[0].get_textpage()
        lowest = min(page.get_charbox(place)[1] for place in range(page.count_chars()))
    assert lowest >= 5 * mm


def test_twelve_members_are_printed_and_no_row_is_cut(large: Path) -> None:
    pages = page_texts(large)
    members = next(page for page in pages if "家庭成员" in page)
    assert members.count("患有大病、残疾") == 12
    for page in paper(document(large_source()), Layout()).pages:
        piles = [(y, y + row.height) for y, row in page if row.verticals]
        assert all(a[1] <= b[0] + 0.01 for a, b in pairwise(piles))


def test_a_minor_without_identity_number_is_printed(tmp_path: Path) -> None:
    child = make_member(1, name="张小雨", id_no="", birth_date=None)
    render([document(make_source(members=(child,)))], tmp_path / "a.pdf")
    assert "张小雨" in page_texts(tmp_path / "a.pdf")[0]


def test_only_black_is_used(large: Path) -> None:
    assert all(max(colour) - min(colour) < 8 for colour in colours(large, 0))


def smallest(laid: Paper) -> float:
    """Return the smallest type in a table's row, the places to sign left out."""
    rows = [row for page in laid.pages for _, row in page if row.verticals]
    ruled = [row for row in rows if not any(text.text.endswith("：") for text in row.texts)]
    return min(text.size for row in ruled for text in row.texts)


@settings(max_examples=60, deadline=None)
@given(name=ANY_TEXT, note=ANY_TEXT)
def test_no_text_whatever_breaks_a_sheet(
    tmp_path_factory: pytest.TempPathFactory, name: str, note: str
) -> None:
    path = tmp_path_factory.mktemp("any") / "a.pdf"
    goals = PlanGoals(removal=note, guarantees=name)
    member = make_member(name=name, relation=name[:9])
    printed = render([document(make_source(members=(member,), goals=goals))], path)
    assert printed.households == 1
    assert len(page_texts(path)) == printed.pages


def test_a_text_of_many_pages_is_printed_to_its_end(tmp_path: Path) -> None:
    text = "。".join(f"第{n}件事" for n in range(3000))
    source = make_source(goals=PlanGoals(removal=text))
    printed = render([document(source)], tmp_path / "a.pdf")
    assert printed.pages > 4
    assert "第2999件事" in "".join(page_texts(tmp_path / "a.pdf"))


def test_nothing_to_print_and_stopped_make_no_file(tmp_path: Path) -> None:
    with pytest.raises(NothingToPrintError):
        render([], tmp_path / "a.pdf")
    with pytest.raises(PrintCancelledError):
        render([document(make_source())], tmp_path / "a.pdf", cancelled=lambda: True)
    assert list(tmp_path.iterdir()) == []


def test_an_ordinary_sheet_is_in_xiaosi_and_a_full_one_no_smaller_than_it_must() -> None:
    assert smallest(paper(document(full_source()), Layout())) == 12
    assert smallest(paper(document(make_source()), Layout())) == 12
    large = paper(document(large_source()), Layout())
    assert (smallest(large), len(large.pages)) == (10.5, 3)  # smaller would save no page


def test_a_small_household_has_one_page_on_the_wall_and_no_empty_block(tmp_path: Path) -> None:
    printed = render([document(make_source(), Edition.WALL)], tmp_path / "a.pdf")
    (text,) = page_texts(tmp_path / "a.pdf")
    assert printed.pages == 1
    assert "四、帮扶措施" in text
    assert "五、签字" in text
    for words in ("走访记录", "需求", "落实情况", "年度目标"):
        assert words not in text


def test_no_amount_date_or_short_name_is_broken() -> None:
    for source in (full_source(), large_source()):
        for edition in Edition:
            rows = [r for page in paper(document(source, edition), Layout()).pages for _, r in page]
            texts = {text.text for row in rows for text in row.texts}
            assert {"2025-12-31", "至2025-12-31"} & texts
            assert "周建国" in texts
            assert edition is Edition.WALL or "1,000.50" in texts


def test_a_sheet_of_an_earlier_day_says_so_on_every_page(tmp_path: Path) -> None:
    mark = "按2025年6月30日的内容补打，打印于2026年11月24日"
    render([document(full_source(reprint=mark))], tmp_path / "a.pdf")
    assert all(mark in text for text in page_texts(tmp_path / "a.pdf"))


def test_the_sheet_for_the_wall_is_read_from_a_distance(tmp_path: Path) -> None:
    sheet = document(full_source(), Edition.WALL)
    rows = [placed.row for page in paper(sheet, Layout()).pages for placed in page]
    sizes = [text.size for row in rows if row.verticals for text in row.texts]
    assert min(sizes) >= 16
    printed = render([sheet], tmp_path / "a.pdf")
    assert printed.pages == 2
    assert "本页不含证件、电话、账户和健康信息" in page_texts(tmp_path / "a.pdf")[0]
