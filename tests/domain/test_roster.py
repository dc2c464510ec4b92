"""Rows put together: households in every layout, doubles, contradictions. No file is read."""

import pytest

from app.domain.roster import Place, ReadRow, RosterBuilder, RosterTable, cross_check
from app.domain.roster_id import read_id
from app.domain.roster_values import EMPTY, Reading

COLUMNS = frozenset(("household_no", "head_name", "name", "relation", "registered_size"))
ZHANG, LI = "539901198207147813", "539901198310119503"


def row(
    number: int,
    name: str,
    *,
    home: str = "",
    head: str = "",
    relation: str = "",
    id_no: str = "",
    **more: object,
) -> ReadRow:
    values = {"household_no": home, "head_name": head, "name": name, "relation": relation}
    cells = {field: Reading(value) if value else EMPTY for field, value in values.items()}
    for field in ("phone", "birth_date", "registered_size"):
        if field in more:
            value = more.pop(field)
            cells[field] = value if isinstance(value, Reading) else Reading(value)  # type: ignore[arg-type]
    read = ReadRow(Place("f", "s", number), cells, read_id(id_no), **more)  # type: ignore[arg-type]
    cross_check(read)
    return read


def table(*rows: ReadRow) -> RosterTable:
    builder = RosterBuilder()
    builder.add_sheet(list(rows), COLUMNS)
    return builder.build()


def homes(*rows: ReadRow) -> list[str | None]:
    return [found.household for found in table(*rows).rows]


def test_the_number_repeated_on_each_row() -> None:
    assert homes(row(2, "甲", home="1"), row(3, "乙", home="1"), row(4, "丙", home="2")) == [
        "1",
        "1",
        "2",
    ]


def test_rows_without_number_continue_the_household_above() -> None:
    assert homes(row(2, "甲", home="1", head="甲"), row(3, "乙")) == ["1", "1"]


def test_the_head_repeated_without_number_is_one_block() -> None:
    found = homes(row(2, "甲", head="甲"), row(3, "乙", head="甲"), row(4, "丙", head="丙"))
    assert found == ["BLOCK:s:2", "BLOCK:s:2", "BLOCK:s:4"]


def test_two_heads_of_one_name_are_told_apart_by_the_running_number() -> None:
    first = [row(n, "甲", head="甲", row_no="1") for n in (2, 3)]
    other = [row(n, "甲", head="甲", row_no="2") for n in (4, 5)]
    assert homes(*first, *other) == ["BLOCK:s:2", "BLOCK:s:2", "BLOCK:s:4", "BLOCK:s:4"]


def test_a_running_number_of_persons_begins_no_household() -> None:
    rows = [row(2, "甲", home="1", row_no="1"), row(3, "乙", home="1", row_no="2")]
    assert homes(*rows, row(4, "丙", row_no="3")) == ["1", "1", "1"]


def test_a_row_after_a_gap_belongs_to_nobody() -> None:
    found = table(row(2, "甲", home="1"), row(4, "乙", after_gap=True)).rows[1]
    assert (found.household, found.row_class) == (None, "error")
    assert found.reasons[-1].code == "E_NO_HOUSEHOLD"


def test_a_row_outside_the_merged_cells_belongs_to_nobody() -> None:
    merged = [row(n, "甲乙丙"[n - 2], home="1", merged_from=2) for n in (2, 3, 4)]
    assert homes(*merged, row(5, "丁")) == ["1", "1", "1", None]


def test_a_row_typed_in_later_joins_its_household_but_not_its_block() -> None:
    result = table(
        row(2, "甲", home="1"), row(3, "乙", home="2"), row(9, "丙", home="1", id_no=ZHANG)
    )
    first = result.households[0]
    assert (first.first_row, first.last_row, first.listed) == (2, 2, 2)


@pytest.mark.parametrize(
    ("again", "code"),
    [
        (row(3, "甲", home="1", id_no=ZHANG), "E_DUPLICATE"),
        (row(3, "乙", home="1", id_no=ZHANG), "E_ID_CONFLICT"),
        (row(3, "甲", home="2", id_no=ZHANG), "E_ID_CONFLICT"),
    ],
)
def test_the_first_row_of_a_person_stays(again: ReadRow, code: str) -> None:
    result = table(row(2, "甲", home="1", id_no=ZHANG), again)
    assert [found.row_class for found in result.rows] == ["ok", "error"]
    assert result.rows[1].reasons[-1].code == code
    assert len(result.duplicates) + len(result.conflicts) == 1


def test_an_invalid_number_makes_nobody_a_double() -> None:
    bad = "539901198207147814"
    result = table(row(2, "甲", home="1", id_no=bad), row(3, "乙", home="2", id_no=bad))
    assert [found.row_class for found in result.rows] == ["warn", "warn"]


def test_without_number_the_same_name_and_birth_in_a_household_is_a_double() -> None:
    rows = [row(n, "甲", home="1", birth_date="2025-10-12") for n in (2, 3)]
    assert [found.row_class for found in table(*rows).rows] == ["warn", "error"]


def test_a_rejected_first_row_leaves_room_for_the_second() -> None:
    lost = row(2, "", home="1", id_no=ZHANG)
    assert [r.row_class for r in table(lost, row(3, "甲", home="1", id_no=ZHANG)).rows] == [
        "error",
        "ok",
    ]


def test_the_first_value_of_a_household_counts_and_another_is_shown() -> None:
    result = table(
        row(2, "甲", home="1", id_no=ZHANG, phone="13800000001"),
        row(3, "乙", home="1", id_no=LI, phone="13800000002"),
    )
    assert [found.values["phone"] for found in result.rows] == ["13800000001", "13800000001"]
    assert [reason.code for reason in result.rows[1].reasons] == ["W_HH_VALUE_CONFLICT"]
    assert result.households[0].codes == ("W_NO_HEAD", "W_HH_VALUE_CONFLICT")


def test_an_unusable_household_value_is_told_once() -> None:
    bad = Reading(None, "W_PHONE", "138")
    result = table(
        row(2, "甲", home="1", id_no=ZHANG, phone=bad), row(3, "乙", home="1", id_no=LI, phone=bad)
    )
    assert [[r.code for r in found.reasons] for found in result.rows] == [["W_PHONE"], []]


def test_heads_and_sizes_of_a_household() -> None:
    two = [row(n, "甲乙"[n - 2], home="1", relation="户主", registered_size=3) for n in (2, 3)]
    (found,) = table(*two).households
    assert found.codes == ("W_MULTI_HEAD", "W_SIZE_MISMATCH")
    assert (found.declared, found.listed) == (3, 2)


def test_sex_and_birth_that_disagree_with_the_number_are_kept_and_shown() -> None:
    cells = {
        "name": Reading("甲"),
        "sex": Reading("女"),
        "birth_date": Reading("1982-08"),
        "household_no": Reading("1"),
    }
    read = ReadRow(Place("f", "s", 2), cells, read_id(ZHANG))
    cross_check(read)
    (found,) = table(read).rows
    assert [reason.code for reason in found.reasons] == ["W_SEX_MISMATCH", "W_BIRTH_MISMATCH"]
    assert (found.values["sex"], found.values["birth_date"]) == ("女", "1982-08")
