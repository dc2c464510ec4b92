"""Cadence tasks: what comes, what is marked done by whom, and taken back, at its own level."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from app.domain.ownership import Actor
from app.domain.period import Period
from app.models.errors import OwnershipError
from app.models.store import Store
from app.models.team import CadenceMark
from app.ops import cadence
from app.ops.errors import StepDateError, TaskMarkError, UnknownTaskError
from tests.conftest import TOWNSHIP, VILLAGE, StoreMaker
from tests.ops.network import ME, build
from tests.ops.village import OCTOBER, TODAY

TASK = "monthly_screening"


def keys(store: Store, today: date) -> list[tuple[str, str]]:
    return [(str(line.period), line.key) for line in cadence.waiting(store, today)]


def test_a_task_waits_until_it_is_marked_and_again_when_the_mark_is_taken_back(
    store: Store,
) -> None:
    assert ("2025-10", TASK) in keys(store, TODAY)
    changed = cadence.mark_done(store, ME, TASK, OCTOBER, TODAY, "全村走完")
    assert changed.tables == {"cadence_mark"}
    assert ("2025-10", TASK) not in keys(store, TODAY)
    line = next(x for x in cadence.tasks(store, OCTOBER, TODAY) if x.key == TASK)
    assert (line.done_on, line.done_by, line.note) == (TODAY, "张卫东", "全村走完")
    cadence.take_back(store, ME, TASK, OCTOBER)
    assert ("2025-10", TASK) in keys(store, TODAY)


def test_last_months_task_still_waits_and_is_overdue_only_after_its_day(store: Store) -> None:
    assert ("2025-09", TASK) in keys(store, TODAY)
    late = {
        (str(x.period), x.key): x.is_overdue for x in cadence.waiting(store, date(2025, 10, 25))
    }
    assert late["2025-09", TASK]
    assert not late["2025-10", TASK]  # due today is not overdue


def test_a_level_has_its_own_tasks_and_a_mark_goes_up_with_the_package(
    new_store: StoreMaker, tmp_path: Path
) -> None:
    network = build(new_store, tmp_path / "stick")
    assert TASK not in {line.key for line in cadence.tasks(network.township, OCTOBER, TODAY)}
    cadence.mark_done(network.township, ME, "monthly_check", OCTOBER, TODAY)
    cadence.mark_done(network.village, ME, TASK, OCTOBER, TODAY)
    for sender, receiver in (
        (network.village, network.township), (network.township, network.county),
    ):  # fmt: skip
        taken = network.send(sender, receiver)
        assert (taken.void, taken.conflicts) == ((), ())
    with network.county.read() as session:
        marks = {row.task: row.scope for row in session.scalars(select(CadenceMark))}
    assert marks == {TASK: VILLAGE, "monthly_check": f"policy:{TOWNSHIP}"}
    with pytest.raises(UnknownTaskError, match="E426"):
        cadence.mark_done(network.county, ME, "monthly_check", OCTOBER, TODAY)


@pytest.mark.parametrize(
    ("task", "period", "error"),
    [
        ("no_such", OCTOBER, UnknownTaskError),
        ("carry_over", OCTOBER, UnknownTaskError),  # it comes in January
        (TASK, Period(2025, 11), StepDateError),
    ],
)
def test_what_does_not_come_is_not_marked(
    store: Store, task: str, period: Period, error: type[Exception]
) -> None:
    with pytest.raises(error):
        cadence.mark_done(store, ME, task, period, TODAY)
    assert all(line.done_on is None for line in cadence.tasks(store, OCTOBER, TODAY))


def test_a_mark_is_not_set_or_taken_back_twice_nor_by_a_reader(store: Store) -> None:
    with pytest.raises(TaskMarkError, match="E427"):
        cadence.take_back(store, ME, TASK, OCTOBER)
    with pytest.raises(OwnershipError):
        cadence.mark_done(store, Actor("看看", "readonly"), TASK, OCTOBER, TODAY)
    cadence.mark_done(store, ME, TASK, OCTOBER, TODAY)
    with pytest.raises(TaskMarkError, match="E427"):
        cadence.mark_done(store, ME, TASK, OCTOBER, TODAY)


def test_of_a_weekly_task_only_this_week_waits_and_each_week_is_marked(store: Store) -> None:
    def weekly(day: date) -> list[str]:
        return [key for _, key in keys(store, day) if key.startswith("work_day")]

    assert weekly(TODAY) == ["work_day-24"]
    cadence.mark_done(store, ME, "work_day-24", OCTOBER, TODAY)
    assert weekly(TODAY) == []
    assert weekly(date(2025, 10, 27)) == ["work_day-31"]
    assert weekly(date(2025, 11, 1)) == ["work_day-31"]  # the week goes on into November
    late = {line.key: line.is_overdue for line in cadence.tasks(store, OCTOBER, TODAY)}
    assert (late["work_day-17"], late["work_day-24"]) == (True, False)
