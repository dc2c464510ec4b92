"""Any operations in any order over six replicas: the invariants hold, planted faults are caught.

The number of runs is small in the usual test; ``ZHUCUN_RUNS`` makes it as long as a night.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from app.ops import conflict_decisions, exchange
from app.sync import inbox
from app.sync.errors import ContentError
from tests.sync.meeting import meet, settle
from tests.sync.replicas import PLACES, SUPERIOR, WAYS, Replicas
from tests.sync.world import World

RUNS = int(os.environ.get("ZHUCUN_RUNS", "4"))
NAMES = st.sampled_from(sorted(PLACES))
SMALL = st.integers(0, 5)


class Machine(RuleBasedStateMachine):
    """Each rule is one operation; at the end all meet and decide."""

    replicas: Replicas
    folder: Path

    def __init__(self) -> None:
        super().__init__()
        self.world = World(self.replicas, self.folder).start()

    @rule(name=NAMES)
    def add(self, name: str) -> None:
        self.world.add(name)

    @rule(name=NAMES, which=SMALL, value=SMALL)
    def edit(self, name: str, which: int, value: int) -> None:
        self.world.edit(name, which, value)

    @rule(name=NAMES, which=SMALL, value=SMALL)
    def sheet(self, name: str, which: int, value: int) -> None:
        self.world.sheet(name, which, value)

    @rule(name=NAMES, value=SMALL)
    def month(self, name: str, value: int) -> None:
        self.world.month(name, value)

    @rule(name=st.sampled_from(["t", "c"]), value=SMALL)
    def policy(self, name: str, value: int) -> None:
        self.world.policy(name, value)

    @rule(name=NAMES)
    def upgrade(self, name: str) -> None:
        self.world.upgrade(name)

    @rule(name=st.sampled_from(sorted(SUPERIOR)), which=SMALL, value=SMALL)
    def clone(self, name: str, which: int, value: int) -> None:
        self.world.clone(name, which, value)

    @rule(name=NAMES, which=SMALL, value=SMALL)
    def step(self, name: str, which: int, value: int) -> None:
        self.world.step(name, which, value)

    @rule(name=NAMES, which=SMALL, value=SMALL)
    def compose(self, name: str, which: int, value: int) -> None:
        self.world.compose(name, which, value)

    @rule(name=NAMES, which=SMALL)
    def twin(self, name: str, which: int) -> None:
        self.world.twin(name, which)

    @rule(name=NAMES, which=SMALL)
    def overstep(self, name: str, which: int) -> None:
        self.world.overstep(name, which)

    @rule(name=NAMES, which=SMALL, side=SMALL)
    def decide(self, name: str, which: int, side: int) -> None:
        self.world.decide(name, which, side)

    @rule(way=st.integers(0, len(WAYS) - 1), lost=st.booleans())
    def export(self, way: int, lost: bool) -> None:
        self.world.export(way, lost=lost)

    @rule(name=NAMES, which=SMALL)
    def take(self, name: str, which: int) -> None:
        self.world.take(name, which)

    @rule(name=st.sampled_from(sorted(SUPERIOR)))
    def visit(self, name: str) -> None:
        self.world.visit(name)

    @rule(name=NAMES)
    def backup(self, name: str) -> None:
        self.world.backup(name)

    @rule(name=st.sampled_from(["a1", "a2", "b1", "t"]), renewed=st.booleans())
    def restore(self, name: str, renewed: bool) -> None:
        self.world.restore(name, renewed=renewed or name == "t")

    @rule()
    def revoke(self) -> None:
        self.world.revoke()

    def teardown(self) -> None:
        settle(self.world)
        self.world.close()


def test_any_operations_in_any_order_end_alike(replicas: Replicas, tmp_path: Path) -> None:
    Machine.replicas, Machine.folder = replicas, tmp_path / "world"
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=24,
            deadline=None,
            derandomize=RUNS < 100,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


def quarrel(world: World) -> None:
    """Two laptops change one field, a third person's step is none of the village's business."""
    world.edit("a1", 0, 1)
    world.edit("a2", 0, 3)
    world.overstep("a2", 0)
    world.edit("a2", 0, 2)


def restore_after_meeting(world: World) -> None:
    world.backup("a1")
    world.edit("a2", 0, 2)
    meet(world)
    world.visit("a1")  # now the township has the receipt for it
    world.restore("a1", renewed=True)


def close_while_the_other_answers(world: World) -> None:
    """Two laptops answer one question differently; one closes the month, nobody may lose."""
    world.month("a1", 0)
    world.sheet("a1", 0, 1)
    meet(world)
    world.sheet("a1", 0, 3)
    world.month("a1", 2)
    world.sheet("a2", 0, 5)
    world.overstep("a2", 0)
    world.sheet("a2", 0, 5)


def restore_after_a_close(world: World) -> None:
    world.month("a1", 0)
    meet(world)
    world.backup("a1")
    world.month("a2", 2)
    meet(world)
    world.visit("a1")
    world.restore("a1", renewed=True)


def merge_by_value(patch: pytest.MonkeyPatch) -> None:
    """Whoever comes last is right."""
    from app.domain.merge import Resolution  # noqa: PLC0415  only this fault needs it

    def last(changes: Any, _causality: Any) -> Resolution:
        return Resolution({change.part: change.value for change in changes})

    patch.setattr("app.sync.derive.resolve", last)


def highest_receipt(patch: pytest.MonkeyPatch) -> None:
    """A receipt never goes back."""
    later = exchange._is_later

    def higher(session: Any, opened: Any) -> bool:
        from app.sync.outbox import receipt_of  # noqa: PLC0415

        old = receipt_of(session, opened.header.sender).heads
        new = opened.receipt.heads
        falls = any(c in old and new.get(c, old[c]).number < old[c].number for c in old)
        return later(session, opened) and not falls and old.keys() <= new.keys()

    patch.setattr("app.ops.exchange._is_later", higher)


def decision_without_a_line(patch: pytest.MonkeyPatch) -> None:
    """Only what changes is written."""
    of_unit = conflict_decisions.of_unit

    def thrifty(*arguments: Any) -> Any:
        return [change for change in of_unit(*arguments) if change.old != change.new]

    patch.setattr(conflict_decisions, "of_unit", thrifty)


def package_refused_for_one_change(patch: pytest.MonkeyPatch) -> None:
    judging = inbox.Judging.__call__

    def strict(self: inbox.Judging, entry: Any) -> tuple[str, str]:
        state, reason = judging(self, entry)
        if state == "void":
            raise ContentError(reason)
        return state, reason

    patch.setattr(inbox.Judging, "__call__", strict)


STORIES = [quarrel, restore_after_meeting, close_while_the_other_answers, restore_after_a_close]


@pytest.mark.parametrize("story", STORIES)
def test_the_stories_end_well_without_a_fault(world: World, story: Callable[[World], None]) -> None:
    story(world)
    settle(world)


@pytest.mark.parametrize(
    ("story", "fault"),
    [
        (quarrel, merge_by_value),
        (restore_after_meeting, highest_receipt),
        (quarrel, decision_without_a_line),
        (quarrel, package_refused_for_one_change),
        (close_while_the_other_answers, merge_by_value),
        (restore_after_a_close, highest_receipt),
        (close_while_the_other_answers, decision_without_a_line),
        (close_while_the_other_answers, package_refused_for_one_change),
    ],
)
def test_a_planted_fault_is_caught(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    story: Callable[[World], None],
    fault: Callable[[pytest.MonkeyPatch], None],
) -> None:
    fault(monkeypatch)
    with pytest.raises((AssertionError, ContentError)):
        story(world)
        settle(world, sides=1)
