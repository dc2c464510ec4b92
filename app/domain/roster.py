"""The roster as a table says it: rows, households, and what must be shown before it is believed.

Pure: a reader of files delivers :class:`ReadRow`, the result is a :class:`RosterTable`.
Nothing is guessed: a row that cannot be attributed is an error until a person decides.
"""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from app.domain.roster_id import IdReading
from app.domain.roster_values import EMPTY, Reading, Value

HOUSEHOLD_FIELDS = (
    "hamlet_group", "household_no", "head_name", "registered_size", "household_kind",
    "object_type", "main_cause", "causes", "identified_on", "is_eliminated", "eliminated_on",
    "per_capita_income", "house_rating", "has_safe_water", "phone",
)  # fmt: skip
MEMBER_FIELDS = (
    "person_no", "name", "relation", "sex", "id_no", "disability_cert_no", "birth_date",
    "ethnicity", "education", "school_status", "health", "labor_skill", "employment",
    "work_place", "work_months", "monthly_wage", "work_from", "work_to", "medical_insurance",
    "has_pension_insurance", "has_dibao", "has_tekun",
)  # fmt: skip
HEAD = "户主"


class Place(NamedTuple):
    """Where a row stands; ``row`` counts from 1, the sheet of a text file is ""."""

    file: str
    sheet: str
    row: int


class Reason(NamedTuple):
    """Why a row is shown: a code of the import, the field it is about, the cell as written."""

    code: str
    field: str
    text: str = ""


@dataclass(slots=True)
class ReadRow:
    """A row that describes a person, as read from one line of a table.

    Attributes:
        cells: field → reading, for every column that feeds a field, identity number apart.
        merged_from: first row of the merged household cell that covers this row, if any.
        after_gap: a blank row stands directly before.
        reasons: what reading found; assembling adds to it.
        household: key of the household, None if the row belongs to none; set by assembling.
    """

    place: Place
    cells: dict[str, Reading]
    identity: IdReading
    row_no: str = ""
    merged_from: int | None = None
    after_gap: bool = False
    reasons: list[Reason] = field(default_factory=list)
    household: str | None = None

    def value(self, name: str) -> Value:
        """Return the value of a field in this row alone."""
        return self.cells.get(name, EMPTY).value

    @property
    def is_error(self) -> bool:
        """The row is not imported until a person decides."""
        return any(reason.code.startswith("E_") for reason in self.reasons)


class RowValues(Mapping[str, Value]):
    """Field → value of one row; the names are shared by all rows of a table.

    A county's rows as dicts of their own would take 150 MB more.
    """

    __slots__ = ("_places", "_values")

    def __init__(self, places: Mapping[str, int], values: tuple[Value, ...]) -> None:
        self._places, self._values = places, values

    def __getitem__(self, name: str) -> Value:
        return self._values[self._places[name]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._values)

    def get(self, name: str, default: Any = None) -> Any:
        """Return a value; written out because comparing asks for millions."""
        place = self._places.get(name)
        return default if place is None else self._values[place]

    def copy(self) -> dict[str, Value]:
        """Return the same as a dict."""
        return dict(zip(self._places, self._values, strict=True))


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One row of the answer: its class, its reasons, its values (household values included)."""

    place: Place
    household: str | None
    reasons: tuple[Reason, ...]
    values: Mapping[str, Value]
    is_id_valid: bool

    @property
    def row_class(self) -> str:
        """Return ok, warn or error."""
        kinds = {reason.code[0] for reason in self.reasons}
        return "error" if "E" in kinds else "warn" if "W" in kinds else "ok"


@dataclass(frozen=True, slots=True)
class RosterHousehold:
    """A household of the table; ``listed`` counts its rows, rejected ones too, doubles not."""

    key: str
    household_no: str | None
    head_name: str | None
    declared: int | None
    listed: int
    sheet: str
    first_row: int
    last_row: int
    codes: tuple[str, ...]


class Duplicate(NamedTuple):
    """The same person again in the same household: the first row stays."""

    id_no: str
    kept: Place
    dropped: Place


class Conflict(NamedTuple):
    """One identity number with two names, or one person in two households."""

    kind: str
    id_no: str
    rows: tuple[Place, Place]
    households: tuple[str, str]


@dataclass(frozen=True, slots=True)
class RosterTable:
    """Everything that a table says."""

    rows: tuple[RosterRow, ...]
    households: tuple[RosterHousehold, ...]
    duplicates: tuple[Duplicate, ...]
    conflicts: tuple[Conflict, ...]


@dataclass(slots=True)
class _Household:
    key: str
    number: str | None
    rows: list[ReadRow] = field(default_factory=list)
    first_row: int = 0
    last_row: int = 0
    is_closed: bool = False  # rows that follow elsewhere do not belong to its block


def cross_check(row: ReadRow) -> None:
    """Add the reasons that need two cells of a row: name, number, sex, birth."""
    if row.value("name") is None:
        row.reasons.append(Reason("E_NAME_MISSING", "name"))
    if row.identity.code:
        row.reasons.append(Reason(row.identity.code, "id_no", row.identity.value))
    if not row.identity.is_valid:
        return
    sex, birth = row.value("sex"), row.value("birth_date")
    if sex is not None and sex != row.identity.sex:
        row.reasons.append(Reason("W_SEX_MISMATCH", "sex", str(sex)))
    if isinstance(birth, str) and not row.identity.birth.startswith(birth):
        row.reasons.append(Reason("W_BIRTH_MISMATCH", "birth_date", birth))


class RosterBuilder:
    """Puts rows together: blocks of rows → households → doubles and contradictions → classes."""

    def __init__(self) -> None:
        self._households: dict[str, _Household] = {}
        self._rows: list[ReadRow] = []
        self._duplicates: list[Duplicate] = []
        self._conflicts: list[Conflict] = []
        self._indexes: dict[tuple[str, ...], Mapping[str, int]] = {}
        self._kept_for: dict[int, ReadRow] = {}  # row index of a moved person → the first row

    def add_sheet(self, rows: list[ReadRow], columns: frozenset[str]) -> None:
        """Attribute the rows of one sheet to households; ``columns`` are the fields it has."""
        blocks = _Blocks(rows, columns, self._households)
        for row in rows:
            blocks.place(row)
        self._rows.extend(rows)

    def build(self) -> RosterTable:
        """Return the table; call once, after the last sheet."""
        self._compare_people()
        values = {h.key: self._household_values(h) for h in self._households.values()}
        households = tuple(self._describe(h, values[h.key]) for h in self._households.values())
        for household in self._households.values():
            household.rows.clear()
        rows = tuple(self._finish(i, row, values) for i, row in enumerate(self._rows))
        return RosterTable(rows, households, tuple(self._duplicates), tuple(self._conflicts))

    def _compare_people(self) -> None:
        """Find the same person twice; only valid numbers are compared, else name and birth."""
        by_number: dict[str, ReadRow] = {}
        by_name: dict[tuple[str | None, Value, Value, str], ReadRow] = {}
        for index, row in enumerate(self._rows):
            if row.is_error:
                continue
            if row.identity.is_valid:
                first = by_number.setdefault(row.identity.value, row)
            elif row.value("birth_date") is not None:
                name_key = (
                    row.household, row.value("name"), row.value("birth_date"), row.identity.value,
                )  # fmt: skip
                first = by_name.setdefault(name_key, row)
            else:
                continue
            if first is not row:
                self._note_double(index, first, row)

    def _note_double(self, index: int, first: ReadRow, row: ReadRow) -> None:
        number = row.identity.value
        same_name = _names_agree(str(first.value("name")), str(row.value("name")))
        if same_name and first.household == row.household:
            row.reasons.append(Reason("E_DUPLICATE", "id_no", number))
            self._duplicates.append(Duplicate(number, first.place, row.place))
            return
        kind = "same_person_two_households" if same_name else "same_id_two_names"
        row.reasons.append(Reason("E_ID_CONFLICT", "id_no", number))
        households = (str(first.household), str(row.household))
        self._conflicts.append(Conflict(kind, number, (first.place, row.place), households))
        self._kept_for[index] = first

    def _household_values(self, household: _Household) -> dict[str, Value]:
        """Return the values of a household: the first row that has one counts."""
        values: dict[str, Value] = {}
        rows = [row for row in household.rows if not _is_double(row)]
        for name in HOUSEHOLD_FIELDS:
            chosen: Reading | None = None
            for row in rows:
                cell = row.cells.get(name)
                if cell is None:
                    continue
                if chosen is None or (chosen.value is None and not chosen.code):
                    chosen = cell
                    if cell.code:
                        row.reasons.append(Reason(cell.code, name, cell.text))
                elif cell is not chosen and _contradicts(cell, chosen):
                    row.reasons.append(Reason("W_HH_VALUE_CONFLICT", name, _text(cell)))
            if chosen is not None:
                values[name] = chosen.value
        if "household_no" in values:
            values["household_no"] = household.number
        return values

    def _describe(self, household: _Household, values: Mapping[str, Value]) -> RosterHousehold:
        rows = [row for row in household.rows if not _is_double(row)]
        heads = [row for row in rows if row.value("relation") == HEAD]
        declared = values.get("registered_size")
        codes = []
        if household.number is None:
            codes.append("F_NO_CODE")
        if rows and all("relation" in row.cells for row in rows):
            codes += ["W_NO_HEAD"] * (not heads) + ["W_MULTI_HEAD"] * (len(heads) > 1)
        lists_people = all("name" in row.cells for row in rows)
        if lists_people and isinstance(declared, int) and declared != len(rows):
            codes.append("W_SIZE_MISMATCH")
        if any(r.code == "W_HH_VALUE_CONFLICT" for row in rows for r in row.reasons):
            codes.append("W_HH_VALUE_CONFLICT")
        head = values.get("head_name") or next((row.value("name") for row in heads or rows), None)
        return RosterHousehold(
            key=household.key,
            household_no=household.number,
            head_name=str(head) if head else None,
            declared=declared if isinstance(declared, int) else None,
            listed=len(rows),
            sheet=household.rows[0].place.sheet,
            first_row=household.first_row,
            last_row=household.last_row,
            codes=tuple(codes),
        )

    def _finish(
        self, index: int, row: ReadRow, all_values: Mapping[str, dict[str, Value]]
    ) -> RosterRow:
        values = {name: cell.value for name, cell in row.cells.items()}
        row.cells = {}  # no longer needed: a county's would take 200 MB beside their values
        values["id_no"] = row.identity.value or None
        if row.identity.certificate and not values.get("disability_cert_no"):
            values["disability_cert_no"] = row.identity.certificate
        if row.household is not None:
            shared = all_values[row.household]
            first = self._kept_for.get(index)
            if first is not None and first.household is not None:
                # The person is known elsewhere: the cells left empty are those of that household.
                own = {name: values[name] for name in shared if values.get(name) is not None}
                shared = all_values[first.household] | own
            values |= shared
        shown = RowValues(self._names(tuple(values)), tuple(values.values()))
        return RosterRow(row.place, row.household, tuple(row.reasons), shown, row.identity.is_valid)

    def _names(self, names: tuple[str, ...]) -> Mapping[str, int]:
        """Return the one index of these names."""
        found = self._indexes.get(names)
        if found is None:
            found = self._indexes[names] = {name: place for place, name in enumerate(names)}
        return found


class _Blocks:
    """Attributes the rows of one sheet, in order, to households.

    Household values may be repeated on every row, merged over the rows, or stand once.
    """

    def __init__(
        self, rows: list[ReadRow], columns: frozenset[str], households: dict[str, _Household]
    ) -> None:
        self._households = households
        self._has_head_column = "head_name" in columns
        self._is_merged = sum(row.merged_from is not None for row in rows) > len(rows) // 4
        self._numbers_households = _row_no_is_of_household(rows)
        self._current: _Household | None = None
        self._last: ReadRow | None = None

    def place(self, row: ReadRow) -> None:
        """Attribute the next row."""
        if not self._continues(row):
            self._current = self._open(row)
        self._last = row
        household = self._current
        if household is None:
            row.reasons.append(Reason("E_NO_HOUSEHOLD", "household_no"))
            return
        row.household = household.key
        household.rows.append(row)
        if not household.is_closed:
            household.last_row = row.place.row

    def _continues(self, row: ReadRow) -> bool:
        household, last = self._current, self._last
        if household is None or last is None:
            return False
        if row.merged_from is not None and row.merged_from == last.merged_from:
            return True
        number = row.value("household_no")
        if number is not None:
            return number == household.number
        if self._marks(row):
            first = household.rows[0]
            is_same = self._marks(row) == self._marks(first) and not _is_namesake(row, first)
            return is_same and not row.after_gap
        if self._is_merged or row.after_gap:
            return False
        return self._has_head_column or row.value("relation") != HEAD

    def _marks(self, row: ReadRow) -> tuple[Value, ...]:
        """Return the household's marks on a row besides its number; () if there are none."""
        number = row.row_no if self._numbers_households else ""
        marks = (row.value("head_name"), row.value("registered_size"), number or None)
        return marks if any(mark is not None for mark in marks) else ()

    def _open(self, row: ReadRow) -> _Household | None:
        """Return the household that begins on (or is named by) this row."""
        if self._current is not None:
            self._current.is_closed = True
        number = row.value("household_no")
        if number is not None:
            key = str(number)
            known = self._households.get(key)
            if known is not None:
                known.is_closed = True
                return known
        elif self._marks(row) or row.value("relation") == HEAD:
            key = f"BLOCK:{row.place.sheet}:{row.place.row}"
        else:
            return None
        household = _Household(
            key, str(number) if number is not None else None, first_row=row.place.row
        )
        self._households[key] = household
        return household


def _row_no_is_of_household(rows: list[ReadRow]) -> bool:
    """Tell whether the running number counts households: it repeats or is empty inside one."""
    pairs = list(itertools.pairwise(rows))
    inside = [pair for pair in pairs if _is_surely_inside(*pair)]
    same = [not row.row_no or row.row_no == before.row_no for before, row in inside or pairs]
    is_usual = sum(same) * 2 >= len(same) if inside else any(same)
    return is_usual and any(row.row_no for row in rows)


def _is_surely_inside(before: ReadRow, row: ReadRow) -> bool:
    """Tell whether a row belongs to the household of the row before it, by number or relation."""
    number, relation = row.value("household_no"), row.value("relation")
    if number is not None:
        return number == before.value("household_no")
    return relation is not None and relation != HEAD


def _is_namesake(row: ReadRow, head: ReadRow) -> bool:
    """Tell whether another household begins whose head bears the same name."""
    heads = all(r.value("relation") == HEAD and r.value("name") == r.value("head_name")
                for r in (row, head))  # fmt: skip
    return heads and row.identity.is_valid and row.identity.value != head.identity.value


def _is_double(row: ReadRow) -> bool:
    return any(reason.code in {"E_DUPLICATE", "E_ID_CONFLICT"} for reason in row.reasons)


def _names_agree(first: str, second: str) -> bool:
    """Compare two names; ``?`` stands for one character that a text file has lost."""
    if first == second:
        return True
    if "?" not in first + second or len(first) != len(second):
        return False
    return all("?" in pair or pair[0] == pair[1] for pair in zip(first, second, strict=True))


def _contradicts(cell: Reading, chosen: Reading) -> bool:
    if cell.value is None and not cell.code:
        return False
    if cell.code or chosen.code:
        return cell.text != chosen.text
    return cell.value != chosen.value


def _text(cell: Reading) -> str:
    return cell.text or str(cell.value)
