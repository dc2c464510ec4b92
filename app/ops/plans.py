"""一户一策: the plan sheets as values, and printed."""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import select

from app.domain.plan import Edition, PlanDocument
from app.domain.plan_fields import plan_document as sheet_of
from app.models.household import Household, Member
from app.models.store import Store
from app.ops.errors import UnknownHouseholdError
from app.ops.plan_sources import plan_sources

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Printed:
    """What was printed. ``warnings``: Chinese sentences without personal data."""

    pages: int
    households: int
    seconds: float
    warnings: tuple[str, ...]


def plan_document(
    store: Store, household_id: str, today: date, edition: Edition = Edition.ARCHIVE
) -> PlanDocument:
    """Return the plan sheet of one household as it stands.

    Raises:
        UnknownHouseholdError: no household has this id.
    """
    (document,) = plan_documents(store, [household_id], today, edition)
    return document


def plan_documents(
    store: Store,
    household_ids: Collection[str] | None,
    today: date,
    edition: Edition = Edition.ARCHIVE,
) -> list[PlanDocument]:
    """Return the sheets of the given households (None: all living ones), in roster order.

    Raises:
        UnknownHouseholdError: an id that no household has.
    """
    return [sheet_of(source, edition) for source in plan_sources(store, household_ids, today)]


def print_plans(
    store: Store,
    household_ids: Collection[str] | None,
    path: Path,
    today: date,
    progress: Progress = lambda _done, _total: None,
    cancelled: Cancelled = lambda: False,
) -> Printed:
    """Print the 存档版 of the given households (None: all living ones) into one PDF.

    Raises:
        UnknownHouseholdError: an id that no household has.
        PrintError: nothing to print, stopped, or the file cannot be written; in all cases
            ``path`` is as it was before.
    """
    start = time.perf_counter()
    documents = plan_documents(store, household_ids, today)
    return print_documents(documents, path, progress, cancelled, start)


def print_documents(
    documents: Sequence[PlanDocument],
    path: Path,
    progress: Progress = lambda _done, _total: None,
    cancelled: Cancelled = lambda: False,
    start: float | None = None,
) -> Printed:
    """Print finished sheets of any edition; ``start`` counts the time from an earlier moment.

    Raises:
        PrintError: as ``print_plans``.
    """
    from app.reports import plan  # noqa: PLC0415  ReportLab loads only when something is printed

    begun = time.perf_counter() if start is None else start
    printed = plan.render(documents, path, progress, cancelled)
    seconds = time.perf_counter() - begun
    return Printed(printed.pages, printed.households, seconds, unknown_warnings(printed.unknown))


def unknown_warnings(unknown: Sequence[str]) -> tuple[str, ...]:
    """Name characters by their number only: a name must not stand in a message."""
    if not unknown:
        return ()
    codes = "、".join(f"U+{ord(char):04X}" for char in unknown)
    return (f"有{len(unknown)}个字字库里没有，已印成〓，请手写补上：{codes}",)


def find_household(store: Store, text: str) -> str:
    """Return the id of the one household of an id, number, member's name or initials.

    Raises:
        UnknownHouseholdError: none, or several.
    """
    wanted = text.strip()
    own = (Household.id == wanted) | (Household.household_no == wanted)
    of_member = (Member.name == wanted) | (Member.name_initials == wanted.lower())
    present = Member.member_status == "present"
    with store.read() as session:
        found = set(session.scalars(select(Household.id).where(own)))
        if not found:
            found = set(session.scalars(select(Member.household_id).where(of_member, present)))
    if len(found) != 1:
        raise UnknownHouseholdError(text=wanted)
    return found.pop()
