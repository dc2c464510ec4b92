"""Numbers as people read them in sentences of findings; rounding only here, half to even."""

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

_CENT = Decimal("0.01")


def rounded(amount: Fraction | None) -> Decimal | None:
    """Return an exact amount with two decimals, half to even."""
    if amount is None:
        return None
    return Decimal(round(amount * 100)).scaleb(-2)


def money(amount: Fraction | Decimal | int | None) -> str:
    """Return yuan with thousands separators, cents only where there are any: ``12,750``."""
    if amount is None:
        return "—"
    value = rounded(amount) if isinstance(amount, Fraction) else Decimal(amount)
    value = (value or Decimal(0)).quantize(_CENT, ROUND_HALF_EVEN)
    return f"{value:,.2f}".removesuffix(".00")


def plain(number: Decimal) -> str:
    """Return a number without needless zeros: ``6.5``, ``100``."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: Fraction | Decimal) -> str:
    """Return a share as per cent with at most one decimal: ``66.7``."""
    return plain(Decimal(round(Fraction(share) * 1000)).scaleb(-1))


def joined(words: list[str]) -> str:
    """Return an enumeration."""
    return "、".join(words)
