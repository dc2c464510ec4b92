"""Warnings as loaded: the row with its life, when what is due, and how it is shown in a list."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache, cached_property
from typing import NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.domain import deadlines, matters, warning
from app.domain.household import Finding
from app.domain.lifecycle import LEVELS, due_on
from app.domain.ownership import SIGNIFICANT
from app.domain.period import Period
from app.domain.policy import Policy
from app.domain.warning import WARNING, life_of
from app.models.replica import Device, PackageRow, ReplicaRow
from app.models.statements import CHUNK, some
from app.models.step import RECEIVED, Step, steps_of
from app.models.warning import HouseholdWarning
from app.ops import catalogue, policies
from app.ops.errors import UnknownWarningError
from app.ops.limits import limit
from app.ops.lives import Living, living
from app.ops.names import Names
from app.ops.proofs import Proofs

CHINA = timezone(timedelta(hours=8))
STEP_LIMITS = {  # who must act next, by state: parameter in days
    warning.SUGGESTED: "village_confirm_days",
    warning.PENDING_TOWNSHIP: "town_review_days",
    warning.PENDING_COUNTY: "county_review_days",
    warning.RETURNED: "return_days",
    warning.DETERMINED: "assign_days",
    warning.ASSIGNED: "accept_days",
    warning.CLOSING_REQUESTED: "county_check_days",
}
_HOLDERS = {  # who must act next, by state, where the severity makes no difference
    warning.SUGGESTED: "village",
    warning.RETURNED: "village",
    warning.PENDING_TOWNSHIP: "township",
    warning.PENDING_COUNTY: "county",
}
_SETS_DUE = frozenset({"open", "confirm", "assign"})  # the original day; extensions come on top


@dataclass(frozen=True, slots=True)
class WarningLine:
    """A warning in a list. ``due_on``: until when the present step, or the remedy, is due.

    ``remedy_due_on`` is the day in force, ``remedy_due_original`` the one before extensions.
    ``received_on``: when the last step arrived here, where that counts. ``escalated_to``: the
    highest level that must look. ``is_photo_owed``: it was to follow (照片后补) and has not come.
    """

    warning_id: str
    household_id: str
    household_no: str
    head_name: str
    village: str
    member_id: str
    member_name: str
    code: str
    severity: str
    state: str
    message: str
    opened_on: date
    due_on: date | None
    remedy_due_on: date | None
    overdue: bool
    matter: str
    note: str
    period: str
    remedy_due_original: date | None = None
    received_on: date | None = None
    holder: str = ""
    escalated_to: str = ""
    department: str = ""
    occurrence: int = 1
    is_urgent: bool = False
    is_cancel_proposed: bool = False
    remedied_on: date | None = None
    photos: int = 0
    is_photo_owed: bool = False
    card: str = ""  # household, topic and person of the matter card (事项) that it stands on


class Card(NamedTuple):
    """A matter card (事项): one fact of a household and, where it is a person's, of that person."""

    key: str
    label: str


@dataclass(frozen=True)
class Loaded:
    """A warning's row with its steps in force, oldest first."""

    row: HouseholdWarning
    steps: list[Step]

    @cached_property
    def policy(self) -> Policy:
        """The parameters of the month that opened it, in its village."""
        return policies.policy_of(self.row, Period.parse(self.row.period))

    @cached_property
    def thing(self) -> Living:
        """The warning with its life, by the table that its policy, code and origin make."""
        process = self.policy.process
        life = life_of(
            process["review_level"], process["close_level"], self.row.code, self.row.is_manual
        )
        return living(self.row, self.steps, life, self.row.severity)

    @property
    def state(self) -> str:
        """Where its steps led it."""
        return self.thing.state

    @property
    def severity(self) -> str:
        """How grave it is now: as found, raised or lowered."""
        return self.thing.kind

    @property
    def is_urgent(self) -> bool:
        """Tell whether help came before review (先救后审)."""
        return self.thing.standing.has_taken("urgent")

    @property
    def remedied_on(self) -> date | None:
        """Return the completion date, None while it is not 已补短."""
        done = self.thing.last("done")
        is_done = self.state in (warning.REMEDIED, warning.CLOSING_REQUESTED, warning.CLOSED)
        return done.step_on if done and is_done else None

    def again(self) -> "Loaded":
        """Return the warning after steps that were just written."""
        return Loaded(self.row, self.steps)


def load(session: Session, household_ids: Iterable[str] | None = None) -> list[Loaded]:
    """Return the warnings of households (None: all), by day of opening."""
    wanted = None if household_ids is None else set(household_ids)
    if wanted is not None and len(wanted) <= CHUNK:
        rows = session.scalars(_of_some(), {"ids": sorted(wanted)})
    else:
        rows = session.scalars(_by_day())
    found = [row for row in rows if wanted is None or row.household_id in wanted]
    ids = [row.id for row in found] if wanted is not None else None
    steps = steps_of(session, WARNING.subject, ids)
    return [Loaded(row, steps.get(row.id, [])) for row in found]


@cache
def _by_day() -> Select[HouseholdWarning]:
    return select(HouseholdWarning).order_by(HouseholdWarning.opened_on, HouseholdWarning.id)


@cache
def _of_some() -> Select[HouseholdWarning]:
    return _by_day().where(HouseholdWarning.household_id.in_(some("ids")))


def one(session: Session, warning_id: str) -> Loaded:
    """Return one warning.

    Raises:
        UnknownWarningError: no such warning.
    """
    row = session.get(HouseholdWarning, warning_id)
    if row is None:
        raise UnknownWarningError(warning_id=warning_id)
    return Loaded(row, steps_of(session, WARNING.subject, [warning_id]).get(warning_id, []))


def lines(session: Session, found: list[Loaded], today: date) -> list[WarningLine]:
    """Return how the warnings are shown in a list."""
    names = Names.of(session, {loaded.row.household_id for loaded in found})
    cards = cards_of(found)
    arrivals = Arrivals(session)
    photos = Proofs(session, {loaded.row.household_id for loaded in found})
    shown = ((loaded, _line(loaded, today, names, cards, arrivals)) for loaded in found)
    return [
        replace(line, photos=len(photos.of(x.row)), is_photo_owed=is_photo_owed(x, photos))
        for x, line in shown
    ]


class Arrivals:
    """When packages came in here: limits of 镇 and 县 run from the day of arrival (clock_from).

    A step came with the first package of its own village, or township, on or after its day.
    """

    def __init__(self, session: Session) -> None:
        self._level = session.scalars(select(ReplicaRow.level)).one_or_none() or ""
        came = (
            select(PackageRow.at, Device.level, Device.area_code)
            .join(Device, Device.id == PackageRow.peer_id)
            .where(PackageRow.direction == "in", PackageRow.state == "imported")
        )
        self._days: dict[str, list[date]] = {}
        for at, level, area_code in session.execute(came):
            day = datetime.fromisoformat(at).replace(tzinfo=UTC).astimezone(CHINA).date()
            insort(self._days.setdefault(area_code[: SIGNIFICANT[level]], []), day)

    def is_counted(self, step: Step, policy: Policy) -> bool:
        """Tell whether the limit after a step runs from its arrival here."""
        if step.level not in LEVELS or self._level not in LEVELS:
            return False
        is_from_below = LEVELS.index(step.level) < LEVELS.index(self._level)
        return is_from_below and bool(policy.process["clock_from"] == "received")

    def start(self, step: Step | None, opened_on: date, policy: Policy) -> date:
        """Return the day on which the limit after a step began to run here."""
        if step is None:
            return opened_on
        if not self.is_counted(step, policy):
            return step.step_on
        days = (
            known[place]
            for digits in SIGNIFICANT.values()
            if (known := self._days.get(step.scope[:digits]))
            and (place := bisect_left(known, step.step_on)) < len(known)
        )
        return min(days, default=step.step_on)


def received(session: Session, loaded: Loaded, on: date) -> dict[str, str]:
    """Return what a step here says of the day on which the one before came in (收到日).

    Only the level that got it knows the day; by the step all others do. Nothing where the step
    before was taken at this level or above.
    """
    mover, arrivals = _mover(loaded), Arrivals(session)
    if mover is None or not arrivals.is_counted(mover, loaded.policy):
        return {}
    day = arrivals.start(mover, loaded.row.opened_on, loaded.policy)
    return {RECEIVED: min(day, on).isoformat()}


def step_due(loaded: Loaded, arrivals: Arrivals) -> date | None:
    """Return until when the next step is due; None where the remedy's own day counts."""
    name = STEP_LIMITS.get(loaded.state)
    if name is None:
        return None
    if name == "village_confirm_days" and loaded.severity == "red":
        name = "village_confirm_days_red"
    start = arrivals.start(_mover(loaded), loaded.row.opened_on, loaded.policy)
    if loaded.is_urgent and loaded.state in (warning.PENDING_TOWNSHIP, warning.PENDING_COUNTY):
        name, start = "urgent_backfill_days", _urgent_start(loaded)
    return limit(loaded.policy, name, start)


def remedy_due(loaded: Loaded) -> tuple[date | None, date | None]:
    """Return (day in force, original day) until which the shortfall must be remedied."""
    current = next((s.due_on for s in reversed(loaded.steps) if s.due_on), None)
    original = next(
        (s.due_on for s in reversed(loaded.steps) if s.due_on and s.action in _SETS_DUE), current
    )
    return current, original


def remedy_limit(loaded: Loaded) -> date | None:
    """Return the day that makes it overdue (未销): original or current, by the policy."""
    if loaded.state in (warning.CLOSING_REQUESTED, *warning.ENDED):
        return None
    current, original = remedy_due(loaded)
    return original if loaded.policy.process["overdue_basis"] == "original" else current


def default_due(loaded: Loaded, on: date) -> date:
    """Return the day that the question gives for the remedy, from confirmation on."""
    definition = catalogue.form_for(Period.parse(loaded.row.period))
    question = definition.by_code.get(loaded.row.code)
    own = question.due_days.get(loaded.severity) if question else None
    return due_on(on, own if own is not None else definition.default_due_days[loaded.severity])


def department(loaded: Loaded) -> str:
    """Return who must remedy: as a step says, else as the catalogue does."""
    chosen = next((s.department for s in reversed(loaded.steps) if s.department), "")
    question = catalogue.form_for(Period.parse(loaded.row.period)).by_code.get(loaded.row.code)
    rule = loaded.policy.rules.get(loaded.row.code)
    parts = loaded.row.parts.split(",")
    usual = question.department_of(parts) if question else rule.department if rule else ""
    return chosen or usual


def is_grave(loaded: Loaded) -> bool:
    """Tell whether the level is one of those that must be proven."""
    least = loaded.policy.process["evidence_required_from"]
    return warning.RANK[loaded.severity] >= warning.RANK[least]


def demands_photo(loaded: Loaded) -> bool:
    """Tell whether question and level ask for a photo."""
    question = catalogue.form_for(Period.parse(loaded.row.period)).by_code.get(loaded.row.code)
    return question is not None and question.photo and is_grave(loaded)


def is_photo_owed(loaded: Loaded, photos: Proofs) -> bool:
    """Tell whether the photo of a confirmed one has not come yet (照片后补)."""
    is_confirmed = loaded.state not in (*warning.ENDED, warning.SUGGESTED, warning.NEW)
    return is_confirmed and demands_photo(loaded) and not photos.of(loaded.row)


def holder(loaded: Loaded) -> str:
    """Return the level whose turn it is."""
    known = _HOLDERS.get(loaded.state)
    if known:
        return known
    process = loaded.policy.process
    review = process["review_level"][loaded.severity]
    if loaded.state == warning.CLOSING_REQUESTED:
        level: str = process["close_level"].get(loaded.severity, review)
        return level
    return "county" if review == "county" else "township"


def _mover(loaded: Loaded) -> Step | None:
    """Return the step that led to the present state; those that only mark it start no limit."""
    here = loaded.state
    for step, row in reversed(loaded.thing.standing.taken):
        if row.leads("", loaded.row.severity) == here and isinstance(step, Step):
            return step
    return loaded.steps[-1] if loaded.steps else None


def _urgent_start(loaded: Loaded) -> date:
    pressed = loaded.thing.last("urgent")
    return pressed.step_on if pressed else loaded.row.opened_on


def _line(
    loaded: Loaded, today: date, names: Names, cards: Mapping[str, Card], arrivals: Arrivals
) -> WarningLine:
    row, state = loaded.row, loaded.state
    card = cards.get(row.id, Card(row.id, row.message))
    current, original = remedy_due(loaded)
    due = step_due(loaded, arrivals)
    remedy = remedy_limit(loaded)
    last = loaded.thing.last()
    line = WarningLine(
        warning_id=row.id,
        household_id=row.household_id,
        household_no=names.number(row.household_id),
        head_name=names.head(row.household_id),
        village=names.village(row.scope),
        member_id=row.member_id,
        member_name=names.member(row.member_id),
        code=row.code,
        severity=loaded.severity,
        state=state,
        message=row.message,
        opened_on=row.opened_on,
        due_on=current if due is None else due,
        remedy_due_on=current,
        overdue=False,
        matter=card.label,
        card=card.key,
        note=last.note if last else "",
        period=row.period,
        remedy_due_original=original,
        received_on=arrivals.start(last, row.opened_on, loaded.policy),
        holder=holder(loaded),
        department=department(loaded),
        occurrence=row.occurrence,
        is_urgent=loaded.is_urgent,
        is_cancel_proposed=loaded.thing.standing.has_taken("propose-cancel"),
        remedied_on=loaded.remedied_on,
    )
    late = _days_late(state, due, remedy, today)
    allowed = loaded.policy.days("escalate_days")
    return replace(
        line,
        overdue=late > 0,
        escalated_to=deadlines.escalation(line.holder, late, allowed),
    )


def _days_late(state: str, due: date | None, remedy_on: date | None, today: date) -> int:
    """Return by how many days the step or the remedy is late; nothing is late that has ended."""
    if state in warning.ENDED:
        return 0
    remedy = remedy_on if state in warning.UNREMEDIED else None
    return max((deadlines.overdue_days(d, today) for d in (due, remedy) if d), default=0)


def cards_of(found: Iterable[Loaded]) -> dict[str, Card]:
    """Return warning id → its matter card, household by household."""
    by_household: dict[str, list[Loaded]] = {}
    for loaded in found:
        by_household.setdefault(loaded.row.household_id, []).append(loaded)
    return {i: card for group in by_household.values() for i, card in _cards(group).items()}


def _cards(group: list[Loaded]) -> dict[str, Card]:
    pairs = [(loaded.row, _finding(loaded.row)) for loaded in group]
    return {
        row.id: Card("/".join((row.household_id, one.topic or row.code, one.member_id)), one.label)
        for one in matters.group([finding for _, finding in pairs], group[0].policy)
        for row, finding in pairs
        if finding in one.findings
    }


def _finding(row: HouseholdWarning) -> Finding:
    parts = tuple(filter(None, row.parts.split(",")))
    return Finding(row.code, row.member_id, row.severity, row.message, parts=parts)
