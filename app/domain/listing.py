"""Lists on paper as plain values: the ledger of a village, the parts of a household's file."""

from dataclasses import dataclass, replace
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

    def without(self, *headings: str) -> "Listing":
        """Return the list without some columns."""
        kept = [n for n, column in enumerate(self.columns) if column.heading not in headings]
        return replace(
            self,
            columns=tuple(self.columns[n] for n in kept),
            rows=tuple(tuple(row[n] for n in kept) for row in self.rows),
        )


@dataclass(frozen=True, slots=True)
class Ledger:
    """The lists of a village on one paper."""

    area: str
    title: str
    printed_on: date
    listings: tuple[Listing, ...]
