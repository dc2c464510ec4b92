"""The journal: every change, once, with why; and nothing can write around it."""

import json
from typing import Any

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DatabaseError

from app.domain.changeset import digest, genesis, parse_line
from app.domain.ownership import Actor
from app.models.errors import OwnershipError
from app.models.household import Area, Household, Member
from app.models.journal import ChangeRow, ChangesetRow
from app.models.step import Step
from app.models.store import Store
from tests.conftest import TOWNSHIP, VILLAGE, StoreMaker


def add_household(store: Store, actor: Actor, number: str = "1", reason: str = "") -> str:
    with store.write("test.add", actor, reason) as session:
        household = Household(scope=VILLAGE, household_no=number, household_kind="lifted")
        session.add(household)
    return household.id


def lines(store: Store) -> list[bytes]:
    with store.read() as session:
        return list(session.scalars(select(ChangesetRow.line).order_by(ChangesetRow.id)))


def test_a_new_row_is_one_change_with_all_its_values(store: Store, actor: Actor) -> None:
    household_id = add_household(store, actor)
    changeset = parse_line(lines(store)[0])
    assert changeset.chain.origin == store.device_id
    assert (changeset.operation, changeset.actor, changeset.number) == ("test.add", "张卫东", 1)
    (change,) = changeset.changes
    assert (change.table, change.row, change.field) == ("household", household_id, "")
    assert change.new["household_kind"] == "lifted"
    assert "id" not in change.new


def test_a_changed_field_keeps_old_and_new_and_an_equal_value_leaves_nothing(
    store: Store, actor: Actor
) -> None:
    household_id = add_household(store, actor)
    for value in ("B", "B"):
        with store.write("test.rate", actor) as session:
            session.get_one(Household, household_id).house_rating = value
    assert len(lines(store)) == 2
    (change,) = parse_line(lines(store)[1]).changes
    assert (change.field, change.old, change.new) == ("house_rating", None, "B")


def test_two_flushes_of_one_operation_are_one_change_and_a_way_back_is_none(
    store: Store, actor: Actor
) -> None:
    household_id = add_household(store, actor)
    with store.write("test.twice", actor) as session:
        household = session.get_one(Household, household_id)
        for value in ("B", "C"):
            household.house_rating = value
            household.note = value
            session.flush()
        household.note = ""
    (change,) = parse_line(lines(store)[1]).changes
    assert (change.field, change.old, change.new) == ("house_rating", None, "C")


def test_changesets_are_chained_from_the_device_and_rows_agree_with_the_bytes(
    store: Store, actor: Actor
) -> None:
    for number in ("1", "2", "3"):
        add_household(store, actor, number)
    identity = store.identity
    previous = genesis(identity.identity_digest, identity.epoch, VILLAGE)
    for place, line in enumerate(lines(store), start=1):
        changeset = parse_line(line)
        assert (changeset.number, changeset.previous) == (place, previous)
        previous = digest(line)
    with store.read() as session:
        for row in session.scalars(select(ChangesetRow)):
            changes = session.scalars(select(ChangeRow).filter_by(changeset_id=row.id))
            told = [(c.table_name, c.row_id, c.field, json.loads(c.new)) for c in changes]
            assert told == [(c[0], c[1], c[2], c[4]) for c in parse_line(row.line).changes]
            assert row.digest == digest(row.line)


def test_an_operation_over_two_scopes_writes_one_changeset_each(store: Store, actor: Actor) -> None:
    with store.write("test.two", actor) as session:
        for scope in (VILLAGE, "539901101202"):
            session.add(Household(scope=scope, household_no="1", household_kind="ordinary"))
    first, second = (parse_line(line) for line in lines(store))
    assert first.operation_id == second.operation_id
    assert {first.chain.scope, second.chain.scope} == {VILLAGE, "539901101202"}
    assert (first.number, second.number) == (1, 1)


def test_an_error_leaves_neither_row_nor_changeset(store: Store, actor: Actor) -> None:
    with pytest.raises(RuntimeError), store.write("test.fail", actor) as session:
        session.add(Household(scope=VILLAGE, household_no="1", household_kind="lifted"))
        session.flush()
        raise RuntimeError
    assert lines(store) == []
    with store.read() as session:
        assert session.scalars(select(Household)).all() == []


def test_pinyin_is_derived_at_each_writing_and_never_journaled(store: Store, actor: Actor) -> None:
    household_id = add_household(store, actor)
    with store.write("test.member", actor) as session:
        member = Member(
            scope=VILLAGE, household_id=household_id, number=1, name="单小芳", relation="户主"
        )
        session.add(member)
    with store.write("test.rename", actor) as session:
        session.get_one(Member, member.id).name = "覃小芳"
    with store.read() as session:
        found = session.get_one(Member, member.id)
        assert found.name_initials == "qxf txf"
    assert all("pinyin" not in line.decode() for line in lines(store))


TABLE = Household.metadata.tables["household"]
BULK: dict[str, Any] = {
    "orm bulk update": lambda s: s.execute(update(Household).values(note="x")),
    "orm bulk insert": lambda s: s.execute(
        insert(Area), [{"id": "a", "scope": VILLAGE, "area_level": "village", "name": "x"}]
    ),
    "core update": lambda s: s.connection().execute(update(TABLE).values(note="x")),
    "core delete": lambda s: s.connection().execute(delete(TABLE)),
    "text": lambda s: s.execute(text("UPDATE household SET note = 'x'")),
    "raw cursor": lambda s: s.connection().connection.driver_connection.execute(
        "UPDATE household SET note = 'x'"
    ),
    "journal rewritten": lambda s: s.execute(text("UPDATE changeset SET actor = 'x'")),
    "journal cut": lambda s: s.execute(text("DELETE FROM change")),
    "trigger": lambda s: s.execute(
        text("CREATE TRIGGER t AFTER INSERT ON draft BEGIN DELETE FROM household; END")
    ),
    "guard switched off": lambda s: s.execute(text("PRAGMA writable_schema=1")),
    "orm delete": lambda s: s.delete(s.scalars(select(Household)).first()),
    "bulk_save_objects": lambda s: s.bulk_update_mappings(
        Household, [{"id": s.scalars(select(Household.id)).first(), "note": "x"}]
    ),
    "savepoint": lambda s: s.begin_nested(),
}


@pytest.mark.parametrize("way", BULK)
def test_nothing_writes_around_the_journal(store: Store, actor: Actor, way: str) -> None:
    add_household(store, actor)
    before = lines(store)
    refusals = (TypeError, DatabaseError, sqlcipher.DatabaseError)
    with pytest.raises(refusals), store.write("test.around", actor) as session:
        BULK[way](session)
        session.flush()
    assert lines(store) == before
    with store.read() as session:
        assert [h.note for h in session.scalars(select(Household))] == [""]


def test_the_same_text_as_a_flush_is_refused_from_the_statement_cache(
    store: Store, actor: Actor
) -> None:
    """A prepared statement of the flush must not serve a raw caller afterwards."""
    household_id = add_household(store, actor)
    with pytest.raises(sqlcipher.DatabaseError), store.write("test", actor) as session:
        session.get_one(Household, household_id).note = "recorded"
        session.flush()
        raw: Any = session.connection().connection.driver_connection
        raw.execute("UPDATE household SET note=? WHERE household.id = ?", ("x", household_id))


def test_a_read_cannot_write(store: Store, actor: Actor) -> None:
    household_id = add_household(store, actor)
    with store.read() as session:
        session.get_one(Household, household_id).note = "x"
        with pytest.raises((TypeError, DatabaseError)):
            session.commit()
    with store.read() as session, pytest.raises(DatabaseError):
        session.execute(text("INSERT INTO draft VALUES ('a', 'b', 'c', 'd')"))
    with store.read() as session, pytest.raises(DatabaseError):
        session.execute(text("PRAGMA query_only=OFF"))


def test_who_may_not_originate_a_change_is_refused_and_nothing_is_written(
    store: Store, new_store: StoreMaker
) -> None:
    with pytest.raises(OwnershipError) as caught:
        add_household(store, Actor("李看", "readonly"))
    assert "户台账" in caught.value.user_text()
    township = new_store("township", TOWNSHIP, "青石镇")
    clerk = Actor("王芳", "reviewer")
    with pytest.raises(OwnershipError, match="household"):
        add_household(township, clerk)  # a township corrects with a reason only
    add_household(township, clerk, reason="更正：村里漏登")
    step = Step(
        scope=VILLAGE,
        subject="warning",
        subject_id="w",
        action="pass",
        step_on=store.clock().date(),
        actor="x",
        level="village",
    )
    with (
        pytest.raises(OwnershipError),
        store.write("t", Actor("张", "leader")) as s,
    ):
        s.add(step)
    assert lines(store) == []
