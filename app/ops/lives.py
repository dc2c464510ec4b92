"""What every life cycle shares: the steps allowed now, checking one, writing it, its history."""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.domain import labels
from app.domain.lifecycle import EVERY, PROGRAM, Lifecycle, Standing, Transition
from app.domain.ownership import Actor
from app.errors import Where
from app.models.household import Household
from app.models.ownership import bundled
from app.models.step import Step
from app.ops.errors import (
    HouseholdEndedError,
    MissingStepDataError,
    StepDataError,
    StepDateError,
    StepNotAllowedError,
    StepRoleError,
    UnknownStepDataError,
)
from app.ops.step_words import DATA_LABELS as DATA_LABELS  # noqa: PLC0414  asked for here

PROGRAM_NAME = "程序"
_FIRST_YEAR, _LAST_YEAR = 1900, 2099
_LONGEST = 5000  # characters of one text
_SHOWN = 30  # characters of a refused value that are said again
STATE_ENUMS = {  # subject → enum of its states
    "warning": "warning_state",
    "period": "period_state",
    "measure": "measure_state",
    "monitored_case": "case_state",
    "natural_change": "change_state",
    "review_campaign": "campaign_state",
    "issue": "issue_state",
    "data_doubt": "doubt_state",
    "negative_check": "negative_state",
}
SUBJECT_WORDS = {
    "warning": "预警",
    "period": "月度监测",
    "measure": "帮扶措施",
    "monitored_case": "监测对象或线索",
    "natural_change": "自然变更",
    "review_campaign": "专项排查",
    "issue": "问题",
    "data_doubt": "疑点",
    "negative_check": "负面清单核查",
}


@dataclass(frozen=True, slots=True)
class Action:
    """A step that the level may take now, and the named data it must bring."""

    name: str
    label: str
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StepInput:
    """What a person brings to a step. ``values``: named data; ``note`` the words."""

    note: str = ""
    on: date | None = None
    values: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """Return named data without blanks around it, "" if it was not brought."""
        return self.note.strip() if name == "note" else self.values.get(name, "").strip()


@dataclass(frozen=True, slots=True)
class Added:
    """What the program adds to a step: a due day, what the thing is from here on, further data."""

    due: date | None = None
    kind: str = ""
    more: Mapping[str, str] = field(default_factory=dict)


NOTHING_ADDED = Added()


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step of the history, as shown."""

    on: date
    label: str
    actor: str
    level: str
    note: str
    action: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Who:
    """Who takes a step: the person, and the level of the replica."""

    actor: Actor
    level: str


THE_PROGRAM = Who(Actor(PROGRAM_NAME, "administrator"), PROGRAM)


@dataclass(frozen=True, slots=True)
class Living:
    """A thing with its life. ``steps``: in force, oldest first, those outside the table too."""

    row: Any
    steps: list[Step]
    life: Lifecycle
    standing: Standing

    @property
    def state(self) -> str:
        """Where it stands."""
        return self.standing.state

    @property
    def kind(self) -> str:
        """What it is now: a warning's severity, a change's kind."""
        return self.standing.kind

    @property
    def is_open(self) -> bool:
        """Tell whether it has not ended."""
        return self.state not in self.life.ended

    def last(self, *actions: str) -> Step | None:
        """Return the newest step of these actions that the table allowed (none: of any)."""
        for step, row in reversed(self.standing.taken):
            if not actions or row.action in actions:
                assert isinstance(step, Step)  # noqa: S101  what was given in comes out
                return step
        return None

    def value(self, name: str) -> str:
        """Return named data of the newest step that brought it."""
        for step in reversed(self.steps):
            found = values_of(step).get(name)
            if found:
                return found
        return ""


def living(
    row: Any, steps: list[Step], life: Lifecycle, kind: str = EVERY, start: str = ""
) -> Living:
    """Return a row with its life."""
    return Living(row, steps, life, life.standing(steps, kind, start))


def actions(thing: Living, who: Who, extra: Mapping[str, Sequence[str]] | None = None) -> tuple[
    Action, ...
]:  # fmt: skip
    """Return what this person may do now, in the table's order. ``extra``: more needs by action."""
    more = extra or {}
    return tuple(
        Action(row.action, row.label, (*row.needs, *more.get(row.action, ())))
        for row in thing.life.buttons(thing.standing, who.level)
        if who.actor.role in roles_for(row, who.level)
    )


def roles_for(row: Transition, level: str) -> frozenset[str]:
    """Return the roles that may take a step at a level: those that write there, if the row is so.

    The administrator has every role of the level.
    """
    writers = bundled().tables["step"].rule.roles.get(level, frozenset())
    found = writers & row.roles if row.roles else writers
    return found | {"administrator"}


def check(
    thing: Living,
    action: str,
    who: Who,
    given: StepInput,
    on: date,
    extra: Mapping[str, Sequence[str]] | None = None,
) -> Transition:
    """Return the row of a step that may be taken.

    Raises:
        StepNotAllowedError, StepRoleError, MissingStepDataError, UnknownStepDataError,
        StepDateError: it may not.
    """
    row = _row(thing, action, who)
    if who.actor.role not in roles_for(row, who.level):
        raise _wrong_role(row, who)
    needs = (*row.needs, *(extra or {}).get(action, ()))
    missing = [name for name in needs if not given.get(name)]
    if missing:
        raise missing_data(row.label, missing)
    require_known(row.label, given.values, (*needs, *row.takes, *sorted(thing.life.takes)))
    require_text({"note": given.note, **given.values})
    last = thing.last()
    if last is not None:
        not_before(on, last.step_on, "上一步")
    else:
        not_before(on, begun_on(thing.row), "登记那天")
    return row


def _wrong_role(row: Transition, who: Who) -> StepRoleError:
    allowed = sorted(roles_for(row, who.level) - {"administrator"})
    shown = "、".join(labels.label("operator_role", role) for role in allowed)
    return StepRoleError(
        role=labels.label("operator_role", who.actor.role), action=row.label, allowed=shown
    )


def require_known(action: str, given: Iterable[str], known: Iterable[str]) -> None:
    """Refuse named data that nothing would come of: a slip of the keyboard is not lost silently.

    Raises:
        UnknownStepDataError: names it, and what may be brought.
    """
    allowed = [name for name in dict.fromkeys(known) if name != "note"]
    strange = [name for name in given if name not in allowed]
    if strange:
        shown = "、".join(f"{name}（{DATA_LABELS[name]}）" for name in allowed)
        raise UnknownStepDataError(
            action=action,
            fields="、".join(strange),
            known=shown or "只有说明",
            where=Where(column=",".join(strange)),
        )


def begun_on(row: Any) -> date | None:
    """Return the day on which a thing came up, by whichever name its table has for it."""
    names = ("opened_on", "received_on", "found_on", "reported_on", "identified_on")
    found = next((day for name in names if (day := getattr(row, name, None))), None)
    if isinstance(found, str):  # a month alone begins with its first day
        return date.fromisoformat(found if len(found) > len("2025-10") else f"{found}-01")
    return found


def missing_data(action: str, names: Sequence[str]) -> MissingStepDataError:
    """Return the refusal of a step without its data; ``where.column`` has the fields' names."""
    shown = "、".join(DATA_LABELS[name] for name in names)
    return MissingStepDataError(action=action, fields=shown, where=Where(column=",".join(names)))


def _row(thing: Living, action: str, who: Who) -> Transition:
    allowed = thing.life.buttons(thing.standing, who.level)
    for row in allowed:
        if row.action == action:
            return row
    subject = thing.life.subject
    raise StepNotAllowedError(
        what=SUBJECT_WORDS[subject],
        state=state_label(subject, thing.state),
        level=labels.label("area_level", who.level),
        action=thing.life.label_of(action) or action,
        allowed="、".join(f"{row.label}（{row.action}）" for row in allowed) or "无",
    )


def write_step(
    session: Session,
    thing: Living,
    action: str,
    who: Who,
    given: StepInput,
    added: Added = NOTHING_ADDED,
) -> Step:
    """Write one step that follows the last; the caller has checked that the table allows it.

    Raises:
        ValueError: ``given`` has no date.
    """
    step = new_step(thing, action, who, given, added)
    session.add(step)
    session.flush()
    thing.steps.append(step)
    return step


def new_step(
    thing: Living, action: str, who: Who, given: StepInput, added: Added = NOTHING_ADDED
) -> Step:
    """Return the row of a step that follows the last, not yet written.

    Raises:
        ValueError: ``given`` has no date.
    """
    if given.on is None:
        raise ValueError("a step without a date")
    values = {k: v for k, v in given.values.items() if k not in ("department", "due_on") and v}
    return Step(
        scope=thing.row.scope,
        subject=thing.life.subject,
        subject_id=thing.row.id,
        household_id=getattr(thing.row, "household_id", ""),
        follows=thing.steps[-1].id if thing.steps else "",
        action=action,
        kind=added.kind,
        step_on=given.on,
        actor=who.actor.name,
        level=who.level,
        note=given.note,
        due_on=added.due,
        department=labels.department(given.get("department")),
        values=_text({**values, **added.more}),
    )


def history(thing: Living) -> Iterable[StepLine]:
    """Return the steps that the table allowed, oldest first."""
    for step, row in thing.standing.taken:
        assert isinstance(step, Step)  # noqa: S101  what was given in comes out
        yield StepLine(
            step.step_on, row.label, step.actor, step.level, step.note, row.action, values_of(step)
        )


def values_of(step: Step) -> dict[str, str]:
    """Return the named data of a step, department and due day among them."""
    found: dict[str, str] = json.loads(step.values) if step.values else {}
    if step.department:
        found["department"] = step.department
    if step.due_on:
        found["due_on"] = step.due_on.isoformat()
    return found


def state_label(subject: str, state: str) -> str:
    """Return the Chinese word of a state."""
    return labels.label(STATE_ENUMS[subject], state)


def day(given: StepInput, name: str) -> date | None:
    """Return a date that a step brings, None if it does not.

    Raises:
        StepDateError: not a date.
    """
    text = given.get(name)
    try:
        found = date.fromisoformat(text) if text else None
    except ValueError:
        raise StepDateError(
            on=text[:_SHOWN], reason="应写成 2025-10-31", where=Where(column=name)
        ) from None
    require_calendar(found, name)
    return found


def require_calendar(day: date | None, name: str = "") -> None:
    """Refuse a day of another age: a slip of the keyboard that no month could hold.

    Raises:
        StepDateError: it is.
    """
    if day is not None and not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        reason = f"年份应在{_FIRST_YEAR}到{_LAST_YEAR}之间"
        raise StepDateError(on=day.isoformat(), reason=reason, where=Where(column=name))


def require_registered(household: Household) -> None:
    """Refuse to begin something with a household that has ended: its history stays as it is.

    Raises:
        HouseholdEndedError: it has.
    """
    if household.removed_on is not None:
        raise HouseholdEndedError(reason=household.removed_reason or "不在册")


def require_text(given: Mapping[str, str]) -> None:
    """Refuse texts that no form has room for, and characters that nothing can show.

    Raises:
        StepDataError: names the field, not what it holds.
    """
    for name, text in given.items():
        if len(text) > _LONGEST:
            raise bad_data(name, "", f"最多{_LONGEST}个字")
        if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\r\t" for c in text):
            raise bad_data(name, "", "有不能用的字符")


def bad_data(name: str, value: str, reason: str) -> StepDataError:
    """Return the refusal of one named datum."""
    shown = value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…"
    return StepDataError(field=DATA_LABELS.get(name, name), value=shown, reason=reason, name=name)


def not_before(day: date | None, earliest: date | None, what: str, name: str = "") -> None:
    """Refuse a day before the one that it depends on. ``what``: words for that one.

    Raises:
        StepDateError: it is before.
    """
    if day is not None and earliest is not None and day < earliest:
        reason = f"早于{what}（{earliest.isoformat()}）"
        raise StepDateError(on=day.isoformat(), reason=reason, where=Where(column=name))


def not_after(day: date | None, latest: date, what: str, name: str = "") -> None:
    """Refuse a day after the one that it cannot be after. ``what``: words for that one.

    Raises:
        StepDateError: it is after.
    """
    if day is not None and day > latest:
        raise StepDateError(on=day.isoformat(), reason=f"晚于{what}", where=Where(column=name))


def number(given: StepInput, name: str) -> int:
    """Return a whole number that a step must bring.

    Raises:
        StepDataError: not a whole number.
    """
    text = given.get(name)
    if not re.fullmatch(r"-?\d{1,9}", text):
        raise bad_data(name, text, "应是整数")
    return int(text)


def chosen(given: StepInput, name: str, allowed: Iterable[str], enum: str = "") -> str:
    """Return the key of a choice that a step brings, by key or by label.

    Raises:
        StepDataError: none of the allowed ones.
    """
    text, options = given.get(name), list(allowed)
    try:
        key = labels.key(enum, text) if enum else text
    except ValueError:
        key = ""
    if key not in options:
        shown = "、".join(labels.label(enum, o) if enum else o for o in options)
        raise bad_data(name, text, f"可填：{shown}")
    return key


def _text(values: Mapping[str, str]) -> str:
    return json.dumps(dict(values), ensure_ascii=False, sort_keys=True) if values else ""
