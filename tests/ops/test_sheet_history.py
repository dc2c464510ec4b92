"""A household's months and its changes, in words; quick after three years too."""

from datetime import date
from decimal import Decimal

from sqlalchemy import Engine, event

from app.domain.period import Period
from app.models.form import Answer, Sheet
from app.models.household import AnnualIncome, Household, Member
from app.models.store import Store
from app.ops import catalogue, household_log, months, sheet_history, sheets
from tests.conftest import VILLAGE
from tests.ops.village import ME, OCTOBER, TODAY, add_family, answer_all

LATER = date(2028, 2, 10)


def opened(store: Store) -> str:
    household = add_family(store)
    months.open_period(store, ME, OCTOBER, TODAY)
    return household


def son(store: Store) -> str:
    with store.read() as session:
        return str(session.query(Member).filter_by(name="赵明远").one().id)


def three_years(store: Store, household_id: str) -> None:
    """Write a full sheet for each month of 2025 to 2027 but October."""
    codes = [question.code for question in catalogue.form_for(OCTOBER).questions][:50]
    with store.write("test.months", ME) as session:
        for ahead in range(36):
            month = Period(2025, 1).plus(ahead)
            if month == OCTOBER:
                continue
            sheet = Sheet(
                scope=VILLAGE, household_id=household_id, period=str(month), form_version="f",
                submitted_on=TODAY, submitted_by="张卫东", shortfall_codes="FD-01",
            )  # fmt: skip
            session.add(sheet)
            session.flush()
            session.add_all(
                Answer(scope=VILLAGE, sheet_id=sheet.id, question=code, value="often_short")
                for code in codes
            )


def test_a_month_tells_who_falls_short_in_what(store: Store) -> None:
    household = opened(store)
    sheet_id = answer_all(store, household, {("ED-01", son(store)): "dropout"})
    sheets.submit_sheet(store, ME, sheet_id, TODAY)
    (line,) = sheet_history.sheet_history(store, household, TODAY)
    assert (line.period, line.submitted_on, line.submitted_by) == (OCTOBER, TODAY, "张卫东")
    assert line.shortfalls[0] == "上学：赵明远辍学"
    assert line.visit == "入户见到户主"
    answers = sheet_history.sheet_answers(store, sheet_id)
    assert len(answers) == line.answers
    (bad,) = [one for one in answers if one.falls_short]
    assert (bad.chapter, bad.question, bad.member, bad.text) == (
        "义务教育", "上学", "赵明远", "辍学",
    )  # fmt: skip
    school = [one.member for one in answers if one.question == "上学"]
    assert school == ["赵明远", "赵明月"]  # as in the roster


def test_months_of_three_years_are_there_and_older_ones_are_not(store: Store) -> None:
    household = opened(store)
    three_years(store, household)
    found = sheet_history.sheet_history(store, household, LATER)
    assert (found[0].period, found[-1].period) == (Period(2027, 12), Period(2025, 3))
    assert [line.period for line in found] == sorted((x.period for x in found), reverse=True)


def test_three_years_take_no_more_questions_to_the_database_than_one_month(store: Store) -> None:
    household = opened(store)

    def statements() -> list[int]:
        counts = []
        for read in (
            lambda: sheet_history.sheet_history(store, household, LATER),
            lambda: sheet_history.income_history(store, household, LATER),
            lambda: household_log.household_log(store, household),
        ):
            seen: list[object] = []
            listener = lambda *_args, into=seen: into.append(1)  # noqa: E731
            event.listen(Engine, "before_cursor_execute", listener)
            read()
            event.remove(Engine, "before_cursor_execute", listener)
            counts.append(len(seen))
        return counts

    few = statements()
    three_years(store, household)
    many = statements()
    assert many[0] <= few[0]
    assert many[1] <= few[1]
    assert many[2] <= few[2] + 8  # ids are asked for by the five hundred


def test_income_is_the_line_the_months_and_the_years_newest_first(store: Store) -> None:
    household = opened(store)
    with store.write("test.income", ME) as session:
        session.add(
            AnnualIncome(
                scope=VILLAGE, household_id=household, year=2024, annual_per_capita=Decimal(11000)
            )
        )
    sheet_id = answer_all(store, household)
    found = sheet_history.income_history(store, household, TODAY)
    assert found.annual == ((2025, Decimal(12750)), (2024, Decimal(11000)))
    assert found.page is not None
    assert found.page.sheet_id == sheet_id
    assert "12,750" in found.page.income.sentence


def test_a_household_without_months_has_its_years(store: Store) -> None:
    household = add_family(store)
    found = sheet_history.income_history(store, household, TODAY)
    assert found.page is None
    assert [year for year, _ in found.annual] == [2025]


def test_a_change_is_told_in_words_with_old_and_new(store: Store) -> None:
    household = add_family(store)
    with store.write("test.change", ME, "房屋重新鉴定") as session:
        home = session.get_one(Household, household)
        home.house_rating, home.household_kind = "C", "ordinary"
    told = {one.field: one for one in household_log.household_log(store, household)[:2]}
    rating, kind = told["住房安全等级"], told["户类型"]
    assert (rating.what, rating.old, rating.new, rating.by) == ("户台账", "B", "C", "张卫东")
    assert (kind.old, kind.new, kind.reason) == ("脱贫户", "一般农户", "房屋重新鉴定")


def test_numbers_of_people_are_masked_also_in_reasons_and_notes(store: Store) -> None:
    household = add_family(store)
    with store.write("test.id", ME, "原号539901198204120359写错") as session:
        head = session.query(Member).filter_by(name="赵德福").one()
        head.id_no, head.phone = "539901198204120367", "18700000476"
        session.get_one(Household, household).note = "联系18700000476"
    text = "\n".join(str(one) for one in household_log.household_log(store, household))
    assert "187****0476" in text
    assert "539901********0367" in text
    for number in ("539901198204120359", "539901198204120367", "18700000476"):
        assert number not in text


def test_first_answers_stand_in_the_month_and_later_ones_in_the_history(store: Store) -> None:
    household = opened(store)
    boy = ("ED-01", son(store))
    sheet_id = answer_all(store, household)
    told = household_log.household_log(store, household)
    assert not [one for one in told if one.field == "答案"]
    sheets.save_answers(store, ME, sheet_id, {boy: "dropout"}, date(2025, 10, 21))
    newest = household_log.household_log(store, household)[0]
    assert (newest.what, newest.field) == ("2025-10检查表　赵明远上学", "答案")
    assert newest.new == "辍学"
    assert newest.old == "在校"


def test_every_field_that_is_told_has_a_chinese_name(store: Store) -> None:
    household = opened(store)
    sheets.submit_sheet(store, ME, answer_all(store, household), TODAY)
    told = household_log.household_log(store, household)
    assert {one.field for one in told} >= {"填表人", "新增"}
    for one in told:
        assert not any(c.isascii() and c.isalpha() for c in f"{one.what}{one.field}{one.reason}")
