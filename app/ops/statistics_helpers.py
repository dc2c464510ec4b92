"""The report of one 帮扶责任人: the tables and the summary (T28) of the households in his care."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import or_, select

from app.domain.statistics import report as reports
from app.domain.statistics.context import Context
from app.domain.statistics.errors import UnknownHelperError
from app.domain.statistics.records import WarningRecord
from app.domain.statistics.report import Report
from app.models.household import Helper, HelperAssignment, Household
from app.models.store import Store
from app.ops.report_prints import given_out
from app.ops.statistics import context_of, title_of, warned_before
from app.ops.statistics_matters import with_matters


@dataclass(frozen=True, slots=True)
class HelperWork:
    """A person and the households that he answers for on a day."""

    name: str
    organisation: str
    household_ids: frozenset[str]

    @property
    def label(self) -> str:
        """Return the name, with the office that tells people of one name apart."""
        return f"{self.name}（{self.organisation}）" if self.organisation else self.name


def helpers(store: Store, day: date, area: str = "") -> tuple[HelperWork, ...]:
    """Return everybody who answers for a household of an area on a day, by name."""
    query = (
        select(Helper.name, Helper.organisation, Household.id)
        .join(HelperAssignment, HelperAssignment.helper_id == Helper.id)
        .join(Household, Household.id == HelperAssignment.household_id)
        .where(Household.scope.startswith(_prefix(area or store.area_code)))
        .where(or_(Household.removed_on.is_(None), Household.removed_on > day))
        .where(HelperAssignment.assigned_on <= day)
        .where(or_(HelperAssignment.ended_on.is_(None), HelperAssignment.ended_on >= day))
    )
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    with store.read() as session:
        for name, organisation, household_id in session.execute(query):
            found[name, organisation].add(household_id)
    return tuple(HelperWork(*person, frozenset(ids)) for person, ids in sorted(found.items()))


def find_helper(store: Store, name: str, day: date, area: str = "") -> HelperWork:
    """Return the one person called so, by name or by name and office.

    Raises:
        UnknownHelperError: nobody, or several.
    """
    found = [one for one in helpers(store, day, area) if name in {one.name, one.label}]
    if len(found) != 1:
        raise UnknownHelperError(day=day.isoformat())
    return found[0]


def helper_report(store: Store, report: Report, work: HelperWork, area: str = "") -> Report:
    """Return an area's report narrowed to the households of one person.

    Raises:
        UnknownAreaError: not an area of this replica.
    """
    heading = report.heading
    context, *_ = context_of(store, report.window, heading.period, heading.computed_on, area)
    own = _narrowed(context, report, work)
    if report.kind == reports.MONTHLY:
        before = warned_before(store, _prefix(area or store.area_code), report.window)
        known = None if before is None else tuple(w for w in before if _is_own(w, work))
        own = replace(own, warned_before=known)
    title = title_of(report.kind, own.heading)
    made = reports.build(own, report.kind, reports.HELPER, title, given_out(store, title))
    return with_matters(store, made)


def _narrowed(context: Context, report: Report, work: HelperWork) -> Context:
    records = context.records.of_households(work.household_ids)
    there = {village.name for village in records.villages}
    heading = replace(
        report.heading,
        helper=work.label,
        missing=tuple(name for name in report.heading.missing if name in there),
        unclosed=tuple(name for name in report.heading.unclosed if name in there),
    )
    return replace(context, records=records, heading=heading)


def _is_own(warning: WarningRecord, work: HelperWork) -> bool:
    return warning.household_id in work.household_ids


def _prefix(area: str) -> str:
    """Return how the codes of an area's villages begin: a county ends in six 0, a township in 3."""
    return area.removesuffix("000").removesuffix("000")
