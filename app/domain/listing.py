"""Lists on paper as plain values: the ledger of a village, the parts of a household's file."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class ListColumn:
    """A column: heading, relative width, and whether its text is centred."""

    heading: str
    width: float
    is_centred: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """A table under its title; ``note`` stands below it."""

    title: str
    columns: tuple[ListColumn, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Ledger:
    """The lists of a village on one paper."""

    area: str
    title: str
    printed_on: date
    listings: tuple[Listing, ...]
