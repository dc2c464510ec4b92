"""Months: the unit of the monitoring (期)."""

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import Self


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """One calendar month, ordered by time; ``str`` gives ``2025-10``."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not (1900 <= self.year <= 2999 and 1 <= self.month <= 12):
            raise ValueError("月份应写成 2025-10")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the month of ``2025-10``; ValueError with a Chinese sentence for anything else."""
        match = re.fullmatch(r"([0-9]{4})-([0-9]{2})", text.strip())
        if match is None:
            raise ValueError("月份应写成 2025-10")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: date) -> Self:
        """Return the month that a day belongs to."""
        return cls(day.year, day.month)

    @property
    def first_day(self) -> date:
        """The first day of the month."""
        return date(self.year, self.month, 1)

    @property
    def last_day(self) -> date:
        """The last day of the month, which is the ``as_of`` of a closed month."""
        return date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

    def plus(self, months: int) -> "Period":
        """Return the month so many months later (earlier when negative)."""
        years, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        return Period(years, month + 1)

    def next(self) -> "Period":
        """Return the following month."""
        return self.plus(1)

    def previous(self) -> "Period":
        """Return the month before."""
        return self.plus(-1)

    def as_of(self, today: date) -> date:
        """Return the day that ages count on: the month's end, or today while that is earlier."""
        return min(self.last_day, today)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


def years_between(start: date, end: date) -> int:
    """Return completed years; born on 29 Feb, a year is complete on 1 March in common years."""
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))


def months_between(start: date | Period, end: date | Period) -> int:
    """Return completed months; the difference of months where either side has no day.

    A month that is too short ends its count on its last day: 31 Aug to 30 Sep is one month.
    Source: the rules' common definition ``months_since``.
    """
    months = (end.year - start.year) * 12 + end.month - start.month
    if isinstance(start, Period) or isinstance(end, Period):
        return months
    last = calendar.monthrange(end.year, end.month)[1]
    return months - (end.day < min(start.day, last))
