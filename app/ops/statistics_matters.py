"""Matters (事项) of a report: on which card each warning stands that the report counts."""

from collections import defaultdict
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import matters
from app.domain.household import Finding
from app.domain.period import Period
from app.domain.statistics import report as reports
from app.domain.statistics.report import Report
from app.models.store import Store
from app.models.warning import HouseholdWarning
from app.ops.statistics_policy import policy_of

_CHUNK = 500  # bound parameters of one statement


def has_matters(report: Report) -> bool:
    """Tell whether the report's text is T28, which counts cards."""
    return report.kind == reports.MONTHLY or report.level in {"village", reports.HELPER}


def with_matters(store: Store, report: Report) -> Report:
    """Return a report whose text is T28 with the cards of the warnings that T14 counts."""
    if not has_matters(report):
        return report
    wanted = {i for cell in report.table("T14").row("合计").cells for i in cell.ids}
    with store.read() as session:
        homes: dict[str, list[HouseholdWarning]] = defaultdict(list)
        for row in _rows(session, sorted(wanted)):
            homes[row.household_id].append(row)
        found = {
            row_id: card
            for rows in homes.values()
            for row_id, card in _cards(session, rows).items()
        }
    return replace(report, matters=found)


def _rows(session: Session, ids: list[str]) -> list[HouseholdWarning]:
    table = HouseholdWarning
    chunks = (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))
    return [r for some in chunks for r in session.scalars(select(table).where(table.id.in_(some)))]


def _cards(session: Session, rows: list[HouseholdWarning]) -> dict[str, str]:
    """Return warning → its card: household, topic (or code) and person."""
    first = max(rows, key=lambda row: row.period)
    policy = policy_of(session, Period.parse(first.period), first.scope)
    findings = [(row, _finding(row)) for row in rows]
    cards = matters.group([finding for _, finding in findings], policy)
    return {
        row.id: "/".join((row.household_id, card.topic or row.code, card.member_id))
        for card in cards
        for row, finding in findings
        if finding in card.findings
    }


def _finding(row: HouseholdWarning) -> Finding:
    parts = tuple(filter(None, row.parts.split(",")))
    return Finding(row.code, row.member_id, row.severity, row.message, parts=parts)
