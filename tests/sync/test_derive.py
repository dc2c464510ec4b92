"""Which changes fit their tables; everything else is void on every replica alike."""

from collections import defaultdict
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Table, UniqueConstraint

from app.domain.changeset import NEW_ROW, Chain, FieldChange
from app.domain.merge import Causality, Place, resolve
from app.models import tables
from app.models.base import canonical, journaled_columns, journaled_tables
from app.models.household import Household
from app.models.ownership import bundled
from app.sync.derive import CLEARED, NATURAL, _unit_changes, in_sequence, misfits
from app.sync.past import Past, Row
from app.sync.subjects import _home
from app.sync.trust import Trust
from app.sync.units import ROWS, UNITS, Unit
from tests.conftest import VILLAGE


def new_household(**changes: Any) -> FieldChange:
    """Return a whole new household with other values."""
    values: dict[str, Any] = {}
    for name in journaled_columns(Household):
        column = Household.__mapper__.columns[name]
        default = getattr(column.default, "arg", None)
        values[name] = canonical(default if not callable(default) else "x")
    values |= {"scope": VILLAGE, "household_no": "1", "household_kind": "lifted"} | changes
    del values["id"]
    return FieldChange("household", "h1", NEW_ROW, None, values)


def field(name: str, value: Any) -> FieldChange:
    return FieldChange("household", "h1", name, None, value)


@pytest.mark.parametrize(
    "change",
    [
        new_household(),
        new_household(farmland_mu="6.5", removed_on="2025-10-31"),
        field("phone", None),
        field("is_relocated", True),
        field("position", 2**63 - 1),
        field("farmland_mu", "-0.5"),
    ],
)
def test_what_fits_may_stand(change: FieldChange) -> None:
    assert misfits([change], VILLAGE) == []


@pytest.mark.parametrize(
    "change",
    [
        new_household(scope="539901101202"),
        new_household(more="x"),
        new_household(position="1"),
        FieldChange("household", "h1", NEW_ROW, None, {"scope": VILLAGE}),
        FieldChange("household", "h1", NEW_ROW, None, None),
        FieldChange("changeset", "1", "state", None, "active"),
        field("phone", 1),
        field("household_no", None),
        field("position", True),
        field("position", 1.5),
        field("position", 2**63),
        field("is_relocated", 1),
        field("farmland_mu", 6.5),
        field("farmland_mu", "NaN"),
        field("farmland_mu", "1e3"),
        field("farmland_mu", "9" * 41),
        field("removed_on", "31.10.2025"),
        field("removed_on", "20251031"),
        field("removed_on", 20251031),
        field("phone", ["1"]),
        field("scope", VILLAGE),
        field("id", "h2"),
        field("name_pinyin", "x"),
    ],
)
def test_what_does_not_fit_is_named_by_its_table(change: FieldChange) -> None:
    assert misfits([change, change], VILLAGE) == [f"内容不合格式：{change.table}"]


def test_the_name_keys_of_a_member_are_computed_never_taken_in() -> None:
    change = FieldChange("member", "m1", "name_pinyin", None, "x")
    assert misfits([change], VILLAGE) == ["内容不合格式：member"]


# What was thought of for every journaled table. A new one is added here when its unit, its id and
# its household are settled: a field of a row conflicts by itself, unless said otherwise.
SHEETS = {"sheet", "answer", "income_entry"}
WHOLE_ROWS = {"visit"}
OF_HOUSEHOLDS = SHEETS | WHOLE_ROWS | {
    "annual_income", "attachment", "campaign_result", "clue", "data_doubt", "helper_assignment",
    "household", "issue", "measure", "member", "monitored_case", "month_snapshot",
    "natural_change", "negative_check", "person_join", "plan", "step", "warning",
}  # fmt: skip
OF_PLACES = {
    "area", "cadence_mark", "device", "helper", "parameter_pack", "period", "review_campaign",
    "revocation_cut", "step_choice", "team_fund", "team_member",
}  # fmt: skip


def test_every_journaled_table_has_been_thought_of() -> None:
    assert tables is not None  # loads every model
    assert set(journaled_tables()) == OF_HOUSEHOLDS | OF_PLACES
    assert set(bundled().tables) == set(journaled_tables())
    assert {table for table in journaled_tables() if _home(table)} == OF_HOUSEHOLDS
    for table in ("answer", "income_entry"):  # a member is named only by some of their rows
        found = _home(table)
        assert found is not None
        assert found.column.table.name == "sheet"


def test_what_hangs_on_a_sheet_is_of_its_unit() -> None:
    hanging = {
        name
        for name, cls in journaled_tables().items()
        if any(key.column.table.name == "sheet" for key in cls.__table__.foreign_keys)
    }
    assert UNITS.keys() == hanging | {"sheet"} == SHEETS
    assert WHOLE_ROWS == ROWS
    for table in hanging:
        columns = journaled_columns(journaled_tables()[table])
        named = {"id", "scope", *NATURAL[table][1]}
        assert CLEARED[table].keys() == set(columns) - named


def test_a_unique_key_makes_the_id_so_no_two_rows_can_have_it() -> None:
    for name, cls in journaled_tables().items():
        table = cast("Table", cls.__table__)
        constraints = table.constraints
        unique = [c for c in constraints if isinstance(c, UniqueConstraint)]
        assert [index for index in table.indexes if index.unique] == []
        for constraint in unique:
            assert NATURAL[name][1] == tuple(constraint.columns.keys())
        assert bool(unique) == (name in NATURAL)


CHAIN = Chain("a" * 32, "e" * 32, VILLAGE)
WRITES = st.lists(
    st.tuples(
        st.sampled_from(["s1", "s2"]),
        st.sampled_from(["note", "value"]),
        st.sampled_from(["x", "y", None]),
    ),
    max_size=8,
)


@given(WRITES, st.sampled_from(["", "note"]))
def test_the_short_way_of_one_author_ends_as_the_merge_does(
    writes: list[tuple[str, str, str | None]], name: str
) -> None:
    new = {"note": "n", "value": "v"}
    made = [Past(Row("answer", row), Place(CHAIN, 1), "d1", NEW_ROW, new) for row in ("s1", "s2")]
    later = [
        Past(Row("answer", row), Place(CHAIN, at), f"d{at}", field_, value)
        for at, (row, field_, value) in enumerate(writes, 2)
    ]
    past = [p for p in (*made, *later) if name in ("", p.field) or p.field == NEW_ROW]
    unit = Unit("sheet", "s1", name)
    rows: dict[Row, dict[str, Any]] = defaultdict(dict)
    in_sequence(unit, past, rows)
    merged = resolve(_unit_changes(unit, past, Trust(None)), Causality([]))
    assert not merged.sides
    assert rows == {
        row: {p.field: v for p, v in merged.values.items() if p.row == row.id}
        for row in {Row(p.table, p.row) for p in merged.values}
    }
