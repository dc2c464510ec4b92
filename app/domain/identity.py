"""Identity numbers (GB 11643) and telephone numbers: normal form, check, what they say.

Nothing here ever puts a whole number into a text: use ``masked``.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from operator import mul

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_NO_NUMBER = "999999"  # how the national system writes "has no number"
_CERTIFICATE_LENGTHS = (20, 22)  # 残疾人证: identity number, kind, grade, two digits of replacement
_MOBILE = re.compile(r"1[3-9][0-9]{9}")


@dataclass(frozen=True, slots=True)
class Identity:
    """What an identity number says. ``problem`` is a Chinese reason, "" for a valid number."""

    number: str  # the 18 characters that count, or whatever was typed
    problem: str = ""
    birth_date: date | None = None
    sex: str = ""

    @property
    def is_missing(self) -> bool:
        """Whether there is no usable number at all (blank or 999999…)."""
        return not self.number or self.number.startswith(_NO_NUMBER)

    @property
    def is_valid(self) -> bool:
        """Whether format, date and check digit are right."""
        return not self.problem and not self.is_missing


def normalise(text: str) -> str:
    """Return trimmed half-width text with a capital X."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return plain.strip().replace("x", "X")


def read(text: str) -> Identity:
    """Return what a number says; of a disability certificate its first 18 characters count.

    Source: GB 11643-1999; D-02 for old and certificate numbers.
    """
    number = normalise(text)
    if len(number) in _CERTIFICATE_LENGTHS:
        number = number[:18]
    if not number or number.startswith(_NO_NUMBER):
        return Identity(number)
    problem = _format_problem(number)
    if problem:
        return Identity(number, problem)
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return Identity(number, "出生日期不存在")
    if check_digit(number[:17]) != number[17]:
        return Identity(number, "第18位校验不符")
    return Identity(number, "", born, "male" if int(number[16]) % 2 else "female")


def _format_problem(number: str) -> str:
    if len(number) == 15 and number.isascii() and number.isdigit():
        return "15位旧证，须升级18位"
    if len(number) != 18:
        return f"应为18位，现有{len(number)}位"
    if not (number[:17].isascii() and number[:17].isdigit() and number[17] in "0123456789X"):
        return "应为17位数字加1位数字或X"
    return ""


def check_digit(first_17: str) -> str:
    """Return the 18th character that belongs to 17 digits (GB 11643, modulus 11-2)."""
    total = sum(map(mul, map(int, first_17), _WEIGHTS))
    return _CHECK[total % 11]


def masked(number: str) -> str:
    """Return the number with everything but the first six and last four characters hidden."""
    if len(number) < 12:
        return "*" * len(number)
    return number[:6] + "*" * (len(number) - 10) + number[-4:]


def normalise_phone(text: str) -> str:
    """Return a telephone number without spaces, hyphens and +86."""
    if text.isascii() and text.isdigit():
        return text
    plain = unicodedata.normalize("NFKC", text)
    return re.sub(r"[\s\-‐-―]", "", plain).removeprefix("+86")


def is_mobile(normal: str) -> bool:
    """Whether a normalised number is a mobile number of eleven digits."""
    return _MOBILE.fullmatch(normal) is not None
