"""The next month's roster over the first one: exactly the update that its answer key says."""

from functools import cache
from typing import Any

import pytest

from app.domain.roster import RosterTable
from app.domain.roster_diff import (
    Changes,
    KnownHousehold,
    KnownMember,
    KnownRoster,
    RosterDiff,
    compare,
)
from app.excel.roster import read_roster
from tests.excel import keys
from tests.excel.test_village_hands import PEOPLE, read

NAMES = {field: short for short, field in keys.FIELDS.items()}


def known_from(table: RosterTable) -> KnownRoster:
    """Return a table as if it had been stored; the household's number serves as its id."""
    households: dict[str, KnownHousehold] = {}
    members = []
    for row in table.rows:
        home = row.household or ""
        shared = {k: v for k, v in row.values.items() if k not in {"name", "relation"}}
        households.setdefault(home, KnownHousehold(home, home, shared))
        members.append(
            KnownMember(f"{home}/{row.place.row}", home, True, row.is_id_valid, row.values)
        )
    return KnownRoster(tuple(households.values()), tuple(members))


@cache
def update() -> RosterDiff:
    first = read_roster(keys.ROSTERS / "01_村台账_整洁.xlsx")
    second = read_roster(keys.ROSTERS / "04_村台账_下月更新.xlsx")
    return compare(
        second.table, known_from(first.table), is_complete=True, departures=second.departures
    )


def in_key_words(changes: Changes) -> dict[str, Any]:
    return {
        NAMES[name]: [keys.plain_value(old), keys.plain_value(new)]
        for name, (old, new) in changes.items()
        if name != "disability_cert_no"  # follows the identity number; the keys leave it out
    }


def as_key(diff: RosterDiff) -> dict[str, Any]:
    """Return a proposal in the shape of the key's ``update``."""
    numbers = {h.key: h.household_no for h in diff.households}
    member_changes = [
        {
            "hh": numbers[m.household_key],
            "name": m.row.values["name"],
            "id_no": m.row.values["id_no"],
            "changes": in_key_words(m.changes),
        }
        for m in diff.members
        if in_key_words(m.changes)
    ]
    return {
        "new_households": [
            {"hh": h.household_no, "head": h.head_name, "size": h.size, "split_from": h.split_from}
            for h in diff.new_households
        ],
        "gone_households": [
            {"hh": h.household_no, "head": h.values["head_name"]} for h in diff.gone
        ],
        "added_members": [
            {
                "hh": numbers[m.household_key],
                "name": m.row.values["name"],
                "id_no": m.row.values["id_no"],
                "birth": m.row.values["birth_date"],
                "rel": m.row.values["relation"],
            }
            for m in diff.added
        ],
        "removed_members": [
            {
                "hh": m.household_no,
                "name": m.member.values["name"],
                "id_no": m.member.values["id_no"],
                "reason": m.reason or None,
                "date": m.on or None,
            }
            for m in diff.missing
        ],
        "moved_members": [
            {
                "name": m.row.values["name"],
                "id_no": m.row.values["id_no"],
                "from_hh": m.moved_from,
                "to_hh": numbers[m.household_key],
            }
            for m in diff.moved
        ],
        "id_changes": [
            {
                "hh": numbers[m.household_key],
                "name": m.row.values["name"],
                "birth": m.row.values["birth_date"],
                "old": m.id_change[0],
                "new": m.id_change[1],
            }
            for m in diff.members
            if m.id_change
        ],
        "member_changes": member_changes,
        "household_changes": [
            {"hh": h.household_no, "changes": in_key_words(h.changes)}
            for h in diff.changed_households
        ],
    }


def ordered(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    hidden = {"match_hint", "true_reason"}  # for information only
    shown = [{k: v for k, v in entry.items() if k not in hidden} for entry in entries]
    return sorted(shown, key=lambda e: [str(e.get(k)) for k in ("hh", "to_hh", "name", "id_no")])


@pytest.mark.parametrize(
    "kind",
    [
        "new_households",
        "gone_households",
        "added_members",
        "removed_members",
        "moved_members",
        "id_changes",
        "member_changes",
        "household_changes",
    ],
)
def test_the_next_month_is_the_update_of_the_key(kind: str) -> None:
    expected = keys.load_key("04_村台账_下月更新.xlsx")["update"]
    assert ordered(as_key(update())[kind]) == ordered(expected[kind])


def test_everybody_else_is_unchanged() -> None:
    counts = keys.load_key("04_村台账_下月更新.xlsx")["update"]["plan_counts"]
    assert len(update().unchanged) == counts["unchanged_members"]


def test_the_same_roster_again_changes_nothing() -> None:
    for name in ("01_村台账_整洁.xlsx", "02_村台账_杂乱.xlsx"):
        table = read_roster(keys.ROSTERS / name).table
        accepted = RosterTable(
            tuple(row for row in table.rows if row.row_class != "error"), table.households, (), ()
        )
        diff = compare(accepted, known_from(accepted), is_complete=True)
        assert len(diff.unchanged) == len(accepted.rows)
        assert [*diff.new_households, *diff.changed_households, *diff.missing, *diff.gone] == []


def test_a_list_that_is_not_complete_misses_nobody() -> None:
    known = known_from(read_roster(keys.ROSTERS / "01_村台账_整洁.xlsx").table)
    part = read_roster(keys.ROSTERS / "06_脱贫人口信息_导出.xls").table
    diff = compare(part, known, is_complete=False)
    assert (diff.gone, diff.missing) == ((), ())
    assert diff.added == []


def test_a_village_without_any_numbers_is_known_again_by_names_and_births() -> None:
    heads: list[object] = ["户主姓名", "姓名", "与户主关系", "出生日期"]
    born = ["1968-03-12", "1970-07-25", "1995-11-03", "1955-01-30", "1957-09-09"]
    people = [[row[0], row[1], row[2], day] for row, day in zip(PEOPLE, born, strict=True)]
    known = known_from(read([heads, *people]).table)
    split = ["张伟", "张伟", "户主", born[2]]
    again = read([heads, split, *people[3:], *people[:2]])
    diff = compare(again.table, known, is_complete=True)
    assert [(h.head_name, h.size) for h in diff.new_households] == [("张伟", 1)]
    assert [m.row.values["name"] for m in diff.moved] == ["张伟"]
    assert (diff.added, diff.missing, diff.gone) == ([], (), ())
