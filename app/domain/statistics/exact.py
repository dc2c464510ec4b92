"""Exact shares and averages, rounded only to be shown."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

_CENT = Decimal("0.01")


def half_up(value: Fraction, decimals: int = 2) -> Decimal:
    """Return an exact number with so many decimals, half away from zero (四舍五入)."""
    scaled = abs(value) * 10**decimals
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(whole if value >= 0 else -whole).scaleb(-decimals)


def share(part: int, base: int, decimals: int = 2) -> Decimal | None:
    """Return ``part`` of ``base`` in per cent; None (printed “—”) where the base is 0."""
    return half_up(Fraction(part * 100, base), decimals) if base else None


def average(values: list[int]) -> Decimal | None:
    """Return the mean with two decimals; None of nothing."""
    return half_up(Fraction(sum(values), len(values))) if values else None


def median(values: list[int]) -> Decimal | None:
    """Return the middle value, or the mean of the two middle ones; None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return half_up(Fraction(ordered[middle]))
    return half_up(Fraction(ordered[middle - 1] + ordered[middle], 2))


def money(amount: Decimal) -> Decimal:
    """Return yuan with two decimals."""
    return amount.quantize(_CENT, ROUND_HALF_UP)
