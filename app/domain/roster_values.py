"""Cells of a roster read as values: every way of writing that people use, and no guessing.

A reader returns a :class:`Reading`; a ``code`` says why a value is shown to the user. Words of
closed lists come out as their Chinese label: the database's keys are set when rows are stored.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TypeAlias

from app.domain.roster_id import MASKED, is_masked, read_id

Value: TypeAlias = str | bool | int | Decimal | tuple[str, ...] | None

_INVISIBLE = dict.fromkeys(
    [*range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF, *range(0x20)], None
)
_INVISIBLE |= dict.fromkeys(range(0x2066, 0x206A))
_INVISIBLE |= {0x09: " ", 0x0A: " ", 0x0D: " ", 0xA0: " ", 0x3000: " "}
_DOTS = str.maketrans(dict.fromkeys("•・．.‧∙⋅●﹒˙ᆞ", "·"))
_NAME_MARKS = re.compile(r"^[*＊※★☆]+|[、，,。；;]+$|[(（]户主[)）]$")
_ASIDE = re.compile(r"(?<=.)(?:\([^()]*\)|(?<=[^\d+.-])\d)$")  # what is added: 配偶(妻), 之子2
_MARKS = "□☐○◯☑■√✓✔●"
_TICKS = frozenset("☑■√✓✔●")
_MARK_FIRST = re.compile(f"([{_MARKS}])([^{_MARKS}]+)")
_MARK_LAST = re.compile(f"([^{_MARKS}]+)([{_MARKS}])")
_DEGREE = re.compile(r"[一二三四1-4]级|\([一二三四1-4]级\)")
_QUOTES = "'`‘’"
_BLANK = re.compile(r"\s+")
_PLAIN_NAME = re.compile("[\u4e00-\u9fff]{2,12}")
_ERRORS = frozenset(("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"))
_CUT = r"(?: ?[-./年月、,。_—–\\] ?| )"
_TIME = r"(?:[ T]?\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?)?"
_DAY = re.compile(rf"(\d{{4}}){_CUT}(\d{{1,2}}){_CUT}(\d{{1,2}}) ?[日号]?[.。生]?{_TIME}")
_HAN_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_HAN_DIGIT = re.compile("[一二三四五六七八九十]")
_TEN = re.compile(r"(\d?)十(\d?)")
_MONTH = re.compile(rf"(\d{{4}}){_CUT}(\d{{1,2}}) ?(?:月份?)?[.。生]?")
_AMOUNT = re.compile(
    r"(?:每月|月薪|月工资)?(-?\d+(?:\.\d+)?)(万|千)?(?:元|圆|块|块钱)?(?:/月|每月|/人)?"
)
_BY_YEAR = re.compile(r"(/人|每人)?(/年|每年|一年)$")
_COUNT = re.compile(r"共?(\d{1,9})(?:\.0+)?(?:个月|月|人|口|口人|\(人\)|\(月\)|个)?")
_MONTHS = {"全年": 12, "一年": 12, "半年": 6}
_PHONE = re.compile(r"1\d{10}|0\d{9,11}|[2-9]\d{6,7}")
_WITH_COUNTRY = 13  # digits of a mobile number after 86
_SEPARATORS = re.compile(r"[、,;/|+\\·\-—和及与\s]+")
AMOUNTS = ("monthly_wage", "per_capita_income")
_UNIQUE = frozenset(("person_no",))  # hardly ever twice: not worth remembering
_SERIAL_FROM, _SERIAL_TO = 7000, 60000  # Excel day numbers 1919 … 2064


@dataclass(frozen=True, slots=True)
class ErrorCell:
    """A cell whose formula failed (#N/A …): no value, and no text either."""

    text: str = "#N/A"


@dataclass(frozen=True, slots=True)
class Reading:
    """A cell as read.

    Attributes:
        value: the normalised value, None if there is none.
        code: "" or why the cell is shown to the user.
        text: the cell as written, if the value does not say it all.
    """

    value: Value
    code: str = ""
    text: str = ""


EMPTY = Reading(None)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words per kind of list (relation, education …) → the program's word; "" means no value."""

    words: Mapping[str, Mapping[str, str]]
    yes: frozenset[str]
    no: frozenset[str]
    empty: frozenset[str]


def plain(raw: object) -> str:
    """Return a cell as text: half-width, one blank between words, nothing invisible."""
    if isinstance(raw, float) and raw == int(raw):
        raw = int(raw)
    text = unicodedata.normalize("NFKC", str(raw)).translate(_INVISIBLE)
    return _BLANK.sub(" ", text).strip()


def folded(raw: object) -> str:
    """Return a text for comparison: :func:`plain` without blanks, small letters."""
    return plain(raw).replace(" ", "").lower()


def is_blank(raw: object) -> bool:
    """Tell whether nobody would see anything in this cell."""
    if raw is None or raw == "":
        return True
    return isinstance(raw, str) and not raw.translate(_INVISIBLE).strip()


def read_name(raw: object) -> Reading:
    """Read a person's name: dots of minority names made one, blanks in it removed."""
    if isinstance(raw, str) and _PLAIN_NAME.fullmatch(raw):
        return Reading(raw)
    text = str(raw).translate(_INVISIBLE)
    name = _BLANK.sub(" ", text).strip()
    if not name.isascii():
        name = name.replace(" ", "").translate(_DOTS).replace("？", "?")
        name = _NAME_MARKS.sub("", name)
    if not name.strip("·"):
        return EMPTY
    if "?" in name or "\ufffd" in name:
        return Reading(name.replace("\ufffd", "?"), "W_LOST_CHARACTER", name)
    return Reading(name)


def read_text(raw: object) -> Reading:
    """Read free text; line breaks and wide blanks become single blanks."""
    text = _BLANK.sub(" ", str(_whole(raw)).translate(_INVISIBLE)).strip()
    return Reading(text or None)


def read_code(raw: object) -> Reading:
    """Read a number that is a name (household, person): digits typed as a number come back."""
    if isinstance(raw, float | int) and not isinstance(raw, bool) and abs(raw) >= 10**15:
        return Reading(None, "W_UNKNOWN_VALUE", str(raw))
    text = plain(raw).replace(" ", "").strip(_QUOTES)
    return Reading(unicodedata.normalize("NFC", text) or None)


def read_certificate(raw: object) -> Reading:
    """Read the number of a disability certificate (20 or 22 characters)."""
    if isinstance(raw, float | int):
        return Reading(None, "W_UNKNOWN_VALUE", str(raw))
    reading = read_id(raw)
    if reading.code == MASKED:
        return Reading(None, MASKED, plain(raw))
    written = plain(raw)
    kept = written if written.isdigit() and int(written) else None  # kind and grade alone: 43
    return Reading(reading.certificate or reading.value or kept)


def read_day(raw: object) -> Reading:
    """Read a date, or a month where no day is known (``YYYY-MM``)."""
    if isinstance(raw, date):
        return _checked_day(raw.year, raw.month, raw.day, str(raw))
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return _day_of_number(raw)
    text = _arabic(plain(raw).strip(_QUOTES))
    found = _DAY.fullmatch(text)
    if found:
        return _checked_day(int(found[1]), int(found[2]), int(found[3]), text)
    found = _MONTH.fullmatch(text)
    if found:
        return _checked_month(int(found[1]), int(found[2]), text)
    if text.isascii() and text.isdigit() and (len(text) in (6, 8) or _is_serial(text)):
        return _day_of_number(int(text))
    return Reading(None, "W_UNKNOWN_VALUE", text)


def _is_serial(text: str) -> bool:
    """Tell whether this is a day number that lost its format; 19820 may be a year cut short."""
    return len(text) == 5 and not text.startswith(("19", "20"))


def _arabic(text: str) -> str:
    """Write 二〇〇八年十二月二十一日 with digits."""
    if not _HAN_DIGIT.search(text):
        return text
    digits = text.translate(_HAN_DIGITS)
    return _TEN.sub(lambda ten: f"{ten[1] or 1}{ten[2] or 0}", digits)


def read_month(raw: object) -> Reading:
    """Read a month (``YYYY-MM``); a day, if written, is dropped."""
    reading = read_day(raw)
    if isinstance(reading.value, str):
        return Reading(reading.value[:7])
    return reading


def read_amount(raw: object) -> Reading:
    """Read yuan, also with separators, units, 万; exact, two decimals."""
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return Reading(_cents(Decimal(repr(raw))))
    text = folded(raw).replace(",", "").removeprefix("¥").removeprefix("￥")
    found = _AMOUNT.fullmatch(text)
    if not found:
        return Reading(None, "W_NOT_NUMBER", plain(raw))
    factor = {"万": 10000, "千": 1000}.get(found[2] or "", 1)
    return Reading(_cents(Decimal(found[1]) * factor))


def read_income(raw: object) -> Reading:
    """Read yuan of a year, where the cell may say so."""
    return read_amount(_BY_YEAR.sub("", folded(raw)) if isinstance(raw, str) else raw)


def read_count(raw: object) -> Reading:
    """Read a number of months or persons; a unit may follow."""
    text = repr(_whole(raw)) if isinstance(raw, int | float) else _arabic(folded(raw))
    found = _COUNT.fullmatch(text)
    if not found or isinstance(raw, bool):
        return Reading(None, "W_NOT_NUMBER", plain(raw))
    return Reading(int(found[1]))


def read_months(raw: object) -> Reading:
    """Read a number of months of one year."""
    months = _MONTHS.get(raw.strip()) if isinstance(raw, str) else None
    return read_count(raw) if months is None else Reading(months)


def read_phone(raw: object) -> Reading:
    """Read a mobile or land-line number; dashes and blanks are dropped."""
    text = re.sub(r"\([^()\d]*\)$|[\s\-()—–_]+", "", plain(raw)).strip(f"{_QUOTES},;.、。")
    text = text.removeprefix("+86")
    text = text.removesuffix(".0")
    if len(text) == _WITH_COUNTRY:
        text = text.removeprefix("86")
    if _PHONE.fullmatch(text):
        return Reading(text)
    return Reading(None, MASKED if is_masked(text) else "W_PHONE", plain(raw))


def read_yes_no(raw: object, words: Vocabulary) -> Reading:
    """Read 是/否 in any of its spellings."""
    if isinstance(raw, bool):
        return Reading(raw)
    text = folded(ticked(raw))
    if text in words.yes:
        return Reading(True)
    if text in words.no:
        return Reading(False)
    return Reading(None, "W_UNKNOWN_VALUE", plain(raw))


def read_insured(raw: object, words: Vocabulary) -> Reading:
    """Read whether somebody is insured in one way, or the kind of insurance itself."""
    answer = read_yes_no(raw, words)
    return read_word(raw, words.words["medical_insurance"]) if answer.code else answer


def read_word(raw: object, words: Mapping[str, str]) -> Reading:
    """Read a word of a closed list; an old or local word is kept beside it as ``text``."""
    text = folded(ticked(raw))
    word = words.get(text)
    if word is None:
        word = words.get(_ASIDE.sub("", text.strip("。.、,;:")))
    if word is None:
        return Reading(None, "W_UNKNOWN_VALUE", plain(raw))
    return Reading(word or None, "", "" if folded(word) == text else plain(raw))


def read_words(raw: object, words: Mapping[str, str]) -> Reading:
    """Read several words of a closed list, in the order written, each once."""
    whole = read_word(raw, words)
    if not whole.code:
        return Reading(None if whole.value is None else (str(whole.value),), "", whole.text)
    pieces = [p for p in _SEPARATORS.split(plain(ticked(raw))) if p]
    found = [word for p in pieces for word in _run(folded(p), words)]
    known = tuple(dict.fromkeys(w for w in found if w))
    code = "W_UNKNOWN_VALUE" if None in found else ""
    return Reading(known or None, code, plain(raw) if code else "")


def _run(text: str, words: Mapping[str, str]) -> list[str | None]:
    """Return the words that a text consists of, also where nothing divides them: 慢性病残疾."""
    if text in words:
        return [words[text]]
    for length in range(len(text) - 2, 1, -1):
        if text[:length] in words and None not in (rest := _run(text[length:], words)):
            return [words[text[:length]], *rest]
    return [None]


def ticked(raw: object) -> object:
    """Return what is ticked in a cell with boxes (☑是□否, 居民□职工√), else the cell itself."""
    if not isinstance(raw, str) or len(raw) < 2 or not any(mark in raw for mark in _MARKS):
        return raw
    text = folded(raw).strip("()")
    found = _MARK_FIRST.findall(text) if text[0] in _MARKS else _MARK_LAST.findall(text)
    pairs = [pair if pair[0] in _MARKS else pair[::-1] for pair in found]
    return "、".join(word.strip("()、,;/") for mark, word in pairs if mark in _TICKS)


def read_ethnicity(raw: object, words: Mapping[str, str]) -> Reading:
    """Read an ethnic group, with or without 族."""
    text = folded(raw)
    for word in (text, f"{text}族"):
        if word in words:
            return Reading(words[word])
    return Reading(None, "W_UNKNOWN_VALUE", plain(raw))


class ValueReader:
    """Reads cells by field; equal cells are read once (a roster repeats most of its values)."""

    def __init__(self, words: Vocabulary) -> None:
        self._words = words
        self._readers = _readers(words)
        self._seen: dict[str, dict[object, Reading]] = {f: {} for f in self._readers}

    def seen(self, field: str) -> Mapping[object, Reading]:
        """Return the cells of a field that have been read: texts as they are, others by type."""
        return self._seen[field]

    def read(self, field: str, raw: object) -> Reading:
        """Return what a cell of this field means; an empty cell has neither value nor code."""
        if isinstance(raw, ErrorCell):
            return Reading(None, "W_FORMULA_ERROR", raw.text)
        if field in _UNIQUE:
            return self._read(field, raw)
        seen = self._seen[field]
        key = raw if isinstance(raw, str) else (raw.__class__, raw)
        reading = seen.get(key)
        if reading is None:
            reading = seen[key] = self._read(field, raw)
        return reading

    def _read(self, field: str, raw: object) -> Reading:
        if is_blank(raw):
            return EMPTY
        if isinstance(raw, str):
            text = folded(raw)
            if text.upper() in _ERRORS:
                return Reading(None, "W_FORMULA_ERROR", text.upper())
            if text in self._words.empty:
                return EMPTY
        return self._readers[field](raw)


def _readers(words: Vocabulary) -> dict[str, Callable[[object], Reading]]:
    """Return the reader of each field that is imported, the identity number apart."""
    lists = words.words

    def word(kind: str) -> Callable[[object], Reading]:
        return lambda raw: read_word(raw, lists[kind])

    def several(kind: str) -> Callable[[object], Reading]:
        return lambda raw: read_words(raw, lists[kind])

    def yes_no(raw: object) -> Reading:
        return read_yes_no(raw, words)

    return {
        **dict.fromkeys(("hamlet_group", "school_status", "work_place"), read_text),
        **dict.fromkeys(("household_no", "person_no"), read_code),
        "name": read_name,
        "head_name": lambda raw: Reading(read_name(raw).value),  # the member's own row says more
        "registered_size": read_count,
        "work_months": read_months,
        "monthly_wage": read_amount,
        "per_capita_income": read_income,
        **dict.fromkeys(("identified_on", "eliminated_on", "work_from", "work_to"), read_month),
        **dict.fromkeys(
            (
                "has_pension_insurance", "has_dibao", "has_tekun", "is_eliminated",
                "has_safe_water",
            ),
            yes_no,
        ),
        **dict.fromkeys(
            ("insured_resident", "insured_employee"), lambda raw: read_insured(raw, words)
        ),
        "birth_date": read_day,
        "disability_cert_no": read_certificate,
        "phone": read_phone,
        "ethnicity": lambda raw: read_ethnicity(raw, lists["ethnicity"]),
        "health": lambda raw: read_words(_DEGREE.sub("", plain(raw)), lists["health"]),
        "causes": several("risk_cause"),
        "main_cause": word("risk_cause"),
        **{
            kind: word(kind)
            for kind in (
                "sex", "relation", "education", "labor_skill", "employment",
                "medical_insurance", "household_kind", "object_type", "house_rating",
            )
        },
    }  # fmt: skip


def _whole(raw: object) -> object:
    return int(raw) if isinstance(raw, float) and raw == int(raw) else raw


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_EVEN).normalize() + 0


def _day_of_number(number: int | float) -> Reading:
    """Read 19820412, 198204, 1982.04 or a bare Excel day number; 1982.1 may be October: ask."""
    text = repr(_whole(number))
    if isinstance(number, float) and "." in text:
        year, _, month = text.partition(".")
        if len(year) != 4 or month == "1" or len(month) > 2:
            return Reading(None, "W_UNKNOWN_VALUE", text)
        return _checked_month(int(year), int(month), text)
    if len(text) == 8:
        return _checked_day(int(text[:4]), int(text[4:6]), int(text[6:]), text)
    if len(text) == 6:
        return _checked_month(int(text[:4]), int(text[4:]), text)
    if text.isdigit() and _SERIAL_FROM <= int(text) <= _SERIAL_TO:
        day = date.fromordinal(date(1899, 12, 30).toordinal() + int(text))
        return Reading(day.isoformat())
    return Reading(None, "W_UNKNOWN_VALUE", text)


def _checked_day(year: int, month: int, day: int, text: str) -> Reading:
    if not 1900 <= year <= 2100:
        return Reading(None, "W_UNKNOWN_VALUE", text)
    try:
        return Reading(date(year, month, day).isoformat())
    except ValueError:
        return Reading(None, "W_UNKNOWN_VALUE", text)


def _checked_month(year: int, month: int, text: str) -> Reading:
    if 1900 <= year <= 2100 and 1 <= month <= 12:
        return Reading(f"{year}-{month:02d}")
    return Reading(None, "W_UNKNOWN_VALUE", text)
