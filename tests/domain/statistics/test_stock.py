"""Monitored objects: what happened in a year, and where they stand (T1–T5, T9, T24)."""

from datetime import date
from typing import Any

from app.domain.statistics import stock
from app.domain.statistics.context import Window
from app.domain.statistics.records import MemberRecord
from tests.domain.statistics.build import YEAR, a_case, context, day, home, step

ENTERED = step("2021-06-01", "enter", "monitoring")


def test_each_event_is_counted_with_the_people_of_its_day() -> None:
    people = (MemberRecord(), MemberRecord(), MemberRecord(joined_on=day("07-01")))
    case = a_case(
        "h1", step("03-01", "enter", "monitoring"),
        step("06-01", "removal-approve", "risk_removed"),
        step("09-01", "roll-back", "rollback_pending"),
        step("09-05", "roll-back-approve", "monitoring"),
        step("10-01", "change-type", "monitoring", "unstable_lifted"),
        step("12-01", "clear-out", "cleared_out", "公职人员"),
    )  # fmt: skip
    table = stock.yearly_dynamics(context(households=(home(members=people),), cases=(case,)))
    shown = {line.label: (line.cells[0].value, line.cells[1].value) for line in table.rows}
    assert shown == {
        "年初存量": (0, 0), "新识别": (1, 2), "再标注": (0, 0), "风险消除": (1, 2),
        "风险消除回退": (1, 3), "类型变更": (1, 3), "识别不精准清退": (1, 3),
        "整户消亡": (0, 0), "自然增加": (None, 1), "自然减少": (None, 0), "年末存量": (0, 0),
        "其中：未消除": (0, 0), "其中：已消除": (0, 0),
    }  # fmt: skip
    assert table.value("类型变更", "脱贫不稳定户/户") == 1
    assert table.value("新识别", "边缘易致贫户/户") == 1


def test_a_second_identification_supersedes_the_removed_one_and_counts_once() -> None:
    old = a_case("h1", ENTERED, step("02-01", "removal-approve", "risk_removed"))
    new = a_case("h1", step("05-01", "enter", "monitoring"), case_no=2, causes=("schooling",))
    found = context(households=(home(),), cases=(old, new))
    table = stock.yearly_dynamics(found)
    assert table.value("再标注", "合计/户") == 1
    assert table.value("新识别", "合计/户") == 0
    assert table.value("年末存量", "合计/户") == 1
    assert stock.by_state(found).value("未消除", "户") == 1
    assert stock.by_cause(found).value("因学", "户") == 1
    assert stock.by_cause(found).value("因病", "户") == 0


def test_what_comes_back_after_a_clear_out_is_new_again() -> None:
    old = a_case("h1", ENTERED, step("02-01", "clear-out", "cleared_out", "其他"))
    new = a_case("h1", step("05-01", "enter", "monitoring"), case_no=2)
    table = stock.yearly_dynamics(context(households=(home(),), cases=(old, new)))
    assert table.value("新识别", "合计/户") == 1
    assert table.value("再标注", "合计/户") == 0


def test_a_household_that_leaves_the_roster_leaves_the_stock() -> None:
    gone = home("h1", removed_on=day("08-01"))
    found = context(households=(gone,), cases=(a_case("h1"),))
    assert stock.yearly_dynamics(found).value("整户消亡", "合计/户") == 1
    assert stock.by_state(found).value("合计", "户") == 0


def test_the_reference_day_itself_counts() -> None:
    case = a_case("h1", step("12-31", "enter", "monitoring"))
    records: dict[str, Any] = {"households": (home(),), "cases": (case,)}
    assert stock.by_state(context(**records)).value("合计", "户") == 1
    before = Window(YEAR.start, date(2025, 12, 30))
    assert stock.by_state(context(before, **records)).value("合计", "户") == 0


def test_intermediate_states_stay_on_their_side() -> None:
    asked = a_case("h1", ENTERED, step("03-01", "request-removal", "removal_deliberation"))
    shaky = a_case(
        "h2", ENTERED, step("03-01", "removal-approve", "risk_removed"),
        step("05-01", "roll-back", "rollback_pending"),
    )  # fmt: skip
    table = stock.by_state(context(households=(home("h1"), home("h2")), cases=(asked, shaky)))
    assert (table.value("未消除", "户"), table.value("已消除", "户")) == (1, 1)


def test_a_clue_that_was_never_entered_is_no_object() -> None:
    clue = a_case("h1", step("03-01", "register", "clue"), step("04-01", "exclude", "not_included"))
    found = context(households=(home(),), cases=(clue,))
    assert stock.by_state(found).value("合计", "户") == 0
    assert stock.yearly_dynamics(found).value("新识别", "合计/户") == 0


def test_main_cause_and_type_add_up_and_strange_causes_are_shown() -> None:
    homes = tuple(home(f"h{n}", n + 1) for n in range(4))
    cases = (
        a_case("h0", causes=("illness", "schooling")),
        a_case("h1", causes=("illness",), object_type="unstable_lifted"),
        a_case("h2", causes=()),
        a_case("h3", causes=("因婚",), object_type="sudden_hardship"),
    )
    found = context(households=homes, cases=cases)
    causes = stock.by_cause(found)
    assert (causes.value("因病", "户"), causes.value("因病", "人")) == (2, 3)
    assert (causes.value("未填", "户"), causes.value("因婚", "户")) == (1, 1)
    assert str(causes.value("因病", "占比（%）")) == "50.00"
    matrix = stock.by_cause_and_type(found)
    assert matrix.value("因病", "边缘易致贫户/户") == 1
    assert (matrix.value("合计", "合计/户"), matrix.value("合计", "合计/人")) == (4, 10)
    types = stock.by_type(found)
    assert types.value("突发严重困难户", "未消除/人") == 4


def test_every_figure_leads_to_its_households() -> None:
    homes, cases = (home("h1"), home("h2")), (a_case("h2"),)
    table = stock.by_cause(context(households=homes, cases=cases))
    assert table.row("因病").cells[0].ids == ("h2",)
    assert table.row("因病").cells[1].ids == ("h2p0", "h2p1", "h2p2", "h2p3")


def test_clear_outs_are_told_by_reason_with_their_share() -> None:
    homes = tuple(home(f"h{n}") for n in range(3))
    cases = [
        a_case(f"h{n}", ENTERED, step("04-01", "clear-out", "cleared_out", reason))
        for n, reason in enumerate(("其他", "公职人员", ""))
    ]
    table = stock.clear_outs(context(households=homes, cases=tuple(cases)))
    assert [line.label for line in table.rows] == ["公职人员", "其他", "未填", "合计"]
    assert str(table.value("其他", "占比（%）")) == "33.33"


def test_without_any_object_shares_are_blank() -> None:
    table = stock.by_state(context(households=(home(),)))
    assert table.row("未消除").cells[2].text == "—"


def test_low_income_groups_overlap_only_where_they_do() -> None:
    poor = home("h1", members=(MemberRecord(has_dibao=True), MemberRecord()))
    alone = home("h2", members=(MemberRecord(has_tekun=True),))
    gone = home("h3", members=(MemberRecord(has_dibao=True, left_on=day("05-01")), MemberRecord()))
    found = context(households=(poor, alone, gone), cases=(a_case("h1"), a_case("h3")))
    table = stock.low_income(found)
    shown = {line.label: line.cells[0].value for line in table.rows}
    assert shown["低保户"] == 1
    assert shown["低保户且监测对象"] == 1
    assert shown["只是低保或特困"] == 1
    assert shown["只是监测对象"] == 1
    assert table.value("以上合计（不重复）", "人") == 4
