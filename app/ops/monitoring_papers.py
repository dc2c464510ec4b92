"""The papers of monitoring: the village's ledger of warnings and measures, and the 公示."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import words
from app.domain.labels import label
from app.domain.listing import Ledger, ListColumn, Listing
from app.domain.papers import notice_text
from app.domain.period import Period
from app.domain.public_notice import CLEAR_OUT, IMPRECISE, KINDS, NoticeRow, PublicNotice
from app.models.household import Household, Member
from app.models.store import Store
from app.ops import case_rows, measure_rows, policies, warning_rows
from app.ops.case_rows import LoadedCase
from app.ops.lives import Living
from app.ops.names import Names
from app.ops.plan_catalogue import catalogue_for
from app.ops.plan_sources import area_names, area_text
from app.ops.print_log import Noted
from app.ops.printing import Printed, Printing, draw
from app.ops.warning_rows import WarningLine
from app.reports.errors import NobodyInPublicityError

_WARNINGS = (
    ListColumn("序号", 10, True), ListColumn("户编号", 18, True), ListColumn("户主", 22, True),
    ListColumn("对象", 22, True), ListColumn("编号", 16, True), ListColumn("事项", 56),
    ListColumn("级别", 11, True), ListColumn("发现日期", 26, True),
    ListColumn("到期日", 26, True), ListColumn("责任部门", 28), ListColumn("状态", 24, True),
)  # fmt: skip
_MEASURES = (
    ListColumn("序号", 10, True), ListColumn("户编号", 18, True), ListColumn("户主", 22, True),
    ListColumn("类别", 28), ListColumn("措施", 48), ListColumn("受益人", 20, True),
    ListColumn("责任单位", 26), ListColumn("责任人", 20, True), ListColumn("起止日期", 26, True),
    ListColumn("金额（元）", 18, True), ListColumn("状态", 21, True),
)  # fmt: skip


def ledger(store: Store, household_ids: Sequence[str] | None, today: date) -> Ledger:
    """Return the ledger of warnings that are not ended, and of all measures that are not 终止."""
    with store.read() as session:
        homes = _homes(session, household_ids)
        found = [one for one in warning_rows.load(session) if one.row.household_id in homes]
        lines = warning_rows.lines(session, [w for w in found if w.thing.is_open], today)
        measures = [m for m in measure_rows.load(session) if m.row.household_id in homes]
        names = Names.of(session, set(homes))
        area = area_text(store.area_code, area_names(session, store))
        order = {home: place for place, home in enumerate(homes)}
        lines.sort(key=lambda line: (order[line.household_id], line.opened_on, line.code))
        standing = [m for m in measures if m.state != "terminated"]
        standing.sort(key=lambda thing: (order[thing.row.household_id], thing.row.id))
        return Ledger(
            area=area,
            title="监测预警与帮扶措施台账",
            printed_on=today,
            listings=(warning_listing(lines), measure_listing(standing, names)),
        )


def print_ledger(store: Store, household_ids: Sequence[str] | None, printing: Printing) -> Printed:
    """Print the ledger, A4 lying.

    Raises:
        PaperNotSavedError: the file cannot be written; the path is as it was.
    """
    from app.reports import ledger as paper  # noqa: PLC0415  ReportLab loads when it is needed

    made = ledger(store, household_ids, printing.today)
    noted = Noted(made.title, 0)
    return draw(store, printing, noted, lambda: paper.render(made, printing.path))


def notices(store: Store, household_ids: Sequence[str] | None, today: date) -> list[PublicNotice]:
    """Return the notices of the cases that are in publicity now, one for each kind of them."""
    with store.read() as session:
        homes = _homes(session, household_ids)
        latest: dict[str, LoadedCase] = {}
        for case in case_rows.load(session, homes):
            latest[case.thing.row.household_id] = case
        people = _present(session, homes)
        policy = policies.policy_for(session, Period.of(today))
        groups = catalogue_for(Period.of(today)).reason_groups
        village = area_names(session, store).get(store.area_code, store.identity.name)
        found = []
        for kind in KINDS:
            shown = [h for h in homes if h in latest and _notice_kind(latest[h]) == kind]
            rows = [
                _notice_row(homes[home], people.get(home, []), latest[home], groups)
                for home in shown
            ]
            if rows:
                days = policy.days("publicity_days")
                # The days on the paper are those that the end of the publicity is judged by.
                last = ("propose-clear-out",) if kind == CLEAR_OUT else ()
                steps = [latest[home].thing.last(*last) for home in shown]
                since = max((step.step_on for step in steps if step), default=today)
                found.append(PublicNotice(kind, village, tuple(rows), since, days))
        return found


def print_notices(store: Store, household_ids: Sequence[str] | None, printing: Printing) -> Printed:
    """Print the notices, in the layout of official papers.

    Raises:
        NobodyInPublicityError: nobody is.
        PaperNotSavedError: the file cannot be written; the path is as it was.
    """
    from app.reports.papers import public  # noqa: PLC0415  ReportLab loads when it is needed

    found = [notice_text(one) for one in notices(store, household_ids, printing.today)]
    if not found:
        raise NobodyInPublicityError
    noted = Noted("公示", 0, is_masked=True)
    return draw(store, printing, noted, lambda: public.render(found, printing.path))


def warning_listing(lines: Sequence[WarningLine]) -> Listing:
    """Return warnings as a list."""
    rows = tuple(
        (
            str(number), line.household_no, line.head_name, line.member_name or "全户", line.code,
            line.message, label("severity", line.severity), line.opened_on.isoformat(),
            _day(line.due_on) + ("\n超期" if line.overdue else ""), line.department,
            label("warning_state", line.state),
        )
        for number, line in enumerate(lines, 1)
    )  # fmt: skip
    return Listing("未销预警", _WARNINGS, rows, f"共{len(rows)}条")


def measure_listing(things: Sequence[Living], names: Names) -> Listing:
    """Return measures as a list."""
    rows = tuple(_measure_row(number, thing, names) for number, thing in enumerate(things, 1))
    return Listing("帮扶措施", _MEASURES, rows, f"共{len(rows)}条")


def _measure_row(number: int, thing: Living, names: Names) -> tuple[str, ...]:
    row = thing.row
    carried = "\n（结转）" if row.is_carried_over else ""
    span = "\n".join(filter(None, (_day(row.planned_start_on), _day(row.planned_end_on))))
    return (
        str(number), names.number(row.household_id), names.head(row.household_id),
        label("measure_category", row.measure_category),
        "：".join(filter(None, (row.measure_kind, row.content))),
        names.member(row.member_id) or "全户", row.department, row.responsible_person, span,
        "" if row.amount is None else words.money(row.amount),
        label("measure_state", thing.state) + carried,
    )  # fmt: skip


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _homes(session: Session, household_ids: Sequence[str] | None) -> dict[str, Household]:
    query = (
        select(Household)
        .where(Household.removed_on.is_(None))
        .order_by(Household.position, Household.household_no)
    )
    wanted = None if household_ids is None else set(household_ids)
    return {row.id: row for row in session.scalars(query) if wanted is None or row.id in wanted}


def _present(session: Session, homes: Mapping[str, Household]) -> dict[str, list[Member]]:
    found: dict[str, list[Member]] = {}
    query = select(Member).filter_by(member_status="present").order_by(Member.number)
    for member in session.scalars(query):
        if member.household_id in homes:
            found.setdefault(member.household_id, []).append(member)
    return found


def _notice_row(
    home: Household, people: Sequence[Member], case: LoadedCase, groups: Mapping[str, str]
) -> NoticeRow:
    heads = [member.name for member in people if member.relation == "户主"]
    main = _causes(case)[:1]
    group = groups.get(main[0], groups["other"]) if main else groups["other"]
    return NoticeRow(
        head_name=(heads or [member.name for member in people] or [""])[0],
        persons=len(people),
        hamlet_group=home.hamlet_group,
        reason_group=IMPRECISE if _notice_kind(case) == CLEAR_OUT else group,
    )


def _notice_kind(case: LoadedCase) -> str:
    is_proposed = case.thing.is_open and case.thing.standing.has_taken("propose-clear-out")
    return CLEAR_OUT if is_proposed else case.state


def _causes(case: LoadedCase) -> list[str]:
    """Return the keys of the causes: of the entered case, else of the visit that verified it."""
    text = case.case.causes if case.case is not None else case.thing.value("causes")
    return [cause for cause in text.split(",") if cause]
