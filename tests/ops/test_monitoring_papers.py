"""Ledger and 公示 from a real database: who is on them, and what never is."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from app.models.case import Clue
from app.models.household import MonitoredCase
from app.models.plan import Measure
from app.models.step import Step
from app.models.store import Store
from app.models.warning import HouseholdWarning
from app.ops import monitoring_papers
from app.reports.errors import NothingToPrintError
from tests.conftest import VILLAGE
from tests.ops.village import ME, TODAY, add_family, printing
from tests.reports.reading import page_texts


@pytest.fixture
def home(store: Store) -> str:
    household_id = add_family(store)
    with store.write("test.rows", ME) as session:
        session.add(
            HouseholdWarning(
                id="w1", scope=VILLAGE, household_id=household_id, code="WT-02",
                severity="orange", message="水量不够", basis="WT-02", values="{}",
                question="WT-02", period="2025-10", opened_on=date(2025, 10, 18),
            )
        )  # fmt: skip
        session.add(
            Measure(
                scope=VILLAGE, household_id=household_id, measure_category="water",
                measure_kind="应急送水", content="每周两车", warning_ids="w1",
                responsible_person="张卫东", planned_start_on=TODAY, amount=Decimal(1200),
                is_carried_over=True,
            )
        )  # fmt: skip
    return household_id


def put_in_publicity(store: Store, home: str, *actions: str) -> None:
    with store.absorb() as session:  # the township took its steps elsewhere
        session.add(
            Clue(id="c1", scope=VILLAGE, household_id=home, clue_source="cadre",
                 received_on=TODAY, text="排查发现")
        )  # fmt: skip
        follows = ""
        for number, action in enumerate(actions):
            session.add(
                Step(
                    id=f"s{number}", scope=VILLAGE, subject="monitored_case", subject_id="c1",
                    household_id=home, follows=follows, action=action, step_on=TODAY,
                    actor="张卫东",
                    level="township" if action == "accept" else "village",
                    values='{"causes": "illness,labor_shortage"}' if action == "verify" else "",
                )
            )  # fmt: skip
            follows = f"s{number}"


def test_the_ledger_lists_open_warnings_and_measures(
    store: Store, home: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.pdf"
    printed = monitoring_papers.print_ledger(store, None, printing(path))
    assert (printed.pages, printed.households) == (2, 1)
    first, second = page_texts(path)
    for words in ("赵德福", "水量不够", "橙", "水利局", "系统提示", "共1条"):
        assert words in first
    for words in ("应急送水：每周两车", "1,200", "结转", "拟定", "全户"):
        assert words in second


def test_the_ledger_holds_no_number_that_identifies(store: Store, home: str) -> None:
    text = repr(monitoring_papers.ledger(store, None, TODAY))
    assert [n for n in ("539901198204120359", "18700000475", "20359") if n in text] == []


def test_an_empty_village_gets_an_empty_ledger(store: Store, tmp_path: Path) -> None:
    monitoring_papers.print_ledger(store, None, printing(tmp_path / "a.pdf"))
    assert "没有" in page_texts(tmp_path / "a.pdf")[0]
    for text in page_texts(tmp_path / "a.pdf"):
        assert text.count("监测预警与帮扶措施台账") == 1  # no running head above the heading


def test_the_notice_says_the_group_of_reasons_and_nothing_more(
    store: Store, home: str, tmp_path: Path
) -> None:
    put_in_publicity(store, home, "accept", "verify", "publicise")
    (notice,) = monitoring_papers.notices(store, None, TODAY)
    (row,) = notice.rows
    assert (row.head_name, row.persons, row.hamlet_group, row.reason_group) == (
        "赵德福", 4, "一组", "刚性支出较大",
    )  # fmt: skip
    path = tmp_path / "a.pdf"
    assert monitoring_papers.print_notices(store, None, printing(path)).households == 1
    text = "".join(page_texts(path)).replace(" ", "")
    assert "上坝村拟纳入防止返贫监测对象公示" in text
    assert "共1户4人" in text
    assert "共5天" in text
    never = (
        "因病",
        "病",
        "残",
        "539901",
        "0359",
        "187",
        "赵明远",
        "低保",
        "劳动力",
        "边缘",
        "脱贫户",
    )
    assert [word for word in never if word in text] == []


def test_nobody_in_publicity_means_no_notice(store: Store, home: str, tmp_path: Path) -> None:
    with store.write("test.case", ME) as session:
        session.add(
            MonitoredCase(scope=VILLAGE, household_id=home, object_type="edge_prone",
                          identified_on="2024-03", causes="illness")
        )  # fmt: skip
    with pytest.raises(NothingToPrintError) as caught:
        monitoring_papers.print_notices(store, None, printing(tmp_path / "a.pdf"))
    assert "没有正在公示的监测对象" in caught.value.sentence()
    assert not (tmp_path / "a.pdf").exists()
