"""A village's rosters month after month: each is over the one before exactly what its key says."""

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from app.cli.roster_json import import_object
from app.domain.ownership import Actor
from app.domain.roster_items import Decision, Decisions
from app.models.store import Store
from app.ops import roster
from tests.excel import keys

FOLDER = keys.ROSTERS / "months"
UPDATES: dict[str, dict[str, Any]] = json.loads(
    (FOLDER / "updates.json").read_text("utf-8"),
    parse_float=lambda text: int(float(text)) if float(text).is_integer() else float(text),
)
MONTHS = {"2025-10": date(2025, 10, 31)} | {
    month: date(int(month[:4]), int(month[5:]), 28) for month in UPDATES
}
_NAMES = {"hh": "household", "head": "head_name", "size": "registered_size", "birth": "birth_date",
          "rel": "relation", "from_hh": "from_household", "to_hh": "to_household"}  # fmt: skip
_HINTS = {"match_hint", "true_reason"}  # for information only
_FOLLOWS = "disability_cert_no"  # follows the identity number; the keys leave it out


def path_of(month: str) -> Path:
    return FOLDER / f"roster_{month}.xlsx"


def in_order(entries: Iterable[dict[str, Any]]) -> list[str]:
    return sorted(json.dumps(entry, sort_keys=True, ensure_ascii=False) for entry in entries)


def wanted(month: str, kind: str) -> list[str]:
    """Return the entries of a key in the words of the program."""
    found = []
    for entry in UPDATES[month][kind]:
        told = {_NAMES.get(name, name): v for name, v in entry.items() if name not in _HINTS}
        if "changes" in told:
            told["changes"] = {keys.FIELDS[f]: pair for f, pair in told["changes"].items()}
        found.append(told)
    return in_order(found)


def told(result: dict[str, Any], kind: str) -> list[str]:
    found = []
    for entry in result[kind]:
        changes = {f: pair for f, pair in entry.get("changes", {}).items() if f != _FOLLOWS}
        if "changes" not in entry or changes:
            found.append(entry | ({"changes": changes} if changes else {}))
    return in_order(found)


def load(store: Store, actor: Actor, path: Path, today: date, **more: Any) -> dict[str, Any]:
    """Import a roster; return what its preview had said."""
    preview = roster.preview_import(store, [path], today)
    roster.apply_import(store, actor, preview, **more)
    return import_object(preview, with_rows=True)


def test_every_month_is_the_update_of_its_key(store: Store, actor: Actor) -> None:
    load(store, actor, path_of("2025-10"), MONTHS["2025-10"])
    for month, update in UPDATES.items():
        result = load(store, actor, path_of(month), MONTHS[month])
        for kind in update:
            if kind != "plan_counts":
                assert told(result, kind) == wanted(month, kind), (month, kind)
        again = import_object(
            roster.preview_import(store, [path_of(month)], MONTHS[month]), with_rows=True
        )
        assert set(again["item_kinds"]) == {"unchanged"}, month


def without(path: Path, target: Path, name: str) -> Path:
    """Return a copy of a roster that is silent about a person."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    column = heads.index("姓名")
    row = next(i for i, cells in enumerate(sheet.values, 1) if cells[column] == name)
    sheet.delete_rows(row)
    book.save(target)
    return target


@pytest.mark.parametrize("answer", ["later", "skip"])
def test_who_is_silent_for_two_months_and_comes_back_was_never_gone(
    store: Store, actor: Actor, tmp_path: Path, answer: str
) -> None:
    first = path_of("2025-10")
    load(store, actor, first, date(2025, 10, 31))
    with_people = roster.household_page(
        store, next(h for h in roster.list_households(store) if h.persons > 2).household_id
    )
    silent = with_people.members[-1]
    for month in (11, 12):
        copy = without(first, tmp_path / f"{month}.xlsx", silent.name)
        decisions = Decisions(kinds={"missing": Decision(answer)})
        result = load(store, actor, copy, date(2025, month, 28), decisions=decisions)
        assert [m["name"] for m in result["removed_members"]] == [silent.name]
        assert result["removed_members"][0]["reason"] is None
        page = roster.household_page(store, with_people.line.household_id)
        assert silent in page.members
    result = load(store, actor, first, date(2026, 1, 31), again=True)
    assert (result["added_members"], result["removed_members"]) == ([], [])
    assert set(result["item_kinds"]) == {"unchanged"}


def test_a_household_without_a_head_is_unchanged_when_its_file_comes_again(
    store: Store, actor: Actor, tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(path_of("2025-10"))
    sheet = book.worksheets[0]
    column = [cell.value for cell in sheet[1]].index("与户主关系") + 1
    row = next(r for r in range(2, sheet.max_row) if sheet.cell(r, column).value == "户主")
    sheet.cell(row, column).value = "其他"
    path = tmp_path / "册.xlsx"
    book.save(path)
    load(store, actor, path, MONTHS["2025-10"])
    again = load(store, actor, path, MONTHS["2025-10"], again=True)
    assert (again["household_changes"], set(again["item_kinds"])) == ([], {"unchanged"})
