"""事项 of a report: codes of one fact are one card, of two people two; the set ends with T28."""

from datetime import date
from pathlib import Path

import pytest
from pypdfium2 import PdfDocument

from app.domain.annual_report import FreeText
from app.domain.period import Period
from app.models.household import Household
from app.models.store import Store
from app.models.warning import HouseholdWarning
from app.ops import statistics, warnings
from app.ops.report_words import keep_words
from tests.conftest import VILLAGE
from tests.ops.village import ME
from tests.reports.reading import page_texts

OCTOBER, TODAY = Period(2025, 10), date(2025, 11, 2)


@pytest.fixture
def village(store: Store) -> Store:
    with store.absorb() as session:
        home = Household(scope=VILLAGE, household_no="1", household_kind="lifted", position=1)
        session.add(home)
        session.flush()
        for code, member in (("WT-01", ""), ("WT-03", ""), ("ED-01", "a"), ("ED-01", "b")):
            session.add(
                HouseholdWarning(
                    scope=VILLAGE, household_id=home.id, code=code, severity="orange",
                    message="缺项", opened_on=date(2025, 10, 9), period="2025-10",
                    member_id=member,
                )
            )  # fmt: skip
    return store


def test_codes_of_one_fact_are_one_matter_and_two_children_are_two(village: Store) -> None:
    report = statistics.monthly_report(village, OCTOBER, TODAY)
    text = "".join(p.text for p in statistics.official_text(report).paragraphs)
    assert "新增预警3事项（4条）" in text
    assert "期末未销3事项（4条）" in text
    board = warnings.list_warnings(village, TODAY)
    assert len({line.card for line in board}) == 3  # and so says the board


def test_the_months_set_ends_upright_with_its_summary_in_the_kept_words(
    village: Store, tmp_path: Path
) -> None:
    report = statistics.monthly_report(village, OCTOBER, TODAY)
    keep_words(village, ME, report.title, FreeText(problems="个别农户联系不上。"))
    made = statistics.print_report(village, ME, report, tmp_path / "a.pdf")
    with PdfDocument(tmp_path / "a.pdf") as document:
        lying = [page.get_width() > page.get_height() for page in document]
    assert lying == [True] * (made.pages - 1) + [False]
    *tables, last = page_texts(tmp_path / "a.pdf")
    assert "新增预警3事项（4条）" in "".join(last.split())
    assert "个别农户联系不上。" in last
    assert f"— {made.pages} —" in last
    assert f"共 {made.pages} 页" in tables[0]
