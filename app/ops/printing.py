"""Making a paper: for whom, when and where to; what came of it stands in the list of prints."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Protocol

from app.domain.ownership import Actor
from app.models.store import Store
from app.ops import print_log
from app.ops.print_log import Noted

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Printing:
    """Who makes a paper of which day, and where to."""

    actor: Actor
    path: Path
    today: date
    progress: Progress = lambda _done, _total: None
    cancelled: Cancelled = lambda: False
    begun: float = field(default_factory=time.perf_counter)


@dataclass(frozen=True, slots=True)
class Printed:
    """What was made. ``warnings``: Chinese sentences without personal data."""

    noted: Noted
    seconds: float
    warnings: tuple[str, ...]

    @property
    def pages(self) -> int:
        """How many pages, blank backs included."""
        return self.noted.pages

    @property
    def households(self) -> int:
        """How many households are on them."""
        return self.noted.households


class Drawn(Protocol):
    """What a report says of the file that it made."""

    @property
    def pages(self) -> int:
        """Pages of the file."""

    @property
    def households(self) -> int:
        """Households in it."""

    @property
    def unknown(self) -> tuple[str, ...]:
        """Characters that stand as 〓."""


def draw(store: Store, printing: Printing, what: Noted, render: Callable[[], Drawn]) -> Printed:
    """Make a paper by ``render`` and note it; the counts of ``what`` come from the drawing.

    Raises:
        What ``render`` raises; then nothing is noted.
    """
    drawn = render()
    counted = replace(what, pages=drawn.pages, households=what.households or drawn.households)
    return noted(store, printing, counted, unknown_warnings(drawn.unknown))


def noted(store: Store, printing: Printing, what: Noted, warnings: tuple[str, ...] = ()) -> Printed:
    """Note a paper or workbook that is made."""
    print_log.note(store, printing.actor, what, printing.path)
    return Printed(what, time.perf_counter() - printing.begun, warnings)


def unknown_warnings(unknown: Sequence[str]) -> tuple[str, ...]:
    """Name characters by their number only: a name must not stand in a message."""
    if not unknown:
        return ()
    codes = "、".join(f"U+{ord(char):04X}" for char in unknown)
    return (f"有{len(unknown)}个字字库里没有，已印成〓，请手写补上：{codes}",)
