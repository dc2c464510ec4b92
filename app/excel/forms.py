"""How a column of an export writes its values: dates, yes and no, codes, hidden numbers."""

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache

from app.domain.masking import masked_account, masked_id_no, masked_phone
from app.domain.roster_values import Value

_BETWEEN = re.compile("[,，、;；]")
CODED, HIDDEN, TEXT = "编码", "脱敏", "文本"
_MASKS = {
    "id_no": masked_id_no,
    "disability_cert_no": masked_id_no,
    "phone": masked_phone,
    "bank_account": masked_account,
}
PERSONAL = frozenset(_MASKS)  # what a published list never shows whole


def is_form(text: str) -> bool:
    """Tell whether a template may ask for this form."""
    return (
        text in (CODED, HIDDEN, TEXT)
        or "YYYY" in text
        or text.count("/") == 1
        or bool(_own_codes(text))
    )


def formed(field: str, value: Value, form: str, codes: Mapping[str, str]) -> Value:
    """Return a value as its column wants it; what the form does not fit stays as it is."""
    if value is None:
        return None
    own = _own_codes(form)
    if form == CODED or own:
        words = value if isinstance(value, tuple) else (cell_word(value),)
        return ",".join((own or codes).get(word, word) for word in words)
    if form in (HIDDEN, TEXT):
        text = cell_word(value)
        return _MASKS.get(field, masked_account)(text) if form == HIDDEN else text
    if isinstance(value, bool):
        yes, _, no = form.partition("/")
        return yes if value else no
    if "YYYY" in form and isinstance(value, str):
        return _dated(value, form)
    return value


def cell_word(value: Value) -> str:
    """Return a single value as a word: 是/否, numbers plain."""
    if isinstance(value, bool):
        return "是" if value else "否"
    return format(value, "f") if isinstance(value, Decimal) else str(value)


@cache
def _own_codes(form: str) -> Mapping[str, str]:
    """Return word → code as a template says it (健康=1,残疾=4); empty if it says no codes."""
    pairs = [pair.partition("=") for pair in _BETWEEN.split(form) if pair]
    if not all(word and mark and code for word, mark, code in pairs):
        return {}
    return {word.strip(): code.strip() for word, _, code in pairs}


def _dated(value: str, form: str) -> str:
    """Return an ISO date or month in the given form; of a month the day's part is left out."""
    year, _, rest = value.partition("-")
    month, _, day = rest.partition("-")
    if not day and "DD" in form:
        form = form[: form.index("MM") + 2] + ("月" if "月" in form else "")
    return form.replace("YYYY", year).replace("MM", month).replace("DD", day)
