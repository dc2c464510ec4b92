"""How a column of an export writes its values: dates, yes and no, codes, hidden numbers."""

from collections.abc import Mapping
from decimal import Decimal

from app.domain.masking import masked_account, masked_id_no, masked_phone
from app.domain.roster_values import Value

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
    return text in (CODED, HIDDEN, TEXT) or "YYYY" in text or text.count("/") == 1


def formed(field: str, value: Value, form: str, codes: Mapping[str, str]) -> Value:
    """Return a value as its column wants it; what the form does not fit stays as it is."""
    if value is None:
        return None
    if form in (HIDDEN, CODED, TEXT):
        text = format(value, "f") if isinstance(value, Decimal) else str(value)
        if form == HIDDEN:
            return _MASKS.get(field, masked_account)(text)
        return codes.get(text, text) if form == CODED else text
    if isinstance(value, bool):
        yes, _, no = form.partition("/")
        return yes if value else no
    if "YYYY" in form and isinstance(value, str):
        return _dated(value, form)
    return value


def _dated(value: str, form: str) -> str:
    """Return an ISO date or month in the given form; of a month the day's part is left out."""
    year, _, rest = value.partition("-")
    month, _, day = rest.partition("-")
    if not day and "DD" in form:
        form = form[: form.index("MM") + 2] + ("月" if "月" in form else "")
    return form.replace("YYYY", year).replace("MM", month).replace("DD", day)
