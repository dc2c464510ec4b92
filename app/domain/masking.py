"""Masking of numbers that identify a person, for every paper and list that is shown."""

import re

_STAR = "*"
# Seven digits or more, also in groups, that are not a day.
_LONG_NUMBER = re.compile(
    r"(?<!\d)(?!(?:19|20)\d\d[-./年]?\d{1,2}[-./月]?\d{1,2}(?!\d))\d(?:[ \-—]?\d){6,}[xXｘＸ]?"
)


def masked_id_no(id_no: str) -> str:
    """Return an identity or disability certificate number as 6 + stars + 4.

    Six digits (the county) and the last four stay, however long the number is; one of at
    most ten characters would be shown whole and is starred except for its last two.
    """
    return _masked(id_no.strip(), 6, 4)


def masked_phone(phone: str) -> str:
    """Return a telephone number as 3 + stars + 4."""
    return _masked(phone.strip(), 3, 4)


def masked_account(account: str) -> str:
    """Return a bank account as stars and its last four digits; spaces go."""
    return _masked("".join(account.split()), 0, 4)


def without_numbers(text: str) -> str:
    """Return a text in which every number that could be somebody's stands as ＊; days stay."""
    return _LONG_NUMBER.sub("＊", text)


def _masked(text: str, head: int, tail: int) -> str:
    if len(text) <= head + tail:
        head, tail = 0, min(2, len(text) // 2)
    hidden = len(text) - head - tail
    return text[:head] + _STAR * hidden + text[len(text) - tail :]
