"""The monthly paper: the screen's order and digits, last values, no hard words."""

from dataclasses import replace
from decimal import Decimal

import pytest

from app.domain.visit_paper import (
    VisitPaper,
    VisitQuestion,
    answer_text,
    digit_of,
    visit_paper,
)
from app.ops import catalogue
from tests.reports.samples import full_family, make_member
from tests.reports.visit_samples import OCTOBER, make_visit

FORM = catalogue.form_for(OCTOBER)


def question(paper: VisitPaper, code: str) -> VisitQuestion:
    return next(q for chapter in paper.chapters for q in chapter.questions if q.code == code)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_chapters_and_questions_stand_in_the_order_of_the_form() -> None:
    paper = visit_paper(make_visit())
    assert [c.title for c in paper.chapters][:4] == ["1. 吃", "2. 穿", "3. 义务教育", "4. 基本医疗"]
    printed = [q.code for chapter in paper.chapters for q in chapter.questions]
    of_form = [q.code for chapter in FORM.chapters for q in chapter.questions]
    assert printed == [code for code in of_form if code in printed]
    assert len(printed) > 50
    assert "BF-03" not in printed  # stands in the strip above


def test_a_question_for_persons_has_a_line_for_each_who_is_asked() -> None:
    paper = visit_paper(make_visit())
    assert [line.who for line in question(paper, "CL-01").lines] == [
        "1 张三", "2 李䶮", "3 王㛃", "4 张𬭚",
    ]  # fmt: skip
    assert [line.who for line in question(paper, "ED-01").lines] == ["4 张𬭚"]


def test_a_question_not_asked_has_no_line_and_no_options() -> None:
    adult = visit_paper(make_visit(members=(make_member(),)))
    assert question(adult, "ED-01") == VisitQuestion("ED-01", "这孩子现在上学吗？", "", ())


def test_the_value_before_carries_its_digit_and_the_spot_check_hides_it() -> None:
    source = make_visit()
    assert plain(question(visit_paper(source), "FD-01").lines[0].before) == "1 够"
    hidden = visit_paper(replace(source, spot_check=("FD-01", "")))
    assert question(hidden, "FD-01").lines[0].before == ""


def test_a_question_not_checked_this_month_says_since_when_it_is_carried() -> None:
    paper = visit_paper(make_visit(carried={("HS-02", ""): "2025-07"}))
    assert plain(question(paper, "HS-02").lines[0].before) == "1 自有住房（沿用2025-07核实）"
    assert "沿用" not in question(paper, "HS-03").lines[0].before


def test_options_keep_the_digits_of_the_screen() -> None:
    paper = visit_paper(make_visit())
    assert plain(question(paper, "WT-01").options) == "1 够用　2 不够用"
    menu = plain(question(paper, "EM-01").options)
    assert menu.startswith("务工（11 乡内，12 县内，13 省内，14 省外，15 境外）　2 务农")
    assert digit_of(FORM.question("EM-01"), "other_province") == "14"
    assert digit_of(FORM.question("EM-01"), "public_employee") == "0"


def test_hard_words_are_softened_everywhere() -> None:
    said = repr(visit_paper(make_visit()))
    assert [word for word in FORM.not_read_aloud if word in said] == []
    assert "需要照料" in said


def test_members_who_left_are_not_on_the_paper() -> None:
    gone = make_member(5, name="已婚出", member_status="married_out")
    paper = visit_paper(make_visit(members=(*full_family(), gone)))
    assert "已婚出" not in repr(paper)
    assert paper.members[0] == "1 张三（户主）"


@pytest.mark.parametrize(
    ("code", "value", "expected"),
    [
        pytest.param("FD-01", "_unknown", "说不清", id="special answer"),
        pytest.param("EV-01", (), "无", id="nothing happened"),
        pytest.param("EV-01", ("illness", "fire"), "1 大病确诊、4 火灾", id="two events"),
        pytest.param("EV-03", ("death:3",), "4 死亡（王㛃）", id="an event of a person"),
        pytest.param("IN-02", Decimal("12000.50"), "12,000.50 元", id="money"),
        pytest.param("WT-04", 12, "12 天", id="number"),
        pytest.param("EV-05", "门口路滑", "门口路滑", id="text"),
    ],
)
def test_answer_text(code: str, value: object, expected: str) -> None:
    text = answer_text(FORM.question(code), value, FORM, full_family())  # type: ignore[arg-type]  # a table of mixed values
    assert plain(text) == expected


def test_an_answer_of_another_edition_is_printed_as_it_is() -> None:
    source = replace(make_visit(), unread={("ZZ-09", ""): "老答案"})
    last = visit_paper(source).chapters[-1]
    assert last.title == "其他版本的题"
    assert (last.questions[0].code, last.questions[0].lines[0].before) == ("ZZ-09", "老答案")


def test_a_sum_is_asked_only_where_nothing_adds_up() -> None:
    source = make_visit()
    known = replace(source, asked={**source.asked, ("IN-01", ""): Decimal(4200)})
    unknown = replace(source, asked={**source.asked, ("IN-01", ""): None})
    codes = {q.code for c in visit_paper(known).chapters for q in c.questions}
    assert "IN-01" not in codes
    assert question(visit_paper(unknown), "IN-01").lines[0].key == ("IN-01", "")
