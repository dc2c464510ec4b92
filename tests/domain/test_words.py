"""Numbers in sentences."""

from decimal import Decimal
from fractions import Fraction

import pytest

from app.domain import words


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Decimal(12750), "12,750"),
        (Fraction(34600, 3), "11,533.33"),
        (Fraction(1, 200), "0"),
        (Fraction(3, 200), "0.02"),
        (Fraction(-30800, 3), "-10,266.67"),
        (Decimal("0.5"), "0.50"),
        (0, "0"),
        (None, "—"),
    ],
)
def test_money(amount: Fraction | Decimal | int | None, text: str) -> None:
    assert words.money(amount) == text


@pytest.mark.parametrize(
    ("amount", "cents"),
    [(Fraction(1, 200), "0.00"), (Fraction(3, 200), "0.02"), (Fraction(34600, 3), "11533.33")],
)
def test_figures_are_rounded_half_to_even(amount: Fraction, cents: str) -> None:
    assert words.rounded(amount) == Decimal(cents)


def test_nothing_stays_nothing() -> None:
    assert words.rounded(None) is None


@pytest.mark.parametrize(
    ("share", "text"), [(Fraction(2, 3), "66.7"), (Decimal("0.6"), "60"), (Fraction(1), "100")]
)
def test_shares(share: Fraction | Decimal, text: str) -> None:
    assert words.percent(share) == text


@pytest.mark.parametrize(("number", "text"), [("6.50", "6.5"), ("100", "100"), ("0.00", "0")])
def test_plain_numbers(number: str, text: str) -> None:
    assert words.plain(Decimal(number)) == text
