"""Decisions on a preview, undo of an import, the same file again, mappings that are remembered."""

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.case import UNDO_IMPORT
from app.domain.ownership import Actor
from app.domain.period import Period
from app.domain.roster_items import UNDECIDED, Decision, Decisions
from app.excel.reader import read_table
from app.models.change import NaturalChange
from app.models.household import Household, Member
from app.models.imports import ImportDecisionRow
from app.models.journal import ChangesetRow
from app.models.step import Step
from app.models.store import Store
from app.ops import case_rows, monitored, roster, statistics
from app.ops.changes import list_changes
from app.ops.lives import Added, StepInput, Who, write_step
from app.ops.roster_import import UnknownReasonError
from app.ops.roster_rows import load_roster
from app.ops.roster_undo import UndoRefusedError, UnknownImportError
from tests.excel import keys
from tests.ops.rosters import FIRST, TODAY
from tests.ops.test_roster import HEAD, small, write_table

LATER = date(2025, 11, 30)
NEXT = keys.ROSTERS / "04_村台账_下月更新.xlsx"
SKIP, APPLY = Decision("skip"), Decision("apply")


def load(
    store: Store,
    actor: Actor,
    path: Path,
    decisions: Decisions = UNDECIDED,
    today: date = TODAY,
    **more: Any,
) -> roster.RosterResult:
    preview = roster.preview_import(store, [path], today)
    return roster.apply_import(store, actor, preview, decisions=decisions, **more)


def items(store: Store, path: Path, today: date = LATER) -> list[roster.ImportItem]:
    return list(roster.preview_import(store, [path], today).files[0].items())


def living(store: Store) -> object:
    with store.read() as session:
        return load_roster(session).known


def test_items_say_what_the_key_of_the_next_month_says(imported: Store) -> None:
    found = Counter(item.kind for item in items(imported, NEXT))
    update = keys.load_key(NEXT.name)["update"]
    gone = {entry["hh"] for entry in update["gone_households"]}
    silent = [entry for entry in update["removed_members"] if entry["reason"] is None]
    assert found["new_household"] == len(update["new_households"])
    assert found["new_member"] == len(update["added_members"])
    assert found["moved"] == len(update["moved_members"])
    assert found["id_corrected"] == len(update["id_changes"])
    assert found["missing"] == len(silent)
    assert found["left"] == len(update["removed_members"]) - len(silent)
    assert found["gone_household"] == len(gone)
    assert found["household_changed"] == sum(
        len(entry["changes"]) for entry in update["household_changes"]
    )
    changes = sum(len(entry["changes"]) for entry in update["member_changes"])
    assert found["member_changed"] + found["doubtful"] == changes


def test_keys_are_stable_and_each_stands_once(imported: Store) -> None:
    first, again = items(imported, NEXT), items(imported, NEXT)
    assert [item.key for item in first] == [item.key for item in again]
    assert len({item.key for item in first}) == len(first)


def test_a_change_that_is_skipped_is_not_written_and_others_are(
    imported: Store, actor: Actor
) -> None:
    changed = [item for item in items(imported, NEXT) if item.kind == "member_changed"]
    skipped = changed[0]
    load(imported, actor, NEXT, Decisions({skipped.key: SKIP}), today=LATER)
    left = [item for item in items(imported, NEXT) if item.kind == "member_changed"]
    assert [item.key for item in left] == [skipped.key]


@pytest.mark.parametrize(
    "kind", ["new_household", "new_member", "moved", "id_corrected", "left", "household_changed"]
)
def test_a_kind_that_is_skipped_is_offered_again_and_nothing_else(
    imported: Store, actor: Actor, kind: str
) -> None:
    offered = items(imported, NEXT)
    before = [item.key for item in offered if item.kind == kind and item.choices]
    load(imported, actor, NEXT, Decisions(kinds={kind: SKIP}), today=LATER)
    after = items(imported, NEXT)
    again = [item.key for item in after if item.kind == kind]
    assert set(again) >= set(before)


def test_everything_skipped_changes_nothing(imported: Store, actor: Actor) -> None:
    before = living(imported)
    result = load(imported, actor, NEXT, Decisions(kinds=dict.fromkeys(
        {item.kind for item in items(imported, NEXT)}, SKIP)), today=LATER)  # fmt: skip
    assert not result.changed
    assert living(imported) == before


def test_a_silent_person_who_died_becomes_a_change_to_report(imported: Store, actor: Actor) -> None:
    silent = next(item for item in items(imported, NEXT) if item.kind == "missing")
    death = Decision("apply", "死亡", "2025-11-08")
    result = load(imported, actor, NEXT, Decisions({silent.key: death}), today=LATER)
    assert result.counts.reported == 1
    with imported.read() as session:
        (change,) = session.scalars(select(NaturalChange)).all()
        member = session.get_one(Member, change.member_id)
        decision = session.scalars(select(ImportDecisionRow)).one()
    assert (change.change_kind, change.reason, change.effective_on) == (
        "decrease", "death", date(2025, 11, 8),
    )  # fmt: skip
    assert member.member_status == "present"
    assert (decision.key, decision.reason) == (silent.key, "死亡")
    assert [item.state for item in list_changes(imported, LATER, actor)] == ["open"]


def test_a_reason_that_does_not_exist_is_refused_and_nothing_written(
    imported: Store, actor: Actor
) -> None:
    before = living(imported)
    silent = next(item for item in items(imported, NEXT) if item.kind == "missing")
    with pytest.raises(UnknownReasonError):
        load(imported, actor, NEXT, Decisions({silent.key: Decision("apply", "飞走")}))
    assert living(imported) == before


def test_a_silent_person_without_a_decision_stays(imported: Store, actor: Actor) -> None:
    load(imported, actor, NEXT, today=LATER)
    with imported.read() as session:
        assert session.scalars(select(NaturalChange)).all() == []
    assert [item.kind for item in items(imported, NEXT) if item.kind == "missing"]


def test_a_row_without_its_last_digits_comes_in_without_number_if_somebody_says_so(
    store: Store, actor: Actor, tmp_path: Path
) -> None:
    path = small(
        tmp_path,
        ["一组", 1, "张三", "户主", "", "1990-01-01"],
        ["一组", 1, "张四", "之子", "5.39901E+17", "2015-01-01"],
    )
    (doubt,) = [item for item in items(store, path) if item.kind == "doubtful"]
    assert (doubt.default, doubt.reasons) == ("later", ("E_ID_LOST_DIGITS",))
    assert load(store, actor, path).counts.created == 1
    load(store, actor, path, Decisions({doubt.key: APPLY}), again=True)
    with store.read() as session:
        son = session.scalars(select(Member).filter_by(name="张四")).one()
    assert (son.id_no, son.birth_date) == ("", "2015-01-01")


def test_a_double_cannot_be_let_in(store: Store, actor: Actor, tmp_path: Path) -> None:
    person = ["一组", 1, "张三", "户主", "539901199001010010", "1990-01-01"]
    path = small(tmp_path, person, person)
    (doubt,) = [item for item in items(store, path) if item.kind == "doubtful"]
    assert doubt.choices == ()
    assert load(store, actor, path, Decisions({doubt.key: APPLY})).counts.created == 1


def test_an_import_is_undone_as_one_and_can_be_done_again(imported: Store, actor: Actor) -> None:
    before = living(imported)
    cases = [i.key for i in items(imported, NEXT) if i.field == "object_type" and i.old is None]
    decisions = Decisions(dict.fromkeys(cases, SKIP))
    result = load(imported, actor, NEXT, decisions, today=LATER)
    undone = roster.undo_import(imported, actor, result.import_id)
    assert {m for m in people(living(imported)) if m[1]} == people(before)
    assert homes(living(imported)) == homes(before)
    assert undone.rows_ended >= result.counts.created
    with imported.read() as session:
        operations = session.scalars(select(ChangesetRow.operation)).all()
    assert operations == ["roster.import", "roster.import", "roster.undo_import"]
    again = load(imported, actor, NEXT, decisions, today=LATER)
    assert again.counts.updated + again.counts.created == (
        result.counts.updated + result.counts.created
    )


def people(known: Any) -> set[tuple[str, bool, str, str]]:
    return {
        (m.member_id, m.is_present, m.household_id, str(sorted(m.values.items(), key=str)))
        for m in known.members
    }


def homes(known: Any) -> dict[str, Any]:
    """Return the households without the income that a new year brings: it is emptied, not gone."""
    return {
        h.household_id: {k: v for k, v in h.values.items() if k != "per_capita_income"}
        for h in known.households
    }


KINDS = ("member", "household", "object", "national")
SEQUENCES = [
    [NEXT],
    ["05_监测对象信息_导出.xlsx"],
    [NEXT, "05_监测对象信息_导出.xlsx", "06_脱贫人口信息_导出.xls", "07_务工月监测_导出.xlsx"],
    ["07_务工月监测_导出.xlsx", NEXT, FIRST],
]


@pytest.mark.parametrize("names", SEQUENCES, ids=lambda names: "-".join(str(n)[:2] for n in names))
def test_undoing_one_import_after_the_other_leads_back_to_the_same_tables(
    imported: Store, actor: Actor, tmp_path: Path, names: list[Path | str]
) -> None:
    def tables() -> list[object]:
        found: list[object] = []
        for kind in KINDS:
            roster.export_table(imported, actor, kind, tmp_path / "o.xlsx", LATER)
            found.append(read_table(tmp_path / "o.xlsx").sheets[0].rows)
        return [*found, monitored.list_cases(imported, LATER, actor)]

    paths = [keys.ROSTERS / name if isinstance(name, str) else name for name in names]
    before, done = [], []
    for path in paths:
        before.append(tables())
        done.append(load(imported, actor, path, today=LATER))
    assert tables() != before[-1]
    for expected, result in zip(reversed(before), reversed(done), strict=True):
        roster.undo_import(imported, actor, result.import_id)
        assert tables() == expected


def test_an_object_that_came_with_an_undone_import_counts_nowhere_and_may_come_again(
    imported: Store, actor: Actor
) -> None:
    def reported() -> object:
        return statistics.monthly_report(imported, Period.parse("2025-11"), LATER).tables

    before = reported()
    result = load(imported, actor, NEXT, today=LATER)
    roster.undo_import(imported, actor, result.import_id)
    assert reported() == before
    with imported.read() as session:
        ended = session.scalars(select(Step).where(Step.action == UNDO_IMPORT)).all()
    assert {(step.subject, step.level) for step in ended} == {("monitored_case", "program")}
    again = load(imported, actor, NEXT, today=LATER).counts
    assert again.created + again.updated == result.counts.created + result.counts.updated
    objects = [i for i in monitored.list_cases(imported, LATER, actor) if i.state == "monitoring"]
    assert len(objects) == len({i.household_id for i in objects})


def test_an_object_that_somebody_has_led_on_stops_the_undo(imported: Store, actor: Actor) -> None:
    before = {item.item_id for item in monitored.list_cases(imported, LATER, actor)}
    result = load(imported, actor, NEXT, today=LATER)
    (new,) = [
        i.item_id for i in monitored.list_cases(imported, LATER, actor) if i.item_id not in before
    ]
    with imported.write("case.step", actor) as session:
        found = case_rows.one(session, new)
        write_step(session, found.thing, "propose-clear-out", Who(actor, "village"),
                   StepInput("查到商品房", LATER), Added(kind=found.first_kind))  # fmt: skip
    with pytest.raises(UndoRefusedError):
        roster.undo_import(imported, actor, result.import_id)


def test_a_first_import_is_undone_and_the_roster_is_empty_again(
    imported: Store, actor: Actor
) -> None:
    (line,) = roster.list_imports(imported)
    roster.undo_import(imported, actor, line.import_id)
    assert roster.list_households(imported) == []
    assert roster.list_imports(imported)[0].is_undone
    with pytest.raises(UnknownImportError):
        roster.undo_import(imported, actor, line.import_id)
    assert load(imported, actor, FIRST).counts.created == 481


def test_an_undo_is_refused_whole_once_a_value_has_changed(imported: Store, actor: Actor) -> None:
    (line,) = roster.list_imports(imported)
    with imported.write("test.edit", actor) as session:
        home = session.scalars(select(Household).order_by(Household.position).limit(1)).one()
        home.phone = "13900001111"
        number = home.household_no
    before = living(imported)
    with pytest.raises(UndoRefusedError) as refused:
        roster.undo_import(imported, actor, line.import_id)
    assert f"{number}户的联系电话" in refused.value.user_text()
    assert living(imported) == before


def test_an_undo_is_refused_once_something_hangs_on_a_new_household(
    imported: Store, actor: Actor
) -> None:
    (line,) = roster.list_imports(imported)
    home = roster.list_households(imported)[0]
    with imported.write("test.report", actor) as session:
        session.add(NaturalChange(scope=imported.area_code, household_id=home.household_id,
                                  change_kind="decrease", reported_on=TODAY))  # fmt: skip
    with pytest.raises(UndoRefusedError, match="E219"):
        roster.undo_import(imported, actor, line.import_id)


def test_a_reported_change_is_withdrawn_by_the_undo(imported: Store, actor: Actor) -> None:
    silent = next(item for item in items(imported, NEXT) if item.kind == "missing")
    only = dict.fromkeys({item.kind for item in items(imported, NEXT)} - {"missing"}, SKIP)
    decisions = Decisions({silent.key: Decision("apply", "death")}, only)
    result = load(imported, actor, NEXT, decisions, today=LATER)
    roster.undo_import(imported, actor, result.import_id)
    (change,) = list_changes(imported, LATER, actor, only_open=False)
    assert change.state == "cancelled"


def test_the_same_file_again_is_told_and_left_out(imported: Store, actor: Actor) -> None:
    home = roster.list_households(imported)[0]
    with imported.write("test.edit", actor) as session:
        session.get_one(Household, home.household_id).phone = "13900001111"
    preview = roster.preview_import(imported, [FIRST], LATER)
    assert preview.files[0].already_sentence.startswith("这份文件10-31导入过，内容一样。")
    result = roster.apply_import(imported, actor, preview)
    assert not result.changed
    assert result.counts.unchanged == 481
    assert roster.list_households(imported)[0].phone == "13900001111"
    roster.apply_import(imported, actor, preview, again=True)
    assert roster.list_households(imported)[0].phone == home.phone


def test_a_file_that_another_came_after_is_read_again(imported: Store, actor: Actor) -> None:
    load(imported, actor, NEXT, today=LATER)
    assert roster.preview_import(imported, [FIRST], LATER).files[0].imported_on is None


def test_a_corrected_mapping_is_remembered_for_its_source(
    store: Store, actor: Actor, tmp_path: Path
) -> None:
    head = [*HEAD[:4], "号码", *HEAD[5:], "甲乙丙"]
    row = ["一组", 1, "张三", "户主", "", "1990-01-01", "13900001111"]
    path = write_table(tmp_path / "一月.csv", head, row)
    choice = roster.Choice(fields={"甲乙丙": "phone"})
    preview = roster.preview_import(store, [path], TODAY, choice=choice)
    roster.apply_import(store, actor, preview)
    other = write_table(tmp_path / "二月.csv", head, [*row[:6], "13900002222"])
    load(store, actor, other)
    assert roster.list_households(store)[0].phone == "13900002222"


def test_the_last_report_stays_at_hand_without_names(
    store: Store, actor: Actor, tmp_path: Path
) -> None:
    path = small(tmp_path, ["一组", 1, "张三", "户主", "539901199001010011", "1990-01-01"])
    load(store, actor, path)
    (line,) = roster.last_report(store)
    assert (line.row, line.field, line.code, line.row_class) == (2, "id_no", "W_ID_CHECK", "warn")
