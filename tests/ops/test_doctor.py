"""The doctor finds every change that somebody made around the journal."""

import pytest

from app.models.household import Household
from app.models.store import Store
from app.ops import doctor
from app.ops.history import history
from tests.conftest import VILLAGE
from tests.ops.network import ME
from tests.ops.village import TODAY, add_family


def faults(store: Store) -> set[str]:
    return {check.check for check in doctor.examine(store) if not check.ok}


@pytest.fixture
def household(store: Store) -> str:
    found = add_family(store)
    for number in "123":
        with store.write("test.phone", ME) as session:
            session.get_one(Household, found).phone = number
    return found


def test_a_sound_replica_passes(store: Store, household: str) -> None:
    assert faults(store) <= {"disk"}
    (check,) = [c for c in doctor.examine(store) if c.check == "journal"]
    assert check.detail == "4条"


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE household SET phone='9'", {"tables"}),
        ("UPDATE changeset SET actor='x' WHERE number=2", {"journal"}),
        ("UPDATE changeset SET line=replace(line, '张', '李') WHERE number=2", {"journal"}),
        ("UPDATE change SET new='\"9\"' WHERE field='phone'", {"journal", "tables"}),
        ("DELETE FROM change WHERE field='phone' AND changeset_id=3", {"journal"}),
        ("UPDATE chain_head SET number=3", {"journal"}),
        ("UPDATE member SET household_id='none' WHERE number=1", {"database", "tables"}),
    ],
)
def test_what_an_sql_tool_changes_is_named(
    store: Store, household: str, statement: str, found: set[str]
) -> None:
    connection = store.raw()
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute(statement)
    connection.close()
    assert faults(store) - {"disk"} == found


def test_the_history_tells_who_changed_what_from_what_to_what(store: Store, household: str) -> None:
    lines = history(store, household_id=household, field="phone")
    assert [(line.old, line.new) for line in lines] == [
        ("2", "3"),
        ("1", "2"),
        ("18700000475", "1"),
    ]
    assert {(line.actor, line.label, line.household_id) for line in lines} == {
        ("张卫东", "联系电话", household)
    }
    assert len(history(store, household_id=household)) == 9  # a household of 4 with its income
    assert history(store, since=TODAY.replace(day=21)) == []
    assert {(line.device, line.level) for line in history(store)} == {("本机", "village")}
    assert {line.changeset.split("/")[2] for line in history(store)} == {VILLAGE}
