"""The texts: every number a field, and a sentence only where it is true."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.annual_report import FreeText, OfficialText, village_text, yearly_text
from app.domain.statistics import report as reports
from app.domain.statistics.context import Context
from app.domain.statistics.records import MeasureRecord
from tests.domain.statistics.build import (
    OCTOBER,
    YEAR,
    Chance,
    a_case,
    a_warning,
    context,
    home,
    step,
)

RUNNING = (step("2025-03-01", "start", "running"),)
REMOVED = (
    step("2021-06-01", "enter", "monitoring"),
    step("2025-05-01", "removal-approve", "risk_removed"),
)


def yearly(found: Context, free: FreeText = FreeText()) -> OfficialText:  # noqa: B008  frozen
    return yearly_text(reports.build(found, reports.YEARLY, "county", "年报"), free)


def whole(text: OfficialText) -> str:
    return "\n".join(paragraph.text for paragraph in text.paragraphs)


def one(**more: Any) -> Context:
    return context(**({"households": (home(),), "cases": (a_case(),)} | more))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_no_digit_stands_in_a_template_and_no_field_is_left(seed: int) -> None:
    found = replace(context(), records=Chance(seed, 30).records())
    year = yearly(found)
    month = village_text(
        reports.build(replace(found, window=OCTOBER), reports.MONTHLY, "village", "月报")
    )
    for paragraph in (*year.paragraphs, *month.paragraphs):
        bare = re.sub(r"\{\w+\}", "", paragraph.template)
        assert not re.search(r"\d", bare), paragraph.template
        assert "{" not in paragraph.text
        assert re.search(r"[。一二三四五六七八]", paragraph.text)
        assert not re.search(r"(?<![\d.])0(户|条|次)", paragraph.text), paragraph.text


def test_the_figures_are_those_of_the_tables() -> None:
    text = whole(yearly(one()))
    assert "截至2025年12月31日，共有监测对象1户4人，未消除风险1户4人。" in text
    assert "因病1户4人（占100%）" in text
    assert "全年监测对象没有变动。" in text


def test_a_year_that_is_not_over_is_not_told_as_a_whole_one() -> None:
    up_to = reports.build(one(), reports.AS_OF, "county", "统计表")
    assert "年初以来监测对象没有变动。" in whole(yearly_text(up_to))
    running = replace(one(), heading=replace(one().heading, until=date(2025, 6, 30)))
    assert "全年" not in whole(yearly(running))


def test_all_risk_is_removed_only_when_nobody_is_left() -> None:
    done = one(cases=(a_case("h1", *REMOVED),))
    assert "风险全部消除" in whole(yearly(done))
    both = context(
        households=(home("h1"), home("h2")), cases=(a_case("h1", *REMOVED), a_case("h2"))
    )
    assert "风险全部消除" not in whole(yearly(both))


def test_full_cover_is_said_only_when_it_is_true() -> None:
    helped = MeasureRecord("m1", "h1", "health", "医疗救助", steps=RUNNING)
    assert "对1户监测对象全部落实帮扶措施，共1条" in whole(yearly(one(measures=(helped,))))
    text = whole(yearly(one()))
    assert "全部落实" not in text
    assert "还有1户没有措施" in text


def test_the_classification_sentence_gives_way_to_the_counts() -> None:
    assert "不存在人均纯收入高于监测范围" in whole(yearly(one()))
    wrong = whole(yearly(one(warnings=(a_warning("w1", "10-05", code="C-02"),))))
    assert "不存在" not in wrong
    assert "还有1户，正在核实" in wrong
    no_line = replace(one(), parameters=replace(one().parameters, line=None))
    assert "不存在" not in whole(yearly(no_line))


def test_own_words_stand_under_their_headings_which_are_numbered_without_gaps() -> None:
    free = FreeText(problems="一是联系困难。\n\n二是产业弱。", next_steps="继续监测。")
    text = yearly(one(), free)
    heads = [p.text for p in text.paragraphs if p.level == "heading"]
    assert [head[:2] for head in heads] == ["一、", "二、", "三、", "四、"]
    assert [head[2:] for head in heads[2:]] == ["存在的问题", "下一步打算"]
    assert "二是产业弱。" in whole(text)


def test_braces_in_own_words_are_only_words() -> None:
    assert "见{附件}" in whole(yearly(one(), FreeText(problems="见{附件}")))


def test_failed_checks_and_missing_villages_stand_at_the_end() -> None:
    text = yearly(replace(one(), heading=replace(one().heading, missing=("下坝村",))))
    assert text.notes[0] == "不完全汇总，缺报：下坝村"
    assert any(note.startswith("核对未通过：K18") for note in text.notes)


def test_a_village_month_counts_one_by_one_in_words() -> None:
    found = replace(one(warnings=(a_warning(),)), window=OCTOBER, records=Chance(2, 40).records())
    made = reports.build(found, reports.MONTHLY, "village", "月报")
    text = village_text(made, FreeText(done="开了院坝会。"))
    body = [p.text for p in text.paragraphs if p.level == "body"]
    assert body[0].startswith("一是应走访")
    assert body[1].startswith("二是新增预警")
    assert "开了院坝会。" in body
    assert text.title.endswith("防止返贫监测工作小结")


def test_a_month_without_anything_says_so() -> None:
    made = reports.build(context(OCTOBER), reports.MONTHLY, "village", "月报")
    assert "本月没有可以统计的工作记录。" in whole(village_text(made))


@pytest.mark.parametrize("seed", [1, 2])
def test_no_household_is_ever_named(seed: int) -> None:
    found = replace(context(YEAR), records=Chance(seed, 30).records())
    made = reports.build(found, reports.YEARLY, "village", "年报")
    text = whole(village_text(made))
    assert not re.search(r"h\d", text)


def test_a_summary_counts_the_cards_that_its_warnings_stand_on() -> None:
    two = (a_warning("w1"), a_warning("w2", code="R-07"), a_warning("w3", code="WT-01"))
    found = replace(one(warnings=two), window=OCTOBER)
    month = reports.build(found, reports.MONTHLY, "village", "月报")
    assert "新增预警3条" in whole(village_text(month))
    cards = {"w1": "h1/schooling/", "w2": "h1/schooling/", "w3": "h1/water/"}
    text = whole(village_text(replace(month, matters=cards)))
    assert "新增预警2事项（3条）" in text
    assert "期末未销2事项（3条）" in text
