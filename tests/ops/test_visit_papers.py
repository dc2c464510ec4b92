"""The monthly papers from a real month: who is due, what stands before, nothing written."""

from datetime import date
from pathlib import Path

import pytest

from app.domain.ownership import Actor
from app.domain.period import Period
from app.domain.visit_paper import VisitPaper, VisitQuestion
from app.models.household import Household
from app.models.store import Store
from app.ops import months, visit_papers
from app.ops.errors import NoPeriodError, NotDueError
from app.ops.printing import Printing
from tests.ops.test_plans import add_household, add_month
from tests.reports.reading import bookmarks, page_texts

OCTOBER, NOVEMBER = Period(2025, 10), Period(2025, 11)
TODAY = date(2025, 11, 5)


def question(paper: VisitPaper, code: str) -> VisitQuestion:
    return next(q for chapter in paper.chapters for q in chapter.questions if q.code == code)


def test_last_months_answers_stand_beside_the_blank(
    store: Store, actor: Actor, tmp_path: Path
) -> None:
    household_id = add_household(store, actor)
    add_month(store, actor, household_id, "", FD_01="enough", LV_01="unstable", LV_02="no")
    months.open_period(store, actor, NOVEMBER, TODAY)
    (paper,) = visit_papers.visit_papers(store, None, NOVEMBER, TODAY)
    assert paper.area == "上坝村"
    assert (paper.household_no, paper.head_name, paper.hamlet_group) == ("0012", "张𣲗", "二组")
    before = [
        question(paper, code).lines[0].before.replace("\u00a0", " ")
        for code in ("FD-01", "LV-01", "LV-02")
    ]
    hidden = before.count("")  # at most one is hidden: the month's spot check
    assert hidden <= 1
    assert set(before) - {""} <= {"1 够", "2 经常停电或电压低", "3 不能收看（沿用2025-10核实）"}
    printed = visit_papers.print_visits(
        store, None, NOVEMBER, Printing(actor, tmp_path / "a.pdf", TODAY)
    )
    assert printed.households == len(bookmarks(tmp_path / "a.pdf")) == 1
    assert "2025 年 11 月" in page_texts(tmp_path / "a.pdf")[0]


def test_papers_come_in_roster_order_or_for_those_chosen(store: Store, actor: Actor) -> None:
    ids = [add_household(store, actor, n, p) for p, n in enumerate(("0003", "0001", "0002"))]
    months.open_period(store, actor, NOVEMBER, TODAY)
    papers = visit_papers.visit_papers(store, None, NOVEMBER, TODAY)
    assert [p.household_no for p in papers] == ["0003", "0001", "0002"]
    (one,) = visit_papers.visit_papers(store, [ids[1]], NOVEMBER, TODAY)
    assert one.household_no == "0001"


def test_a_month_not_opened_and_a_household_not_due_are_refused(store: Store, actor: Actor) -> None:
    household_id = add_household(store, actor)
    with pytest.raises(NoPeriodError):
        visit_papers.visit_papers(store, None, NOVEMBER, TODAY)
    months.open_period(store, actor, NOVEMBER, TODAY)
    with store.write("test.add", actor) as session:
        row = session.get_one(Household, household_id)
        session.add(Household(id="later", scope=row.scope, household_no="9",
                              household_kind="ordinary"))  # fmt: skip
    with pytest.raises(NotDueError):
        visit_papers.visit_papers(store, ["later"], NOVEMBER, TODAY)
