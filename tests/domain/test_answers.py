"""What people type, and the canonical text that is stored."""

import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.answers import from_text, parse_amount, parse_answer, to_text
from app.domain.form import Question
from app.domain.household import AnswerValue
from tests.domain.build import FORM

CHINESE = re.compile("[\u4e00-\u9fff]")
TODAY = date(2025, 10, 20)


def parse(code: str, text: str) -> AnswerValue | None:
    return parse_answer(FORM.question(code), text, TODAY)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("3500", "3500"),
        ("3,500", "3500"),
        ("３，５００", "3500"),
        ("3500元", "3500"),
        ("1.2万", "12000"),
        ("1.2万元", "12000"),
        ("3千", "3000"),
        ("300+200", "500"),
        ("300＋200.50", "500.50"),
        ("1万+3,000+5", "13005"),
        (" 12 000 ", "12000"),
        ("0", "0"),
        ("0.01", "0.01"),
    ],
)
def test_amounts_as_people_type_them(text: str, amount: str) -> None:
    assert parse("EV-02", text) == Decimal(amount)


@pytest.mark.parametrize(
    "text",
    ["3,50", "12,3456", "-5", "1.234", "一百", "1..2", "+", "5+", "1e5", "NaN", "inf", "0x1",
     "9" * 400, "9999999999", "1_000", "3500块", "1.2.3万", "万"],
)  # fmt: skip
def test_what_is_no_amount_is_told_in_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=CHINESE):
        parse("EV-02", text)


@pytest.mark.parametrize(
    ("code", "text", "value"),
    [("WT-05", "3", 3), ("WT-05", "３天", 3), ("WT-05", "1+2", 3), ("WT-05", "31", 31)],
)
def test_whole_numbers(code: str, text: str, value: int) -> None:
    assert parse(code, text) == value
    assert isinstance(parse(code, text), int)


@pytest.mark.parametrize(
    ("text", "words"), [("32", "不能大于31"), ("1.5", "请填整数"), ("-1", "请填数字")]
)
def test_numbers_outside_their_bounds(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse("WT-05", text)


@pytest.mark.parametrize(
    "text",
    [
        "20240501",
        "2024.5.1",
        "2024-05-01",
        "2024/5/1",
        "2024年5月1日",
        "２０２４．５．１",
        "2024年05月01日",
    ],
)
def test_dates_as_people_type_them(text: str) -> None:
    assert parse("CY-04", text) == date(2024, 5, 1)


@pytest.mark.parametrize(("text", "day"), [("今天", 20), ("昨天", 19), ("前天", 18), ("明天", 21)])
def test_days_by_their_names(text: str, day: int) -> None:
    assert parse("CY-04", text) == date(2025, 10, day)


@pytest.mark.parametrize("text", ["20240230", "2024", "5-1", "24-05-01", "后天", "2024-13-01", "0"])
def test_what_is_no_date_is_told(text: str) -> None:
    with pytest.raises(ValueError, match=re.compile("日期|没有这一天")):
        parse("CY-04", text)


@pytest.mark.parametrize(
    ("code", "text", "value"),
    [
        ("FD-01", "1", "enough"),
        ("FD-01", "３", "often_short"),
        ("FD-01", "偶尔不够", "sometimes_short"),
        ("FD-01", "often_short", "often_short"),
        ("HS-02", "投亲（子女安全住房）", "with_children"),
        ("ED-01", "在校(含外地、特教、专门学校)", "in_school"),
        ("CY-02", "不适用", "na"),
        ("CY-02", "/4", "_na"),
        ("EM-01", "省外务工", "other_province"),
        ("EV-01", "无", ()),
        ("EV-01", "0", ()),
        ("EV-01", "大病确诊、火灾", ("illness", "fire")),
        ("EV-03", "死亡:1", ("death:1",)),
        ("EV-03", "婚入：2，出生：3", ("marry_in:2", "birth:3")),
        ("EV-05", "  说好了  ", "说好了"),
        ("FD-01", "  ", None),
    ],
)
def test_choices_by_digit_or_words(code: str, text: str, value: AnswerValue | None) -> None:
    assert parse(code, text) == value


@pytest.mark.parametrize(
    ("code", "text"),
    [("FD-01", "4"), ("FD-01", "0"), ("FD-01", "够不够"), ("EM-01", "1"), ("EV-01", "大病,"),
     ("EV-05", "字" * 501)],
)  # fmt: skip
def test_what_is_no_option_is_told(code: str, text: str) -> None:
    with pytest.raises(ValueError, match=CHINESE):
        parse(code, text)


@pytest.mark.parametrize(
    ("code", "text", "key"),
    [
        ("FD-01", "/1", "_unknown"),
        ("FD-01", "说不清", "_unknown"),
        ("EV-02", "/2", "_refused"),
        ("EV-04", "不愿说", "_refused"),
        ("HS-03", "没看成", "_not_seen"),
        ("MD-01", "/4", "_na"),
    ],
)
def test_special_answers_have_their_own_key(code: str, text: str, key: str) -> None:
    assert parse(code, text) == key


@pytest.mark.parametrize(
    ("code", "text"),
    [("FD-01", "/2"), ("MD-01", "/3"), ("BF-03", "/1"), ("EV-05", "/1"), ("FD-01", "/5"),
     ("FD-01", "/")],
)  # fmt: skip
def test_special_answers_stay_where_they_belong(code: str, text: str) -> None:
    with pytest.raises(ValueError, match=CHINESE):
        parse(code, text)


def answers(question: Question) -> st.SearchStrategy[AnswerValue]:
    """Every value that a question can have."""
    keys = list(question.by_key)
    kinds: dict[str, st.SearchStrategy[AnswerValue]] = {
        "choice": st.sampled_from(keys or ["x"]),
        "multi": st.lists(st.sampled_from(keys or ["x"]), unique=True).map(tuple),
        "money": st.decimals(0, 10**8, places=2),
        "number": st.integers(0, 31),
        "date": st.dates(date(1900, 1, 1), date(2100, 1, 1)),
        "text": st.text(max_size=50),
    }
    special = list(question.specials)
    return (
        st.one_of(kinds[question.type], st.sampled_from(special))
        if special
        else kinds[question.type]
    )


@given(st.data(), st.sampled_from(FORM.questions))
def test_every_answer_survives_its_canonical_text(data: st.DataObject, question: Question) -> None:
    value = data.draw(answers(question))
    text = to_text(question, value)
    assert from_text(question, text) == value
    assert to_text(question, from_text(question, text)) == text


@given(st.text(max_size=30), st.sampled_from(FORM.questions))
def test_any_typing_gives_an_answer_or_a_sentence(text: str, question: Question) -> None:
    problem = ""
    value = None
    try:
        value = parse_answer(question, text, TODAY)
    except ValueError as error:
        problem = str(error)
    assert not problem or CHINESE.search(problem)
    if value is not None:
        to_text(question, value)


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("FD-01", "plenty"),
        ("FD-01", ("enough",)),
        ("EV-01", "flood"),
        ("EV-01", ("flood,fire",)),
        ("EV-02", "12"),
        ("EV-02", Decimal(-1)),
        ("WT-05", 32),
        ("CY-04", "2025-01-01"),
        ("FD-01", "_refused"),
        ("EV-05", 5),
    ],
)
def test_what_a_question_does_not_take_is_never_stored(code: str, value: AnswerValue) -> None:
    with pytest.raises(ValueError, match=CHINESE):
        to_text(FORM.question(code), value)


def test_options_of_another_edition_are_still_read() -> None:
    assert from_text(FORM.question("FD-01"), "withdrawn_option") == "withdrawn_option"
    assert from_text(FORM.question("EV-01"), "nova,flood") == ("nova", "flood")


@pytest.mark.parametrize(("code", "text"), [("EV-02", "x"), ("WT-05", ""), ("CY-04", "2025-99-01")])
def test_damaged_text_of_numbers_and_dates_is_an_error(code: str, text: str) -> None:
    with pytest.raises(ValueError, match=re.compile(".")):
        from_text(FORM.question(code), text)


def test_a_sum_is_exact() -> None:
    assert parse_amount("0.1+0.2") == Decimal("0.3")
