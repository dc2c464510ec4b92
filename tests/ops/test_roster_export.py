"""Tables out of a living village: every kind, filtered, for publication, and back in again."""

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from app.domain.ownership import Actor
from app.excel.reader import read_table
from app.models.store import Store
from app.ops import measures, print_log, roster, visits
from app.ops.measures import NewMeasure
from app.ops.roster_rows import load_roster
from app.ops.visits import NewVisit
from tests.conftest import VILLAGE, StoreMaker
from tests.ops.rosters import FIRST, TODAY


def rows(path: Path) -> list[list[object]]:
    return read_table(path).sheets[0].rows


@pytest.mark.parametrize("kind", roster.export_kinds())
def test_every_kind_is_written_with_its_headings(
    imported: Store, actor: Actor, tmp_path: Path, kind: str
) -> None:
    written = roster.export_table(imported, actor, kind, tmp_path / "o.xlsx", TODAY)
    (noted,) = print_log.open_files(imported)
    assert (Path(noted.path).name, noted.is_there) == ("o.xlsx", True)
    assert len(rows(tmp_path / "o.xlsx")) == written.rows + 1


def test_what_whole_numbers_are_for_is_kept_without_a_number(
    imported: Store, actor: Actor, tmp_path: Path
) -> None:
    choice = roster.ExportChoice(purpose="换发医保卡 539901198207147813")
    roster.export_table(imported, actor, "member", tmp_path / "o.xlsx", TODAY, choice)
    (line, *_) = print_log.recent(imported)
    assert "用途：换发医保卡" in line.paper
    assert "539901198207147813" not in line.paper


def test_a_filtered_list_holds_only_its_households(
    imported: Store, actor: Actor, tmp_path: Path
) -> None:
    homes = roster.list_households(imported)[3:5]
    choice = roster.ExportChoice(household_ids=frozenset(h.household_id for h in homes))
    written = roster.export_table(imported, actor, "member", tmp_path / "o.xlsx", TODAY, choice)
    assert written.rows == sum(home.persons for home in homes)


def test_a_template_gives_order_and_forms(imported: Store, actor: Actor, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["姓名", "证件号码|脱敏", "是否低保|1/0", "出生日期|YYYYMMDD"])
    book.save(tmp_path / "t.xlsx")
    choice = roster.ExportChoice(template=tmp_path / "t.xlsx")
    roster.export_table(imported, actor, "member", tmp_path / "o.xlsx", TODAY, choice)
    head, first, *_ = rows(tmp_path / "o.xlsx")
    assert head == ["姓名", "证件号码", "是否低保", "出生日期"]
    assert "*" in str(first[1])
    assert first[2] in {"0", "1"}
    assert len(str(first[3])) == 8


def test_a_published_list_shows_no_whole_number(
    imported: Store, actor: Actor, tmp_path: Path
) -> None:
    choice = roster.ExportChoice(is_public=True)
    roster.export_table(imported, actor, "object", tmp_path / "o.xlsx", TODAY, choice)
    text = str(rows(tmp_path / "o.xlsx"))
    with imported.read() as session:
        members = load_roster(session).known.members
    assert not [m for m in members if m.values["id_no"] and str(m.values["id_no"]) in text]


def test_measures_and_visits_stand_with_their_household(
    imported: Store, actor: Actor, tmp_path: Path
) -> None:
    home = roster.list_households(imported)[0]
    measures.plan_measure(
        imported, actor,
        NewMeasure(home.household_id, "industry", "种植", "张卫东", "=发展辣椒",
                   planned_start_on=TODAY, planned_end_on=date(2025, 12, 31), cause="illness"),
        TODAY,
    )  # fmt: skip
    visits.record(imported, actor, NewVisit(home.household_id, TODAY, "onsite"), TODAY)
    for kind in ("measure", "visit"):
        roster.export_table(imported, actor, kind, tmp_path / "o.xlsx", TODAY)
        head, row = rows(tmp_path / "o.xlsx")
        assert row[head.index("户编号")] == home.household_no


@pytest.mark.parametrize("is_public", [False, True])
@pytest.mark.parametrize("kind", ["member", "household", "object", "national"])
def test_an_exported_roster_read_again_changes_nothing(
    imported: Store, actor: Actor, tmp_path: Path, kind: str, is_public: bool
) -> None:
    choice = roster.ExportChoice(is_public=is_public)
    written = roster.export_table(imported, actor, kind, tmp_path / "o.xlsx", TODAY, choice)
    (found,) = roster.preview_import(imported, [tmp_path / "o.xlsx"], TODAY).files
    assert len(found.file.table.rows) == written.rows
    assert {item.kind for item in found.items()} <= {"unchanged"}
    assert not found.diff.unknown


def test_a_list_of_households_changes_households_and_nobody(
    imported: Store, actor: Actor, tmp_path: Path
) -> None:
    roster.export_table(imported, actor, "household", tmp_path / "o.xlsx", TODAY)
    book = openpyxl.load_workbook(tmp_path / "o.xlsx")
    sheet = book["农户"]
    phone = next(cell.column for cell in sheet[1] if cell.value == "户联系电话")
    sheet.cell(2, phone, "13900000009")
    sheet.delete_rows(4, 20)
    book.save(tmp_path / "o.xlsx")
    preview = roster.preview_import(imported, [tmp_path / "o.xlsx"], TODAY)
    (item,) = preview.files[0].items()
    assert (item.kind, item.field, item.new) == ("household_changed", "phone", "13900000009")
    before = roster.list_households(imported)
    roster.apply_import(imported, actor, preview)
    after = roster.list_households(imported)
    assert [h.persons for h in after] == [h.persons for h in before]
    changed = [h for h, old in zip(after, before, strict=True) if h != old]
    assert [h.household_no for h in changed] == [item.household_no]


def test_an_exported_roster_read_into_an_empty_village_gives_the_same(
    imported: Store, actor: Actor, tmp_path: Path, new_store: StoreMaker
) -> None:
    roster.export_table(imported, actor, "member", tmp_path / "o.xlsx", TODAY)
    other = new_store("village", VILLAGE, "上坝村")
    preview = roster.preview_import(other, [tmp_path / "o.xlsx"], TODAY)
    roster.apply_import(other, actor, preview)
    again = roster.preview_import(other, [FIRST], TODAY).files[0]
    assert {item.kind for item in again.items()} == {"unchanged"}
