"""Identity numbers as people type them into tables: what they mean and how far to trust them.

Kept apart from the check of a number typed into a form: a table holds damage (lost digits,
certificates in the wrong column) that a form never sees.
"""

import re
import unicodedata
from dataclasses import dataclass

from app.domain import identity

_SEXES = {"male": "男", "female": "女"}
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
    known = identity.read(number)
    if known.is_missing:
        return IdReading("", "W_ID_MISSING")
    if not known.is_valid or known.birth_date is None:
        return IdReading(number, "W_ID_CHECK")
    birth = known.birth_date.isoformat()
    return IdReading(number, code, True, certificate, birth, _SEXES[known.sex])
