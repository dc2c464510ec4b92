"""Identity numbers as people type them into tables: what they mean and how far to trust them.

Kept apart from the check of a number typed into a form: a table holds damage (lost digits,
certificates in the wrong column) that a form never sees.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from app.domain import identity

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_NO_NUMBER = "999999"  # how the national system writes "has no number"
_ODD = frozenset("13579")
_JUNK = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\u2060\ufeff'’‘`´\"“”=]+|(?<=\d)[-—_](?=\d)")
_KIND_AND_GRADE = re.compile("[1-7][1-4]")  # of a certificate whose holder has no number yet
_AMONG_WORDS = re.compile(r"\D*?(\d{17}[\dX])\D*")
_MARKS = ";,.、。:"
_SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+?\d{2}$")
_HIDDEN = re.compile(r"\*{2,}[\dX]")
MASKED = "W_MASKED"
_EXACT_LIMIT = 10**15  # a spreadsheet number keeps 15 digits; beyond, the last ones are gone


@dataclass(frozen=True, slots=True)
class IdReading:
    """An identity number after reading.

    Attributes:
        value: what is kept; "" if there is none or nothing usable.
        code: "" or the reason it is shown (``W_ID_…``, ``E_ID_LOST_DIGITS``).
        is_valid: only then may it be used for matching.
        certificate: the disability certificate's number, if that stood in the cell.
        birth, sex: what a valid number says (ISO date, 男/女), else "".
    """

    value: str
    code: str = ""
    is_valid: bool = False
    certificate: str = ""
    birth: str = ""
    sex: str = ""


def read_id(raw: object) -> IdReading:
    """Read the cell of an identity number; digits that are lost are never invented."""
    if raw.__class__ is str and len(raw) == 18 and raw.isascii() and raw[:17].isdigit():
        return _checked(raw.upper(), "")
    if isinstance(raw, bool):
        return IdReading("", "W_ID_LENGTH")
    if isinstance(raw, int | float):
        if abs(raw) >= _EXACT_LIMIT or raw != int(raw):
            return IdReading("", "E_ID_LOST_DIGITS")
        raw = str(int(raw))
    text = _JUNK.sub("", unicodedata.normalize("NFKC", str(raw))).upper().strip(_MARKS)
    is_none = not any(map(str.isdigit, text.replace("0", "")))  # 无, 未办理, -, 0
    if _KIND_AND_GRADE.fullmatch(text) or (is_none and not is_masked(text)):
        return IdReading("", "W_ID_MISSING")
    if found := _AMONG_WORDS.fullmatch(text):
        text = found[1]
    if _SCIENTIFIC.fullmatch(text):
        return IdReading("", "E_ID_LOST_DIGITS")
    return IdReading("", MASKED) if is_masked(text) else _by_length(text)


def is_masked(text: str) -> bool:
    """Tell whether this is a number of a published list, its middle hidden."""
    return _HIDDEN.search(text) is not None


def _by_length(text: str) -> IdReading:
    if len(text) == 18:
        return _checked(text, "")
    if len(text) == 15 and text.isascii() and text.isdigit():
        first17 = f"{text[:6]}19{text[6:]}"
        full = _checked(first17 + identity.check_digit(first17), "W_ID_15")
        return full if full.is_valid else IdReading(text, "W_ID_CHECK")
    if len(text) in (20, 22):
        full = _checked(text[:18], "W_ID_CERT", text)
        if full.is_valid:
            return full
    return IdReading(text, "W_ID_LENGTH")


def _checked(number: str, code: str, certificate: str = "") -> IdReading:
    """Return the reading of 18 characters: valid with ``code``, or kept as written and marked."""
    if number.startswith(_NO_NUMBER):
        return IdReading("", "W_ID_MISSING")
    first17 = number[:17]
    born = _born(number[6:14]) if first17.isascii() and first17.isdigit() else None
    if born is None:
        return IdReading(number, "W_ID_CHECK")
    total = _weighed(number[:6], 0) + born[1] + _weighed(number[14:17], 14)
    if _CHECK[total % 11] != number[17]:
        return IdReading(number, "W_ID_CHECK")
    sex = "男" if number[16] in _ODD else "女"
    return IdReading(number, code, True, certificate, born[0], sex)


@lru_cache(maxsize=1 << 16)
def _born(digits: str) -> tuple[str, int] | None:
    """Return the date of eight digits and its part of the sum; None if there is no such day."""
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
    return born.isoformat(), _weighed(digits, 6)


@lru_cache(maxsize=1 << 16)
def _weighed(digits: str, start: int) -> int:
    """Return what digits from a place on add to the sum of GB 11643."""
    return sum(int(d) * _WEIGHTS[start + i] for i, d in enumerate(digits))
