"""The layout of forms: places to sign stay whole and are never alone, rows are never split."""

from pathlib import Path

import pypdfium2
import pytest
from reportlab.lib.units import mm

from app.domain.listing import ListColumn
from app.domain.papers import (
    Box,
    Entry,
    Grid,
    Opinion,
    PaperForm,
    Place,
    Roll,
    Signing,
    Words,
    softened,
)
from app.reports.papers import engine
from app.reports.papers.engine import places
from app.reports.pdf import FRAME_HEIGHT, FRAME_WIDTH
from app.reports.table import Cell, Layout, Row, Table
from tests.reports.reading import bookmarks, page_texts

COLUMNS = (ListColumn("序号", 10, True), ListColumn("内容", 90), ListColumn("备注", 60))


def form(lines: int, *more: object, is_lying: bool = False) -> PaperForm:
    rows = tuple(
        (str(n), f"甲{n}开头" + "的内容很长" * 12 + f"乙{n}结尾", "") for n in range(lines)
    )
    blocks = (Grid((Entry("户主", "赵德福"),)), Roll("名单", COLUMNS, rows), *more)
    return PaperForm("表", "防止返贫监测表", "云溪县上坝村", ("左", "中", "右"), blocks,  # type: ignore[arg-type]
                     is_lying=is_lying)  # fmt: skip


@pytest.mark.parametrize("is_lying", [False, True])
@pytest.mark.parametrize("lines", range(8, 26))
def test_rows_and_signatures_stay_whole_wherever_the_page_ends(
    tmp_path: Path, lines: int, is_lying: bool
) -> None:
    end = (Box("核查意见", "同意", 3), Signing((Place("户主签收"), Place("村委会", has_seal=True))))
    path = tmp_path / "表.pdf"
    engine.render(form(lines, *end, is_lying=is_lying), path)
    texts = page_texts(path)
    for number in range(lines):
        (page,) = [text for text in texts if f"甲{number}开头" in text]
        assert f"乙{number}结尾" in page
        assert "内容" in page.split("甲")[0]  # the head of the table stands above it
    assert all(words in texts[-1] for words in ("核查意见", "户主签收", "村委会（盖章）"))
    assert not any("户主签收" in text for text in texts[:-1])
    assert f"第 {len(texts)} 页　共 {len(texts)} 页".replace("　", "") in texts[-1].replace(
        "　", ""
    )


@pytest.mark.parametrize("is_lying", [False, True])
def test_a_list_keeps_its_last_row_with_the_places_to_sign(tmp_path: Path, is_lying: bool) -> None:
    end = Signing((Place("制表人"), Place("单位", has_seal=True)))
    path = tmp_path / "表.pdf"
    for lines in range(6, 20):
        engine.render(form(lines, end, is_lying=is_lying), path)
        last = page_texts(path)[-1]
        assert "单位（盖章）" in last
        assert f"乙{lines - 1}结尾" in last, lines


def test_a_seal_has_forty_millimetres(tmp_path: Path) -> None:
    path = tmp_path / "表.pdf"
    shape = PaperForm(
        "表", "审批表", "村", ("", "", ""), (Opinion("县级意见"), Opinion("镇级意见"))
    )
    engine.render(shape, path)
    document = pypdfium2.PdfDocument(path)
    try:
        text = document[0].get_textpage()
        tops = [text.get_charbox(text.search(word).get_next()[0])[3] for word in ("县级", "镇级")]
    finally:
        document.close()
    assert abs(tops[0] - tops[1]) >= 40 / 25.4 * 72 - 0.5


def test_a_long_opinion_leaves_the_place_to_sign_free(tmp_path: Path) -> None:
    path = tmp_path / "表.pdf"
    words = "情况属实，同意上报。" * 60
    engine.render(
        PaperForm("表", "审批表", "村", ("", "", ""), (Opinion("县级意见", words),)), path
    )
    document = pypdfium2.PdfDocument(path)
    try:
        text = document[0].get_textpage()
        whole = text.get_text_bounded()
        foot = text.get_charbox(whole.index("负责人"))[3]
        last = text.get_charbox(whole.rindex("意上报。"))[1]
    finally:
        document.close()
    assert whole.count("同意上报") >= 50
    assert foot < last


def test_joined_tables_keep_the_edges_of_both() -> None:
    above = Table((20.0, 80.0), (Row((Cell("意见"), Cell("同意"))),))
    below = Table((50.0, 50.0), (Row((Cell("甲"), Cell("乙"))),))
    both = engine.joined(above, below)
    assert both.widths == (20.0, 30.0, 50.0)
    assert [[cell.span for cell in row.cells] for row in both.rows] == [[1, 2], [2, 1]]
    assert both.keep


def test_a_form_has_a_bookmark_and_prints_rare_characters(tmp_path: Path) -> None:
    path = tmp_path / "表.pdf"
    made = engine.render(
        PaperForm("表", "答复单", "村", ("", "", ""), (Words(("已核实✓✗。",), "赵㐂福"),)), path
    )
    assert bookmarks(path)[0][0] == "答复单"
    assert made.unknown == ()


def test_soft_words_reach_every_part_of_a_form() -> None:
    hard = "无人照料"
    shape = PaperForm(
        "表", "表", "村", ("", "", ""),
        (Grid((Entry("甲", hard),)), Roll("", COLUMNS, (("1", hard, ""),)), Box("乙", hard),
         Words((hard,)), Opinion("丙", hard)),
    )  # fmt: skip
    assert hard not in repr(softened(shape, {hard: "需要照料"}))


def test_a_seal_has_a_free_circle_of_forty_millimetres_beside_nothing() -> None:
    width = FRAME_WIDTH
    table = places(Signing((Place("制表人"), Place("审核人"), Place("单位", has_seal=True))), width)
    (row,) = Layout().rows(table.rows[0], table, FRAME_HEIGHT)
    left, right = row.verticals[-2:]
    inside = [text for text in row.texts if left < text.x < right]
    upper = max(text.y for text in inside if "年" not in text.text)
    lower = min(text.y - text.size for text in inside if "年" in text.text)
    assert lower - upper >= 40 * mm
    assert right - left >= 40 * mm
    assert table.keep
