"""One thing of a register as lists, pages and the command line show it, whatever its life cycle."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from app.domain.deadlines import overdue_days
from app.ops.lives import Action, Living, StepLine, Who, actions, history, state_label
from app.ops.names import Names


@dataclass(frozen=True, slots=True)
class Item:
    """One thing. ``fields``: its own data by glossary name, as text; ``title``: one sentence."""

    item_id: str
    subject: str
    household_id: str
    household_no: str
    head_name: str
    village: str
    title: str
    state: str
    state_label: str
    opened_on: date | None
    due_on: date | None
    overdue: bool
    fields: Mapping[str, str] = field(default_factory=dict)
    history: tuple[StepLine, ...] = ()
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """What a register says of one of its things, apart from the life cycle.

    ``more_needs``: action → what it needs beyond the table.
    """

    title: str
    opened_on: date | None = None
    due_on: date | None = None
    fields: Mapping[str, object] = field(default_factory=dict)
    more_needs: Mapping[str, Sequence[str]] = field(default_factory=dict)


def item(thing: Living, shown: Shown, names: Names, who: Who, today: date) -> Item:
    """Return a thing as it is shown to somebody."""
    subject, row = thing.life.subject, thing.row
    home = getattr(row, "household_id", "")
    late = bool(shown.due_on and thing.is_open and overdue_days(shown.due_on, today))
    return Item(
        item_id=row.id,
        subject=subject,
        household_id=home,
        household_no=names.number(home),
        head_name=names.head(home),
        village=names.village(row.scope),
        title=shown.title,
        state=thing.state,
        state_label=state_label(subject, thing.state),
        opened_on=shown.opened_on,
        due_on=shown.due_on,
        overdue=late,
        fields={name: _text(value) for name, value in shown.fields.items()},
        history=tuple(history(thing)),
        actions=actions(thing, who, shown.more_needs),
    )


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    return value.isoformat() if isinstance(value, date) else str(value)
