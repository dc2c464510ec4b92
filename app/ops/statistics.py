"""Statistics: reports of a month, a year or up to a day, on screen, as PDF and as Excel.

What screen, PDF and workbook show is one and the same ``Report``; a figure's ``ids`` lead to the
rows behind it (``drill_down``).
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.annual_report import FreeText, OfficialText, village_text, yearly_text
from app.domain.labels import worst
from app.domain.ownership import Actor
from app.domain.period import Period
from app.domain.policy import Policy
from app.domain.report_checks import OTHER_SHARE_MAX
from app.domain.statistics import report as reports
from app.domain.statistics.charts import Chart, warnings_by_month
from app.domain.statistics.context import Context, Parameters, Window
from app.domain.statistics.errors import UnknownAreaError
from app.domain.statistics.records import Village, WarningRecord
from app.domain.statistics.report import Report
from app.domain.statistics.table import Heading, ReportTable
from app.models.household import Area, Household
from app.models.replica import Device
from app.models.store import Store
from app.ops import catalogue, print_log, statistics_records, statistics_reminders
from app.ops.plan_sources import area_names, area_text
from app.ops.print_log import Noted
from app.ops.printing import Printed, Printing, unknown_warnings
from app.ops.quiet import quiet_gc
from app.ops.report_prints import given_out, note_given_out
from app.ops.report_words import words_of
from app.ops.statistics_known import VillageMonth, gaps, known_store, village_months
from app.ops.statistics_matters import has_matters, with_matters
from app.ops.statistics_policy import policy_of

NO_WORDS = FreeText()
_LIMITS = (
    "village_confirm_days", "village_confirm_days_red", "town_review_days", "county_review_days",
    "assign_days", "accept_days",
)  # fmt: skip
_DIGITS = {"county": 6, "township": 9, "village": 12}


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
    """Return the report's text: T28 of a village, a helper or a month, else T26."""
    if has_matters(report):
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


def print_report(store: Store, actor: Actor, report: Report, path: Path) -> PrintedReport:
    """Write the printed set of tables, with their checks and pictures, to one PDF.

    A month's set of a village or helper ends with its text (T28), in the words kept for it.

    Raises:
        PrintError: the file cannot be written; what stood there is untouched.
    """
    from app.reports import tables  # noqa: PLC0415  ReportLab loads only when something is printed

    has_text = report.kind == reports.MONTHLY and report.level in {"village", reports.HELPER}
    text = official_text(report, words_of(store, report.title)) if has_text else None
    printed = tables.render(report, path, text)
    print_log.note(store, actor, Noted(report.title, 0, printed.pages), path)
    if not print_log.is_preview(store, path):
        note_given_out(store, actor, report)
    return PrintedReport(printed.pages, len(report.printed), printed.unknown)


def report_paper(store: Store, report: Report, printing: Printing) -> Printed:
    """Make the printed set to be looked at, printed or kept.

    Raises:
        PrintError: as ``print_report``.
    """
    made = print_report(store, printing.actor, report, printing.path)
    return _looked_at(report.title, made, printing)


def text_paper(store: Store, text: OfficialText, printing: Printing) -> Printed:
    """Make the official text to be looked at, printed or kept.

    Raises:
        PrintError: as ``print_text``.
    """
    made = print_text(store, printing.actor, text, printing.path)
    return _looked_at(text.title, made, printing)


def _looked_at(name: str, made: PrintedReport, printing: Printing) -> Printed:
    seconds = time.perf_counter() - printing.begun
    return Printed(Noted(name, 0, made.pages), seconds, unknown_warnings(made.unknown))


def write_report(store: Store, actor: Actor, report: Report, path: Path) -> PrintedReport:
    """Write every table of a report to one workbook, a sheet each.

    Raises:
        ReportNotSavedError: not writable; what stood there is untouched.
    """
    from app.excel import report_writer  # noqa: PLC0415  as above

    report_writer.write(report, path)
    print_log.note(store, actor, Noted(report.title, 0), path)
    note_given_out(store, actor, report)
    return PrintedReport(0, len(report.tables))


def print_text(store: Store, actor: Actor, text: OfficialText, path: Path) -> PrintedReport:
    """Write an official text as PDF (GB/T 9704), or as .docx by the ending of the path.

    Raises:
        PrintError: the file cannot be written; what stood there is untouched.
    """
    if path.suffix.lower() == ".docx":
        from app.reports import docx  # noqa: PLC0415  as above

        docx.render(text, path)
        print_log.note(store, actor, Noted(text.title, 0, is_masked=True), path)
        return PrintedReport(0, 0)
    from app.reports import official  # noqa: PLC0415  as above

    printed = official.render(text, path)
    print_log.note(store, actor, Noted(text.title, 0, printed.pages, is_masked=True), path)
    return PrintedReport(printed.pages, 0, printed.unknown)


def warnings_chart(store: Store, today: date) -> Chart:
    """Return the picture of the last twelve months' warnings, as they are known now."""
    period = Period.of(today)
    window = Window(period.first_day, today)
    prefix = store.area_code[: _DIGITS[store.level]]
    with store.read() as session:
        found = statistics_records.load_warnings(session, prefix, window)
    return warnings_by_month(found, today)


@quiet_gc()
def _report(store: Store, kind: str, window: Window, label: str, today: date, area: str) -> Report:
    context, level, policy = context_of(store, window, label, today, area)
    title = title_of(kind, context.heading)
    lists: tuple[ReportTable, ...] = ()
    if kind == reports.MONTHLY:
        code = area or store.area_code
        context = replace(
            context, warned_before=warned_before(store, code[: _DIGITS[level]], window)
        )
        lists = () if level == "village" else (_reminders(store, context, policy, today),)
    report = reports.build(context, kind, level, title, given_out(store, title))
    return with_matters(store, replace(report, tables=(*report.tables, *lists)))


def _reminders(store: Store, context: Context, policy: Policy, today: date) -> ReportTable:
    due_on = context.window.start.replace(day=policy.days("fill_until_day"))
    with store.read() as session:
        found = statistics_reminders.reminders(session, context, due_on, today)
    return statistics_reminders.reminder_table(context, found)


def warned_before(store: Store, prefix: str, window: Window) -> tuple[WarningRecord, ...] | None:
    """Return the warnings as they were known when the month before was closed; None: as now."""
    before = Period.of(window.start).previous()
    earlier = Window(before.first_day, before.last_day)
    with store.read() as session:
        months = village_months(session, prefix, earlier)
    if not gaps(months, earlier):
        return None
    with known_store(store, months, earlier) as known, known.read() as session:
        return statistics_records.load_warnings(session, prefix, earlier)


def context_of(
    store: Store, window: Window, label: str, today: date, area: str
) -> tuple[Context, str, Policy]:
    """Return what the tables of an area count, with its level and policy.

    Raises:
        UnknownAreaError: not an area of this replica.
    """
    code = area or store.area_code
    is_running = window.start <= today < window.end
    if is_running:
        window = Window(window.start, today)
    with store.read() as session:
        names = known_areas(session, store)
        level = _level_of(code, store, names)
        prefix = code[: _DIGITS[level]]
        months = village_months(session, prefix, window)
        villages = _villages(session, store, prefix, names, months)
        policy = policy_of(session, Period.of(window.end), code if level == "village" else "")
    frozen = {gap.scope for gap in gaps(months, window)}
    with known_store(store, months, window) as known, known.read() as session:
        found = statistics_records.load(session, prefix, window, villages, frozen)
    heading = Heading(
        area=area_text(code, names) or names.get(code, code),
        period=label,
        computed_on=today,
        policy_version=f"{policy.valid_from}起",
        correction=_correction(months),
        missing=tuple(v.name for v in villages if not v.has_reported) if level != "village" else (),
        unclosed=tuple(v.name for v in villages if not v.is_closed),
        until=today if is_running else None,
    )
    return Context(found, window, heading, _parameters(window, policy)), level, policy


def title_of(kind: str, heading: Heading) -> str:
    """Return what a report is called: whose, of when, which kind."""
    words = {reports.MONTHLY: "月报", reports.YEARLY: "年报", reports.AS_OF: "统计表"}
    whose = f"（帮扶责任人{heading.helper}）" if heading.helper else ""
    return f"{heading.area}{heading.period}防止返贫监测{words[kind]}{whose}"


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
    session: Session,
    store: Store,
    prefix: str,
    names: dict[str, str],
    months: Sequence[VillageMonth],
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
    reported = {month.village for month in months}
    unclosed = {month.village for month in months if not month.is_closed}
    return [
        Village(
            code, names.get(code, code), f"{code[:9]}000", code in reported, code not in unclosed
        )
        for code in sorted(known)
    ]


def _correction(months: Sequence[VillageMonth]) -> str:
    """Return “已更正，第n版” if a closed month of the window was corrected, "" else."""
    most = max((month.corrections for month in months), default=0)
    return f"已更正，第{most + 1}版" if most else ""


def _parameters(window: Window, policy: Policy) -> Parameters:
    process = policy.process
    return Parameters(
        line=policy.line,
        other_share_max=process.get("other_share_max", OTHER_SHARE_MAX),
        limits={name: int(process[name]) for name in _LIMITS if name in process},
        overdue_by_original=process.get("overdue_basis", "original") == "original",
        code_names=_code_names(window, policy),
        levels=_levels(window, policy),
    )


def _levels(window: Window, policy: Policy) -> dict[str, str]:
    """Return the severity of every code whose level does not depend on an answer."""
    fixed = {code: rule.severity for code, rule in policy.rules.items()}
    try:
        definition = catalogue.form_for(Period.of(window.end))
    except catalogue.NoPolicyError:
        return fixed
    lives = (question for question in definition.questions if question.life)
    return fixed | {one.code: worst([o.severity for o in one.options]) for one in lives}


def _code_names(window: Window, policy: Policy) -> dict[str, str]:
    """Return the words of every question and rule; of a month before the first form, rules only."""
    rules = {code: rule.name for code, rule in policy.rules.items()}
    try:
        definition = catalogue.form_for(Period.of(window.end))
    except catalogue.NoPolicyError:
        return rules
    return rules | {question.code: question.label for question in definition.questions}
