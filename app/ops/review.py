"""The review queue (审核队列) of township and county: what waits here, and the card of a matter."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import labels, warning
from app.domain.answers import from_text
from app.domain.catalogue import FormDef, Question
from app.domain.household import AnswerValue
from app.domain.ownership import Actor
from app.domain.period import Period
from app.domain.words import money
from app.models.form import Answer, Sheet
from app.models.household import Area
from app.models.ownership import bundled
from app.models.replica import PackageRow
from app.models.store import Store
from app.ops import (
    catalogue,
    devices,
    measure_rows,
    months,
    roster_view,
    warning_rows,
    warning_rules,
    warnings,
)
from app.ops.attachments import AttachmentLine
from app.ops.lives import StepLine
from app.ops.roster_view import HouseholdPage
from app.ops.warning_rows import CHINA, Loaded, WarningLine
from app.ops.warnings import WarningPage

PENDING = {"township": warning.PENDING_TOWNSHIP, "county": warning.PENDING_COUNTY}
_PASSED_BY = {"township": "pass", "county": "determine"}
_MONTHS = 3
_WAY = "BF-03"  # the question that says how the household was visited
_WITHOUT_SIGHT = {"phone": "电话", "proxy": "代述"}


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One warning that waits here. ``proof``: what came with it; ``lacking``: what must still.

    ``last_on``: day of its last step, before which no decision can be dated; ``lookups``: the
    words that the placeholders of a ready remark stand for.
    """

    line: WarningLine
    proof: str
    lacking: str
    is_again: bool
    last_on: date
    lookups: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits here; ``decided``: ids of what this level decided in the month of the day."""

    rows: tuple[ReviewRow, ...]
    decided: tuple[WarningLine, ...]


@dataclass(frozen=True, slots=True)
class MonthAnswer:
    """What a question was answered in a month; ``value`` None where it was not."""

    period: Period
    form: FormDef
    question: Question
    value: AnswerValue | None


@dataclass(frozen=True, slots=True)
class ReviewCard:
    """One matter for the reviewer: its warnings, three months, the village's words, the home.

    ``months``: warning id → oldest first; ``notes``: written beside the answers; ``photo_words``:
    said instead of photos, also file names of old.
    """

    pages: tuple[WarningPage, ...]
    months: Mapping[str, tuple[MonthAnswer, ...]]
    words: tuple[StepLine, ...]
    notes: tuple[str, ...]
    facts: tuple[str, ...]
    photos: tuple[AttachmentLine, ...]
    photo_words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reporter:
    """A lower replica and the day on which its last package came, None if none ever did."""

    device_id: str
    name: str
    last_on: date | None


@dataclass(frozen=True, slots=True)
class VillageMonth:
    """A village's month as it is known here."""

    area_code: str
    name: str
    state: str


def village_months(store: Store, period: Period) -> list[VillageMonth]:
    """Return the state of every village's month, in the order of their codes."""
    query = select(Area).where(Area.area_level == "village").order_by(Area.area_code)
    with store.read() as session:
        return [
            VillageMonth(area.area_code, area.name, months.state(session, area.area_code, period))
            for area in session.scalars(query)
        ]


def passing_action(level: str) -> str:
    """Return the step by which a level agrees."""
    return _PASSED_BY.get(level, "")


def may_decide(store: Store, actor: Actor) -> bool:
    """Tell whether this person's role may take steps at this level."""
    return bundled().tables["step"].rule.allows(store.level, actor.role)


def queue(store: Store, today: date) -> Queue:
    """Return what waits for this level's review, in a fixed number of queries."""
    state, level = PENDING.get(store.level, ""), store.level
    with store.read() as session:
        found = warning_rows.load(session)
        waiting = [loaded for loaded in found if loaded.state == state]
        month = Period.of(today)
        decided = [x for x in found if x.state != state and _was_decided(x, level, month)]
        lines = {
            line.warning_id: line
            for line in warning_rows.lines(session, [*waiting, *decided], today)
        }
        ways = _ways(session, {loaded.row.period for loaded in waiting})
    rows = tuple(_row(loaded, lines[loaded.row.id], ways) for loaded in waiting)
    return Queue(rows, tuple(lines[loaded.row.id] for loaded in decided))


def card(store: Store, warning_ids: Sequence[str], today: date, role: str = "") -> ReviewCard:
    """Return the card of a matter; ``role``: of whoever looks.

    Raises:
        UnknownWarningError: no such warning.
    """
    pages = tuple(warnings.show_warning(store, i, today, role) for i in warning_ids)
    home = pages[0].line.household_id
    with store.read() as session:
        asked = {p.line.warning_id: _three_months(session, p) for p in pages}
        notes = _notes(session, pages)
        count = len(measure_rows.load(session, [home]))
    return ReviewCard(
        pages=pages,
        months={warning_id: found for warning_id, found in asked.items() if found},
        words=_words(pages),
        notes=notes,
        facts=_facts(roster_view.household_page(store, home), count),
        photos=tuple({one.sha256: one for page in pages for one in page.photos}.values()),
        photo_words=tuple(dict.fromkeys(p.photo_words for p in pages if p.photo_words)),
    )


def reporters(store: Store) -> list[Reporter]:
    """Return the lower replicas in the order of their names."""
    below = [line for line in devices.list_devices(store) if line.relation == "subordinate"]
    with store.read() as session:
        came = select(PackageRow).filter_by(direction="in", state="imported")
        last = {row.peer_id: row.at for row in session.scalars(came.order_by(PackageRow.id))}
    return [Reporter(d.device_id, d.name, _day(last.get(d.device_id))) for d in below]


def _was_decided(loaded: Loaded, level: str, month: Period) -> bool:
    return any(
        step.level == level and row.action in ("pass", "determine", "return")
        and Period.of(step.step_on) == month  # type: ignore[attr-defined]
        for step, row in loaded.thing.standing.taken
    )  # fmt: skip


def _row(loaded: Loaded, line: WarningLine, ways: Mapping[tuple[str, str], str]) -> ReviewRow:
    lacking = warning_rules.missing_proof(loaded, line.photos)
    way = ways.get((line.household_id, line.period), "")
    question = catalogue.form_for(Period.parse(line.period)).by_code.get(loaded.row.question)
    lookups = {"题目": question.label} if question else {}
    return ReviewRow(
        line=line,
        proof="照片" if line.photos else _WITHOUT_SIGHT.get(way, ""),
        lacking=lacking,
        is_again=loaded.thing.standing.has_taken("resubmit"),
        last_on=loaded.steps[-1].step_on if loaded.steps else loaded.row.opened_on,
        lookups={**lookups, "依据": loaded.row.basis},
    )


def _ways(session: Session, periods: Iterable[str]) -> dict[tuple[str, str], str]:
    """Return (household, month) → how it was visited, for the months that wait."""
    query = (
        select(Sheet.household_id, Sheet.period, Answer.value)
        .join(Answer, Answer.sheet_id == Sheet.id)
        .where(Answer.question == _WAY, Sheet.period.in_(sorted(periods)))
    )
    return {(home, period): value or "" for home, period, value in session.execute(query)}


def _three_months(session: Session, page: WarningPage) -> tuple[MonthAnswer, ...]:
    """Return the last answers to the question of a warning, if it has one."""
    line = page.line
    last = Period.parse(line.period)
    wanted = [last.plus(n) for n in range(1 - _MONTHS, 1)]
    query = (
        select(Sheet.period, Answer.value)
        .join(Answer, Answer.sheet_id == Sheet.id)
        .where(
            Sheet.household_id == line.household_id,
            Sheet.period.in_([str(period) for period in wanted]),
            Answer.question == page.question,
            Answer.member_id == line.member_id,
        )
    )
    known = {period: value for period, value in session.execute(query) if value is not None}
    found = []
    definition = catalogue.form_for(last)
    question = definition.by_code.get(page.question)
    for period in wanted if question else ():
        assert question is not None  # noqa: S101  nothing is wanted without one
        text = known.get(str(period))
        value = None if text is None else from_text(question, text)
        found.append(MonthAnswer(period, definition, question, value))
    return tuple(found)


def _words(pages: Sequence[WarningPage]) -> tuple[StepLine, ...]:
    """Return what the village wrote at its steps, once where it is the same for several codes."""
    found: dict[tuple[object, ...], StepLine] = {}
    for page in pages:
        for step in page.history:
            if step.level == "village" and step.note:
                found.setdefault((step.on, step.action, step.actor, step.note), step)
    return tuple(found.values())


def _notes(session: Session, pages: Sequence[WarningPage]) -> tuple[str, ...]:
    """Return the notes beside the answers that the warnings are about."""
    keys = {(page.question, page.line.member_id) for page in pages}
    line = pages[0].line
    query = (
        select(Answer)
        .join(Sheet, Sheet.id == Answer.sheet_id)
        .where(
            Sheet.household_id == line.household_id,
            Sheet.period == line.period,
            Answer.question.in_([question for question, _member in keys]),
        )
    )
    found = (a.note for a in session.scalars(query) if (a.question, a.member_id) in keys)
    return tuple(dict.fromkeys(filter(None, found)))


def _facts(page: HouseholdPage, measure_count: int) -> tuple[str, ...]:
    """Return what the reviewer must know of the household, in short words."""
    line = page.line
    kind = labels.label("household_kind", line.household_kind)
    object_type = labels.label("object_type", line.object_type) if line.object_type else ""
    income = line.per_capita_income
    found = [
        f"{line.persons}人",
        kind,
        f"{object_type}（{'已消除' if line.is_eliminated else '未消除'}）" if object_type else "",
        f"人均{money(income)}元" if income is not None else "收入未判定",
        f"措施{measure_count}条",
        f"房屋{labels.label('house_rating', page.house_rating)}" if page.house_rating else "",
    ]
    return tuple(filter(None, found))


def _day(at: str | None) -> date | None:
    if at is None:
        return None
    return datetime.fromisoformat(at).replace(tzinfo=UTC).astimezone(CHINA).date()
