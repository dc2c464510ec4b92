"""Random steps of three levels through the real operations: no household or person is ever lost."""

from collections import Counter
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.labels import LABELS
from app.errors import AppError
from app.models.household import Household, Member, MonitoredCase
from app.models.store import Store
from app.ops import changes, monitored
from app.ops.changes import NewChange
from app.ops.items import Item
from app.ops.lives import StepInput
from app.ops.monitored import NewClue
from tests.conftest import VILLAGE
from tests.ops.levels import acting_as
from tests.ops.village import ME, TODAY, add_family

LEVELS = ("village", "township", "county")
AWAY = {"exclude", "extinguish", "withdraw", "reopen", "return", "removal-return"}
STEPS = 150


def on(day: int) -> date:
    return TODAY + timedelta(days=day)


@pytest.fixture
def homes(store: Store) -> list[str]:
    """Return two households, the first with a monitored object of the roster."""
    found = [add_family(store, "2"), add_family(store, "3")]
    with store.write("test.case", ME) as session:
        session.add(MonitoredCase(scope=VILLAGE, household_id=found[0], object_type="edge_prone",
                                  identified_on="2025-01-10", causes="illness"))  # fmt: skip
    return found


@pytest.mark.parametrize("seed", [3])
def test_no_walk_loses_a_household_a_person_or_a_case(
    store: Store, homes: list[str], seed: int
) -> None:
    rng = Random(seed)  # noqa: S311  a walk, no secret
    before, taken, day = people_of(store), Counter[str](), 0
    for _ in range(STEPS):
        day += rng.random() < 0.5
        try:
            taken[random_step(store, rng, homes, day)] += 1
        except AppError:
            taken["refused"] += 1
        now = people_of(store)
        assert before.keys() <= now.keys()  # nobody is deleted
        assert all(home in known_homes(store) for home, _ in now.values())
        assert_one_newest_case(store, day)
        before = now
    done = [c for c in changes.list_changes(store, on(day), ME, only_open=False)
            if c.state == "done"]  # fmt: skip
    assert done  # else the walk proves nothing
    assert {"verify", "decide", "accept"} <= set(taken)
    assert_every_home_is_explained(store)


def random_step(store: Store, rng: Random, homes: list[str], day: int) -> str:
    """Open something, or lead something on; return the action."""
    luck = rng.random()
    if luck < 0.05:
        new = NewClue(rng.choice(homes), "cadre", "线索", on(day))
        monitored.register_clue(store, ME, new, on(day))
        return "clue"
    if luck < 0.2:
        changes.open_change(store, ME, random_change(store, rng, homes, day), on(day))
        return "change"
    level = rng.choice(LEVELS)
    with acting_as(store, level):
        items = [
            *monitored.list_cases(store, on(day), ME, only_open=False),
            *changes.list_changes(store, on(day), ME),
        ]
        offered = [(item, a) for item in items for a in item.actions
                   if a.name not in AWAY or rng.random() < 0.05]  # fmt: skip
        if not offered:
            return "nothing"
        item, action = rng.choice(offered)
        lead(store, item, action.name, values(store, rng, action.needs, day), day)
        return action.name


def lead(store: Store, item: Item, action: str, given: dict[str, str], day: int) -> None:
    said = StepInput("理由写得够长", on(day), given)
    if item.subject == "natural_change":
        changes.act_change(store, ME, item.item_id, action, said, on(day))
    else:
        monitored.act_case(store, ME, item.item_id, action, said, on(day))


def values(store: Store, rng: Random, needs: tuple[str, ...], day: int) -> dict[str, str]:
    known: dict[str, Any] = {
        "team": "张卫东、李会计", "object_type": rng.choice(sorted(LABELS["object_type"])),
        "causes": "因病", "negative_conclusion": "没有", "objections": "无", "approval_no": "1号",
        "meeting_on": on(day).isoformat(), "present": "20", "votes_yes": "18", "votes_no": "1",
        "votes_abstain": "1", "letter_signed_on": on(day).isoformat(), "entered_by": "王芳",
        "told_on": on(day).isoformat(), "per_capita": "12750", "removal_way": "natural",
        "reason": "消费型汽车", "photo": "后补", "proof": "复印件",
        "effective_on": on(day).isoformat(),
    }  # fmt: skip
    return {name: known[name] for name in needs if name != "note"}


def random_change(store: Store, rng: Random, homes: list[str], day: int) -> NewChange:
    home = rng.choice(homes)
    who = [m for m, (where, status) in people_of(store).items()
           if where == home and status == "present"]  # fmt: skip
    member = rng.choice(who) if who else ""
    kind = rng.choice(["decrease", "increase", "household_split", "household_extinct"])
    details = {"member_ids": member, "head_id": member, "name": "新人", "relation": "之孙子",
               "sex": "male"}  # fmt: skip
    reason = {"decrease": "death", "increase": "birth"}.get(kind, "")
    return NewChange(home, kind, reason, on(day), member, "证明", details)


def people_of(store: Store) -> dict[str, tuple[str, str]]:
    with store.read() as session:
        return {m.id: (m.household_id, m.member_status) for m in session.scalars(select(Member))}


def known_homes(store: Store) -> set[str]:
    with store.read() as session:
        return set(session.scalars(select(Household.id)))


def assert_one_newest_case(store: Store, day: int) -> None:
    """A household with entered cases is counted once, by exactly one of them."""
    cases = monitored.list_cases(store, on(day), ME, only_open=False)
    entered = [c for c in cases if c.fields["case_no"]]
    counted = Counter(c.household_id for c in entered if c.fields["is_superseded"] == "否")
    assert counted == Counter({c.household_id for c in entered})
    assert all(c.state in LABELS["case_state"] for c in cases)


def assert_every_home_is_explained(store: Store) -> None:
    """A household has somebody present, or has ended by a change, or waits for that change."""
    waiting = {c.household_id for c in changes.list_changes(store, on(999), ME)}
    here = Counter(home for home, status in people_of(store).values() if status == "present")
    with store.read() as session:
        for home in session.scalars(select(Household)):
            assert here[home.id] or home.removed_reason or home.id in waiting
