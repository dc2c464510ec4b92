"""Tables out: the roster and what hangs on it, in the order that a superior prescribes."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from app.domain import labels
from app.domain.ownership import Actor
from app.domain.roster_values import Value
from app.excel.forms import HIDDEN, PERSONAL
from app.excel.templates import published, read_template
from app.excel.writer import Template, Written, export_kinds, template, write_table
from app.models.household import Household, Member
from app.models.store import Store
from app.ops import measures, print_log, visits, warnings
from app.ops.items import Item
from app.ops.print_log import Noted
from app.ops.roster_rows import PRESENT, StoredRoster, household_values, load_roster, member_values

__all__ = [
    "EVERYTHING",
    "ExportChoice",
    "columns_of",
    "export_kinds",
    "export_roster",
    "export_table",
    "has_whole_numbers",
    "rows_of",
]
_ROSTER = frozenset(("member", "household", "object", "national"))
_OBJECTS = frozenset(("object", "national"))


@dataclass(frozen=True, slots=True)
class ExportChoice:
    """What of a kind is written and how.

    Attributes:
        template: a county's own .xlsx with field names in one row, or what was read from one;
            None for the shipped order.
        household_ids: only these households (a filtered list), None for all.
        is_public: numbers that identify a person are hidden.
        purpose: what whole numbers are wanted for; kept in the list of papers.
        item_ids: only these warnings, measures or visits, None for all.
    """

    template: Path | Template | None = None
    household_ids: frozenset[str] | None = None
    is_public: bool = False
    item_ids: frozenset[str] | None = None
    purpose: str = ""


EVERYTHING = ExportChoice()


def export_roster(store: Store, kind: str, path: Path) -> Written:
    """Write the living roster as a workbook: ``kind`` household, member or object.

    Raises:
        OSError: the file cannot be written; what stood there before is untouched.
    """
    with store.read() as session:
        stored = load_roster(session)
    return write_table(path, template(kind), _roster_rows(stored, kind, None))


def export_table(
    store: Store,
    actor: Actor,
    kind: str,
    path: Path,
    today: date,
    choice: ExportChoice = EVERYTHING,
) -> Written:
    """Write a table of any kind (``export_kinds``) as a workbook.

    Raises:
        TableError: the template cannot be read, or names no field.
        OSError: the file cannot be written; what stood there before is untouched.
    """
    rows = list(rows_of(store, actor, kind, today, choice))
    written = write_table(path, columns_of(kind, choice), rows)
    homes = len({row.get("household_no") for row in rows})
    title = template(kind).title
    if choice.purpose:
        title = print_log.with_purpose(title, choice.purpose)
    noted = Noted(title, homes, is_masked=choice.is_public)
    print_log.note(store, actor, noted, path)
    return written


def columns_of(kind: str, choice: ExportChoice) -> Template:
    """Return the columns that a table of this kind will have.

    Raises:
        TableError: the template cannot be read, or names no field.
    """
    chosen = choice.template
    columns = read_template(chosen, kind) if isinstance(chosen, Path) else chosen or template(kind)
    return published(columns) if choice.is_public else columns


def has_whole_numbers(columns: Template) -> bool:
    """Tell whether a column writes a person's number in full."""
    return any(
        name in PERSONAL and columns.forms.get(index) != HIDDEN
        for index, (_heading, name) in enumerate(columns.columns)
    )


def rows_of(
    store: Store, actor: Actor, kind: str, today: date, choice: ExportChoice
) -> Iterator[dict[str, Value]]:
    """Yield the rows of a table, as far as they are chosen."""
    wanted = choice.household_ids
    if kind in _ROSTER:
        with store.read() as session:
            stored = load_roster(session)
        yield from _roster_rows(stored, kind, wanted)
        return
    for thing_id, home, row in _register_rows(store, actor, kind, today):
        is_chosen = choice.item_ids is None or thing_id in choice.item_ids
        if is_chosen and (wanted is None or home in wanted):
            yield row


def _roster_rows(
    stored: StoredRoster, kind: str, wanted: Collection[str] | None
) -> Iterator[dict[str, Value]]:
    """Yield the rows of an export in the order of the roster, the head of a household first."""
    people: dict[str, list[Member]] = defaultdict(list)
    for member in stored.members.values():
        if member.member_status == PRESENT:
            people[member.household_id].append(member)
    for household in sorted(stored.households.values(), key=_roster_order):
        if wanted is not None and household.id not in wanted:
            continue
        members = sorted(people[household.id], key=lambda member: member.number)
        case = stored.cases.get(household.id)
        if kind in _OBJECTS and case is None:
            continue
        shared = household_values(household, members, stored.incomes.get(household.id), case)
        if kind == "household":
            yield shared
        else:
            yield from (shared | member_values(member) for member in members)


def _roster_order(household: Household) -> tuple[int, str]:
    return household.position, household.household_no


def _register_rows(
    store: Store, actor: Actor, kind: str, today: date
) -> Iterator[tuple[str, str, dict[str, Value]]]:
    """Yield id, household id and row of a register's things."""
    if kind == "warning":
        for line in warnings.list_warnings(store, today, only_open=False):
            row = {name: _value(value) for name, value in asdict(line).items()}
            row["severity"] = labels.label("severity", line.severity)
            row["state"] = labels.label("warning_state", line.state)
            yield line.warning_id, line.household_id, row
        return
    items = (
        measures.list_measures(store, today, actor)
        if kind == "measure"
        else visits.list_visits(store)
    )
    yield from ((item.item_id, item.household_id, _item_row(item)) for item in items)


def _item_row(item: Item) -> dict[str, Value]:
    own = {name: _value(value) for name, value in asdict(item).items() if name != "fields"}
    return {**own, **item.fields}


def _value(value: object) -> Value:
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, bool | int | str):
        return value
    return str(value)
