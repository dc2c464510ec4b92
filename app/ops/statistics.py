"""Statistics: reports of a month, a year or up to a day, on screen, as PDF and as Excel.

What screen, PDF and workbook show is one and the same ``Report``; a figure's ``ids`` lead to the
rows behind it (``drill_down``).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.annual_report import FreeText, OfficialText, village_text, yearly_text
from app.domain.month import CLOSED, MONTH
from app.domain.period import Period
from app.domain.policy import Policy
from app.domain.report_checks import OTHER_SHARE_MAX
from app.domain.statistics import report as reports
from app.domain.statistics.context import Context, Parameters, Window
from app.domain.statistics.errors import UnknownAreaError
from app.domain.statistics.records import Village
from app.domain.statistics.report import Report
from app.domain.statistics.table import Cell, Heading
from app.models import form
from app.models.household import Area, Household, Member
from app.models.replica import Device
from app.models.step import steps_of
from app.models.store import Store
from app.models.warning import HouseholdWarning
from app.ops import catalogue, statistics_records
from app.ops.plan_sources import area_names, area_text
from app.ops.statistics_records import policy_of

Row = TypeVar("Row")
NO_WORDS = FreeText()
_CHUNK = 500  # bound parameters of one statement
_LIMITS = (
    "village_confirm_days", "village_confirm_days_red", "town_review_days", "county_review_days",
    "assign_days", "accept_days",
)  # fmt: skip
_DIGITS = {"county": 6, "township": 9, "village": 12}


@dataclass(frozen=True, slots=True)
class DrillLine:
    """One row behind a figure. ``target_id``: the household's or warning's page."""

    kind: str
    target_id: str
    household_id: str
    household_no: str
    head_name: str
    village: str
    text: str


@dataclass(frozen=True, slots=True)
class PrintedReport:
    """What was written; ``unknown``: characters that stand as 〓."""

    pages: int
    tables: int
    unknown: tuple[str, ...] = ()


def monthly_report(store: Store, period: Period, today: date, area: str = "") -> Report:
    """Return the report of a month (月报). ``area``: an area code under this replica's own.

    Raises:
        UnknownAreaError: not an area of this replica.
    """
    window = Window(period.first_day, period.last_day)
    label = f"{period.year}年{period.month}月"
    return _report(store, reports.MONTHLY, window, label, today, area)


def yearly_report(store: Store, year: int, today: date, area: str = "") -> Report:
    """Return the report of a year (年报).

    Raises:
        UnknownAreaError: not an area of this replica.
    """
    window = Window(date(year, 1, 1), date(year, 12, 31))
    return _report(store, reports.YEARLY, window, f"{year}年", today, area)


def report_as_of(store: Store, day: date, today: date, area: str = "") -> Report:
    """Return the figures of a year up to a day («截至»).

    Raises:
        UnknownAreaError: not an area of this replica.
    """
    window = Window(date(day.year, 1, 1), day)
    label = f"截至{day.year}年{day.month}月{day.day}日"
    return _report(store, reports.AS_OF, window, label, today, area)


def official_text(report: Report, free: FreeText = NO_WORDS) -> OfficialText:
    """Return the report's text: T28 of a village or a month, else T26."""
    if report.level == "village" or report.kind == reports.MONTHLY:
        return village_text(report, free)
    return yearly_text(report, free)


def areas(store: Store) -> list[tuple[str, str]]:
    """Return code and name of every area that a report can be made for, the own one first."""
    with store.read() as session:
        names = known_areas(session, store)
    own = store.area_code
    prefix = own[: _DIGITS[store.level]]
    below = sorted(code for code in names if code.startswith(prefix) and code != own)
    return [(code, names[code]) for code in (own, *below)]


def drill_down(store: Store, cell: Cell) -> list[DrillLine]:
    """Return the rows behind a figure, in its order; an unknown id is passed over."""
    with store.read() as session:
        if cell.of == "warning":
            return _warning_lines(session, store, cell.ids)
        return _household_lines(session, store, cell.ids)


def print_report(report: Report, path: Path) -> PrintedReport:
    """Write the printed set of tables, with their checks and pictures, to one PDF.

    Raises:
        PrintError: the file cannot be written; what stood there is untouched.
    """
    from app.reports import tables  # noqa: PLC0415  ReportLab loads only when something is printed

    printed = tables.render(report, path)
    return PrintedReport(printed.pages, len(report.printed), printed.unknown)


def write_report(report: Report, path: Path) -> PrintedReport:
    """Write every table of a report to one workbook, a sheet each.

    Raises:
        ReportNotSavedError: not writable; what stood there is untouched.
    """
    from app.excel import report_writer  # noqa: PLC0415  as above

    report_writer.write(report, path)
    return PrintedReport(0, len(report.tables))


def print_text(text: OfficialText, path: Path) -> PrintedReport:
    """Write an official text as PDF (GB/T 9704), or as .docx by the ending of the path.

    Raises:
        PrintError: the file cannot be written; what stood there is untouched.
    """
    if path.suffix.lower() == ".docx":
        from app.reports import docx  # noqa: PLC0415  as above

        docx.render(text, path)
        return PrintedReport(0, 0)
    from app.reports import official  # noqa: PLC0415  as above

    printed = official.render(text, path)
    return PrintedReport(printed.pages, 0, printed.unknown)


def month_context(
    store: Store, period: Period, today: date, area: str = ""
) -> tuple[Context, date]:
    """Return a month's records, and the day until which villages must report it.

    Raises:
        UnknownAreaError: not an area of this replica.
    """
    window = Window(period.first_day, period.last_day)
    label = f"{period.year}年{period.month}月"
    context, _, policy = _context(store, window, label, today, area)
    return context, period.first_day.replace(day=policy.days("fill_until_day"))


def _report(store: Store, kind: str, window: Window, label: str, today: date, area: str) -> Report:
    context, level, _ = _context(store, window, label, today, area)
    return reports.build(context, kind, level, _title(kind, context.heading))


def _context(
    store: Store, window: Window, label: str, today: date, area: str
) -> tuple[Context, str, Policy]:
    code = area or store.area_code
    is_running = window.start <= today < window.end
    if is_running:
        window = Window(window.start, today)
    with store.read() as session:
        names = known_areas(session, store)
        level = _level_of(code, store, names)
        prefix = code[: _DIGITS[level]]
        villages = _villages(session, store, prefix, names, window)
        found = statistics_records.load(session, prefix, window, villages)
        correction = _correction(session, prefix, window)
        policy = policy_of(session, Period.of(window.end), code if level == "village" else "")
    heading = Heading(
        area=area_text(code, names) or names.get(code, code),
        period=label,
        computed_on=today,
        policy_version=f"{policy.valid_from}起",
        correction=correction,
        missing=tuple(v.name for v in villages if not v.has_reported) if level != "village" else (),
        unclosed=tuple(v.name for v in villages if not v.is_closed),
        until=today if is_running else None,
    )
    return Context(found, window, heading, _parameters(window, policy)), level, policy


def _title(kind: str, heading: Heading) -> str:
    words = {reports.MONTHLY: "月报", reports.YEARLY: "年报", reports.AS_OF: "统计表"}
    return f"{heading.area}{heading.period}防止返贫监测{words[kind]}"


def _level_of(code: str, store: Store, names: dict[str, str]) -> str:
    """Return the level of an area code that lies within this replica's own area."""
    own = store.area_code[: _DIGITS[store.level]]
    if code not in names or not code.startswith(own):
        raise UnknownAreaError(area=code)
    if code == store.area_code:
        return store.level
    if code.endswith("000000"):
        return "county"
    return "township" if code.endswith("000") else "village"


def known_areas(session: Session, store: Store) -> dict[str, str]:
    """Return code → name of every area known here, of enrolled devices that never sent too."""
    devices = session.scalars(select(Device).where(Device.state == "active"))
    return {device.area_code: device.name for device in devices} | area_names(session, store)


def _villages(
    session: Session, store: Store, prefix: str, names: dict[str, str], window: Window
) -> list[Village]:
    """Return the villages of the area; one without any month of the window has not reported."""
    known = set(
        session.scalars(
            select(Area.area_code).where(
                Area.area_level == "village", Area.area_code.startswith(prefix)
            )
        )
    )
    known |= {code for code in names if code.startswith(prefix) and not code.endswith("000")}
    homes = select(Household.scope).where(Household.scope.startswith(prefix)).distinct()
    known |= set(session.scalars(homes))
    if store.level == "village":
        known.add(store.area_code)
    reported = _months(session, prefix, window)
    return [
        Village(
            code,
            names.get(code, code),
            f"{code[:9]}000",
            code in reported,
            all(reported.get(code, {}).values()),
        )
        for code in sorted(known)
    ]


def _months(session: Session, prefix: str, window: Window) -> dict[str, dict[str, bool]]:
    """Return village → month of the window that is here → whether it is closed."""
    first, last = str(Period.of(window.start)), str(Period.of(window.end))
    rows = session.scalars(
        select(form.PeriodRow)
        .where(form.PeriodRow.scope.startswith(prefix))
        .where(form.PeriodRow.period >= first, form.PeriodRow.period <= last)
    ).all()
    steps = steps_of(session, MONTH.subject, {row.id for row in rows})
    found: dict[str, dict[str, bool]] = {}
    for row in rows:
        is_closed = MONTH.state_of(steps.get(row.id, [])) == CLOSED
        found.setdefault(row.scope, {})[row.period] = is_closed
    return found


def _correction(session: Session, prefix: str, window: Window) -> str:
    """Return “已更正，第n版” if a closed month of the window was corrected, "" else."""
    first, last = str(Period.of(window.start)), str(Period.of(window.end))
    query = select(form.PeriodRow.id).where(form.PeriodRow.scope.startswith(prefix))
    ids = session.scalars(
        query.where(form.PeriodRow.period >= first, form.PeriodRow.period <= last)
    )
    steps = steps_of(session, "period", set(ids))
    counts = (
        sum(step.action == "approve-correction" for step in found) for found in steps.values()
    )
    most = max(counts, default=0)
    return f"已更正，第{most + 1}版" if most else ""


def _parameters(window: Window, policy: Policy) -> Parameters:
    process = policy.process
    return Parameters(
        line=policy.line,
        other_share_max=process.get("other_share_max", OTHER_SHARE_MAX),
        limits={name: int(process[name]) for name in _LIMITS if name in process},
        overdue_by_original=process.get("overdue_basis", "original") == "original",
        code_names=_code_names(window, policy),
    )


def _code_names(window: Window, policy: Policy) -> dict[str, str]:
    """Return the words of every question and rule; of a month before the first form, rules only."""
    rules = {code: rule.name for code, rule in policy.rules.items()}
    try:
        definition = catalogue.form_for(Period.of(window.end))
    except catalogue.NoPolicyError:
        return rules
    return rules | {question.code: question.label for question in definition.questions}


def _household_lines(session: Session, store: Store, ids: Sequence[str]) -> list[DrillLine]:
    names = area_names(session, store)
    homes = {h.id: h for h in _by_ids(session, Household, Household.id, ids)}
    heads = _heads(session, homes)
    return [
        DrillLine(
            "household", i, i, homes[i].household_no, heads.get(i, ""),
            names.get(homes[i].scope, homes[i].scope), "",
        )
        for i in dict.fromkeys(ids)
        if i in homes
    ]  # fmt: skip


def _warning_lines(session: Session, store: Store, ids: Sequence[str]) -> list[DrillLine]:
    names = area_names(session, store)
    rows = {w.id: w for w in _by_ids(session, HouseholdWarning, HouseholdWarning.id, ids)}
    wanted = {row.household_id for row in rows.values()}
    homes = {h.id: h for h in _by_ids(session, Household, Household.id, tuple(wanted))}
    heads = _heads(session, homes)
    return [
        DrillLine(
            "warning", i, rows[i].household_id, homes[rows[i].household_id].household_no,
            heads.get(rows[i].household_id, ""), names.get(rows[i].scope, rows[i].scope),
            rows[i].message,
        )
        for i in dict.fromkeys(ids)
        if i in rows
    ]  # fmt: skip


def _heads(session: Session, homes: Iterable[str]) -> dict[str, str]:
    found = _by_ids(session, Member, Member.household_id, tuple(homes))
    heads: dict[str, str] = {}
    for member in sorted(found, key=lambda m: (m.relation != "户主", m.number)):
        heads.setdefault(member.household_id, member.name)
    return heads


def _by_ids(session: Session, table: type[Row], column: Any, ids: Sequence[str]) -> list[Row]:
    wanted = list(dict.fromkeys(ids))
    found: list[Row] = []
    for start in range(0, len(wanted), _CHUNK):
        part = wanted[start : start + _CHUNK]
        found += session.scalars(select(table).where(column.in_(part)))
    return found
