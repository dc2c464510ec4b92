"""一户一策: the plan sheets as values, and printed."""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import select

from app.domain.plan import Edition, PlanDocument
from app.domain.plan_cover import EDITION_LABELS, plan_cover
from app.domain.plan_fields import plan_document as sheet_of
from app.models.household import Household, Member
from app.models.store import Store
from app.ops import print_log
from app.ops.errors import UnknownHouseholdError
from app.ops.plan_errors import NothingChangedError
from app.ops.plan_sources import plan_sources
from app.ops.print_log import Hanging, PrintLine

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
    job = PlanJob(None if household_ids is None else tuple(household_ids))
    return print_job(store, job, path, today, progress, cancelled)


@dataclass(frozen=True, slots=True)
class PlanJob:
    """What to print. ``household_ids`` None: all living households.

    ``only_changed``: of the wall edition only those whose content is not what hangs already.
    """

    household_ids: tuple[str, ...] | None
    edition: Edition = Edition.ARCHIVE
    only_changed: bool = False
    has_cover: bool = False
    role: str = ""  # of who prints, for the list of prints


@dataclass(frozen=True, slots=True)
class Made:
    """A PDF that is made, and not printed yet. ``papers``: household ids with what they say."""

    printed: Printed
    papers: tuple[tuple[str, Hanging], ...]


def print_job(
    store: Store,
    job: PlanJob,
    path: Path,
    today: date,
    progress: Progress = lambda _done, _total: None,
    cancelled: Cancelled = lambda: False,
) -> Printed:
    """Print what a job says into one PDF; what hangs on walls from now on is remembered.

    Raises:
        As ``make_plans``.
    """
    made = make_plans(store, job, path, today, progress, cancelled)
    remember(store, job, made)
    return made.printed


def make_plans(
    store: Store,
    job: PlanJob,
    path: Path,
    today: date,
    progress: Progress = lambda _done, _total: None,
    cancelled: Cancelled = lambda: False,
) -> Made:
    """Make the PDF of a job, to be looked at; ``remember`` follows when it is printed.

    Raises:
        UnknownHouseholdError: an id that no household has.
        NothingChangedError: every wall would get what hangs there already.
        PrintError: nothing to print, stopped, or the file cannot be written; in all cases
            ``path`` is as it was before.
    """
    from app.reports import plan  # noqa: PLC0415  ReportLab loads only when something is printed

    begun = time.perf_counter()
    sources = plan_sources(store, job.household_ids, today)
    documents = [sheet_of(source, job.edition) for source in sources]
    if job.only_changed:
        same = unchanged(store, documents)
        documents = [one for one in documents if one.household_id not in same]
        if same and not documents:
            raise NothingChangedError(count=len(same))
    cover = plan_cover(sources, job.edition) if job.has_cover and sources else None
    printed = plan.render(documents, path, progress, cancelled, cover)
    seconds = time.perf_counter() - begun
    unknown = unknown_warnings(printed.unknown)
    return Made(
        Printed(printed.pages, printed.households, seconds, unknown),
        tuple((one.household_id, _hanging(one)) for one in documents),
    )


def remember(store: Store, job: PlanJob, made: Made) -> None:
    """Note that a PDF was printed or kept: in the list, and what now hangs on whose wall."""
    if job.edition is Edition.WALL:
        print_log.hang(store, Edition.WALL.value, made.papers)
    at = store.clock().isoformat(timespec="seconds")
    paper = f"一户一策（{EDITION_LABELS[job.edition]}）"
    line = PrintLine(at, job.role, paper, made.printed.households, made.printed.pages)
    print_log.note(store, line)


def hangs_since(store: Store, household_id: str, today: date) -> str:
    """Return the day since which the wall shows what the sheet says now; "" if it does not."""
    document = plan_document(store, household_id, today, Edition.WALL)
    return unchanged(store, [document]).get(household_id, "")


def unchanged(store: Store, documents: Sequence[PlanDocument]) -> dict[str, str]:
    """Return household id → day, of the sheets that say what the last printed ones said."""
    kept = print_log.hanging(store, Edition.WALL.value)
    found = ((one.household_id, kept.get(one.household_id), one.digest) for one in documents)
    return {key: had.printed_on for key, had, digest in found if had and had.digest == digest}


def _hanging(document: PlanDocument) -> Hanging:
    return Hanging(document.digest, document.printed_on.isoformat())


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
