"""Lists from above against their keys: who is meant, who is not; nobody is created."""

from functools import cache
from typing import Any

import pytest

from app.domain.roster_diff import KnownRoster
from app.domain.roster_list import TiedRow, tie
from app.excel.errors import HeaderNotFoundError
from app.excel.lists import read_list
from app.excel.roster import read_roster
from tests.excel import keys
from tests.excel.test_roster_update import known_from

WARNINGS = "08_部门预警清单.xlsx"
RULES = ("09_疑点_1_01_002.xlsx", "09_疑点_2_01_005.xlsx", "09_疑点_4_02_001.xlsx")
SUMMARY = "10_疑点核实反馈清单.xlsx"


@cache
def known() -> KnownRoster:
    return known_from(read_roster(keys.ROSTERS / "01_村台账_整洁.xlsx").table)


@cache
def tied(name: str) -> list[TiedRow]:
    return tie(read_list(keys.ROSTERS / name).rows, known(), "上坝村")


def place(row: TiedRow) -> tuple[str, int]:
    return row.row.place.sheet, row.row.place.row


@pytest.mark.parametrize("name", [WARNINGS, *RULES, SUMMARY])
def test_each_row_means_whom_the_key_says(name: str) -> None:
    key = keys.load_key(name)
    actual = [(place(row), row.status) for row in tied(name)]
    assert actual == [((row["s"], row["r"]), row["status"]) for row in key["rows"]]


@pytest.mark.parametrize("name", [WARNINGS, *RULES, SUMMARY])
def test_persons_and_households_are_those_of_the_key(name: str) -> None:
    for row, wanted in zip(tied(name), keys.load_key(name)["rows"], strict=True):
        if row.member is not None:
            assert row.member.values["id_no"] == wanted["id_no"]
            assert row.household_no == wanted["hh"]
        assert sorted(str(m.values["id_no"]) for m in row.candidates) == sorted(
            wanted.get("candidates", [])
        )
        if "of" in wanted:
            assert row.first is not None
            assert list(row.first[1:]) == wanted["of"]


def test_what_a_department_says_is_read_with_it() -> None:
    for row, wanted in zip(tied(WARNINGS), keys.load_key(WARNINGS)["rows"], strict=True):
        details: dict[str, Any] = row.row.details
        assert details["department"] == wanted["dept"]
        assert details["warning_type"] == wanted["type"]
        assert details["data_on"] == wanted["date"]
        assert details["reply_by"] == "2025-11-15"
        assert details.get("amount") == (str(wanted["amount"]) if wanted["amount"] else None)
        assert row.row.chapter == wanted["chapter"]


def test_rule_numbers_are_one_however_they_are_written() -> None:
    numbers = [row.row.details["rule_code"] for row in tied(SUMMARY)]
    assert numbers == [row["rule"] for row in keys.load_key(SUMMARY)["rows"]]


def test_rows_that_are_nobody_are_told() -> None:
    skipped = read_list(keys.ROSTERS / WARNINGS).skipped
    assert [
        {"sheet": row.sheet, "row": row.row, "reason": row.reason} for row in skipped
    ] == keys.load_key(WARNINGS)["skipped_rows"]


def test_a_roster_is_no_list() -> None:
    with pytest.raises(HeaderNotFoundError):
        read_list(keys.ROSTERS / "01_村台账_整洁.xlsx")
