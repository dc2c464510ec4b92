"""一户一策: the plan sheets as values, and printed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select

from app.domain.papers import day_words
from app.domain.plan import Edition, PlanDocument, PlanSource
from app.domain.plan_cover import EDITION_LABELS, plan_cover
from app.domain.plan_fields import plan_document as sheet_of
from app.models.as_of import past_of
from app.models.household import Household, Member
from app.models.store import Store
from app.ops import print_log
from app.ops.errors import UnknownHouseholdError
from app.ops.plan_errors import NothingChangedError, PastRefusedError
from app.ops.plan_sources import plan_sources
from app.ops.print_log import Hanging, Noted
from app.ops.printing import Printed, Printing, draw


@dataclass(frozen=True, slots=True)
class PlanJob:
    """What to print. ``household_ids`` None: all living households.

    ``only_changed``: of the wall edition only those whose content is not what hangs already.
    ``as_of``: as the sheets stood at the end of that day, and marked so. ``shows_words``: the
    needs in the village's own words may hang, somebody looked at them.
    """

    household_ids: tuple[str, ...] | None = None
    edition: Edition = Edition.ARCHIVE
    only_changed: bool = False
    has_cover: bool = False
    as_of: date | None = None
    shows_words: bool = False


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


def print_plans(store: Store, job: PlanJob, printing: Printing) -> Printed:
    """Print what a job says into one PDF; what hangs on walls from now on is remembered.

    Raises:
        UnknownHouseholdError: an id that no household has.
        PastRefusedError: nothing can be printed of that day.
        NothingChangedError: every wall would get what hangs there already.
        PrintError: nothing to print, stopped, or the file cannot be written; in all cases
            ``path`` is as it was before.
    """
    from app.reports import plan  # noqa: PLC0415  ReportLab loads only when something is printed

    found = _sources(store, job, printing.today)
    sources = [replace(source, shows_words=job.shows_words) for source in found]
    wanted = sources
    if job.only_changed:
        same = unchanged(store, sources)
        wanted = [source for source in sources if source.household_id not in same]
        if same and not wanted:
            raise NothingChangedError(count=len(same))
    documents = [sheet_of(source, job.edition) for source in wanted]
    cover = plan_cover(sources, job.edition) if job.has_cover and sources else None
    return draw(
        store,
        printing,
        _noted(job, documents),
        lambda: plan.render(documents, printing.path, printing.progress, printing.cancelled, cover),
    )


def _sources(store: Store, job: PlanJob, today: date) -> list[PlanSource]:
    """Return what the sheets are made from: of today, or of an earlier day with its mark."""
    if job.as_of is None or job.as_of == today:
        return plan_sources(store, job.household_ids, today)
    day = day_words(job.as_of)
    if job.as_of > today:
        raise PastRefusedError(day=day, reason="那一天还没到")
    mark = f"按{day}的内容补打（以写入时电脑的日期为准），打印于{day_words(today)}"
    try:
        with past_of(store, job.as_of) as past:
            found = plan_sources(past, job.household_ids, job.as_of)
    except UnknownHouseholdError as error:
        raise PastRefusedError(day=day, reason="那时还没有录入这一户") from error
    if not found:
        raise PastRefusedError(day=day, reason="那时还没有录入农户")
    return [replace(source, reprint=mark) for source in found]


def _noted(job: PlanJob, documents: Sequence[PlanDocument]) -> Noted:
    is_wall = job.edition is Edition.WALL
    of_day = f"，按{job.as_of.isoformat()}补打" if job.as_of else ""
    hangs = is_wall and not job.as_of
    return Noted(
        paper=f"一户一策（{EDITION_LABELS[job.edition]}{of_day}）",
        households=len(documents),
        is_masked=is_wall,
        kind=job.edition.value,
        hanging=tuple((one.household_id, _hanging(one)) for one in documents) if hangs else (),
    )


def hangs_since(store: Store, household_id: str, today: date) -> str:
    """Return the day since which the wall shows what the sheet says now; "" if it does not."""
    sources = plan_sources(store, [household_id], today)
    return unchanged(store, sources).get(household_id, "")


def unchanged(store: Store, sources: Sequence[PlanSource]) -> dict[str, str]:
    """Return household id → day, of the wall sheets that say what the last printed ones said.

    With or without the needs in own words: what hangs is right either way.
    """
    kept = print_log.hanging(store, Edition.WALL.value)
    return {
        source.household_id: had.printed_on
        for source in sources
        if (had := kept.get(source.household_id)) and had.digest in _digests(source)
    }


def _digests(source: PlanSource) -> set[str]:
    shown = (replace(source, shows_words=shows_words) for shows_words in (False, True))
    return {sheet_of(one, Edition.WALL).digest for one in shown}


def _hanging(document: PlanDocument) -> Hanging:
    return Hanging(document.digest, document.printed_on.isoformat())


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
