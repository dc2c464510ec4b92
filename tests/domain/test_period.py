"""Months, ages and differences of dates."""

from datetime import date

import pytest

from app.domain.period import Period, months_between, years_between


def test_months_are_written_compared_and_counted() -> None:
    october = Period.parse("2025-10")
    assert str(october) == "2025-10"
    assert october.next() == Period(2025, 11)
    assert Period(2025, 12).next() == Period(2026, 1)
    assert Period(2025, 1).previous() == Period(2024, 12)
    assert Period(2024, 12) < october < Period(2026, 1)
    assert october.plus(-23) == Period(2023, 11)
    assert (october.first_day, october.last_day) == (date(2025, 10, 1), date(2025, 10, 31))
    assert Period(2024, 2).last_day == date(2024, 2, 29)
    assert Period.of(date(2025, 10, 7)) == october


def test_ages_count_on_today_while_the_month_is_open() -> None:
    assert Period(2025, 10).as_of(date(2025, 10, 7)) == date(2025, 10, 7)
    assert Period(2025, 10).as_of(date(2026, 1, 7)) == date(2025, 10, 31)


@pytest.mark.parametrize("text", ["2025-13", "2025-00", "2025-1", "202510", "", "２０２５-１０x"])
def test_other_texts_are_no_month(text: str) -> None:
    with pytest.raises(ValueError, match="月份应写成"):
        Period.parse(text)


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2009, 10, 31), date(2025, 10, 31), 16),
        (date(2009, 11, 1), date(2025, 10, 31), 15),
        (date(2004, 2, 29), date(2025, 2, 28), 20),
        (date(2004, 2, 29), date(2025, 3, 1), 21),
        (date(2004, 2, 29), date(2024, 2, 29), 20),
        (date(2025, 11, 1), date(2025, 10, 31), -1),
    ],
)
def test_completed_years(born: date, day: date, age: int) -> None:
    assert years_between(born, day) == age


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        (date(2025, 4, 30), date(2025, 10, 30), 6),
        (date(2025, 4, 30), date(2025, 10, 29), 5),
        (date(2025, 8, 31), date(2025, 9, 30), 1),
        (date(2025, 8, 31), date(2026, 2, 28), 6),
        (date(2025, 8, 30), date(2026, 2, 27), 5),
        (Period(2025, 9), date(2025, 10, 1), 1),
        (Period(2025, 10), date(2025, 10, 31), 0),
        (date(2022, 1, 31), Period(2022, 7), 6),
        (Period(2022, 1), Period(2022, 7), 6),
    ],
)
def test_completed_months(start: date | Period, end: date | Period, months: int) -> None:
    assert months_between(start, end) == months
