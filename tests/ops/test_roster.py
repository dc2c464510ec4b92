"""The roster in the database: imports as its key says, again unchanged, all or nothing; search."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.domain import labels
from app.domain.ownership import Actor
from app.excel.errors import EncryptedTableError
from app.excel.roster import read_roster
from app.models.household import AnnualIncome, Area, Household, Member, MonitoredCase
from app.models.journal import ChangesetRow
from app.models.store import Store
from app.ops import changes, measures, roster
from app.ops.measures import NewMeasure
from app.ops.roster_rows import load_roster
from tests.conftest import TOWNSHIP, VILLAGE, StoreMaker
from tests.excel import keys
from tests.ops.rosters import FIRST, TODAY

MESSY = keys.ROSTERS / "02_村台账_杂乱.xlsx"
NEXT = keys.ROSTERS / "04_村台账_下月更新.xlsx"
WORK = keys.ROSTERS / "07_务工月监测_导出.xlsx"
OBJECTS = keys.ROSTERS / "05_监测对象信息_导出.xlsx"
COUNTED = (Household, Member, AnnualIncome, MonitoredCase, Area, ChangesetRow)


def load(store: Store, actor: Actor, *paths: Path, today: date = TODAY) -> roster.RosterResult:
    return roster.apply_import(store, actor, roster.preview_import(store, paths, today))


def counts(store: Store) -> list[int]:
    with store.read() as session:
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in COUNTED]


def write_table(path: Path, *rows: list[object]) -> Path:
    """Write a small text table: enough for what is about single rows."""
    lines = [",".join("" if cell is None else str(cell) for cell in row) for row in rows]
    path.write_text("\n".join(lines), "utf-8")
    return path


HEAD: list[object] = ["村民小组", "户编号", "姓名", "与户主关系", "证件号码", "出生日期"]


def small(folder: Path, *people: list[object]) -> Path:
    return write_table(folder / "名册.csv", HEAD, *people)


def test_what_is_stored_says_again_what_the_key_says(imported: Store) -> None:
    expected = {
        (row["v"]["hh_code"], row["v"]["name"], row["v"]["birth"]): {
            keys.FIELDS[field]: value for field, value in row["v"].items()
        }
        for row in keys.load_key(FIRST.name)["rows"]
    }
    with imported.read() as session:
        known = load_roster(session).known
    homes = {home.household_id: home.values for home in known.households}
    assert len(known.members) == len(expected)
    for member in known.members:
        shared = homes[member.household_id]
        row = expected[shared["household_no"], member.values["name"], member.values["birth_date"]]
        actual = {**shared, **member.values}
        for field, value in row.items():
            stored = keys.plain_value(actual[field])
            if field == "is_eliminated" and not row["object_type"]:
                continue
            assert stored == value, (field, row)


def test_enum_keys_income_year_and_cases_are_stored(imported: Store) -> None:
    with imported.read() as session:
        home = session.scalars(select(Household).filter_by(household_no="5390582001")).one()
        head = session.scalars(select(Member).filter_by(household_id=home.id, number=1)).one()
        income = session.scalars(select(AnnualIncome).filter_by(household_id=home.id)).one()
        cases = session.scalars(select(MonitoredCase)).all()
        groups = session.scalars(select(Area).filter_by(area_level="hamlet_group")).all()
    assert (home.household_kind, home.scope, home.house_rating) == ("ordinary", VILLAGE, "B")
    assert (head.sex, head.employment, head.medical_insurance) == ("male", "county", "resident")
    assert (head.relation, head.name_initials) == ("户主", "lz")
    assert (income.year, income.annual_per_capita) == (2025, Decimal("11758.8"))
    assert {case.object_type for case in cases} <= set(labels.LABELS["object_type"])
    assert len(cases) == 9
    assert [group.name for group in groups][:2] == ["一组", "二组"]


@pytest.mark.parametrize(("today", "year"), [(date(2025, 9, 30), 2024), (date(2025, 10, 1), 2025)])
def test_income_belongs_to_the_last_year_that_is_over(
    store: Store, actor: Actor, tmp_path: Path, today: date, year: int
) -> None:
    path = write_table(
        tmp_path / "名册.csv",
        [*HEAD, "人均纯收入"],
        ["一组", 1, "张三", "户主", "", "1990-01-01", 8],
    )
    load(store, actor, path, today=today)
    with store.read() as session:
        assert session.scalars(select(AnnualIncome)).one().year == year


def test_the_same_file_again_changes_nothing(imported: Store, actor: Actor) -> None:
    before = counts(imported)
    result = load(imported, actor, FIRST)
    assert (result.counts.created, result.counts.updated, result.counts.unchanged) == (0, 0, 481)
    assert not result.changed
    assert counts(imported) == before


def test_the_messy_roster_again_changes_nothing_either(store: Store, actor: Actor) -> None:
    load(store, actor, MESSY)
    before = counts(store)
    result = load(store, actor, MESSY)
    assert (result.counts.created, result.counts.updated) == (0, 0)
    assert counts(store) == before


def test_a_preview_writes_nothing(store: Store) -> None:
    before = counts(store)
    preview = roster.preview_import(store, [FIRST], TODAY)
    assert len(preview.files[0].diff.new_households) == 120
    assert counts(store) == before


def test_an_import_that_fails_half_way_leaves_nothing(store: Store, actor: Actor) -> None:
    before = counts(store)
    preview = roster.preview_import(store, [MESSY], TODAY)

    def fail(done: int, _total: int) -> None:
        if done:
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        roster.apply_import(store, actor, preview, fail)
    assert counts(store) == before


def test_a_second_file_that_cannot_be_read_stops_the_first(store: Store, tmp_path: Path) -> None:
    locked = tmp_path / "锁.xlsx"
    locked.write_bytes(
        bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
    )
    before = counts(store)
    with pytest.raises(EncryptedTableError):
        roster.preview_import(store, [FIRST, locked], TODAY)
    assert counts(store) == before


def test_an_import_is_one_changeset(imported: Store) -> None:
    with imported.read() as session:
        operations = session.scalars(select(ChangesetRow.operation)).all()
    assert operations == ["roster.import"]


def test_the_next_month_moves_people_and_ends_what_the_register_says(
    imported: Store, actor: Actor
) -> None:
    result = load(imported, actor, NEXT, today=date(2025, 11, 30))
    assert (result.counts.created, result.counts.unchanged) == (9, 462)
    update = keys.load_key(NEXT.name)["update"]
    with imported.read() as session:
        homes = {row.id: row for row in session.scalars(select(Household))}
        people = {(row.name, row.id_no): row for row in session.scalars(select(Member))}
    status = {"死亡": "dead", "婚出": "married_out", "整户自然减少": "dead", None: "present"}
    for entry in update["removed_members"]:
        row = people[entry["name"], entry["id_no"]]
        assert row.member_status == status[entry["reason"]]
        assert (row.left_on.isoformat() if row.left_on else None) == entry["date"]
    for entry in update["moved_members"]:
        home = homes[people[entry["name"], entry["id_no"]].household_id]
        assert home.household_no == entry["to_hh"]
    for entry in update["id_changes"]:
        assert people[entry["name"], entry["new"]].birth_date == entry["birth"]
    ended = [row.household_no for row in homes.values() if row.removed_on]
    assert ended == [entry["hh"] for entry in update["gone_households"]]


def test_a_household_with_something_open_is_ended_by_a_change_not_by_a_table(
    imported: Store, actor: Actor
) -> None:
    number = keys.load_key(NEXT.name)["update"]["gone_households"][0]["hh"]
    with imported.read() as session:
        home = session.scalars(select(Household.id).filter_by(household_no=number)).one()
    new = NewMeasure(home, "health", "大病救治", "李会计", cause="illness")
    measures.plan_measure(imported, actor, new, TODAY)
    load(imported, actor, NEXT, today=date(2025, 11, 30))
    with imported.read() as session:
        assert session.get_one(Household, home).removed_on is None
    (task,) = changes.list_changes(imported, TODAY, actor)
    assert (task.household_id, task.title) == (home, "整户消亡")


def test_an_export_of_the_national_system_adds_its_words_and_ends_nobody(
    imported: Store, actor: Actor
) -> None:
    load(imported, actor, OBJECTS)
    with imported.read() as session:
        present = session.scalar(
            select(func.count()).select_from(Member).filter_by(member_status="present")
        )
        numbers = session.scalars(select(Member.person_no).where(Member.person_no != "")).all()
        causes = session.scalars(select(MonitoredCase.causes)).all()
    assert present == 481
    assert len(numbers) == 187
    assert all(causes)


def test_a_list_about_known_people_changes_them_and_adds_nobody(
    imported: Store, actor: Actor, tmp_path: Path
) -> None:
    result = load(imported, actor, WORK)
    assert (result.counts.created, result.counts.updated) == (0, 58)
    with imported.read() as session:
        begun = session.scalars(select(Member.work_from).where(Member.work_from.is_not(None))).all()
        phones = session.scalars(select(Household.phone).where(Household.phone.is_(None))).all()
    assert len(begun) == 58
    assert phones == []
    stranger = write_table(
        tmp_path / "务工.csv",
        ["户编号", "人编号", "姓名", "证件号码", "是否已务工", "务工月收入", "开始时间"],
        ["999", "1", "生人", "539901199506151236", "是", "3000", "2025年03月"],
    )
    before = counts(imported)
    preview = roster.preview_import(imported, [stranger], TODAY)
    assert [row.values["name"] for row in preview.files[0].diff.unknown] == ["生人"]
    assert not load(imported, actor, stranger).changed
    assert counts(imported) == before


def test_a_person_who_is_only_missing_stays(store: Store, actor: Actor, tmp_path: Path) -> None:
    here: list[object] = ["一组", "1", "张三", "户主", "539901198207147813", "1982-07-14"]
    gone: list[object] = ["一组", "1", "李四", "配偶", "", "1983-01-01"]
    load(store, actor, small(tmp_path, here, gone))
    path = small(tmp_path, here)
    preview = roster.preview_import(store, [path], TODAY)
    assert [m.member.values["name"] for m in preview.files[0].diff.missing] == ["李四"]
    load(store, actor, path)
    assert roster.list_households(store)[0].persons == 2


def test_a_damaged_name_does_not_overwrite_a_better_one(
    store: Store, actor: Actor, tmp_path: Path
) -> None:
    person: list[object] = ["一组", "1", "文䶮美", "户主", "539901198207147813", "1982-07-14"]
    load(store, actor, small(tmp_path, person))
    load(store, actor, small(tmp_path, [*person[:2], "文?美", *person[3:]]))
    assert roster.list_households(store)[0].head_name == "文䶮美"


def test_an_identified_household_that_the_file_forgets_stays_a_case(
    imported: Store, actor: Actor, tmp_path: Path
) -> None:
    home = next(line for line in roster.list_households(imported) if line.object_type)
    page = roster.household_page(imported, home.household_id)
    head = page.members[0]
    row: list[object] = [home.hamlet_group, home.household_no, head.name, "户主", head.id_no, ""]
    path = write_table(tmp_path / "名册.csv", [*HEAD, "监测对象类别"], [*row, ""])
    load(imported, actor, path)
    again = roster.household_page(imported, home.household_id)
    assert again.cases == page.cases


def test_a_household_without_number_gets_a_provisional_one(store: Store, actor: Actor) -> None:
    load(store, actor, MESSY)
    numbers = [line.household_no for line in roster.list_households(store)]
    assert [n for n in numbers if n.startswith("临")] == ["临0001", "临0002", "临0003", "临0004"]


def test_a_number_that_comes_later_replaces_the_provisional_one(
    store: Store, actor: Actor, tmp_path: Path
) -> None:
    head = ["户主姓名", *HEAD]
    person = ["张三", "户主", "539901198207147813", "1982-07-14"]
    load(store, actor, write_table(tmp_path / "名册.csv", head, ["张三", "一组", "", *person]))
    assert roster.list_households(store)[0].household_no == "临0001"
    load(store, actor, write_table(tmp_path / "名册.csv", head, ["张三", "一组", "88", *person]))
    (line,) = roster.list_households(store)
    assert (line.household_no, line.persons) == ("88", 1)


def test_a_number_that_fails_its_check_replaces_none_that_passes(
    store: Store, actor: Actor, tmp_path: Path
) -> None:
    good: list[object] = ["一组", "1", "张三", "户主", "539901198207147813", "1982-07-14"]
    load(store, actor, small(tmp_path, good))
    load(store, actor, small(tmp_path, [*good[:4], "539901198207147814", good[5]]))
    page = roster.household_page(store, roster.list_households(store)[0].household_id)
    assert [m.id_no for m in page.members] == ["539901198207147813"]


def test_a_corrected_number_replaces_the_old_one(
    store: Store, actor: Actor, tmp_path: Path
) -> None:
    bad: list[object] = ["一组", "1", "张三", "户主", "539901198207147814", "1982-07-14"]
    load(store, actor, small(tmp_path, bad))
    page = roster.household_page(store, roster.list_households(store)[0].household_id)
    assert not page.members[0].is_id_no_valid
    load(store, actor, small(tmp_path, [*bad[:4], "539901198207147813", bad[5]]))
    (member,) = roster.household_page(store, page.line.household_id).members
    assert (member.id_no, member.is_id_no_valid) == ("539901198207147813", True)


def test_only_a_village_imports(new_store: StoreMaker) -> None:
    township = new_store("township", TOWNSHIP, "青石镇")
    with pytest.raises(roster.NotVillageError):
        roster.preview_import(township, [FIRST], TODAY)


@pytest.mark.parametrize(
    "text",
    [
        "张三",
        "张 三",
        "zs",
        "ZS",
        "zhangsan",
        "7813",
        "0475",
        "90001",
        "539901198207147813",
    ],
)
def test_a_household_is_found_by_what_people_know_of_it(
    store: Store, actor: Actor, tmp_path: Path, text: str
) -> None:
    path = write_table(
        tmp_path / "名册.csv",
        [*HEAD, "户联系电话"],
        ["一组", "90001", "张三", "户主", "539901198207147813", "1982-07-14", "18700000475"],
        ["二组", "90002", "李四", "户主", "", "1980-01-01", "18700000999"],
    )
    load(store, actor, path)
    assert [line.household_no for line in roster.search(store, text)] == ["90001"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("单小美", "sxm"),
        ("单小美", "shanxiaomei"),
        ("覃秀", "qx"),
        ("覃秀", "tx"),
        ("曾文", "zengwen"),
        ("普阿·友邓", "普阿•友邓"),
        ("普阿·友邓", "普阿．友"),
        ("普阿·友邓", "payd"),
        ("张%三", "%"),
    ],
)
def test_surnames_dots_and_signs_in_a_search(
    store: Store, actor: Actor, tmp_path: Path, name: str, text: str
) -> None:
    load(
        store,
        actor,
        small(
            tmp_path,
            ["一组", "1", name, "户主", "", "1980-01-01"],
            ["一组", "2", "王五", "户主", "", "1980-01-01"],
        ),
    )
    assert [line.head_name for line in roster.search(store, text)] == [name]


def test_a_group_finds_its_households_and_nothing_finds_nothing(imported: Store) -> None:
    group = roster.search(imported, "一组", limit=500)
    assert {line.hamlet_group for line in group} == {"一组"}
    assert roster.search(imported, "  ") == []
    assert roster.search(imported, "没有这个人") == []
    assert len(roster.search(imported, "一组", limit=3)) == 3


def test_a_member_is_found_and_named(imported: Store) -> None:
    (line,) = roster.search(imported, "刘菊敏")
    assert (line.head_name, line.found) == ("刘正", ("刘菊敏",))


def test_lists_stand_in_the_order_of_the_roster(imported: Store) -> None:
    lines = roster.list_households(imported)
    expected = [home["hh"] for home in keys.load_key(FIRST.name)["households"]]
    assert [line.household_no for line in lines] == expected
    assert sum(line.persons for line in lines) == 481
    assert lines[0].per_capita_income == Decimal("11758.8")


def test_an_exported_roster_reads_back_the_same(
    imported: Store, actor: Actor, tmp_path: Path
) -> None:
    assert roster.export_roster(imported, "household", tmp_path / "户.xlsx").rows == 120
    assert roster.export_roster(imported, "member", tmp_path / "人.xlsx").rows == 481
    again = load(imported, actor, tmp_path / "人.xlsx")
    assert (again.counts.unchanged, bool(again.changed)) == (481, False)


def test_the_export_of_objects_holds_the_cases_only(imported: Store, tmp_path: Path) -> None:
    path = tmp_path / "对象.xlsx"
    roster.export_roster(imported, "object", path)
    values = [row.values for row in read_roster(path).table.rows]
    assert len({row["household_no"] for row in values}) == 9
    assert all(row["object_type"] for row in values)


def test_a_page_shows_those_who_left_last(imported: Store, actor: Actor) -> None:
    load(imported, actor, NEXT, today=date(2025, 11, 30))
    (line,) = roster.search(imported, "5390582149")
    page = roster.household_page(imported, line.household_id)
    assert page.line.head_name == "朱翠霞"
    assert [m.member_status for m in page.members][-1] == "dead"
    assert json.dumps([m.name for m in page.members], ensure_ascii=False).count("郭昌") == 1
