"""Search keys of names: pinyin and initials, computed when a member is written.

pypinyin takes 0.2 s to import and is only needed then. Its default readings of surnames are
wrong (单 dan, 曾 ceng), so surnames come from our own table; where two readings are in use
(覃 qin/tan) both are kept, separated by a blank.
"""

import itertools
import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import event

from app.models.base import Journaled
from app.models.household import Member
from app.paths import RESOURCES

_DOTS = str.maketrans("", "", "·•．.・‧ \u3000")


def search_keys(name: str) -> tuple[str, str]:
    """Return (pinyin, initials) of a name; several readings are separated by a blank."""
    plain = name.translate(_DOTS)
    readings = [tuple(parts) for parts in itertools.product(*_syllables(plain))]
    return (
        " ".join(dict.fromkeys("".join(parts) for parts in readings)),
        " ".join(dict.fromkeys("".join(p[:1] for p in parts) for parts in readings)),
    )


def _syllables(name: str) -> list[list[str]]:
    """Return the readings of each character; only a surname may have more than one."""
    surnames = _surnames()
    for length in (2, 1):
        readings = surnames.get(name[:length])
        if readings:
            # A double surname is one entry: its syllables are separated by "-".
            heads = [reading.split("-") for reading in readings]
            first = [list(dict.fromkeys(column)) for column in zip(*heads, strict=True)]
            return first + [[_syllable(c)] for c in name[length:]]
    return [[_syllable(c)] for c in name]


@cache
def _surnames() -> dict[str, list[str]]:
    with (RESOURCES / "columns" / "surnames.toml").open("rb") as file:
        table: dict[str, list[str]] = tomllib.load(file)["surnames"]
    return table


@cache
def _syllable(character: str) -> str:
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415  0.2 s, only when names are written

    return lazy_pinyin(character, style=Style.NORMAL)[0].lower()


def derived_columns(cls: type[Journaled], values: Mapping[str, Any]) -> dict[str, str]:
    """Return what a new row's columns that no journal holds are, for rows inserted at once."""
    if cls is not Member:
        return {}
    return dict(zip(("name_pinyin", "name_initials"), search_keys(values["name"]), strict=True))


@event.listens_for(Member, "before_insert")
@event.listens_for(Member, "before_update")
def _on_member_written(_mapper: Any, _connection: Any, member: Member) -> None:
    member.name_pinyin, member.name_initials = search_keys(member.name)
