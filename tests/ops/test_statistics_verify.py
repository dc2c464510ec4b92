"""Files that somebody else filled in: read as they are, or refused with their place."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.statistics.errors import FigureFileError
from app.domain.statistics.year_figures import Figure, MeasureFigure
from app.errors import AppError
from app.ops.statistics import write_report, yearly_report
from app.ops.statistics_verify import (
    blank_figures,
    verify_figures,
    verify_file,
    write_figures,
)
from tests.conftest import TOWNSHIP, VILLAGE, StoreMaker
from tests.ops.statistics_village import ME, fill

SOURCE_YEAR = Path(__file__).parents[1] / "data" / "13_年度数据.yaml"
_BREAKDOWNS = {
    "状态": "by_state", "类型": "by_type", "原因": "by_cause", "动态": "dynamics",
    "清退原因": "removed_by_reason", "排查": "survey",
}  # fmt: skip


def write(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("年度数据")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write(number, column, value)
    book.close()
    return path


def as_rows(*, titled: bool) -> list[list[object]]:
    """Return the source year as rows: the table's name on each row, or as a line above."""
    figures = verify_file(SOURCE_YEAR).figures
    rows: list[list[object]] = [["地区", "县"], ["年度", "2021"]]
    rows.append(
        ["项目", "户", "人", "占比"] if titled else ["表", "项目", "户", "人", "占比", "原文单位"]
    )

    def add(table: str, lines: list[list[object]]) -> None:
        if titled:
            rows.extend([[table], *lines])
        else:
            rows.extend([table, *line] for line in lines)

    add("存量", [["合计", *figures.total]])
    for table, name in _BREAKDOWNS.items():
        add(table, [[row, *figure] for row, figure in getattr(figures, name).items()])
    measures = figures.measures.items()
    percents = [m.percent and float(m.percent) for _, m in measures]
    add(
        "措施覆盖",
        [[k, m.households, None, p] for (k, m), p in zip(measures, percents, strict=True)],
    )
    add("说法", [[claim] for claim in figures.claims])
    if not titled:
        for row in rows:
            if row[1] == "新识别":
                row.extend([None, "户"])
    return rows


def outcome(path: Path) -> list[tuple[object, ...]]:
    return [(c.check, c.ok, c.left, c.right, c.detail) for c in verify_file(path).checks]


def test_the_same_content_as_a_workbook_gives_the_same_checks(tmp_path: Path) -> None:
    path = write(tmp_path / "年度.xlsx", as_rows(titled=False))
    assert outcome(path) == outcome(SOURCE_YEAR)


def test_tables_under_their_titles_are_read_too(tmp_path: Path) -> None:
    path = write(tmp_path / "年度.xlsx", as_rows(titled=True))
    without_unit = [line for line in outcome(SOURCE_YEAR) if line[0] != "K13"]
    assert [line for line in outcome(path) if line[0] != "K13"] == without_unit


ODD: list[list[object]] = [  # the source year as another office typed it
    ["某县2021年度防止返贫监测情况统计表"],
    ["填报单位：某县乡村振兴局", "", "", "单位：户、人、万元"],
    ["一、措施覆盖情况"],
    ["序号", "帮扶措施", "覆盖户数（户）", "占比（%）", "投入资金（万元）"],
    [1, "综合保障", "415户", "", "1,234.50"], [2, "产业", 246, "", "83"],
    [3, "住房", "4户", "7%", ""], [4, "生产生活条件改善", 138, "23％", "12.3"],
    [5, "就业", 312], [6, "金融", 50], [7, "公益岗", 117], [8, "健康", 250], [9, "教育", 176],
    [10, "社会", 29], [11, "基础设施", 140],
    [],
    ["二、监测对象年度动态"],
    ["项目", "人数(人)", "户数(户)"],
    ["识别不精准清退", 505, 126], ["新增识别", None, "81户321"],
    ["期中全面核实", "3,155", "775"], ["风险消除", 3, 2], ["回退", 223, 55], ["类型变更", 17, 4],
    [],
    ["三、存量"],
    ["类别", "户数(户)", "人数(万人)"],
    ["监测对象合计", "614", "0.2470"], ["未消除", 156, "0.058"], ["已消除", 458, "0.189"],
    ["突发严重困难户", 44, "0.0175"], ["边缘易致贫户", 294, "0.1203"],
    ["脱贫不稳定户", 276, "0.1092"],
    [],
    ["四、风险原因", "户数(户)", "人数(人)"],
    ["因自然灾害", 1, 4], ["因学", 172, 723], ["因病", 220, 892], ["因残", 64, 258],
    ["缺劳动力", 25, 72], ["因安全住房", 4, 17], ["因产业项目失败", 2, 6],
    ["因务工就业不稳", 103, 411], ["因意外事故", 23, 91], ["合计", 614, "2,474"],
    [],
    ["五、清退原因", "户", "人"],
    ["其他", 59, 249], ["种养大户", 12, 43], ["工商经营实体", 11, 45], ["消费型汽车", 27, 104],
    ["公职人员", 17, 64],
    ["大排查", "39,675户", "168,079人"],
    ["说法"], ["风险清零"], ["帮扶措施全覆盖614户"], ["双月一调度"], ["按月召开工作调度会议"],
    ["填表人：", "", "审核人："],
]  # fmt: skip


def test_an_odd_layout_gives_what_the_source_year_gives(tmp_path: Path) -> None:
    """Rows in another order, units in headings, 万人, separators, numbers of rows, signatures."""

    def said(path: Path) -> set[tuple[object, ...]]:
        ordered = {"K1", "K2", "K3", "K5"}  # their sums are told term by term
        return {line[:4] if line[0] in ordered else line for line in outcome(path)}

    path = write(tmp_path / "别人的表.xlsx", ODD)
    assert said(path) == said(SOURCE_YEAR)
    failed = [check.detail for check in verify_file(path).checks if check.ok is False]
    text = "\n".join(failed)
    for words in (
        "2474 ≠ 2470（差 +4人）", "59/126 = 46.83% > 20%", "（差 +35户）", "（差 +180人）",
        "填 7% ≠ 4/614 = 0.65%", "填 23% ≠ 138/614 = 22.48%", "缺单位“人”（写作“81户321”）",
        "写了“风险清零”，仍有156户580人未消除", "两处频次不一致",
    ):  # fmt: skip
        assert words in text, words


def test_one_figure_is_never_read_as_two(tmp_path: Path) -> None:
    with pytest.raises(FigureFileError):
        verify_file(save(tmp_path / "a.yaml", "stock: {total: 168079人}\n"))
    spaced = verify_file(save(tmp_path / "b.yaml", "stock: {total: '1,614 6,470人'}\n")).figures
    assert (spaced.total, spaced.units) == (Figure(1614, 6470), {"total": "人"})


def test_rows_are_placed_by_dotted_names_or_by_what_they_are_called(tmp_path: Path) -> None:
    dotted: list[list[object]] = [
        ["stock.total", 614, 2470],
        ["by_cause.因病", 300, 1200],
        ["by_cause.因学", 314, 1270],
    ]
    plain: list[list[object]] = [
        ["年度监测数据"],
        ["项目", "户数", "人数"],
        ["监测对象合计", 614, 2470],
        ["未消除", 156, 580],
        ["因病", 300, 1200],
        ["新识别", "81户321"],
    ]
    first = verify_file(write(tmp_path / "a.xlsx", dotted)).figures
    assert first.total == Figure(614, 2470)
    assert first.by_cause == {"因病": Figure(300, 1200), "因学": Figure(314, 1270)}
    second = verify_file(write(tmp_path / "b.xlsx", plain)).figures
    assert second.total == Figure(614, 2470)
    assert second.by_state == {"未消除": Figure(156, 580)}
    assert second.by_cause == {"因病": Figure(300, 1200)}
    assert second.dynamics == {"新识别": Figure(81, 321)}
    assert second.units == {"新识别": "户"}


def save(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_figures_may_be_written_with_words_widths_and_separators(tmp_path: Path) -> None:
    text = """
area: 镇
stock: {total: ["１,000户", 4000人]}
dynamics: {新识别: 81户321, 期初存量: [900, 3600]}
survey: {大排查: {户: 10, 人: 41}}
measures: {健康: 5, 教育: {households: 7, percent: 0.7%}}
"""
    figures = verify_file(save(tmp_path / "a.yaml", text)).figures
    assert figures.total == Figure(1000, 4000)
    assert figures.dynamics == {"新识别": Figure(81, 321), "年初存量": Figure(900, 3600)}
    assert figures.units == {"新识别": "户"}
    assert figures.survey == {"大排查": Figure(10, 41)}
    assert figures.measures["健康"] == MeasureFigure(5)


@pytest.mark.parametrize(
    ("text", "code", "row", "part"),
    [
        ("stock:\n  total: [614, -1]\n", "E522", 2, "stock.total"),
        ("stock:\n  total: [614]\n", "E522", 2, "stock.total"),
        ("stock:\n  total: [6.5, 7]\n", "E522", 2, "stock.total"),
        ("by_cause:\n  因病: [1, 2]\n  因病: [1, 2]\n", "E522", 3, "因病"),
        ("by_causes:\n  因病: [1, 2]\n", "E522", 1, "by_causes"),
        ("by_cause: [1, 2]\n", "E522", 1, "by_cause"),
        ("measures:\n  健康: {households: 1, percent: 很多}\n", "E522", 2, "measures.健康"),
        ("stock: {total: [1, 2]\n", "E521", None, ""),
        ("a: &x [1]\nb: *x\n", "E521", 2, ""),
        ("area: 县\n", "E523", None, ""),
        ("", "E523", None, ""),
        ("dynamics: {新识别: [1, 2], 新增识别: [1, 2]}\n", "E522", 1, "dynamics.新增识别"),
    ],
)
def test_a_fault_is_refused_with_file_row_and_field(
    tmp_path: Path, text: str, code: str, row: int | None, part: str
) -> None:
    path = save(tmp_path / "坏.yaml", text)
    with pytest.raises(FigureFileError) as caught:
        verify_file(path)
    assert caught.value.code == code
    assert caught.value.where.file == "坏.yaml"
    if row is not None:
        assert caught.value.where.row == row
    assert part in caught.value.where.column


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FigureFileError):
        verify_file(tmp_path / "没有.yaml")
    with pytest.raises(FigureFileError):
        verify_file(save(tmp_path / "a.txt", "x"))
    with pytest.raises(AppError):
        verify_file(save(tmp_path / "a.xlsx", "x"))
    (tmp_path / "b.yaml").write_bytes("县".encode("gbk"))
    with pytest.raises(FigureFileError):
        verify_file(tmp_path / "b.yaml")


def test_a_row_of_a_workbook_that_fits_no_table_is_refused_with_its_row(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", [["项目", "户", "人"], ["某事", 3, 4]])
    with pytest.raises(FigureFileError) as caught:
        verify_file(path)
    assert caught.value.where.row == 2
    assert caught.value.where.sheet == "年度数据"


def test_a_workbook_of_our_own_form_reads_back_the_same(tmp_path: Path) -> None:
    figures = verify_file(SOURCE_YEAR).figures
    write_figures(figures, tmp_path / "a.xlsx")
    assert verify_file(tmp_path / "a.xlsx").figures == figures


def test_an_empty_form_has_nothing_to_check(tmp_path: Path) -> None:
    write_figures(blank_figures(), tmp_path / "a.xlsx")
    with pytest.raises(FigureFileError) as caught:
        verify_file(tmp_path / "a.xlsx")
    assert caught.value.code == "E523"
    assert not [c.line for c in verify_figures(blank_figures()).checks if c.ok is False]
    with pytest.raises(AppError):
        write_figures(blank_figures(), tmp_path / "no" / "a.xlsx")


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_damaged_file_is_checked_or_refused_but_never_crashes(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    text = SOURCE_YEAR.read_text(encoding="utf-8")
    start = data.draw(st.integers(0, len(text)))
    end = min(len(text), start + data.draw(st.integers(0, 40)))
    junk = data.draw(st.text("0123456789[]{}:,- \n\"'&*!|>#%户人因病null\t\x00é", max_size=12))
    path = tmp_path_factory.mktemp("fuzz") / "a.yaml"
    path.write_text(text[:start] + junk + text[end:], encoding="utf-8")
    refused, numbers = refused_or_checked(path)
    assert (refused, numbers & {"K1", "K7", "K9"}) in (("a.yaml", set()), ("", {"K1", "K7", "K9"}))


def refused_or_checked(path: Path) -> tuple[str, set[str]]:
    """Return the file that a refusal names, and the numbers of the checks that were made."""
    try:
        return "", {check.check for check in verify_file(path).checks}
    except FigureFileError as refused:
        return refused.where.file or "", set()


def test_our_own_workbook_of_a_year_passes_what_our_report_passed(
    tmp_path: Path, new_store: StoreMaker
) -> None:
    store = new_store("township", TOWNSHIP, "云岭镇")
    fill(store, VILLAGE, 3)
    report = yearly_report(store, 2025, date(2026, 1, 5))
    write_report(store, ME, report, tmp_path / "年报.xlsx")
    read = {(c.check, c.name): (c.ok, c.left, c.right) for c in verify_file(
        tmp_path / "年报.xlsx"
    ).checks}  # fmt: skip
    own = {(c.check, c.name): (c.ok, c.left, c.right) for c in report.checks}
    for number in ("K1", "K2", "K3", "K4", "K5", "K6", "K7"):
        found = {key: value for key, value in read.items() if key[0] == number}
        assert found, number
        assert found.items() <= own.items(), number
