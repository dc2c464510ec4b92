"""Identity numbers as people type them into tables: what they mean and how far to trust them.

Kept apart from the check of a number typed into a form: a table holds damage (lost digits,
certificates in the wrong column) that a form never sees.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_JUNK = re.compile(r"[\s\u200b-\u200f\u2060\ufeff'’‘`´\"“”]+")
_SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+?\d{2}$")
_EXACT_LIMIT = 10**15  # a spreadsheet number keeps 15 digits; beyond, the last ones are gone


@dataclass(frozen=True, slots=True)
class IdReading:
    """An identity number after reading.

    Attributes:
        value: what is kept; "" if there is none or nothing usable.
        code: "" or the reason it is shown (``W_ID_…``, ``E_ID_LOST_DIGITS``).
        is_valid: only then may it be used for matching.
        certificate: the disability certificate's number, if that stood in the cell.
    """

    value: str
    code: str = ""
    is_valid: bool = False
    certificate: str = ""


def check_digit(first17: str) -> str:
    """Return the check character of 17 digits (GB 11643, ISO 7064 MOD 11-2)."""
    total = sum(int(d) * w for d, w in zip(first17, _WEIGHTS, strict=True))
    return _CHECKS[total % 11]


def is_valid_id(number: str) -> bool:
    """Tell whether 18 characters are a possible number: digits, date, check character."""
    if len(number) != 18 or not (number[:17].isascii() and number[:17].isdigit()):
        return False
    return birth_of(number) is not None and check_digit(number[:17]) == number[17]


def birth_of(number: str) -> date | None:
    """Return the birth date inside an 18-digit number, None if it is no date."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def sex_of(number: str) -> str:
    """Return 男 or 女 as the 17th digit of a valid number says."""
    return "男" if int(number[16]) % 2 else "女"


def read_id(raw: object) -> IdReading:
    """Read the cell of an identity number; digits that are lost are never invented."""
    if isinstance(raw, bool):
        return IdReading("", "W_ID_LENGTH")
    if isinstance(raw, int | float):
        if abs(raw) >= _EXACT_LIMIT or raw != int(raw):
            return IdReading("", "E_ID_LOST_DIGITS")
        raw = str(int(raw))
    text = _JUNK.sub("", unicodedata.normalize("NFKC", str(raw))).upper()
    if not text:
        return IdReading("", "W_ID_MISSING")
    if _SCIENTIFIC.fullmatch(text):
        return IdReading("", "E_ID_LOST_DIGITS")
    return _by_length(text)


def _by_length(text: str) -> IdReading:
    if len(text) == 18:
        valid = is_valid_id(text)
        return IdReading(text, "" if valid else "W_ID_CHECK", valid)
    if len(text) == 15 and text.isascii() and text.isdigit():
        first17 = f"{text[:6]}19{text[6:]}"
        number = first17 + check_digit(first17)
        if is_valid_id(number):
            return IdReading(number, "W_ID_15", True)
        return IdReading(text, "W_ID_CHECK")
    if len(text) in (20, 22) and is_valid_id(text[:18]):
        return IdReading(text[:18], "W_ID_CERT", True, text)
    return IdReading(text, "W_ID_LENGTH")
