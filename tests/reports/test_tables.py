"""Report tables on paper: the same figures, heads on every page, checks never hidden."""

from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest

from app.domain.report_checks import ReportCheck
from app.domain.statistics import report as reports
from app.domain.statistics.report import Report
from app.reports.errors import PaperNotSavedError
from app.reports.tables import render
from tests.domain.statistics.build import a_case, context, home
from tests.reports.reading import bookmarks, colours, page_texts
from tests.reports.report_samples import report


@pytest.fixture(scope="module")
def yearly() -> Report:
    return report()


@pytest.fixture(scope="module")
def paper(yearly: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("paper") / "年报.pdf"
    render(yearly, path)
    return path


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_every_figure_of_the_set_stands_on_paper(yearly: Report, paper: Path) -> None:
    pages = [squeezed(text) for text in page_texts(paper)]
    for table in yearly.printed:
        own = "".join(page for page in pages if f"表号：{table.number}计" in page)
        for line in table.rows:
            row = squeezed(line.label + "".join(cell.text for cell in line.cells))
            assert row in own, (table.number, line.label)


def test_pages_lie_and_are_numbered(paper: Path) -> None:
    document = pypdfium2.PdfDocument(paper)
    sizes = {tuple(round(side) for side in page.get_size()) for page in document}
    assert sizes == {(842, 595)}
    texts = page_texts(paper)
    for number, text in enumerate(texts, 1):
        assert f"第 {number} 页" in text
        assert f"共 {len(texts)} 页" in text
    document.close()


def test_a_bookmark_leads_to_each_table(yearly: Report, paper: Path) -> None:
    names = [name for name, _ in bookmarks(paper)]
    assert [f"{t.number} {t.title}" for t in yearly.printed] == names[: len(yearly.printed)]
    assert "核对" in names


def test_a_long_table_repeats_its_heads(tmp_path: Path) -> None:
    monthly = report(reports.MONTHLY, "village")
    render(monthly, tmp_path / "a.pdf")
    ledger = len(monthly.table("T13").rows)
    pages = [text for text in page_texts(tmp_path / "a.pdf") if "县审" in text and "销号" in text]
    assert ledger > 40
    assert len(pages) >= 3
    assert all("户编" in text for text in pages)


def test_a_failing_check_stands_on_its_table_and_in_the_list(tmp_path: Path) -> None:
    found = context(households=(home(persons=13),), cases=(a_case(),))
    bad = reports.build(found, reports.YEARLY, "county", "报表")
    render(bad, tmp_path / "a.pdf")
    texts = page_texts(tmp_path / "a.pdf")
    assert "▲核对未通过　K11" in texts[0]
    assert "▲核对未通过" in texts[-1] or "▲核对未通过" in texts[-2]


def test_an_incomplete_total_says_so_on_every_table(yearly: Report, tmp_path: Path) -> None:
    missing = context(missing=("下坝村",))
    render(reports.build(missing, reports.YEARLY, "county", "报表"), tmp_path / "a.pdf")
    texts = page_texts(tmp_path / "a.pdf")
    for number in range(len(yearly.printed)):
        assert "不完全汇总" in texts[number]
        assert "缺报：下坝村" in texts[number]


def test_paper_is_black_on_white(paper: Path) -> None:
    for page in (0, 7):
        assert all(red == green == blue for red, green, blue in colours(paper, page))


def test_signatures_stand_below_each_table_and_the_seal_has_its_place_at_the_end(
    yearly: Report, paper: Path
) -> None:
    texts = page_texts(paper)
    for words in ("制表人：", "审核人："):
        assert "".join(texts).count(words) == len(yearly.printed) + 1
    assert "单位（盖章）：" in texts[-1]


@pytest.mark.parametrize("rows", range(14, 24))
def test_a_place_to_sign_never_stands_on_a_page_alone(rows: int, tmp_path: Path) -> None:
    found = report(reports.MONTHLY, "village")
    checks = tuple(ReportCheck(f"K{n}", "数", True, 1, 1, 0, "相符") for n in range(1, rows))
    render(replace(found, checks=checks), tmp_path / "a.pdf")
    last = page_texts(tmp_path / "a.pdf")[-1]
    assert "单位（盖章）：" in last
    assert "相符" in last


def test_an_empty_table_says_that_there_was_nothing(tmp_path: Path) -> None:
    empty = reports.build(context(), reports.MONTHLY, "township", "报表")
    render(empty, tmp_path / "a.pdf")
    assert any("本期没有" in text for text in page_texts(tmp_path / "a.pdf"))


def test_the_same_report_gives_the_same_bytes_and_a_bad_place_leaves_nothing(
    yearly: Report, paper: Path, tmp_path: Path
) -> None:
    render(yearly, tmp_path / "b.pdf")
    assert (tmp_path / "b.pdf").read_bytes() == paper.read_bytes()
    with pytest.raises(PaperNotSavedError):
        render(yearly, tmp_path / "no" / "b.pdf")
    assert [path.name for path in tmp_path.iterdir()] == ["b.pdf"]


def test_rare_characters_of_a_village_are_printed_or_named(tmp_path: Path) -> None:
    strange = replace(context(), heading=replace(context().heading, area="𣲗𫞥\U0003ffff镇"))
    printed = render(reports.build(strange, reports.YEARLY, "county", "报表"), tmp_path / "a.pdf")
    assert "\U0003ffff" in printed.unknown
    assert "𣲗" in page_texts(tmp_path / "a.pdf")[0]


def test_a_passed_check_with_a_hint_is_told_once(tmp_path: Path) -> None:
    check = ReportCheck("K21", "更正", True, None, None, 1, "更正：已更正，第2版", hint=True)
    render(replace(report(reports.MONTHLY, "village"), checks=(check,)), tmp_path / "a.pdf")
    assert page_texts(tmp_path / "a.pdf")[-1].count("已更正，第2版") == 1
