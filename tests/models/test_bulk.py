"""Rows inserted at once stand in the tables and in the journal exactly as the session's own do."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from app.domain.changeset import digest, parse_line
from app.domain.ownership import Actor
from app.models import capture
from app.models.errors import OwnershipError
from app.models.household import AnnualIncome, Household, Member
from app.models.journal import ChangeRow, ChangesetRow
from app.models.pinyin import search_keys
from app.models.step import Step
from app.models.store import Store
from tests.conftest import VILLAGE

HOME = {"id": "h1", "household_no": "1", "household_kind": "ordinary", "removed_on": None}
PERSON = {"id": "m1", "household_id": "h1", "number": 1, "name": '张"三"𠮷', "relation": "户主",
          "has_dibao": True, "monthly_wage": Decimal("3500.50"),
          "joined_on": date(2025, 1, 2)}  # fmt: skip
INCOME = {"id": "i1", "household_id": "h1", "year": 2025, "annual_per_capita": Decimal("1E+4")}


def derived(row: dict[str, Any]) -> dict[str, Any]:
    pinyin, initials = search_keys(row["name"])
    return {**row, "name_pinyin": pinyin, "name_initials": initials}


def write_bulk(store: Store, actor: Actor) -> None:
    with store.write("roster.import", actor) as session:
        session.add(Household(id="h0", scope=VILLAGE, household_no="0", household_kind="lifted"))
        store.bulk_insert(session, Household, VILLAGE, [HOME])
        store.bulk_insert(session, Member, VILLAGE, [derived(PERSON)])
        store.bulk_insert(session, AnnualIncome, VILLAGE, [INCOME])


def write_one_by_one(store: Store, actor: Actor) -> None:
    with store.write("roster.import", actor) as session:
        session.add(Household(id="h0", scope=VILLAGE, household_no="0", household_kind="lifted"))
        session.add(Household(scope=VILLAGE, **HOME))
        session.flush()
        session.add(Member(scope=VILLAGE, **PERSON))
        session.add(AnnualIncome(scope=VILLAGE, **INCOME))


def content(store: Store) -> tuple[Any, ...]:
    with store.read() as session:
        rows = [
            sorted(
                {k: v for k, v in vars(row).items() if k != "_sa_instance_state"}.items(),
                key=lambda pair: pair[0],
            )
            for table in (Household, Member, AnnualIncome)
            for row in session.scalars(select(table).order_by(table.id))
        ]
        changes = session.execute(
            select(ChangeRow.table_name, ChangeRow.row_id, ChangeRow.field, ChangeRow.old,
                   ChangeRow.new).order_by(ChangeRow.row_id)
        ).all()  # fmt: skip
        return rows, changes


def test_a_bulk_leaves_the_same_rows_and_changes_as_the_session(
    store: Store, new_store: Any, actor: Actor
) -> None:
    other = new_store("village", VILLAGE, "上坝村")
    write_bulk(store, actor)
    write_one_by_one(other, actor)
    assert content(store) == content(other)


def test_the_line_is_canonical_and_is_what_its_digest_and_changes_say(
    store: Store, actor: Actor
) -> None:
    write_bulk(store, actor)
    with store.read() as session:
        (row,) = session.scalars(select(ChangesetRow)).all()
        changes = session.scalars(select(ChangeRow.row_id)).all()
    changeset = parse_line(row.line)
    assert digest(row.line) == row.digest
    assert sorted(change.row for change in changeset.changes) == sorted(changes)
    assert len(changes) == 4


def test_the_next_changeset_follows_a_bulk(store: Store, actor: Actor) -> None:
    write_bulk(store, actor)
    with store.write("test.next", actor) as session:
        session.get_one(Household, "h1").note = "改"
    with store.read() as session:
        first, second = session.scalars(select(ChangesetRow).order_by(ChangesetRow.number)).all()
    assert (second.number, second.previous) == (2, first.digest)


def test_an_error_after_a_bulk_leaves_nothing(store: Store, actor: Actor) -> None:
    with pytest.raises(OSError, match="full"), store.write("roster.import", actor) as session:
        store.bulk_insert(session, Household, VILLAGE, [HOME])
        raise OSError("full")
    assert content(store) == ([], [])


def test_a_bulk_outside_a_write_is_refused(store: Store) -> None:
    with store.read() as session, pytest.raises(TypeError, match="outside"):
        store.bulk_insert(session, Household, VILLAGE, [HOME])


def test_who_may_not_write_the_roster_may_not_in_bulk(store: Store) -> None:
    reader = Actor("看", "readonly")
    with pytest.raises(OwnershipError), store.write("roster.import", reader) as session:
        store.bulk_insert(session, Household, VILLAGE, [HOME])
    assert content(store) == ([], [])


def test_steps_floats_and_missing_search_keys_are_refused(store: Store, actor: Actor) -> None:
    with pytest.raises(TypeError, match="step"), store.write("x", actor) as session:
        store.bulk_insert(session, Step, VILLAGE, [{"id": "s1"}])
    with pytest.raises(TypeError, match="float"), store.write("x", actor) as session:
        store.bulk_insert(session, Household, VILLAGE, [HOME | {"note": 0.5}])
    with pytest.raises(TypeError, match="name_pinyin"), store.write("x", actor) as session:
        store.bulk_insert(session, Member, VILLAGE, [PERSON])


def test_a_row_of_a_bulk_stays_as_it_is_until_the_commit(store: Store, actor: Actor) -> None:
    with pytest.raises(TypeError, match="bulk"), store.write("x", actor) as session:
        store.bulk_insert(session, Household, VILLAGE, [HOME])
        session.get_one(Household, "h1").note = "改"
    assert content(store) == ([], [])


def test_the_guard_stands_again_after_a_bulk(store: Store, actor: Actor) -> None:
    with pytest.raises(Exception, match="not authorized"), store.write("x", actor) as session:
        store.bulk_insert(session, Household, VILLAGE, [HOME])
        values = {**HOME, "id": "h2", "scope": VILLAGE}
        session.connection().execute(insert(Household.__table__).values(**values))  # type: ignore[arg-type]


def test_only_the_import_of_a_roster_inserts_in_bulk() -> None:
    root = Path(capture.__file__).parents[1]
    callers = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if "bulk_insert(" in path.read_text("utf-8") or "insert_rows(" in path.read_text("utf-8")
    }
    door = {"models/store.py", "models/capture.py", "models/bulk.py"}
    assert {c.replace("\\", "/") for c in callers} == door | {"ops/roster_sink.py"}
